/* SPDX-License-Identifier: Apache-2.0 */
/* Finding containers inside of bytes that none owns from end to end, and naming what is between. */
#ifndef ENGINE_CARVE_H
#define ENGINE_CARVE_H

#include "engine/candidate.h"
#include "engine/job.h"
#include "engine/region.h"

struct opening;

struct carving {
	struct job *j;
	struct node *n;
	uint64_t done; /* everything before this is accounted for */
	uint32_t children;
	bool regions;
	bool streaming;	  /* regions may be told on the way: no leaf claims the whole */
	bool start_taken; /* what stands at offset 0 is known: do not carve it again */
	bool tried;	  /* the best bid for offset 0 is a stream that was decoded already ... */
	struct opening *first; /* ... and this came out; NULL: nothing that could be believed */
	struct region_stream gap;
	bool gap_open;
};

/*
 * Sweep over the node: its digest, its containers (each becomes a node of its own at once), and the
 * hits of the observers, in `f`. `at_start` are the bids for offset 0.
 */
void carving_run(struct carving *c, struct findings *f, bool want_formats,
		 const struct candidate *at_start, size_t start_count);

/* What was not accounted for up to here is a gap: name its regions. */
void carving_close(struct carving *c, uint64_t upto);

#endif
