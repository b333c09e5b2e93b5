/* SPDX-License-Identifier: Apache-2.0 */
#include "format/unix.h"

bool entry_mode(struct entry *e, uint32_t st_mode)
{
	static const struct {
		uint32_t bits;
		enum entry_type type;
	} types[] = {{0100000, ENTRY_FILE}, {0040000, ENTRY_DIR},  {0120000, ENTRY_SYMLINK},
		     {0020000, ENTRY_CHAR}, {0060000, ENTRY_BLOCK}, {0010000, ENTRY_FIFO},
		     {0140000, ENTRY_SOCKET}};
	e->mode = st_mode & 07777;
	for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
		if ((st_mode & 0170000) == types[i].bits) {
			e->type = types[i].type;
			return true;
		}
	return false;
}

void entry_device(struct entry *e, uint32_t dev)
{
	e->dev_major = (dev & 0xfff00) >> 8;
	e->dev_minor = (dev & 0xff) | ((dev >> 12) & 0xfff00);
}

enum status sink_bare(struct sink *s, const struct entry *e)
{
	return s->slice(s, e, SPAN(NULL, 0));
}

enum status sink_zeros(struct sink *s, uint64_t n)
{
	static const uint8_t zeros[65536];
	enum status st = ST_OK;
	for (; n && st == ST_OK; n -= n < sizeof zeros ? n : sizeof zeros)
		st = s->write(s, zeros, n < sizeof zeros ? (size_t)n : sizeof zeros);
	return st;
}

int64_t unix_time(int64_t year, unsigned month, unsigned day, unsigned hour, unsigned minute,
		  unsigned second)
{
	if (month < 1 || month > 12 || day < 1 || day > 31)
		return 0;
	/* Years that begin in March put the leap day at the end. */
	int64_t y = month > 2 ? year : year - 1, m = month > 2 ? month - 3 : month + 9;
	int64_t days = 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1 - 719468;
	return days * 86400 + hour * 3600 + minute * 60 + second;
}

static void add_utf8(struct buf *b, uint32_t c)
{
	if (c < 0x80) {
		buf_byte(b, (uint8_t)c);
		return;
	}
	if (c < 0x800) {
		buf_byte(b, (uint8_t)(0xc0 | c >> 6));
	} else {
		if (c < 0x10000) {
			buf_byte(b, (uint8_t)(0xe0 | c >> 12));
		} else {
			buf_byte(b, (uint8_t)(0xf0 | c >> 18));
			buf_byte(b, (uint8_t)(0x80 | (c >> 12 & 63)));
		}
		buf_byte(b, (uint8_t)(0x80 | (c >> 6 & 63)));
	}
	buf_byte(b, (uint8_t)(0x80 | (c & 63)));
}

char *utf16_text(struct arena *a, struct span s, bool big_endian)
{
	struct buf b = {0};
	for (size_t i = 0; i + 2 <= s.n; i += 2) {
		uint32_t c = span_u16(s, i, big_endian), low = span_u16(s, i + 2, big_endian);
		if (!c || c == 0xffff)
			break;
		if (c >> 10 == 0x36 && low >> 10 == 0x37) {
			c = 0x10000 + ((c & 0x3ff) << 10) + (low & 0x3ff);
			i += 2;
		}
		add_utf8(&b, c);
	}
	char *text = arena_str(a, buf_span(&b));
	buf_free(&b);
	return text;
}
