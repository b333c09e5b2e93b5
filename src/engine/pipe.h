/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the parent and its workers say to each other over a socket pair: frames of
 *   length (u32, of what follows)  kind (u8)  payload
 * All integers little endian; a string is u32 length and bytes, 0xffffffff for NULL. At most one
 * file descriptor travels with a frame. The parent trusts no worker: everything is read with the
 * sticky reader and a bad frame counts as a crash of the worker.
 */
#ifndef ENGINE_PIPE_H
#define ENGINE_PIPE_H

#include "base/arena.h"
#include "base/buf.h"
#include "fact/fact.h"
#include "format/format.h"

enum frame {
	FRAME_TASK = 1, /* parent to worker; fd: the bytes */
	FRAME_ARTIFACT, /* struct row_artifact */
	FRAME_REGION,	/* id, offset, size, what, entropy (milli-bits) */
	FRAME_NOTE,	/* id, offset, what */
	FRAME_FACT,	/* id, observer, table, place, columns */
	FRAME_TEXT,	/* id, bytes: content that tree observers may see */
	FRAME_SPILL, /* id, format, offset, size, parts, depth, budget; fd when the bytes are new */
	FRAME_CONTENT,	   /* id, offset, bytes: a piece of an artifact that somebody asked for */
	FRAME_EXPLANATION, /* line of task.keep, text */
	FRAME_DONE,
};

enum { FRAME_HEAD = 5, FRAME_MAX = 32 << 20 };

/* One artifact as a worker describes it. Strings are borrowed from the frame's arena. */
struct row_artifact {
	uint32_t id, parent; /* numbers of the task; 0 is the artifact the task was given */
	uint32_t ordinal;    /* place among the members of its container */
	uint32_t type;	     /* enum entry_type */
	const char *name;    /* clean path inside its container; a part: its word */
	const char *link, *format, *kind, *arch, *detail;
	uint64_t offset, size; /* where it stands in the bytes of its parent */
	int64_t mtime;
	uint32_t mode, uid, gid, dev_major, dev_minor;
	bool owned, hashed, carved,
	    absent; /* absent: content was not made (damaged, encrypted, limit) */
	uint8_t sha256[32];
};

struct task {
	uint32_t id;
	bool tree;	      /* bytes are a tree bundle, not an artifact */
	uint32_t part, parts; /* this part of how many; 0 of 1: all of it */
	uint32_t depth;
	uint64_t offset, size; /* where the artifact stands in the descriptor */
	uint64_t budget;       /* bytes that may be made */
	const char *chain;     /* names from the source to this artifact, "a/b/c" */
	const char *name;      /* name inside its container */
	const char *format;    /* open it as this; NULL: find out */
	/*
	 * NULL: nothing; "*": content of all files; else lines: a chain asks for its content,
	 * CHAIN tab OBSERVER tab PLACES for an explanation (struct observer).
	 */
	const char *keep;
	uint32_t type, mode;
	bool member; /* a member of a file tree */
	bool no_known, no_code, open_only;
	struct skip {
		uint32_t id, stage;
		bool time; /* it ran too long; else it crashed */
	} * skips;
	uint32_t skip_count;
};

/* Steps of work on one artifact, for blame: who was at work when a worker died. */
enum { STAGE_LOOK = 1, STAGE_FORMAT = 16, STAGE_OBSERVER = 4096 };

struct outbox {
	int fd;
	struct buf b;
	size_t start; /* of the frame that is being written */
	bool broken;  /* the other side is gone */
};

void out_begin(struct outbox *o, enum frame kind);
void out_end(struct outbox *o);		   /* sends when enough has gathered */
void out_end_fd(struct outbox *o, int fd); /* sends at once, with a descriptor */
void out_flush(struct outbox *o);
void put_u8(struct outbox *o, uint8_t v);
void put_u32(struct outbox *o, uint32_t v);
void put_u64(struct outbox *o, uint64_t v);
void put_str(struct outbox *o, const char *s); /* NULL is kept */
void put_bytes(struct outbox *o, struct span s);

/* A string or NULL; a copy in the arena. */
const char *get_str(struct reader *r, struct arena *a);
struct span get_bytes(struct reader *r);

void put_artifact(struct outbox *o, const struct row_artifact *row);
bool get_artifact(struct reader *r, struct arena *a, struct row_artifact *row);
void put_task(struct outbox *o, const struct task *t);
bool get_task(struct reader *r, struct arena *a, struct task *t);
void put_fact(struct outbox *o, uint32_t id, uint32_t observer, enum fact_table t,
	      const void *fact);

/* A decoded fact: values in the order of the table's columns. */
struct value {
	const char *text; /* COLUMN_TEXT, NULL: none */
	struct num num;	  /* COLUMN_INT */
};
enum { MAX_COLUMNS = 16 };
struct row_fact {
	uint32_t id, observer;
	enum fact_table table;
	struct place at; /* at.file is NULL */
	struct value values[MAX_COLUMNS];
};
bool get_fact(struct reader *r, struct arena *a, struct row_fact *row);

/* Receive what is there; returns bytes read, 0 at the end, -1 on EAGAIN/EINTR. *fd is -1 or new. */
long pipe_receive(int sock, void *to, size_t n, int *fd);

#endif
