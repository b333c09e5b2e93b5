/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A sparse map of memory, given record by record, comes out as one part per run of addresses,
 * named after its first address. And what hex record files (Intel HEX, S-records) share: lines of
 * hex digits that begin with a mark and end with a sum.
 */
#ifndef FORMAT_RECORDS_H
#define FORMAT_RECORDS_H

#include "format/part.h"

struct memory_map {
	struct sink *out;
	uint64_t next;      /* the address that would continue the open part */
	bool open, skipped; /* a part is open; its bytes are not wanted */
};

/* n bytes at an address that stand at `at` in the file. */
enum status memory_put(struct memory_map *m, uint64_t address, const uint8_t *p, size_t n, uint64_t at);

/* Ends the open part with a status. */
enum status memory_end(struct memory_map *m, enum status st);

enum { RECORD_BYTES = 260 };

struct record {
	uint8_t bytes[RECORD_BYTES]; /* of the line behind its mark, with the sum */
	size_t n;
	uint8_t sum;   /* of all of them */
	char type;     /* second letter of the line */
	uint64_t base; /* what 16-bit addresses count from: kept from record to record */
	/* Made of them by the kind: n_data bytes at data, 0: none. */
	uint64_t address;
	const uint8_t *data;
	size_t n_data;
	bool ends; /* the last record */
};

struct record_kind {
	char mark;
	size_t skip; /* letters in front of the bytes, with the mark */
	bool (*take)(struct record *r); /* false: it is none */
};

int records_bid(struct span in, const struct record_kind *kind);
enum status records_open(struct span in, struct sink *out, const struct record_kind *kind);

#endif
