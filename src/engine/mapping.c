/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Giving back is done by a timer of CPU time and not by those who read: formats and observers see
 * spans and know nothing of mappings. The handler does nothing but map the same bytes at the same
 * place again, which drops pages and their tables (MADV_DONTNEED keeps the tables, and walks them
 * each time). Its state is written only while no mapping is in use.
 */
#include "engine/mapping.h"

#include <errno.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/time.h>

#include "engine/budget.h"

enum { TICK_MICROSECONDS = 10000, PAGE = 4096 };

static struct {
	uint8_t *at;
	size_t n;
	int fd;
	off_t offset;
} mapped;

static void *map_at(void *where, int flags)
{
	return mmap(where, mapped.n, PROT_READ, MAP_SHARED | flags, mapped.fd, mapped.offset);
}

static void give_back(int signal)
{
	int saved = errno;
	(void)signal;
	if (mapped.at && mapped.n >= KEEP_MAPPED && map_at(mapped.at, MAP_FIXED) != mapped.at)
		_exit(1); /* the bytes are gone: the task will be done again */
	errno = saved;
}

void mapping_init(void)
{
	struct sigaction act = {.sa_handler = give_back, .sa_flags = SA_RESTART};
	struct itimerval every = {{0, TICK_MICROSECONDS}, {0, TICK_MICROSECONDS}};
	sigaction(SIGPROF, &act, NULL);
	setitimer(ITIMER_PROF, &every, NULL);
}

struct span mapping_open(int fd, uint64_t offset, uint64_t size)
{
	off_t end = lseek(fd, 0, SEEK_END);
	uint64_t skip = offset % PAGE, there = end > 0 ? (uint64_t)end : 0;
	if (offset >= there || size == 0)
		return SPAN(NULL, 0);
	if (size > there - offset)
		size = there - offset;
	mapped.n = (size_t)(skip + size);
	mapped.fd = fd;
	mapped.offset = (off_t)(offset - skip);
	void *p = map_at(NULL, 0);
	if (p == MAP_FAILED)
		abort();
	mapped.at = p;
	return SPAN(mapped.at + skip, (size_t)size);
}

void mapping_close(void)
{
	uint8_t *at = mapped.at;
	mapped.at = NULL;
	if (at)
		munmap(at, mapped.n);
}
