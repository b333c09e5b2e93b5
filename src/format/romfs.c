/* SPDX-License-Identifier: Apache-2.0 */
/*
 * romfs, all fields big-endian, everything on 16-byte boundaries.
 *
 *   start:   "-rom1fs-"  size(4)  checksum(4)  volume name, padded with zeros to 16 bytes
 *   file:    next(4; low 4 bits: 8 executable, 0-7 type)  info(4)  size(4)  checksum(4)
 *            name, padded with zeros to 16 bytes; content
 *   types:   0 hard link (info: its file)  1 folder (info: its first file)  2 file  3 symbolic link
 *            4 block and 5 character device (info: major 16, minor 16)  6 socket  7 fifo
 *
 * The words of the first 512 bytes, and of each file header with its name, add up to 0.
 * Reference: Linux Documentation/filesystems/romfs.rst.
 */
#include "format/names.h"

enum {
	ALIGN = 16,
	ROOT = 1, /* its number in names.h; all others are places */
	NAME_MAX_BYTES = 256,
	SUM_BYTES = 512,
	EXECUTABLE = 8,
	HARDLINK = 0,
	FOLDER,
	REGULAR,
	SYMLINK,
	BLOCK,
	CHARACTER,
	SOCKET,
	FIFO,
};

struct file {
	uint64_t next, content;
	uint32_t info, size;
	unsigned type;
	bool executable, sound; /* sound: the checksum is right */
	struct span name;
};

struct rom {
	struct walk walk;
	struct names names;
	struct span in;
	uint8_t *seen; /* file headers that were listed, one for each 16 bytes */
	uint64_t *folders;
	size_t folder_count, folder_cap;
};

static uint32_t sum(struct span s)
{
	uint32_t v = 0;
	for (size_t i = 0; i + 4 <= s.n; i += 4)
		v += span_be32(s, i);
	return v;
}

/* The name at `at`; *end: where its padding ends. */
static struct span name_at(struct span in, uint64_t at, uint64_t *end)
{
	struct span room = span_cut(in, at, NAME_MAX_BYTES);
	const uint8_t *nul = room.n ? memchr(room.p, 0, room.n) : NULL;
	struct span name = SPAN(room.p, nul ? (size_t)(nul - room.p) : room.n);
	*end = at + (name.n + ALIGN) / ALIGN * ALIGN;
	return name;
}

static bool file_read(struct span in, uint64_t at, struct file *f)
{
	if (at % ALIGN || !span_has(in, at, 2 * ALIGN))
		return false;
	uint32_t next = span_be32(in, at);
	f->next = next & ~15u;
	f->type = next & 7;
	f->executable = next & EXECUTABLE;
	f->info = span_be32(in, at + 4);
	f->size = span_be32(in, at + 8);
	f->name = name_at(in, at + ALIGN, &f->content);
	f->sound = sum(span_cut(in, at, f->content - at)) == 0;
	return true;
}

static int bid(struct span in, uint64_t *size)
{
	uint64_t first;
	struct file f;
	*size = span_be32(in, 8);
	if (!SPAN_IS(in, 0, "-rom1fs-") || *size < 2 * ALIGN ||
	    sum(span_cut(in, 0, *size < SUM_BYTES ? *size : SUM_BYTES)))
		return 0;
	name_at(in, ALIGN, &first);
	return *size == first || file_read(in, first, &f) ? 90 : 0;
}

static void list_folder(struct rom *r, uint64_t dir, uint64_t at)
{
	struct file f;
	while (at) {
		if (!file_read(r->in, at, &f)) {
			sink_note(r->walk.sink, at, "file header is damaged or missing");
			return;
		}
		if (r->seen[at / ALIGN]) {
			sink_note(r->walk.sink, at, "file stands in two folders");
			return;
		}
		r->seen[at / ALIGN] = 1;
		if (!f.sound)
			sink_note(r->walk.sink, at, "checksum of a file header is wrong");
		uint64_t ino = f.type == HARDLINK ? f.info & ~15u : at;
		bool dots = span_eq_str(f.name, ".") || span_eq_str(f.name, "..");
		if (!dots) {
			names_add(&r->names, (struct name){.dir = dir,
							   .ino = ino,
							   .at = at,
							   .name = f.name,
							   .version = r->in.n - at});
		}
		if (f.type == FOLDER && !dots) {
			r->folders = mem_grow(r->folders, &r->folder_cap, r->folder_count + 1,
					      sizeof *r->folders);
			r->folders[r->folder_count++] = at;
		}
		at = f.next;
	}
}

