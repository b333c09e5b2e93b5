/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reolink and Swann firmware (.pak), little endian, in a form of 32 and one of 64 bits:
 *
 *   32: 0 13 59 72 32  4 crc(4)  8 board(4)   12 sections of 64: name(32) version(24) at(4)
 * length(4) 64: 0 13 59 72 32  4 zero(4) 8 crc(8) 16 board(8)  24 sections of 72: ... at(8)
 * length(8) then as many partitions of 76: name(32) ?(4) device(32) ...
 *
 * Nothing counts the sections: the first begins where the partitions end.
 * Reference: vmallet pakler; kaitai_struct_formats firmware/reolink.ksy.
 */
#include "format/part.h"

enum { MAX_SECTIONS = 64, PARTITION = 76 };

struct layout {
	uint64_t first, step;
	uint32_t count;
	bool wide;
};

static uint64_t field(struct span in, const struct layout *l, uint32_t i, bool length)
{
	uint64_t e = l->first + i * l->step + 56;
	return l->wide ? span_le64(in, e + 8 * length) : span_le32(in, e + 4 * length);
}

static bool read_layout(struct span in, struct layout *l)
{
	*l = (struct layout){.first = 12, .step = 64};
	if (!SPAN_IS(in, 0, "\x13\x59\x72\x32"))
		return false;
	if (span_le32(in, 4) == 0)
		*l = (struct layout){.first = 24, .step = 72, .wide = true};
	uint64_t at = field(in, l, 0, false), each = l->step + PARTITION;
	if (at <= l->first || (at - l->first) % each || (at - l->first) / each > MAX_SECTIONS ||
	    at > in.n)
		return false;
	l->count = (uint32_t)((at - l->first) / each);
	for (uint32_t i = 0; i < l->count; i++)
		if (!part_is_text(in, l->first + i * l->step, 32, 0) ||
		    field(in, l, i, true) > UINT32_MAX)
			return false;
	return true;
}

static int bid(struct span in, uint64_t *size)
{
	struct layout l;
	*size = 0;
	if (!read_layout(in, &l))
		return 0;
	for (uint32_t i = 0; i < l.count; i++) {
		uint64_t at = field(in, &l, i, false), end = at + field(in, &l, i, true);
		if (at <= UINT32_MAX && end > *size)
			*size = end;
	}
	return 93;
}

static enum status reolink_open(struct span in, struct sink *out)
{
	struct layout l;
	char name[33];
	uint64_t end = 0;
	enum status st = ST_OK;
	if (!read_layout(in, &l))
		return ST_DAMAGED;
	for (uint32_t i = 0; i < l.count && st == ST_OK; i++) {
		part_name(in, l.first + i * l.step, 32, name, sizeof name);
		if (!*name)
			snprintf(name, sizeof name, "section-%u", i);
		st = part_slice(out, in, name, field(in, &l, i, false), field(in, &l, i, true));
	}
	bid(in, &end);
	out->used = end < in.n ? end : in.n;
	return st;
}

const struct format format_reolink = {
    .name = "reolink",
    .title = "Reolink or Swann firmware (.pak)",
    .reference = "pakler; kaitai_struct_formats firmware/reolink.ksy",
    .tested = "generator in tests",
    .magic = (const struct magic[]){MAGIC(0, "\x13\x59\x72\x32"), MAGIC_END},
    .bid = bid,
    .open = reolink_open,
};
