/* SPDX-License-Identifier: Apache-2.0 */
/* Private to zip: one member, as its central or its local header describes it. */
#ifndef FORMAT_ZIP_H
#define FORMAT_ZIP_H

#include "base/arena.h"
#include "format/format.h"

enum {
	ZIP_ENCRYPTED = 1,
	ZIP_END_MARK = 2,   /* method LZMA: the stream has an end mark */
	ZIP_DESCRIPTOR = 8, /* sizes and CRC stand behind the content */
	ZIP_MASKED = 1 << 13,
};

struct zip_member {
	struct span name, extra;
	uint64_t local;       /* offset of its local header */
	uint64_t packed, size;
	uint32_t crc, attributes;
	uint16_t method, flags, date, time;
	uint8_t host;         /* who made it: 0 MS-DOS, 3 Unix, ... */
	bool open_end;        /* sizes and CRC are not known: only the stream tells */
};

/* Read a local header; false when there is none that could be one. *data: where content starts. */
bool zip_local(struct span in, uint64_t at, struct zip_member *m, uint64_t *data);

/* Read a central header; *next: behind it. */
bool zip_central(struct span in, uint64_t at, struct zip_member *m, uint64_t *next);

/*
 * Give one member to the sink. *used: bytes of `data` the stream took (for open_end). Returns what
 * the sink wants to stop with; *st is the member's own outcome.
 */
enum status zip_give(struct sink *out, const struct zip_member *m, struct span data,
		     struct arena *a, uint64_t *used, enum status *st);

#endif
