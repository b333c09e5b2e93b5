/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TP-Link SafeLoader (Pharos, Archer, EAP, Deco):
 *
 *   0x0000 size(4, BE)  0x0004 MD5(16) of a salt and all from 0x14 on
 *   0x0014 length of vendor text(4, BE)  0x0018 vendor text, 0xff padded; or "fw-type:Cloud\n", at
 * 0x110 length of the signature(4, BE) and at 0x130 the signature, which the MD5 leaves out 0x1014
 * table, 0x800 bytes: lines "fwup-ptn NAME base 0x00800 size 0x00800\t\r\n"; bases count from
 * 0x1014
 *
 * Reference: OpenWrt firmware-utils tplink-safeloader.c.
 */
#include "base/hash.h"
#include "base/text.h"
#include "format/part.h"

enum { TABLE = 0x1014, TABLE_SIZE = 0x800, MAX_PARTS = 64 };

struct row {
	char name[40];
	uint64_t base, size;
};

static bool read_row(struct span line, struct row *r)
{
	int64_t base, size;
	struct span rest = span_trim(line);
	if (!text_prefix(rest, "fwup-ptn "))
		return false;
	(void)text_field(&rest, ' ');
	struct span name = text_field(&rest, ' ');
	if (!span_eq_str(text_field(&rest, ' '), "base") ||
	    !text_number(text_field(&rest, ' '), &base) ||
	    !span_eq_str(text_field(&rest, ' '), "size") || !text_number(span_trim(rest), &size))
		return false;
	if (name.n == 0 || base < 0 || size < 0 || base > UINT32_MAX || size > UINT32_MAX)
		return false;
	part_name(name, 0, name.n, r->name, sizeof r->name);
	r->base = TABLE + (uint64_t)base;
	r->size = (uint64_t)size;
	return true;
}

/* Newer images say their kind instead of a vendor's text, and are signed. */
static bool is_cloud(struct span in)
{
	return SPAN_IS(in, 0x14, "fw-type:");
}

static int bid(struct span in, uint64_t *size)
{
	struct row r;
	struct span line;
	size_t pos = 0;
	*size = 0;
	if (!SPAN_IS(in, TABLE, "fwup-ptn ") || (span_be32(in, 0x14) > 0x1000 - 4 && !is_cloud(in)))
		return 0;
	if (!span_line(span_cut(in, TABLE, TABLE_SIZE), &pos, &line) || !read_row(line, &r))
		return 0;
	*size = span_be32(in, 0);
	return *size > TABLE + TABLE_SIZE && r.base + r.size <= *size ? 95 : 0;
}

static bool md5_fits(struct span in, uint64_t size)
{
	static const uint8_t salt[16] = {0x7a, 0x2b, 0x15, 0xed, 0x9b, 0x98, 0x59, 0x6d,
					 0xe5, 0x04, 0xab, 0x44, 0xac, 0x2a, 0x9f, 0x4e};
	struct buf b = {0};
	uint8_t md5[16];
	buf_add(&b, salt, sizeof salt);
	buf_add(&b, in.p + 0x14, (size_t)size - 0x14);
	hash_md5(buf_span(&b), md5);
	buf_free(&b);
	return span_is(in, 4, md5, 16);
}

static enum status safeloader_open(struct span in, struct sink *out)
{
	uint64_t size = span_be32(in, 0);
	struct span line, table = span_cut(in, TABLE, TABLE_SIZE);
	struct row r;
	size_t pos = 0;
	int count = 0;
	enum status st = ST_OK;
	if (is_cloud(in) && (SPAN_IS(in, 0x110, "\0\0\1\0") || SPAN_IS(in, 0x110, "\0\0\2\0")))
		sink_note(out, 0x130, "signed: RSA-%u", span_be32(in, 0x110) * 4);
	if (size > in.n)
		sink_note(out, 0, "declared length runs past the end");
	else if (size > 0x14 && !is_cloud(in) && !md5_fits(in, size))
		sink_note(out, 4, "MD5 is wrong");
	while (st == ST_OK && count++ < MAX_PARTS && span_line(table, &pos, &line) &&
	       read_row(line, &r))
		st = part_slice(out, in, r.name, r.base, r.size);
	out->used = size < in.n ? size : in.n;
	return st;
}

static void safeloader_label(struct span in, struct label *out)
{
	uint32_t n = is_cloud(in) ? 16 : span_be32(in, 0x14);
	char text[100];
	snprintf(out->text, sizeof out->text, "%s",
		 part_text(in, is_cloud(in) ? 0x14 : 0x18, n < sizeof text ? n : sizeof text, text,
			   sizeof text));
}

const struct format format_tplink_safeloader = {
    .name = "tplink-safeloader",
    .title = "TP-Link SafeLoader firmware",
    .reference = "OpenWrt firmware-utils tplink-safeloader.c",
    .tested = "generator in tests",
    .magic = (const struct magic[]){MAGIC(TABLE, "fwup-ptn "), MAGIC_END},
    .bid = bid,
    .open = safeloader_open,
    .label = safeloader_label,
};
