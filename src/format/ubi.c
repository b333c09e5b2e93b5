/* SPDX-License-Identifier: Apache-2.0 */
/*
 * UBI: volumes made of logical erase blocks (LEBs), spread over physical ones (PEBs). Big endian.
 *
 * each PEB  EC header   "UBI#" version(1) pad(3) erase_counter(8) vid_at(4) data_at(4)
 *                       image_seq(4) pad(32) crc(4)                             64 bytes
 *           VID header  at vid_at: "UBI!" version(1) type(1) copy(1) compat(1) volume(4) lnum(4)
 *                       pad(4) data_size(4) used_ebs(4) data_pad(4) data_crc(4) pad(4) sqnum(8)
 *                       pad(12) crc(4)                                          64 bytes
 *           content     at data_at, up to the end of the PEB
 * volume table: volume 0x7fffefff, records of 172 bytes: reserved(4) alignment(4) data_pad(4)
 *           type(1) updating(1) name_len(2) name(128) flags(1) pad(23) crc(4)
 *
 * CRCs are CRC-32 started with ffffffff and not inverted at the end. Of two PEBs with the same
 * volume and number the one with the higher sqnum counts, unless it is a broken copy.
 *
 * Reference: Linux drivers/mtd/ubi/ubi-media.h.
 */
#include "format/format.h"

#include "base/hash.h"

enum {
	HEADER = 64,
	RECORD = 172,
	MAX_PEB = 4 << 20,
	MAX_MISSING = 64, /* PEBs in a row without a header, before we take the image to end */
	MAX_VOLUMES = 128,
	TYPE_STATIC = 2,
};
static const uint32_t VTBL = 0x7fffefff, INTERNAL = 0x7fffefff - 4096;

struct geometry {
	uint64_t peb, vid_at, data_at, count; /* count: PEBs up to the end */
};

struct leb {
	uint64_t at, sqnum; /* at: the PEB's place */
	uint32_t volume, lnum, data_size, data_pad, data_crc, used;
	bool copy, is_static;
};

struct ubi {
	struct span in;
	struct sink *sink;
	struct geometry g;
	struct leb *lebs;
	size_t n, cap;
	uint8_t *erased; /* one PEB of ff */
};

static uint32_t crc(struct span s)
{
	return hash_crc32_raw(0xffffffff, s);
}

static bool ec_at(struct span in, uint64_t at)
{
	struct span h = span_cut(in, at, HEADER);
	return h.n == HEADER && SPAN_IS(h, 0, "UBI#\x01") && crc(span_cut(h, 0, 60)) == span_be32(h, 60);
}

/* The distance to the next EC header; 0 when there is none. */
static uint64_t next_ec(struct span in, uint64_t at)
{
	for (uint64_t step = 512; step <= MAX_PEB && at + step + HEADER <= in.n; step += 512)
		if (ec_at(in, at + step))
			return step;
	return 0;
}

static bool all_erased(struct span s)
{
	return s.n && s.p[0] == 0xff && memcmp(s.p, s.p + 1, s.n - 1) == 0;
}

/* A PEB with another image's number begins another image. */
static bool same_image(struct span in, uint64_t at)
{
	uint32_t first = span_be32(in, 24), here = span_be32(in, at + 24);
	return first == here || !first || !here;
}

static void count_pebs(struct span in, struct geometry *g)
{
	uint64_t missing = 0, at;
	g->count = 1;
	for (uint64_t i = 1; (at = i * g->peb) < in.n && missing < MAX_MISSING; i++) {
		missing++;
		if (!ec_at(in, at))
			continue;
		if (!same_image(in, at))
			return;
		g->count = i + 1;
		missing = 0;
	}
	while ((at = g->count * g->peb) < in.n && in.n - at >= g->peb &&
	       all_erased(span_cut(in, at, g->peb)))
		g->count++;
}

static bool geometry_of(struct span in, struct geometry *g)
{
	uint64_t at = 0;
	*g = (struct geometry){.vid_at = span_be32(in, 16), .data_at = span_be32(in, 20)};
	if (!ec_at(in, 0) || g->vid_at < HEADER || g->data_at < g->vid_at + HEADER ||
	    g->data_at >= MAX_PEB)
		return false;
	/* The smallest distance of the first few: one header may be missing. */
	for (unsigned i = 0; i < 4; i++) {
		uint64_t step = next_ec(in, at);
		if (!step)
			break;
		if (!g->peb || step < g->peb)
			g->peb = step;
		at += step;
	}
	if (!g->peb)
		g->peb = in.n < MAX_PEB ? in.n : MAX_PEB;
	if (g->peb <= g->data_at)
		return false;
	count_pebs(in, g);
	return true;
}

