/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TP-Link Omada gateways and switches ("dkmgt"), big endian:
 *
 *   0 six magic words(24)  24 version(4)  28 next header(4)  32 header length(4)  36 total
 * length(4) 48 MD5(16) ...  304 signature(112)   0x1040 table, 64 KiB of JSON:
 * {"up-ptn-table":[{"name":
 *   "...","base":"0x...","size":"0x..."}, ...]}, bases count from behind the table; 0x11040 data
 *
 * A partition may begin with a header of its own: aa55d98f 04e955aa length(4) sum(4).
 * Reference: OpenWrt firmware-utils dkmgt-fwutil.c.
 */
#include "base/text.h"
#include "format/part.h"

enum { TABLE = 0x1040, TABLE_SIZE = 0x10000, DATA = TABLE + TABLE_SIZE, MAX_PARTS = 64, OWN = 16 };

/* The next value of a key in the table; advances *pos behind it. */
static bool value(struct span table, const char *key, size_t *pos, struct span *out)
{
	size_t at = span_find(table, span_str(key), *pos);
	const uint8_t *p;
	if (at >= table.n)
		return false;
	struct span rest = span_from(table, at + strlen(key));
	if (!(p = memchr(rest.p, '"', rest.n < 8 ? rest.n : 8)))
		return false;
	rest = span_from(rest, (size_t)(p - rest.p) + 1);
	if (!rest.n || !(p = memchr(rest.p, '"', rest.n < 64 ? rest.n : 64)))
		return false;
	*out = SPAN(rest.p, (size_t)(p - rest.p));
	*pos = (size_t)(p - table.p);
	return true;
}

static int bid(struct span in, uint64_t *size)
{
	uint32_t total = span_be32(in, 36);
	*size = 0;
	if (!SPAN_IS(in, 0, "\xa5\xa5\xa5\xa5\x8f\x72\x63\x2a") ||
	    !SPAN_IS(in, 20, "\x5a\x5a\x5a\x5a") || in.n < DATA ||
	    span_find(span_cut(in, TABLE, 64), SPAN_LIT("up-ptn-table"), 0) >= 64)
		return 0;
	*size = total >= DATA ? total : in.n;
	return 94;
}

static enum status omada_open(struct span in, struct sink *out)
{
	struct span table = span_cut(in, TABLE, TABLE_SIZE), name, base, size;
	size_t pos = 0;
	enum status st = ST_OK;
	uint64_t end = 0;
	bid(in, &end);
	for (int i = 0;
	     i < MAX_PARTS && st == ST_OK && value(table, "\"name\":", &pos, &name) &&
	     value(table, "\"base\":", &pos, &base) && value(table, "\"size\":", &pos, &size);
	     i++) {
		int64_t at, n;
		char text[40];
		if (!text_number(base, &at) || !text_number(size, &n) || at < 0 || n <= 0 ||
		    at > UINT32_MAX)
			continue;
		at += DATA;
		if (SPAN_IS(in, (uint64_t)at, "\xaa\x55\xd9\x8f\x04\xe9\x55\xaa") && n > OWN &&
		    span_be32(in, (uint64_t)at + 8) <= (uint64_t)n - OWN) {
			n = span_be32(in, (uint64_t)at + 8);
			at += OWN;
		}
		part_name(name, 0, name.n, text, sizeof text);
		st = part_slice(out, in, *text ? text : "part", (uint64_t)at, (uint64_t)n);
	}
	out->used = end < in.n ? end : in.n;
	return st;
}

const struct format format_tplink_omada = {
    .name = "tplink-omada",
    .title = "TP-Link Omada firmware",
    .reference = "OpenWrt firmware-utils dkmgt-fwutil.c",
    .tested = "generator in tests",
    .magic = (const struct magic[]){MAGIC(0, "\xa5\xa5\xa5\xa5\x8f\x72\x63\x2a"), MAGIC_END},
    .bid = bid,
    .open = omada_open,
};
