/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What readers of archives share: numbers written as digits, members whose content stands in the
 * input but is not intact, members that cannot be read.
 */
#ifndef FORMAT_MEMBER_H
#define FORMAT_MEMBER_H

#include "format/format.h"

enum {
	MODE_TYPE = 0170000,
	MODE_FIFO = 0010000,
	MODE_CHAR = 0020000,
	MODE_DIR = 0040000,
	MODE_BLOCK = 0060000,
	MODE_FILE = 0100000,
	MODE_LINK = 0120000,
	MODE_SOCKET = 0140000,
};

/* The kind of entry a Unix mode tells; *known (may be NULL): the type bits are one of the seven. */
enum entry_type member_type(uint32_t mode, bool *known);

/* A number that fills the whole field, digits of `base` (8, 10, 16); false for anything else. */
bool member_number(struct span field, unsigned base, uint64_t *out);

/* Up to the first NUL. */
struct span member_text(struct span field);

/* Without blanks in front and blanks and NULs behind: how tar and ar write their fields. */
struct span member_field(struct span field);

/*
 * A member whose content stands in the input. ST_OK: a slice; any other status: what there is is
 * copied and the member ends with that status. Returns ST_OK, or what the sink wants to stop with.
 */
enum status member_give(struct sink *out, const struct entry *e, struct span bytes, enum status st);

/* Does this answer of a sink mean: stop opening? */
static inline bool member_stops(enum status st)
{
	return st != ST_OK && st != ST_SKIP;
}

/* The worse of two outcomes: damage wins over truncation, both over what is only not supported. */
enum status member_worse(enum status a, enum status b);

/* Seconds since 1970 of an MS-DOS date and time, taken as UTC; 0 when it is no date. */
int64_t member_dos_time(uint16_t date, uint16_t time);

/* Does a name look like one: not empty, no control bytes? Keeps weak magics honest. */
bool member_printable(struct span name);

#endif