static int bid(struct span in, uint64_t *size)
{
	struct geometry g;
	*size = 0;
	if (!geometry_of(in, &g))
		return 0;
	*size = g.count * g.peb;
	return 95;
}

static struct span content_of(const struct ubi *u, const struct leb *leb)
{
	uint64_t room = u->g.peb - u->g.data_at;
	room -= leb->data_pad < room ? leb->data_pad : room;
	return span_cut(span_cut(u->in, leb->at, u->g.peb), u->g.data_at, room);
}

/* Does the content have the checksum that its header gives? */
static bool sound(const struct ubi *u, const struct leb *leb)
{
	struct span data = span_cut(content_of(u, leb), 0, leb->data_size);
	return data.n == leb->data_size && crc(data) == leb->data_crc;
}

static void scan_peb(struct ubi *u, uint64_t at)
{
	struct span peb = span_cut(u->in, at, u->g.peb), h = span_cut(peb, u->g.vid_at, HEADER);
	if (peb.n < u->g.peb)
		sink_note(u->sink, at, "the input ends inside an erase block");
	if (!ec_at(u->in, at)) {
		if (!all_erased(peb))
			sink_note(u->sink, at, "erase block without a sound header");
		return;
	}
	if (all_erased(h) || h.n < HEADER)
		return;
	if (!SPAN_IS(h, 0, "UBI!") || crc(span_cut(h, 0, 60)) != span_be32(h, 60)) {
		sink_note(u->sink, at + u->g.vid_at, "checksum of a volume header is wrong");
		return;
	}
	u->lebs = mem_grow(u->lebs, &u->cap, u->n + 1, sizeof *u->lebs);
	u->lebs[u->n++] = (struct leb){.at = at,
				       .sqnum = span_be64(h, 40),
				       .volume = span_be32(h, 8),
				       .lnum = span_be32(h, 12),
				       .data_size = span_be32(h, 20),
				       .used = span_be32(h, 24),
				       .data_pad = span_be32(h, 28),
				       .data_crc = span_be32(h, 32),
				       .copy = h.p[6] != 0,
				       .is_static = h.p[5] == TYPE_STATIC};
}

static int compare_lebs(const void *pa, const void *pb)
{
	const struct leb *a = pa, *b = pb;
	if (a->volume != b->volume)
		return a->volume < b->volume ? -1 : 1;
	if (a->lnum != b->lnum)
		return a->lnum < b->lnum ? -1 : 1;
	if (a->sqnum != b->sqnum)
		return a->sqnum > b->sqnum ? -1 : 1; /* the newest first */
	return (a->at > b->at) - (a->at < b->at);
}

/* Of several PEBs for one LEB keep the newest that is not a broken copy. */
static void settle(struct ubi *u)
{
	size_t out = 0, end;
	uint64_t most = 2 * u->g.count + 64;
	if (u->n)
		qsort(u->lebs, u->n, sizeof *u->lebs, compare_lebs);
	for (size_t i = 0; i < u->n; i = end) {
		size_t best = i;
		for (end = i + 1; end < u->n && u->lebs[end].volume == u->lebs[i].volume &&
				  u->lebs[end].lnum == u->lebs[i].lnum;)
			end++;
		while (best + 1 < end && u->lebs[best].copy && !sound(u, &u->lebs[best]))
			best++;
		if (u->lebs[best].lnum >= most)
			sink_note(u->sink, u->lebs[best].at, "block number %u is out of reach",
				  u->lebs[best].lnum);
		else
			u->lebs[out++] = u->lebs[best];
	}
	u->n = out;
}

/* The record of a volume in the first sound copy of the table; empty when there is none. */
static struct span record_of(const struct ubi *u, uint32_t volume)
{
	for (size_t i = 0; i < u->n && volume < MAX_VOLUMES; i++) {
		if (u->lebs[i].volume != VTBL)
			continue;
		struct span r = span_cut(content_of(u, &u->lebs[i]), (uint64_t)volume * RECORD,
					 RECORD);
		if (r.n == RECORD && crc(span_cut(r, 0, 168)) == span_be32(r, 168) &&
		    span_be32(r, 0))
			return r;
	}
	return SPAN(u->in.p, 0);
}

static void name_of(const struct ubi *u, uint32_t volume, char name[160])
{
	struct span r = record_of(u, volume);
	uint16_t n = span_be16(r, 14);
	size_t len = n < 128 ? strnlen((const char *)span_cut(r, 16, n).p, span_cut(r, 16, n).n) : 0;
	if (len)
		snprintf(name, 160, "%.*s", (int)len, (const char *)r.p + 16);
	else
		snprintf(name, 160, "volume-%u", volume);
}

