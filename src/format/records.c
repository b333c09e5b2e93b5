/* SPDX-License-Identifier: Apache-2.0 */
#include "format/records.h"

static int digit(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

int records_byte(const uint8_t *p)
{
	int hi = digit(p[0]), lo = digit(p[1]);
	return hi < 0 || lo < 0 ? -1 : hi << 4 | lo;
}

enum status records_end(struct records *r, enum status st)
{
	enum status sent = ST_OK;
	if (r->open && !r->skipped)
		sent = r->out->end(r->out, st);
	r->open = false;
	return sent;
}

enum status records_data(struct records *r, uint64_t address, const uint8_t *p, size_t n, uint64_t at)
{
	char name[24];
	enum status st;
	if (n == 0)
		return ST_OK;
	if (r->open && address != r->next && (st = records_end(r, ST_OK)) != ST_OK)
		return st;
	if (!r->open) {
		snprintf(name, sizeof name, "%08llx", (unsigned long long)address);
		struct entry e = {.path = name, .type = ENTRY_PART, .at = at};
		st = r->out->begin(r->out, &e);
		if (st != ST_OK && st != ST_SKIP)
			return st;
		r->open = true;
		r->skipped = st == ST_SKIP;
	}
	r->next = address + n;
	return r->skipped ? ST_OK : r->out->write(r->out, p, n);
}
