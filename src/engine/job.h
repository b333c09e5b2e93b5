/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A worker's side of one task: the artifact and everything made from it, down to the leaves.
 * Nothing here outlives the task but the scanner and the reusable findings.
 */
#ifndef ENGINE_JOB_H
#define ENGINE_JOB_H

#include <stdatomic.h>

#include "engine/pipe.h"
#include "engine/region.h"
#include "engine/scanner.h"

/* Shared with the parent: what is being worked on, for blame. */
struct status_page {
	_Atomic uint64_t where; /* id << 32 | stage */
};

struct job {
	struct task task;
	struct span bytes; /* what the task's descriptor maps */
	const struct scanner *scanner;
	struct findings *findings; /* free for reuse, or NULL while somebody uses them */
	struct outbox *out;
	struct status_page *page;
	struct arena arena;   /* until the end of the task */
	struct arena scratch; /* until the end of one observer's call */
	uint32_t next_id;
	uint64_t budget;       /* bytes that may still be made */
	uint64_t xattrs;       /* bytes of extended attributes that were told of */
	uint64_t spilled;      /* bytes handed to the parent as copies */
	uint8_t (*opened)[32]; /* digests of containers of this task that were opened */
	size_t opened_count, opened_cap;
};

/* One artifact at work. */
struct node {
	uint32_t id, parent, ordinal, depth;
	struct entry e; /* e.path is clean */
	struct span bytes;
	uint64_t offset; /* in the bytes of the parent */
	bool member;	 /* of a file tree */
	bool carved;
	bool root;	   /* the task's own artifact */
	bool absent;	   /* content is not all there */
	bool unsized;	   /* only opening tells how long it is; `bytes` is cut to that then */
	const char *chain; /* set while somebody wants content */
	struct {
		uint64_t begin, end;
	} * claimed; /* ranges that containers took */
	size_t claimed_count, claimed_cap;
	const struct format *format;
	uint8_t sha256[32];
	uint32_t notes;
};

void job_run(struct job *j);

/* observe.c: what its extended attributes tell, whatever kind of node it is. */
void node_observe_xattrs(struct job *j, struct node *n);

/* node.c: find out what a node is, open it, report it and everything below. */
void node_process(struct job *j, struct node *n);
void node_region(struct job *j, uint32_t id, const struct region *r);
void node_report(struct job *j, struct node *n, const struct label *label, bool text);

/* keep.c: hand out the content and explanations that task.keep asks for; text for tree observers. */
void node_deliver(struct job *j, struct node *n, bool opened);
void node_keep_text(struct job *j, const struct node *n, bool text);

/* observe.c: run the observers over a node whose bytes have just been scanned into `f`. */
void node_observe(struct job *j, struct node *n, const struct findings *f, const char *arch,
		  bool text);
void job_observe_tree(struct job *j);

void node_note(struct job *j, struct node *n, uint64_t at, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

/*
 * Say what comes next to the parent, and learn whether it must be left out because it killed a
 * worker before (a note is made then). False: leave it out.
 */
bool job_step(struct job *j, struct node *n, uint32_t stage, const char *name);

#endif