static void set_type(struct entry *e, const struct file *f)
{
	static const enum entry_type types[] = {ENTRY_HARDLINK, ENTRY_DIR,   ENTRY_FILE,
						ENTRY_SYMLINK,	ENTRY_BLOCK, ENTRY_CHAR,
						ENTRY_SOCKET,	ENTRY_FIFO};
	e->type = types[f->type];
	e->mode = f->executable || f->type == SYMLINK ? 0755 : 0644;
	if (f->type == BLOCK || f->type == CHARACTER) {
		e->dev_major = f->info >> 16;
		e->dev_minor = f->info & 0xffff;
	}
}

static enum status give_file(struct sink *out, const struct entry *e, struct span bytes)
{
	if (bytes.n == e->size)
		return out->slice(out, e, bytes);
	enum status st = out->begin(out, e);
	if (st != ST_OK)
		return st;
	st = bytes.n ? out->write(out, bytes.p, bytes.n) : ST_OK;
	enum status ended = out->end(out, st != ST_OK ? st : ST_TRUNCATED);
	return st != ST_OK ? st : ended;
}

static enum status visit(struct walk *w, const struct name *name, const char *path,
			 const char *first)
{
	struct rom *r = (struct rom *)w;
	struct file f;
	if (!file_read(r->in, name->at, &f))
		return ST_OK;
	struct entry e = {.path = path, .at = name->at};
	if (f.type == HARDLINK && (!file_read(r->in, name->ino, &f) || f.type == HARDLINK)) {
		sink_note(w->sink, name->at, "hard link leads nowhere");
		return ST_OK;
	}
	set_type(&e, &f);
	if (first && f.type != FOLDER) {
		e.type = ENTRY_HARDLINK;
		e.link = first;
		return sink_bare(w->sink, &e);
	}
	struct span content = span_cut(r->in, f.content, f.size);
	if (f.type == REGULAR) {
		e.size = f.size;
		e.at = f.content;
		return give_file(w->sink, &e, content);
	}
	struct arena a = {0};
	if (f.type == SYMLINK)
		e.link = arena_str(&a, span_cut(content, 0, 4096));
	enum status st = sink_bare(w->sink, &e);
	arena_free(&a);
	return st;
}

static enum status romfs_open(struct span in, struct sink *out)
{
	uint64_t size, first;
	if (!bid(in, &size))
		return ST_DAMAGED;
	struct rom r = {.walk = {.visit = visit, .sink = out}, .in = span_cut(in, 0, size)};
	out->used = size;
	if (r.in.n < size)
		sink_note(out, r.in.n, "%llu bytes of the file system are missing",
			  (unsigned long long)(size - r.in.n));
	r.seen = mem_array(r.in.n / ALIGN + 1, 1);
	name_at(in, ALIGN, &first);
	if (first < size)
		list_folder(&r, ROOT, first);
	for (size_t i = 0; i < r.folder_count; i++) {
		struct file f;
		if (file_read(r.in, r.folders[i], &f) && f.info & ~15u)
			list_folder(&r, r.folders[i], f.info & ~15u);
	}
	enum status st = names_walk(&r.names, ROOT, &r.walk);
	names_free(&r.names);
	mem_free(r.seen);
	mem_free(r.folders);
	return st == ST_SKIP ? ST_OK : st;
}

static void label(struct span in, struct label *out)
{
	uint64_t end;
	struct span name = name_at(in, ALIGN, &end);
	out->type = "file system";
	snprintf(out->text, sizeof out->text, "volume %.*s", (int)(name.n < 60 ? name.n : 60),
		 (const char *)name.p);
}

const struct format format_romfs = {
    .name = "romfs",
    .title = "romfs",
    .reference = "Linux Documentation/filesystems/romfs.rst",
    .tested = "writer in tests",
    .magic = (const struct magic[]){MAGIC(0, "-rom1fs-"), MAGIC_END},
    .flags = FORMAT_TREE | FORMAT_SPLIT,
    .bid = bid,
    .open = romfs_open,
    .label = label,
};
