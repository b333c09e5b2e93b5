/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/image.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>

#include "base/msg.h"
#include "engine/budget.h"

static bool too_large(const char *path, uint64_t max)
{
	msg_error("%s is larger than the %llu MiB that one image%s may have", path,
		  (unsigned long long)max >> 20, max < MAX_IMAGE ? " that is not a file" : "");
	return false;
}

static bool copy_file(int from, int to, const char *path, uint64_t max, uint64_t *size)
{
	static uint8_t chunk[1 << 18];
	*size = 0;
	for (;;) {
		ssize_t n = read(from, chunk, sizeof chunk);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			msg_error("cannot read %s: %s", path, strerror(errno));
			return false;
		}
		if (n == 0)
			return true;
		*size += (uint64_t)n;
		if (*size > max)
			return too_large(path, max);
		for (ssize_t done = 0; done < n;) {
			ssize_t k = write(to, chunk + done, (size_t)(n - done));
			if (k <= 0) {
				msg_error("not enough memory to hold %s", path);
				return false;
			}
			done += k;
		}
	}
}

/* A sealed copy, or -1. */
static int copy(int from, const char *path, uint64_t max, struct image *im)
{
	int fd = memfd_create("image", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (fd < 0 || !copy_file(from, fd, path, max, &im->size)) {
		if (fd >= 0)
			close(fd);
		return -1;
	}
	fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL);
	return fd;
}

/* Can workers map the file itself? Not every file system lets them. */
static bool mappable(int fd)
{
	void *p = mmap(NULL, 1, PROT_READ, MAP_SHARED, fd, 0);
	if (p == MAP_FAILED)
		return false;
	munmap(p, 1);
	return true;
}

static bool differs(const struct stat *a, const struct stat *b)
{
	return a->st_size != b->st_size || a->st_mtim.tv_sec != b->st_mtim.tv_sec ||
	       a->st_mtim.tv_nsec != b->st_mtim.tv_nsec;
}

static bool changed_since(int fd, const struct stat *before)
{
	struct stat now;
	return fstat(fd, &now) == 0 && differs(&now, before);
}

/* The open file itself, or a copy of it. */
static int take(int from, const char *path, struct image *im)
{
	bool bounded = S_ISREG(im->before.st_mode) || S_ISBLK(im->before.st_mode);
	off_t size = bounded ? lseek(from, 0, SEEK_END) : 0;
	if (size > (off_t)MAX_IMAGE) {
		too_large(path, MAX_IMAGE);
		return -1;
	}
	if (size > (off_t)COPY_IMAGE && mappable(from)) {
		int fd = dup(from);
		im->size = (uint64_t)size;
		im->watch = dup(from);
		if (fd < 0 || im->watch < 0)
			msg_error("cannot keep %s open: %s", path, strerror(errno));
		return fd;
	}
	if (bounded)
		lseek(from, 0, SEEK_SET);
	int fd = copy(from, path, bounded ? MAX_IMAGE : MAX_PIPED, im);
	im->changed = bounded && changed_since(from, &im->before);
	return fd;
}

int image_load(const char *path, struct image *im)
{
	*im = (struct image){.watch = -1};
	/* not waiting for the other side of a named pipe: without one it is empty */
	int from = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (from < 0 || fstat(from, &im->before) != 0) {
		msg_error("cannot open %s: %s", path, strerror(errno));
		if (from >= 0)
			close(from);
		return -1;
	}
	int fd = -1;
	fcntl(from, F_SETFL, O_RDONLY);
	if (S_ISDIR(im->before.st_mode))
		msg_error("%s is a folder: give the image files in it, or pack it with tar first",
			  path);
	else
		fd = take(from, path, im);
	close(from);
	return fd;
}

bool image_changed(const struct image *im)
{
	return im->changed || (im->watch >= 0 && changed_since(im->watch, &im->before));
}

void image_close(struct image *im)
{
	if (im->watch >= 0)
		close(im->watch);
	im->watch = -1;
}
