/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/extract.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>

#include "base/msg.h"
#include "base/path.h"

static struct extraction *current; /* the engine's sink has no room for a second owner */

/* Open the folder of `path` below the root, making what is missing; -1 when something is in the
 * way. */
static int folder_of(const struct extraction *x, const char *path, const char **last)
{
	int at = dup(x->root);
	while (at >= 0) {
		const char *slash = strchr(path, '/');
		char name[NAME_MAX + 3];
		if (!slash)
			break;
		size_t n = (size_t)(slash - path);
		if (n == 0 || n > NAME_MAX) {
			close(at);
			return -1;
		}
		memcpy(name, path, n);
		name[n] = 0;
		if (mkdirat(at, name, 0755) != 0 && errno != EEXIST) {
			close(at);
			return -1;
		}
		int next = openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (next < 0 && errno == ENOTDIR && n + 2 <= NAME_MAX) {
			/* a file with containers inside it: they go next to it */
			memcpy(name + n, ".d", 3);
			mkdirat(at, name, 0755);
			next = openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		}
		close(at);
		at = next;
		path = slash + 1;
	}
	*last = path;
	return at;
}

static void on_content(struct engine_sink *sink, const char *path, const struct row_artifact *row,
		       uint64_t at, struct span piece)
{
	struct extraction *x = current;
	const char *name;
	(void)sink;
	(void)row;
	if (x->failed)
		return;
	int folder = folder_of(x, path, &name);
	if (folder < 0 || strlen(name) > NAME_MAX) {
		if (at == 0)
			msg_warn("%s cannot be written under that name in %s", path, x->folder);
		if (folder >= 0)
			close(folder);
		return;
	}
	int flags =
	    O_WRONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | (at ? 0 : O_TRUNC);
	int fd = openat(folder, name, flags, 0644);
	char whole[NAME_MAX + 8];
	if (fd < 0 && errno == EISDIR) {
		/* its containers were written first, as a folder of that name */
		snprintf(whole, sizeof whole, "%s.whole", name);
		name = whole;
		fd = openat(folder, name, flags, 0644);
	}
	if (fd < 0) {
		close(folder);
		if (at == 0)
			msg_warn("%s cannot be written in %s: %s", path, x->folder,
				 strerror(errno));
		return;
	}
	for (size_t done = 0; done < piece.n && !x->failed;) {
		ssize_t n = pwrite(fd, piece.p + done, piece.n - done, (off_t)(at + done));
		if (n <= 0) {
			msg_error("cannot write %s in %s: %s", path, x->folder, strerror(errno));
			x->failed = true;
			unlinkat(folder, name, 0); /* no half a file */
			break;
		}
		done += (size_t)n;
	}
	close(fd);
	close(folder);
}

bool extract_begin(struct extraction *x, const char *folder, struct engine_sink *sink)
{
	if (mkdir(folder, 0755) != 0 && errno != EEXIST) {
		msg_error("cannot make %s: %s", folder, strerror(errno));
		return false;
	}
	*x = (struct extraction){.folder = folder};
	x->root = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (x->root < 0) {
		msg_error("cannot open %s: %s", folder, strerror(errno));
		return false;
	}
	current = x;
	sink->content = on_content;
	return true;
}

/*
 * A link is kept when it stays inside its own file tree: an absolute target is written relative to
 * the tree's root, one that climbs out ends at that root.
 */
static void make_link(const struct extraction *x, const char *path, const char *name,
		      const char *link)
{
	struct arena a = {0};
	struct buf target = {0};
	const char *last, *clean = path_target(&a, name, link);
	int folder = folder_of(x, path, &last);
	for (const char *p = strchr(name, '/'); p; p = strchr(p + 1, '/'))
		buf_str(&target, "../");
	buf_str(&target, *clean ? clean : ".");
	if (folder >= 0 && symlinkat(buf_text(&target), folder, last) != 0 && errno != EEXIST)
		msg_warn("link %s cannot be made: %s", path, strerror(errno));
	if (folder >= 0)
		close(folder);
	buf_free(&target);
	arena_free(&a);
}

static void make_folder(const struct extraction *x, const char *path)
{
	const char *last;
	int folder = folder_of(x, path, &last);
	if (folder >= 0) {
		mkdirat(folder, last, 0755);
		close(folder);
	}
}

static void make_hardlink(const struct extraction *x, const char *path, const char *name,
			  const char *link)
{
	struct arena a = {0};
	const char *last, *from_last;
	size_t prefix = strlen(path) - strlen(name);
	const char *from =
	    arena_printf(&a, "%.*s%s", (int)prefix, path, path_clean(&a, span_str(link), NULL));
	int to = folder_of(x, path, &last), of = folder_of(x, from, &from_last);
	if (to >= 0 && of >= 0 && linkat(of, from_last, to, last, 0) != 0 && errno != EEXIST)
		msg_warn("link %s cannot be made: %s", path, strerror(errno));
	if (to >= 0)
		close(to);
	if (of >= 0)
		close(of);
	arena_free(&a);
}

static void set_mode(const struct extraction *x, const char *path, uint32_t mode)
{
	const char *last;
	int folder = folder_of(x, path, &last);
	int fd =
	    folder >= 0 ? openat(folder, last, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK) : -1;
	if (fd >= 0) {
		fchmod(fd, (mode & 0777) | 0600);
		close(fd);
	}
	if (folder >= 0)
		close(folder);
}

bool extract_end(struct extraction *x, sqlite3 *db)
{
	sqlite3_stmt *s = NULL;
	current = NULL;
	if (!x->failed &&
	    sqlite3_prepare_v2(db,
			       "SELECT path, name, type, link, mode FROM artifact WHERE type IN"
			       " ('dir', 'symlink', 'hardlink', 'file') ORDER BY type = 'symlink',"
			       " type = 'hardlink', id",
			       -1, &s, NULL) != SQLITE_OK)
		x->failed = true;
	while (!x->failed && sqlite3_step(s) == SQLITE_ROW) {
		const char *path = (const char *)sqlite3_column_text(s, 0);
		const char *name = (const char *)sqlite3_column_text(s, 1);
		const char *type = (const char *)sqlite3_column_text(s, 2);
		const char *link = (const char *)sqlite3_column_text(s, 3);
		if (strcmp(type, "dir") == 0)
			make_folder(x, path);
		else if (strcmp(type, "symlink") == 0 && link)
			make_link(x, path, name, link);
		else if (strcmp(type, "hardlink") == 0 && link)
			make_hardlink(x, path, name, link);
		else if (strcmp(type, "file") == 0 && sqlite3_column_type(s, 4) == SQLITE_INTEGER)
			set_mode(x, path, (uint32_t)sqlite3_column_int(s, 4));
	}
	sqlite3_finalize(s);
	close(x->root);
	return !x->failed;
}
