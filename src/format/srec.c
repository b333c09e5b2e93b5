/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Motorola S-records: lines of hex digits,
 *
 *   'S' type  count(1)  address(2, 3 or 4, BE)  data  sum(1: all bytes with it add up to ff)
 *
 * types: 0 text, 1 2 3 data with 16, 24, 32 address bits, 5 6 number of records, 7 8 9 start (end).
 * Memory comes out as a sparse map (records.h). Reference: Motorola M68000 Family Programmer's
 * Reference Manual, appendix C.
 */
#include "format/records.h"

static bool take(struct record *r)
{
	size_t width = r->type == '1' ? 2 : r->type == '2' ? 3 : r->type == '3' ? 4 : 0;
	if (r->type < '0' || r->type > '9' || r->type == '4' || r->sum != 0xff ||
	    r->n != (size_t)r->bytes[0] + 1)
		return false;
	for (size_t i = 0; i < width; i++)
		r->address = r->address << 8 | r->bytes[1 + i];
	r->data = r->bytes + 1 + width;
	r->n_data = width && r->n >= width + 2 ? r->n - width - 2 : 0;
	r->ends = r->type >= '7';
	return true;
}

static const struct record_kind kind = {'S', 2, take};

static int bid(struct span in, uint64_t *size)
{
	*size = 0;
	return records_bid(in, &kind);
}

static enum status srec_open(struct span in, struct sink *out)
{
	return records_open(in, out, &kind);
}

const struct format format_srec = {
	.name = "srec",
	.title = "Motorola S-records",
	.reference = "M68000 Family Programmer's Reference Manual, appendix C",
	.tested = "objcopy 2.40",
	.magic = NULL,
	.flags = FORMAT_START,
	.bid = bid,
	.open = srec_open,
};
