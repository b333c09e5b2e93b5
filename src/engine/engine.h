/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The engine: images in; artifacts, regions, notes and facts out, in an order that depends on the
 * images alone. It knows no database: the receiver is a struct engine_sink.
 */
#ifndef ENGINE_ENGINE_H
#define ENGINE_ENGINE_H

#include "engine/pipe.h"

struct final_artifact {
	uint32_t id, source, parent; /* from 1; parent 0: none */
	const char *path;	     /* "router.bin/squashfs@0x20000/usr/sbin/httpd" */
	const struct row_artifact *row;
};

struct source_info {
	uint32_t id;
	const char *name, *path; /* last part of the path; as the user gave it */
	uint8_t sha256[32];
	uint64_t size;
};

/* Called in order: all sources, all artifacts by id, then regions, notes and facts by artifact. */
struct engine_sink {
	void (*source)(struct engine_sink *, const struct source_info *);
	void (*artifact)(struct engine_sink *, const struct final_artifact *);
	void (*region)(struct engine_sink *, uint32_t artifact, uint64_t offset, uint64_t size,
		       const char *what, uint32_t millibits);
	void (*note)(struct engine_sink *, uint32_t artifact, uint64_t offset, const char *what);
	void (*fact)(struct engine_sink *, uint32_t artifact, const struct row_fact *);
	/* Content that options.keep asked for, whenever it comes; NULL when nobody asks. */
	void (*content)(struct engine_sink *, const char *path, const struct row_artifact *,
			uint64_t at, struct span piece);
	/* The explanation that line `line` of options.keep asked for; NULL when nobody asks. */
	void (*explanation)(struct engine_sink *, uint32_t line, struct span text);
};

struct engine_progress {
	uint64_t bytes_done, bytes_known; /* of the tasks known so far */
	uint32_t tasks_done, tasks_known;
	bool last;
};

struct engine_options {
	unsigned jobs;	  /* workers; 0: one per processor */
	bool no_known;	  /* leave the catalogue of known doors out */
	bool no_code;	  /* leave the analysis of machine code out */
	const char *keep; /* see struct task */
	bool open_only;	  /* no observers: only opening, for content */
	void (*progress)(void *user, const struct engine_progress *);
	void *user;
};

struct engine_outcome {
	bool incomplete; /* a budget was reached or an analyser failed: see the notes */
	bool failed;	 /* the environment did not allow it: a message was printed ... */
	bool nothing;	 /* ... and the sink got nothing, or not all of it */
};

struct engine_outcome engine_scan(const char *const *images, size_t count,
				  const struct engine_options *options, struct engine_sink *sink);

#endif
