/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Intel HEX: lines of hex digits,
 *
 *   ':' count(1) address(2, BE) type(1) data(count) sum(1: all bytes of the line add up to zero)
 *
 * types: 0 data, 1 end, 2 segment (address * 16), 3 start, 4 upper 16 bits of the address, 5 start.
 * Memory comes out as a sparse map (records.h). Reference: Intel, Hexadecimal Object File Format
 * Specification, revision A, 1988.
 */
#include "format/records.h"

static bool take(struct record *r)
{
	uint64_t word = (uint64_t)r->bytes[4] << 8 | r->bytes[5];
	if (r->n < 5 || r->sum || r->n != (size_t)r->bytes[0] + 5 || r->bytes[3] > 5)
		return false;
	switch (r->bytes[3]) {
	case 0:
		r->address = r->base + ((uint64_t)r->bytes[1] << 8 | r->bytes[2]);
		r->data = r->bytes + 4;
		r->n_data = r->bytes[0];
		break;
	case 1:
		r->ends = true;
		break;
	case 2:
		r->base = r->bytes[0] >= 2 ? word << 4 : 0;
		break;
	case 4:
		r->base = r->bytes[0] >= 2 ? word << 16 : 0;
		break;
	default:
		break;
	}
	return true;
}

static const struct record_kind kind = {':', 1, take};

static int bid(struct span in, uint64_t *size)
{
	*size = 0;
	return records_bid(in, &kind);
}

static enum status ihex_open(struct span in, struct sink *out)
{
	return records_open(in, out, &kind);
}

const struct format format_ihex = {
	.name = "ihex",
	.title = "Intel HEX",
	.reference = "Intel Hexadecimal Object File Format Specification, 1988",
	.tested = "objcopy 2.40",
	.magic = NULL,
	.flags = FORMAT_START,
	.bid = bid,
	.open = ihex_open,
};
