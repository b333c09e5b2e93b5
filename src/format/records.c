/* SPDX-License-Identifier: Apache-2.0 */
#include "format/records.h"

enum { PROBE = 4 };

static int digit(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

enum status memory_end(struct memory_map *m, enum status st)
{
	enum status sent = ST_OK;
	if (m->open && !m->skipped)
		sent = m->out->end(m->out, st);
	m->open = false;
	return sent;
}

enum status memory_put(struct memory_map *m, uint64_t address, const uint8_t *p, size_t n, uint64_t at)
{
	char name[24];
	enum status st;
	if (n == 0)
		return ST_OK;
	if (m->open && address != m->next && (st = memory_end(m, ST_OK)) != ST_OK)
		return st;
	if (!m->open) {
		snprintf(name, sizeof name, "%08llx", (unsigned long long)address);
		struct entry e = {.path = name, .type = ENTRY_PART, .at = at};
		st = m->out->begin(m->out, &e);
		if (st != ST_OK && st != ST_SKIP)
			return st;
		m->open = true;
		m->skipped = st == ST_SKIP;
	}
	m->next = address + n;
	return m->skipped ? ST_OK : m->out->write(m->out, p, n);
}

/* One line; false when it is no record or its sum is wrong. */
static bool read_line(struct span text, const struct record_kind *kind, struct record *r)
{
	struct span s = span_trim(text);
	if (s.n < 10 || s.p[0] != (uint8_t)kind->mark || (s.n - kind->skip) % 2 ||
	    s.n > kind->skip + 2 * (size_t)RECORD_BYTES)
		return false;
	*r = (struct record){.base = r->base, .type = (char)s.p[1], .n = (s.n - kind->skip) / 2};
	for (size_t i = 0; i < r->n; i++) {
		int hi = digit(s.p[kind->skip + 2 * i]), lo = digit(s.p[kind->skip + 2 * i + 1]);
		if (hi < 0 || lo < 0)
			return false;
		r->bytes[i] = (uint8_t)(hi << 4 | lo);
		r->sum = (uint8_t)(r->sum + r->bytes[i]);
	}
	return kind->take(r);
}

int records_bid(struct span in, const struct record_kind *kind)
{
	struct record r = {.n = 0};
	struct span line;
	size_t pos = 0;
	int good = 0;
	if (in.n < 10 || in.p[0] != (uint8_t)kind->mark)
		return 0;
	while (good < PROBE && !r.ends && span_line(in, &pos, &line)) {
		if (!read_line(line, kind, &r))
			return 0;
		good++;
	}
	return good ? 90 : 0;
}

enum status records_open(struct span in, struct sink *out, const struct record_kind *kind)
{
	struct memory_map m = {.out = out};
	struct record r = {.n = 0};
	struct span line;
	size_t pos = 0, before = 0;
	enum status st = ST_OK, member = ST_OK;
	while (st == ST_OK && !r.ends && span_line(in, &pos, &line)) {
		if (read_line(line, kind, &r)) {
			st = memory_put(&m, r.address, r.data, r.n_data, before);
		} else if (span_trim(line).n) {
			sink_note(out, before, "line is damaged or not of this format");
			r.ends = false;
			member = ST_DAMAGED;
			if (line.p[0] != (uint8_t)kind->mark)
				break;
			st = memory_end(&m, ST_DAMAGED);
		}
		before = pos;
	}
	if (!r.ends && member == ST_OK && st == ST_OK) {
		sink_note(out, before, "no end record");
		member = ST_TRUNCATED;
	}
	enum status last = memory_end(&m, st != ST_OK ? st : member);
	out->used = before < in.n ? before : in.n;
	return st != ST_OK ? st : last;
}
