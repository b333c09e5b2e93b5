/* SPDX-License-Identifier: Apache-2.0 */
/* The parent's bookkeeping of tasks ("units") and the loop that has workers do them. */
#ifndef ENGINE_UNITS_H
#define ENGINE_UNITS_H

#include "engine/engine.h"
#include "engine/worker.h"

enum unit_state { UNIT_WAITING, UNIT_RUNNING, UNIT_DONE, UNIT_DROPPED };

/* One task and what came of it. */
struct unit {
	struct task task; /* its strings live in the run's arena */
	int fd;		  /* sealed bytes; owned */
	uint32_t source;  /* index of the source */
	int64_t from;	  /* unit that spilled it; -1: a source or a tree */
	uint32_t from_id; /* the spilled artifact's number there */
	enum unit_state state;
	struct buf records; /* frames of the worker, as received, without spills */
	struct skip skips[64];
	uint32_t tries;
	uint64_t died_at; /* the step at which a worker crashed last, 0: none */
};

struct run {
	const struct engine_options *options;
	struct engine_sink *sink;
	struct zygote zygote;
	struct slot *slots;
	size_t slot_count;
	struct unit **units;
	size_t count, cap, first_waiting;
	uint64_t bytes_done, bytes_known;
	uint32_t done;
	struct arena arena;
	bool failed;
};

bool run_start(struct run *r, const struct engine_options *options, struct engine_sink *sink);
struct unit *run_add(struct run *r, const struct task *t, int fd, uint32_t source);
/* Work until no unit waits or runs. False: the environment failed. */
bool run_all(struct run *r);
void run_stop(struct run *r);

/* Walk over the frames of a unit: the next frame's kind (0 at the end) and its payload. */
int unit_frame(const struct unit *u, size_t *pos, struct reader *payload);

#endif
