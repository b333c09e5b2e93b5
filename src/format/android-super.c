/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Android "super" partition: logical partitions made of extents, little endian.
 *
 *   0x1000 geometry  0 "gDla"  4 length(4)  8 SHA-256(32)  40 room for metadata(4)  44 slots(4)  48
 * block(4) 0x2000 the same again;  0x3000 metadata of the first slot ... metadata  0 "0PLA"  4
 * major(2) minor(2)  8 header length(4)  12 SHA-256 of the header(32) 44 length of the tables(4) 48
 * SHA-256 of the tables(32)  then four of: at(4) count(4) entry length(4): 80 partitions  92
 * extents  104 groups  116 block devices partition  0 name(36)  36 attributes(4)  40 first
 * extent(4)  44 extents(4)  48 group(4) extent     0 sectors(8)  8 type(4: 0 linear, 1 zeros)  12
 * sector(8)  20 block device(4)
 *
 * Reference: AOSP fs_mgr/liblp/include/liblp/metadata_format.h.
 */
#include "base/hash.h"
#include "format/part.h"
#include "format/unix.h"

enum {
	GEOMETRY = 0x1000,
	META = 0x3000,
	SECTOR = 512,
	PARTITION = 52,
	EXTENT = 24,
	MAX_ENTRIES = 4096,
	MAX_META = 1 << 20
};

struct super {
	struct span tables;
	uint32_t parts, part_at, part_step, extents, extent_at, extent_step;
};

static bool digest_fits(struct span in, uint64_t at, uint64_t n, uint64_t hole, struct span want)
{
	struct buf b = {0};
	uint8_t sum[SHA256_SIZE];
	struct span s = span_cut(in, at, n);
	if (s.n < n || n > MAX_META)
		return false;
	buf_add(&b, s.p, s.n);
	if (hole + SHA256_SIZE <= n)
		memset(b.p + hole, 0, SHA256_SIZE);
	hash_sha256(buf_span(&b), sum);
	buf_free(&b);
	return span_equal(want, SPAN(sum, sizeof sum));
}

static bool read_meta(struct span in, uint64_t at, struct super *s)
{
	struct span h = span_cut(in, at, 256);
	uint32_t header = span_le32(h, 8), tables = span_le32(h, 44);
	if (!SPAN_IS(h, 0, "0PLA") || header < 128 || header > 4096 || tables > MAX_META ||
	    !digest_fits(in, at, header, 12, span_cut(h, 12, 32)))
		return false;
	if (!digest_fits(in, at + header, tables, UINT32_MAX, span_cut(h, 48, 32)))
		return false;
	*s = (struct super){span_cut(in, at + header, tables),
			    span_le32(h, 84),
			    span_le32(h, 80),
			    span_le32(h, 88),
			    span_le32(h, 96),
			    span_le32(h, 92),
			    span_le32(h, 100)};
	return s->parts <= MAX_ENTRIES && s->extents <= MAX_ENTRIES && s->part_step >= PARTITION &&
	       s->extent_step >= EXTENT;
}

/* The first slot that is sound, of the first or of the backup metadata. */
static bool find_meta(struct span in, struct super *s)
{
	uint64_t geometry = SPAN_IS(in, GEOMETRY, "gDla") ? GEOMETRY : GEOMETRY + 0x1000;
	uint32_t room = span_le32(in, geometry + 40), slots = span_le32(in, geometry + 44);
	if (!SPAN_IS(in, geometry, "gDla") || room < 4096 || room > MAX_META || slots == 0 ||
	    slots > 8)
		return false;
	for (uint32_t i = 0; i < 2 * slots; i++)
		if (read_meta(in, META + (uint64_t)i * room, s))
			return true;
	return false;
}

