/* SPDX-License-Identifier: Apache-2.0 */
#include "format/member.h"

enum entry_type member_type(uint32_t mode, bool *known)
{
	bool is = true;
	enum entry_type type = ENTRY_FILE;
	switch (mode & MODE_TYPE) {
	case MODE_FILE: break;
	case MODE_DIR: type = ENTRY_DIR; break;
	case MODE_LINK: type = ENTRY_SYMLINK; break;
	case MODE_CHAR: type = ENTRY_CHAR; break;
	case MODE_BLOCK: type = ENTRY_BLOCK; break;
	case MODE_FIFO: type = ENTRY_FIFO; break;
	case MODE_SOCKET: type = ENTRY_SOCKET; break;
	default: is = false;
	}
	if (known)
		*known = is;
	return type;
}

static unsigned digit(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10u;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10u;
	return 99;
}

bool member_number(struct span field, unsigned base, uint64_t *out)
{
	uint64_t v = 0;
	for (size_t i = 0; i < field.n; i++) {
		unsigned d = digit(field.p[i]);
		if (d >= base || __builtin_mul_overflow(v, base, &v) ||
		    __builtin_add_overflow(v, d, &v))
			return false;
	}
	*out = v;
	return field.n > 0;
}

struct span member_text(struct span field)
{
	const uint8_t *nul = field.n ? memchr(field.p, 0, field.n) : NULL;
	return nul ? SPAN(field.p, (size_t)(nul - field.p)) : field;
}

struct span member_field(struct span field)
{
	while (field.n && field.p[0] == ' ')
		field = span_from(field, 1);
	field = member_text(field);
	while (field.n && field.p[field.n - 1] == ' ')
		field.n--;
	return field;
}

enum status member_give(struct sink *out, const struct entry *e, struct span bytes, enum status st)
{
	enum status got;
	if (st == ST_OK) {
		got = out->slice(out, e, bytes);
		return member_stops(got) ? got : ST_OK;
	}
	got = out->begin(out, e);
	if (got != ST_OK)
		return member_stops(got) ? got : ST_OK;
	enum status wrote = bytes.n ? out->write(out, bytes.p, bytes.n) : ST_OK;
	got = out->end(out, wrote == ST_OK ? st : wrote);
	if (wrote != ST_OK)
		return wrote;
	return member_stops(got) ? got : ST_OK;
}

enum status member_worse(enum status a, enum status b)
{
	static const uint8_t rank[] = {
		[ST_OK] = 0,	    [ST_SKIP] = 0,      [ST_UNSUPPORTED] = 1, [ST_ENCRYPTED] = 2,
		[ST_TRUNCATED] = 3, [ST_DAMAGED] = 4, [ST_LIMIT] = 5,
	};
	return rank[b] > rank[a] ? b : a;
}

int64_t member_dos_time(uint16_t date, uint16_t time)
{
	static const uint16_t before[] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};
	unsigned year = 1980u + (date >> 9), month = (date >> 5) & 15, day = date & 31;
	if (month < 1 || month > 12 || day < 1)
		return 0;
	int64_t days = (int64_t)(year - 1970) * 365 + (year - 1969) / 4 - (year > 2100);
	days += before[month - 1] + day - 1;
	if (month > 2 && year % 4 == 0 && year != 2100)
		days++;
	return days * 86400 + (time >> 11) * 3600 + ((time >> 5) & 63) * 60 + (time & 31) * 2;
}

bool member_printable(struct span name)
{
	for (size_t i = 0; i < name.n; i++)
		if (name.p[i] < 0x20 || name.p[i] == 0x7f)
			return false;
	return name.n > 0;
}
