/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/spill.h"

#include <sys/mman.h>

#include "engine/budget.h"

bool spill_wanted(const struct node *n, const struct format *f)
{
	if (n->root)
		return (f->flags & FORMAT_SPLIT) && n->bytes.n >= SPILL_SPLIT;
	return n->bytes.n >= ((f->flags & FORMAT_SPLIT) ? SPILL_SPLIT : SPILL_ANY);
}

/* A spilled container's share of what may be made: all tasks together never make more. */
static uint64_t spill_budget(const struct job *j, const struct node *n)
{
	uint64_t floor = MIN_MADE >> (2 * (n->depth < 12 ? n->depth : 12));
	uint64_t share = j->budget / 8, usual = floor + MAX_RATIO * (uint64_t)n->bytes.n;
	share = share > usual ? usual : share;
	share = share < floor ? floor : share;
	return share < j->budget ? share : j->budget;
}

void spill(struct job *j, struct node *n, const struct format *f)
{
	bool mapped =
	    n->bytes.p >= j->bytes.p && n->bytes.p + n->bytes.n <= j->bytes.p + j->bytes.n;
	uint64_t offset = mapped ? (uint64_t)(n->bytes.p - j->bytes.p) : 0;
	uint32_t parts = (f->flags & FORMAT_SPLIT) && n->bytes.n >= SPILL_SPLIT
			     ? (uint32_t)(n->bytes.n >> 19)
			     : 1;
	uint64_t budget = spill_budget(j, n);
	int fd = -1;
	if (!mapped && j->spilled && j->spilled + n->bytes.n > MAX_SPILLED) {
		node_note(j, n, 0, "limit reached: too many containers in one, not opened");
		return;
	}
	if (parts > MAX_PARTS)
		parts = MAX_PARTS;
	if ((f->flags & FORMAT_SPLIT) && parts < 2 && n->bytes.n >= SPILL_SPLIT)
		parts = 2;
	if (!mapped) {
		fd = memfd_create("artifact", MFD_CLOEXEC | MFD_ALLOW_SEALING);
		if (fd < 0)
			abort();
		for (size_t done = 0; done < n->bytes.n;) {
			ssize_t k = write(fd, n->bytes.p + done, n->bytes.n - done);
			if (k <= 0)
				abort();
			done += (size_t)k;
		}
	}
	j->spilled += mapped ? 0 : n->bytes.n;
	j->budget -= budget;
	out_begin(j->out, FRAME_SPILL);
	put_u32(j->out, n->id);
	put_str(j->out, f->name);
	put_u64(j->out, offset);
	put_u64(j->out, n->bytes.n);
	put_u32(j->out, parts);
	put_u32(j->out, n->depth);
	put_u64(j->out, budget);
	put_u8(j->out, fd >= 0);
	put_u8(j->out, n->member);
	put_u32(j->out, n->e.type);
	put_u32(j->out, n->e.mode);
	put_str(j->out, n->e.path);
	put_str(j->out, n->chain);
	if (fd >= 0) {
		out_end_fd(j->out, fd);
		close(fd);
	} else {
		out_end(j->out);
		out_flush(j->out); /* somebody may be waiting for work */
	}
}
