/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What hex record files (Intel HEX, S-records) share: a sparse map of memory comes out as one part
 * per run of addresses, named after its first address. Records that follow each other are joined.
 */
#ifndef FORMAT_RECORDS_H
#define FORMAT_RECORDS_H

#include "format/part.h"

struct records {
	struct sink *out;
	uint64_t next;      /* the address that would continue the open part */
	bool open, skipped; /* a part is open; its bytes are not wanted */
};

/* n bytes at an address that stand at `at` in the file. */
enum status records_data(struct records *r, uint64_t address, const uint8_t *p, size_t n, uint64_t at);

/* Ends the open part with a status. */
enum status records_end(struct records *r, enum status st);

/* Two hex digits at p[0] and p[1]; -1: not hex. */
int records_byte(const uint8_t *p);

#endif
