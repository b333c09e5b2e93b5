/* SPDX-License-Identifier: Apache-2.0 */
/* What file systems store of a member, put into a struct entry; small things that they share. */
#ifndef FORMAT_UNIX_H
#define FORMAT_UNIX_H

#include "format/format.h"

/* Type and permission bits of an entry from a Unix st_mode; false when the type is none of Unix'. */
bool entry_mode(struct entry *e, uint32_t st_mode);

/* Major and minor number as Linux stores them in 16 or 32 bits. */
void entry_device(struct entry *e, uint32_t dev);

/* An entry that is complete without content: a folder, link or device. */
enum status sink_bare(struct sink *s, const struct entry *e);

/* Write `n` zeros: a hole. */
enum status sink_zeros(struct sink *s, uint64_t n);

/* Seconds since 1970 of a date in the Gregorian calendar (UTC); 0 when month or day is none. */
int64_t unix_time(int64_t year, unsigned month, unsigned day, unsigned hour, unsigned minute,
		  unsigned second);

/* UTF-8 for text in UTF-16 (up to a NUL or ffff); NUL-terminated, in `a`. */
char *utf16_text(struct arena *a, struct span s, bool big_endian);

#endif
