/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Extended attributes of SquashFS 4. An inode names a set of them by its number.
 *
 *   at xattrs_at:  start(8) of the metadata blocks with attributes, sets(4), unused(4), then the
 *                  places(8) of the metadata blocks with sets
 *   set:           place(8; block << 16 | offset behind start), attributes(4), bytes(4)
 *   attribute:     class(2; 100: the value stands elsewhere), name length(2), name, value length(4),
 *                  value, or the place(8) where its length and the value stand
 *
 * Reference: Linux fs/squashfs/squashfs_fs.h, xattr.c.
 */
#include "format/squashfs.h"

enum { SET = 16, ELSEWHERE = 0x100, CLASS = 0xff, NAME = 256, HEAD = 16 };

static const char *const classes[] = {"user.", "trusted.", "security."};

struct reading {
	struct sq *fs;
	struct attributes *out;
	uint64_t start; /* of the blocks with attributes */
	uint8_t *value;
};

static uint64_t u64(struct span s, uint64_t at, bool big_endian)
{
	return big_endian ? span_be64(s, at) : span_le64(s, at);
}

static struct sq_at at_ref(const struct reading *r, uint64_t ref)
{
	return (struct sq_at){r->start + (ref >> 16), (uint32_t)(ref & 0xffff)};
}

/* A length and as many bytes. */
static enum status read_value(struct reading *r, struct sq_at *at, struct span *value)
{
	uint8_t raw[4];
	enum status st = sq_read(r->fs, at, raw, sizeof raw);
	uint32_t n = span_u32(SPAN(raw, 4), 0, r->fs->s.big_endian);
	if (st == ST_OK && n > ATTRIBUTE_BYTES)
		return ST_DAMAGED;
	*value = SPAN(r->value, n);
	return st == ST_OK ? sq_read(r->fs, at, r->value, n) : st;
}

static enum status read_one(struct reading *r, struct sq_at *at)
{
	uint8_t raw[4], name[NAME];
	struct span value;
	bool big = r->fs->s.big_endian;
	enum status st = sq_read(r->fs, at, raw, sizeof raw);
	uint16_t type = span_u16(SPAN(raw, 4), 0, big), n = span_u16(SPAN(raw, 4), 2, big);
	if (st == ST_OK && (n > NAME - 1 || (type & CLASS) >= sizeof classes / sizeof *classes))
		return ST_DAMAGED;
	if (st == ST_OK)
		st = sq_read(r->fs, at, name, n);
	if (st == ST_OK)
		st = read_value(r, at, &value);
	if (st == ST_OK && (type & ELSEWHERE)) {
		if (value.n != 8)
			return ST_DAMAGED;
		struct sq_at other = at_ref(r, u64(value, 0, big));
		st = read_value(r, &other, &value);
	}
	if (st == ST_OK && !attributes_add(r->out, classes[type & CLASS], SPAN(name, n), value))
		st = ST_LIMIT;
	return st;
}

enum status sq_xattrs(struct sq *fs, uint32_t set, struct attributes *out)
{
	struct reading r = {fs, out, u64(fs->in, fs->s.xattrs_at, fs->s.big_endian), NULL};
	struct span head = span_cut(fs->in, fs->s.xattrs_at, HEAD);
	uint8_t raw[SET];
	attributes_reset(out);
	if (set == SQ_NO_XATTRS || fs->s.major != 4 || head.n < HEAD)
		return ST_OK;
	if (set >= span_u32(head, 8, fs->s.big_endian))
		return ST_DAMAGED;
	uint64_t where = (uint64_t)set * SET;
	uint64_t block = fs->s.xattrs_at + HEAD + where / SQ_META * 8;
	struct sq_at at = {u64(fs->in, block, fs->s.big_endian), (uint32_t)(where % SQ_META)};
	enum status st = sq_read(fs, &at, raw, sizeof raw);
	if (st != ST_OK || r.start > fs->in.n)
		return ST_DAMAGED;
	uint32_t count = span_u32(SPAN(raw, SET), 8, fs->s.big_endian);
	at = at_ref(&r, u64(SPAN(raw, SET), 0, fs->s.big_endian));
	r.value = mem_alloc(ATTRIBUTE_BYTES);
	for (uint32_t i = 0; i < count && i < ATTRIBUTES_MAX && st == ST_OK; i++)
		st = read_one(&r, &at);
	mem_free(r.value);
	return st;
}