static int bid(struct span in, uint64_t *size)
{
	struct super s;
	*size = 0;
	if (!find_meta(in, &s))
		return 0;
	for (uint32_t i = 0; i < s.extents; i++) {
		uint64_t e = s.extent_at + (uint64_t)i * s.extent_step, n = span_le64(s.tables, e),
			 to;
		if (span_le32(s.tables, e + 8) == 0 && n < UINT64_C(1) << 40 &&
		    !__builtin_add_overflow(span_le64(s.tables, e + 12), n, &to) &&
		    to < UINT64_C(1) << 40 && to * SECTOR > *size)
			*size = to * SECTOR;
	}
	/* The partition itself is larger than what is in use: what follows is its free room. */
	*size = in.n > *size ? in.n : *size;
	return 97;
}

/* One partition: a slice when it is one extent, else put together. */
static enum status give(struct span in, const struct super *s, const char *name, uint32_t first,
			uint32_t count, struct sink *out)
{
	uint64_t e = s->extent_at + (uint64_t)first * s->extent_step, total = 0;
	if (count == 1 && span_le32(s->tables, e + 8) == 0 &&
	    span_le64(s->tables, e) < UINT64_C(1) << 40 &&
	    span_le64(s->tables, e + 12) < UINT64_C(1) << 40)
		return part_slice(out, in, name, span_le64(s->tables, e + 12) * SECTOR,
				  span_le64(s->tables, e) * SECTOR);
	struct entry entry = {.path = name, .type = ENTRY_PART};
	for (uint32_t i = 0; i < count; i++)
		total += span_le64(s->tables, e + (uint64_t)i * s->extent_step) %
			 (UINT64_C(1) << 40) * SECTOR;
	entry.size = total;
	enum status st = out->begin(out, &entry), whole = ST_OK;
	if (st != ST_OK)
		return st == ST_SKIP ? ST_OK : st;
	for (uint32_t i = 0; i < count && st == ST_OK && whole == ST_OK; i++, e += s->extent_step) {
		uint64_t n = span_le64(s->tables, e), at = span_le64(s->tables, e + 12);
		if (n >= UINT64_C(1) << 40 || at >= UINT64_C(1) << 40 ||
		    span_le32(s->tables, e + 8) > 1) {
			whole = ST_DAMAGED;
			break;
		}
		struct span data = span_cut(in, at * SECTOR, n * SECTOR);
		if (span_le32(s->tables, e + 8) == 1)
			st = sink_zeros(out, n * SECTOR);
		else if (data.n)
			st = out->write(out, data.p, data.n);
		if (span_le32(s->tables, e + 8) == 0 && data.n < n * SECTOR)
			whole = ST_TRUNCATED;
	}
	enum status ended = out->end(out, st != ST_OK ? st : whole);
	return st != ST_OK ? st : ended == ST_SKIP ? ST_OK : ended;
}

static enum status super_open(struct span in, struct sink *out)
{
	struct super s;
	enum status st = ST_OK;
	char name[37];
	if (!find_meta(in, &s))
		return ST_DAMAGED;
	out->used = in.n;
	for (uint32_t i = 0; i < s.parts && st == ST_OK; i++) {
		uint64_t p = s.part_at + (uint64_t)i * s.part_step;
		uint32_t first = span_le32(s.tables, p + 40), count = span_le32(s.tables, p + 44);
		part_name(s.tables, p, 36, name, sizeof name);
		if (first > s.extents || count > s.extents - first) {
			sink_note(out, META, "%s: its extents are not in the table", name);
			continue;
		}
		if (count)
			st = give(in, &s, *name ? name : "partition", first, count, out);
	}
	return st;
}

const struct format format_android_super = {
    .name = "android-super",
    .title = "Android super partition",
    .reference = "AOSP fs_mgr/liblp/include/liblp/metadata_format.h",
    .tested = "generator in tests",
    .magic = (const struct magic[]){MAGIC(GEOMETRY, "gDla"), MAGIC(GEOMETRY + 0x1000, "gDla"),
				    MAGIC_END},
    .bid = bid,
    .open = super_open,
};
