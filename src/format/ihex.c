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

enum { MAX = 255 + 5, PROBE = 4 };

struct line {
	uint8_t bytes[MAX];
	size_t n; /* with the sum */
};

/* One line's bytes; false when it is none or its sum is wrong. */
static bool read_line(struct span text, struct line *l)
{
	struct span s = span_trim(text);
	uint8_t sum = 0;
	if (s.n < 11 || s.p[0] != ':' || s.n % 2 == 0 || s.n > 1 + 2 * MAX)
		return false;
	l->n = (s.n - 1) / 2;
	for (size_t i = 0; i < l->n; i++) {
		int v = records_byte(s.p + 1 + 2 * i);
		if (v < 0)
			return false;
		l->bytes[i] = (uint8_t)v;
		sum = (uint8_t)(sum + v);
	}
	return sum == 0 && l->n == (size_t)l->bytes[0] + 5 && l->bytes[3] <= 5;
}

static int bid(struct span in, uint64_t *size)
{
	struct line l;
	struct span line;
	size_t pos = 0;
	int good = 0;
	*size = 0;
	if (in.n < 11 || in.p[0] != ':')
		return 0;
	while (good < PROBE && span_line(in, &pos, &line)) {
		if (!read_line(line, &l))
			return 0;
		good++;
		if (l.bytes[3] == 1)
			break;
	}
	return good ? 90 : 0;
}

/* Handles one line; *base is what the 16-bit addresses count from. */
static enum status take(struct records *r, const struct line *l, uint64_t *base, uint64_t at)
{
	uint64_t address = (uint64_t)l->bytes[1] << 8 | l->bytes[2];
	uint64_t word = (uint64_t)l->bytes[4] << 8 | l->bytes[5];
	switch (l->bytes[3]) {
	case 0:
		return records_data(r, *base + address, l->bytes + 4, l->bytes[0], at);
	case 2:
		*base = l->bytes[0] >= 2 ? word << 4 : 0;
		return ST_OK;
	case 4:
		*base = l->bytes[0] >= 2 ? word << 16 : 0;
		return ST_OK;
	default:
		return ST_OK;
	}
}

static enum status ihex_open(struct span in, struct sink *out)
{
	struct records r = {.out = out};
	struct line l = {0};
	struct span line;
	uint64_t base = 0;
	size_t pos = 0, before = 0;
	enum status st = ST_OK, member = ST_OK;
	bool ended = false;
	while (st == ST_OK && !ended && span_line(in, &pos, &line)) {
		memset(l.bytes, 0, 8);
		if (read_line(line, &l)) {
			st = take(&r, &l, &base, before);
			ended = l.bytes[3] == 1;
		} else if (span_trim(line).n) {
			sink_note(out, before, "line is damaged or not of this format");
			member = ST_DAMAGED;
			if (line.n == 0 || line.p[0] != ':')
				break;
			st = records_end(&r, ST_DAMAGED);
		}
		before = pos;
	}
	if (!ended && member == ST_OK && st == ST_OK) {
		sink_note(out, before, "no end record");
		member = ST_TRUNCATED;
	}
	enum status last = records_end(&r, st != ST_OK ? st : member);
	out->used = before < in.n ? before : in.n;
	return st != ST_OK ? st : last;
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
