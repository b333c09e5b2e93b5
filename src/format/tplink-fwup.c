/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TP-Link and Mercusys images with the header of SafeLoader and a binary table, big endian:
 *
 *   0x0000 length(4)  0x0004 MD5(16) of a salt and all from 0x14 on  0x0014 ff.., or "fw-type:NAME"
 *   0x1014 rootfs size(4) rows(4), then rows of 44 bytes: kind(4) name(32) offset(4) size(4)
 *          or      rootfs size(4) rows(4) zero(4), then:  name(32) offset(4) size(4) kind(4)
 *          (offsets count from 0x1814, where the rootfs stands)
 *          or a chain: name(32) offset(4) next(4, 0: last) size(4) content; offsets count from
 *          0x1014, and the rootfs stands behind the last content
 *
 * Reference: OpenWrt scripts tplink-mkimage-2022.py, -2023.py, -ubi.py, tplink-re700x-factory.py,
 * mercusys-fwup.py.
 */
#include "base/hash.h"
#include "format/part.h"

enum { TABLE = 0x1014, DATA = 0x1814, ROW = 44, MAX_ROWS = 32, NAME = 32 };

enum kind { KIND_FIRST = 4, KIND_LAST = 0, KIND_CHAIN = -1, KIND_NONE = -2 };

struct row {
	char name[NAME + 1];
	uint64_t at, size, next;
};

static bool row_at(struct span in, uint64_t at, enum kind kind, struct row *r)
{
	uint64_t name = kind == KIND_FIRST ? at + 4 : at;
	if (!span_has(in, at, ROW) || !part_is_text(in, name, NAME, 3))
		return false;
	part_name(in, name, NAME, r->name, sizeof r->name);
	r->at = (uint64_t)span_be32(in, name + NAME) + (kind == KIND_CHAIN ? TABLE : DATA);
	r->size = span_be32(in, name + NAME + (kind == KIND_CHAIN ? 8 : 4));
	r->next = kind == KIND_CHAIN ? span_be32(in, at + NAME + 4) : 0;
	return true;
}

/* Which of the three tables stands here: its rows must follow each other. */
static enum kind kind_of(struct span in)
{
	struct row r;
	uint64_t length = span_be32(in, 0);
	uint32_t rootfs = span_be32(in, TABLE), rows = span_be32(in, TABLE + 4);
	if (length < DATA || in.n < DATA)
		return KIND_NONE;
	if (row_at(in, TABLE, KIND_CHAIN, &r) && r.at == TABLE + ROW &&
	    (r.next ? r.next == ROW + r.size : r.at + r.size < length))
		return KIND_CHAIN;
	if (rows == 0 || rows > MAX_ROWS || (uint64_t)rootfs + DATA > length)
		return KIND_NONE;
	if (row_at(in, TABLE + 8, KIND_FIRST, &r) && r.at == (uint64_t)DATA + rootfs &&
	    r.at + r.size <= length)
		return KIND_FIRST;
	if (span_be32(in, TABLE + 8) == 0 && row_at(in, TABLE + 12, KIND_LAST, &r) &&
	    r.at == (uint64_t)DATA + rootfs && r.at + r.size <= length)
		return KIND_LAST;
	return KIND_NONE;
}

static int bid(struct span in, uint64_t *size)
{
	*size = 0;
	if (kind_of(in) == KIND_NONE)
		return 0;
	*size = span_be32(in, 0);
	return 94;
}

static bool md5_fits(struct span image)
{
	static const uint8_t salt[16] = {0x7a, 0x2b, 0x15, 0xed, 0x9b, 0x98, 0x59, 0x6d,
					 0xe5, 0x04, 0xab, 0x44, 0xac, 0x2a, 0x9f, 0x4e};
	struct buf b = {0};
	uint8_t md5[16];
	buf_add(&b, salt, sizeof salt);
	buf_add(&b, image.p + 0x14, image.n - 0x14);
	hash_md5(buf_span(&b), md5);
	buf_free(&b);
	return span_is(image, 4, md5, 16);
}

static enum status open_rows(struct span image, enum kind kind, struct sink *out)
{
	struct row r;
	uint32_t rows = span_be32(image, TABLE + 4);
	uint64_t at = TABLE + (kind == KIND_FIRST ? 8 : 12);
	enum status st = part_slice(out, image, "rootfs", DATA, span_be32(image, TABLE));
	for (uint32_t i = 0; i < rows && i < MAX_ROWS && st == ST_OK && row_at(image, at, kind, &r);
	     i++) {
		st = part_slice(out, image, r.name, r.at, r.size);
		at += ROW;
	}
	return st;
}

static enum status open_chain(struct span image, uint64_t length, struct sink *out)
{
	struct row r = {.next = 0};
	uint64_t at = TABLE, end = 0;
	enum status st = ST_OK;
	for (int i = 0; i < MAX_ROWS && st == ST_OK && row_at(image, at, KIND_CHAIN, &r); i++) {
		st = part_slice(out, image, r.name, r.at, r.size);
		end = r.at + r.size;
		if (r.next == 0 || TABLE + r.next <= at)
			break;
		at = TABLE + r.next;
	}
	return st == ST_OK && end < length ? part_slice(out, image, "rootfs", end, length - end)
					   : st;
}

static enum status fwup_open(struct span in, struct sink *out)
{
	enum kind kind = kind_of(in);
	uint64_t length = span_be32(in, 0);
	if (kind == KIND_NONE)
		return ST_DAMAGED;
	struct span image = span_cut(in, 0, length);
	out->used = image.n;
	if (image.n < length)
		sink_note(out, 0, "declared length runs past the end");
	else if (!md5_fits(image))
		sink_note(out, 4,
			  SPAN_IS(in, 0x14, "fw-type:Cloud")
			      ? "MD5 does not fit: signed, unverified"
			      : "MD5 is wrong");
	return kind == KIND_CHAIN ? open_chain(image, length, out) : open_rows(image, kind, out);
}

static void fwup_label(struct span in, struct label *out)
{
	char text[40];
	if (SPAN_IS(in, 0x14, "fw-type:"))
		snprintf(out->text, sizeof out->text, "type %s",
			 part_text(in, 0x1c, 33, text, sizeof text));
}

const struct format format_tplink_fwup = {
    .name = "tplink-fwup",
    .title = "TP-Link firmware with a binary table",
    .reference = "OpenWrt scripts/tplink-mkimage-2022.py, tplink-mkimage-2023.py",
    .tested = "OpenWrt tplink-mkimage-2022.py, -2023.py, -ubi.py, tplink-re700x-factory.py, "
	      "mercusys-fwup.py, "
	      "followed in tests",
    .magic = (const struct magic[]){MAGIC(TABLE, "support-list\0"), MAGIC(TABLE, "soft-version\0"),
				    MAGIC(TABLE + 12, "support-list\0"),
				    MAGIC(TABLE + 12, "soft-version\0"), MAGIC_END},
    .bid = bid,
    .open = fwup_open,
    .label = fwup_label,
};
