/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Giving back is done by a timer of CPU time and not by those who read: formats and observers see
 * spans and know nothing of mappings. The handler does nothing but one madvise, and its state is
 * written only while no mapping is in use.
 */
#include "engine/mapping.h"

#include <errno.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/time.h>

#include "engine/budget.h"

enum { TICK_MICROSECONDS = 20000, PAGE = 4096 };

static struct {
	uint8_t *at;
	size_t n;
} mapped;

static void give_back(int signal)
{
	int saved = errno;
	(void)signal;
	if (mapped.n >= KEEP_MAPPED)
		madvise(mapped.at, mapped.n, MADV_DONTNEED);
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
	void *p = mmap(NULL, (size_t)(skip + size), PROT_READ, MAP_SHARED, fd,
		       (off_t)(offset - skip));
	if (p == MAP_FAILED)
		abort();
	mapped.at = p;
	mapped.n = (size_t)(skip + size);
	return SPAN(mapped.at + skip, (size_t)size);
}

void mapping_close(void)
{
	size_t n = mapped.n;
	mapped.n = 0;
	if (n)
		munmap(mapped.at, n);
}
