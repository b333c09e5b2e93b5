/* SPDX-License-Identifier: Apache-2.0 */
/* The limits of one run, in one place. Reaching one makes a note, and the run goes on. */
#ifndef ENGINE_BUDGET_H
#define ENGINE_BUDGET_H

#include <stdint.h>

enum {
	MAX_DEPTH = 16,	      /* containers inside containers */
	MAX_MEMBERS = 300000, /* members of one container */
	MAX_NOTES = 64,	      /* notes of one artifact; one more says that there were others */
	MAX_FACTS = 20000,    /* facts of one observer about one artifact */
	MAX_CHILDREN_CARVED = 4096,
	MAX_RETRIES = 12,	     /* steps that a task may lose because they killed its worker */
	KEEP_TEXT = 128 * 1024,	     /* largest text file that tree observers see */
	MAX_EXPLAINED = 1024 * 1024, /* text of one explanation */
	SPILL_SPLIT = 256 * 1024, /* a container this large that can be opened in parts is a task */
	SPILL_ANY = 1024 * 1024,  /* any container this large is a task */
	PART_BYTES = 2048 * 1024, /* content that one part takes before the next part's turn */
	MAX_PARTS = 16,
	WEAK_KEPT = 64 * 1024, /* a damaged stream is believed when it made this much */
	CUT_KEPT = 2048,	  /* ... and one that the input's end cut short, when its decoder is alert */
	OPEN_SECONDS = 60,     /* CPU time of one worker for one step before it is stopped */
	OBSERVE_SECONDS = 30,
};

#define MAX_CHILD     (1ull << 30)   /* bytes of one member made in memory ... */
#define FREE_CHILD    (256ull << 20) /* ... and what it may have ... */
#define MAX_RATIO     64	     /* ... when that is more than so many times its container */
#define MAX_SPILLED   (512ull << 20) /* bytes of containers that one task hands back as copies */
#define MAX_IMAGE     (4ull << 30)   /* bytes of an image */
#define COPY_IMAGE    (4ull << 20)   /* larger files are not copied before they are read */
#define KEEP_MAPPED   (32ull << 20)  /* pages of larger ones are given back while they are read */
#define MAX_PIPED     (512ull << 20) /* bytes of an image that is no regular file or disk */
#define MAX_MADE      (8ull << 30)   /* bytes made for one image, all members together ... */
#define FREE_MADE     (2ull << 30)   /* ... and what any image may make ... */
#define MADE_RATIO    256	     /* ... when that is more than so many times its size */
#define FREE_PART     (64ull << 20) /* what one part of a container may make of the whole's share */
#define MIN_MADE      (64ull << 20) /* what a nested container may always make at depth 1 */
#define MAX_XATTRS    (8ull << 20)   /* extended attributes that one task tells of */
#define MAX_KEPT      (16ull << 20) /* text kept of one file tree */
#define WORKER_MEMORY (4ull << 30)  /* address space of a worker */

#endif
