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

enum { MAX = 256, PROBE = 4 };

struct line {
	uint8_t bytes[MAX];
	size_t n;
	char type;
};

static bool read_line(struct span text, struct line *l)
{
	struct span s = span_trim(text);
	uint8_t sum = 0;
	if (s.n < 10 || s.p[0] != 'S' || s.p[1] < '0' || s.p[1] > '9' || s.p[1] == '4' || s.n % 2 ||
	    s.n > 2 + 2 * MAX)
		return false;
	l->type = (char)s.p[1];
	l->n = (s.n - 2) / 2;
	for (size_t i = 0; i < l->n; i++) {
		int v = records_byte(s.p + 2 + 2 * i);
		if (v < 0)
			return false;
		l->bytes[i] = (uint8_t)v;
		sum = (uint8_t)(sum + v);
	}
	return sum == 0xff && l->n == (size_t)l->bytes[0] + 1;
}

static size_t address_size(char type)
{
	return type == '1' ? 2 : type == '2' ? 3 : type == '3' ? 4 : 0;
}

static int bid(struct span in, uint64_t *size)
{
	struct line l;
	struct span line;
	size_t pos = 0;
	int good = 0;
	*size = 0;
	if (in.n < 10 || in.p[0] != 'S')
		return 0;
	while (good < PROBE && span_line(in, &pos, &line)) {
		if (!read_line(line, &l))
			return 0;
		good++;
		if (l.type >= '7')
			break;
	}
	return good ? 90 : 0;
}

static enum status srec_open(struct span in, struct sink *out)
{
	struct records r = {.out = out};
	struct line l = {0};
	struct span line;
	size_t pos = 0, before = 0;
	enum status st = ST_OK, member = ST_OK;
	bool ended = false;
	while (st == ST_OK && !ended && span_line(in, &pos, &line)) {
		if (read_line(line, &l)) {
			size_t a = address_size(l.type);
			uint64_t address = 0;
			for (size_t i = 0; i < a; i++)
				address = address << 8 | l.bytes[1 + i];
			if (a && l.n >= a + 2)
				st = records_data(&r, address, l.bytes + 1 + a, l.n - a - 2, before);
			ended = l.type >= '7';
		} else if (span_trim(line).n) {
			sink_note(out, before, "line is damaged or not of this format");
			member = ST_DAMAGED;
			if (line.p[0] != 'S')
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