static enum status fill_erased(struct ubi *u, uint64_t n)
{
	enum status st = ST_OK;
	while (n && st == ST_OK) {
		size_t part = n < u->g.peb ? (size_t)n : (size_t)u->g.peb;
		st = u->sink->write(u->sink, u->erased, part);
		n -= part;
	}
	return st;
}

/* Write the blocks of one volume in order. *worst: the first fault of its content. */
static enum status write_lebs(struct ubi *u, const struct leb *v, size_t n, enum status *worst)
{
	uint64_t leb_size = u->g.peb - u->g.data_at - v[0].data_pad;
	uint32_t next = 0;
	enum status st = ST_OK;
	for (size_t i = 0; i < n && st == ST_OK; i++) {
		struct span data = content_of(u, &v[i]);
		if (v[i].lnum > next) {
			st = fill_erased(u, (v[i].lnum - next) * leb_size);
			if (v[i].is_static)
				*worst = ST_DAMAGED;
		}
		if (data.n < leb_size && *worst == ST_OK)
			*worst = ST_TRUNCATED;
		if (v[i].is_static) {
			data = span_cut(data, 0, v[i].data_size);
			if (!sound(u, &v[i])) {
				sink_note(u->sink, v[i].at, "checksum of block %u is wrong", v[i].lnum);
				*worst = ST_DAMAGED;
			}
		}
		if (st == ST_OK && data.n)
			st = u->sink->write(u->sink, data.p, data.n);
		next = v[i].lnum + 1;
	}
	if (v[0].is_static && next < v[0].used) {
		sink_note(u->sink, v[0].at, "%u of %u blocks are missing", v[0].used - next, v[0].used);
		*worst = ST_DAMAGED;
	}
	return st;
}

static enum status write_volume(struct ubi *u, const struct leb *v, size_t n)
{
	char name[160];
	enum status worst = ST_OK;
	name_of(u, v[0].volume, name);
	struct entry e = {.path = name, .type = ENTRY_PART, .at = v[0].at + u->g.data_at};
	e.size = (uint64_t)(v[n - 1].lnum + 1) * (u->g.peb - u->g.data_at);
	if (v[0].data_pad >= u->g.peb - u->g.data_at) {
		sink_note(u->sink, v[0].at, "padding is larger than the block");
		return ST_OK;
	}
	if (record_of(u, v[0].volume).n == 0)
		sink_note(u->sink, v[0].at, "volume %u is not in the volume table", v[0].volume);
	enum status st = u->sink->begin(u->sink, &e);
	if (st != ST_OK)
		return st == ST_SKIP ? ST_OK : st;
	st = write_lebs(u, v, n, &worst);
	enum status ended = u->sink->end(u->sink, st != ST_OK ? st : worst);
	return st != ST_OK ? st : ended;
}

static enum status ubi_open(struct span in, struct sink *out)
{
	struct ubi u = {.in = in, .sink = out};
	enum status st = ST_OK;
	if (!geometry_of(in, &u.g))
		return ST_DAMAGED;
	out->used = u.g.count * u.g.peb;
	u.erased = mem_alloc((size_t)u.g.peb);
	memset(u.erased, 0xff, (size_t)u.g.peb);
	for (uint64_t i = 0; i < u.g.count && i * u.g.peb < in.n; i++)
		scan_peb(&u, i * u.g.peb);
	settle(&u);
	for (size_t i = 0, end; i < u.n && st == ST_OK; i = end) {
		for (end = i + 1; end < u.n && u.lebs[end].volume == u.lebs[i].volume;)
			end++;
		if (u.lebs[i].volume < INTERNAL)
			st = write_volume(&u, &u.lebs[i], end - i);
	}
	mem_free(u.lebs);
	mem_free(u.erased);
	return st;
}

static void label(struct span in, struct label *out)
{
	struct geometry g;
	out->type = "flash volumes";
	if (geometry_of(in, &g))
		snprintf(out->text, sizeof out->text, "erase block %llu",
			 (unsigned long long)g.peb);
}

const struct format format_ubi = {
	.name = "ubi",
	.title = "UBI flash volumes",
	.reference = "Linux drivers/mtd/ubi/ubi-media.h",
	.tested = "ubinize (mtd-utils 2.1.5)",
	.magic = (const struct magic[]){MAGIC(0, "UBI#\x01"), MAGIC_END},
	.flags = FORMAT_SPLIT,
	.bid = bid,
	.open = ubi_open,
	.label = label,
};
