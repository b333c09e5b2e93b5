/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A format at work: the sink that it writes its members into. Each member becomes a node of its
 * own at once, while the format waits.
 */
#ifndef ENGINE_OPENING_H
#define ENGINE_OPENING_H

#include "engine/candidate.h"
#include "engine/job.h"

struct opening {
	struct sink sink;
	struct job *j;
	struct node *n; /* the container */
	const struct format *format;
	uint32_t ordinal;
	uint64_t planned; /* declared content so far: decides whose turn it is */
	uint64_t turn, group;
	struct entry now; /* between begin and end */
	const char *now_path, *now_link;
	struct buf content;
	bool open, mine, refused, trial;
	bool made; /* trial: a member was made */
	enum status made_status;
	uint64_t now_offset;
};

/* Run a format over a node that it owns. Returns the bytes that belong to it. */
uint64_t opening_run(struct job *j, struct node *n, const struct format *f);

/* May this container be opened at all? Notes say why not. */
bool opening_allowed(struct job *j, struct node *n);
void opening_note_depth(struct job *j, struct node *n);

/*
 * A stream tells its length only by being decoded: decode, and believe it when it ended well or
 * made so much that chance is out of the question. The member that was made waits in o->content,
 * which the caller frees.
 */
bool opening_trial(struct job *j, struct node *n, const struct candidate *k, struct span in,
		   struct opening *o);

/* The trial was believed: its member becomes a child of `n`. */
void opening_settle(struct opening *trial, struct node *n);

#endif
