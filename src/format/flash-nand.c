/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A raw dump of NAND flash: each page is followed by its spare ("out-of-band") bytes.
 *
 *   page (512, 1024, 2048 ... 16384)   spare (16, 32, 64 ... 1280)   page   spare ...
 *
 * Nothing in the dump tells the two sizes. They are believed when
 *  - what is recognised only fits once the spare bytes are gone: two UBI erase counter headers at a
 *    distance of whole blocks with the volume header where the first says; a uImage whose data
 *    checksum becomes right; a SquashFS 4 whose inode table ends where its folders begin; or
 *  - at a constant stride there are columns of ff (bad block marker, unused spare bytes) behind
 *    pages of packed content in which no column is constant.
 * The pages without spare bytes are handed out as one part. A run of YAFFS, whose tags stand in the
 * spare bytes, is handed out once more as it stands.
 *
 * Reference: Linux Documentation/driver-api/mtdnand.rst, drivers/mtd/ubi/ubi-media.h;
 * ONFI 4.0, 3.1.
 */
#include "base/hash.h"
#include "format/part.h"
#include "format/yaffs.h"

enum {
	LEAST = 64 * 1024,
	MAX_PAGE = 16384,
	MAX_SPARE = 1280,
	FEW_PAGES = 1024,
	LOOK = 64 << 20, /* where columns are looked for */
	PROBES = 2048, /* pages that are looked at for columns */
	BUSY = 64,     /* pages of packed content that are enough ... */
	FEW = 16,      /* ... and the fewest */
	MAX_RUNS = 16, /* YAFFS file systems of one dump */
};

struct geometry {
	uint32_t page, spare;
	const char *why;
};

static const struct geometry known[] = {
    {512, 16, 0},   {2048, 64, 0},    {4096, 128, 0}, {4096, 224, 0}, {4096, 256, 0},
    {4096, 218, 0}, {2048, 128, 0},   {2048, 112, 0}, {2048, 96, 0},  {4096, 192, 0},
    {8192, 256, 0}, {8192, 448, 0},   {8192, 512, 0}, {8192, 640, 0}, {8192, 744, 0},
    {8192, 436, 0}, {16384, 1280, 0}, {1024, 32, 0},
};

static uint64_t step_of(const struct geometry *g)
{
	return (uint64_t)g->page + g->spare;
}

/* Where the byte `at` of the pages stands in the dump. */
static uint64_t raw(const struct geometry *g, uint64_t at)
{
	return at / g->page * step_of(g) + at % g->page;
}

/* The n bytes (a few) at `at` of the pages; false when they are not there. */
static bool fetch(struct span in, const struct geometry *g, uint64_t at, uint8_t *to, size_t n)
{
	while (n) {
		uint64_t left = g->page - at % g->page, from = raw(g, at);
		size_t k = left < n ? (size_t)left : n;
		if (!span_has(in, from, k))
			return false;
		memcpy(to, in.p + from, k);
		to += k;
		at += k;
		n -= k;
	}
	return true;
}

static uint32_t crc_of_pages(struct span in, const struct geometry *g, uint64_t at, uint64_t n)
{
	uint32_t crc = 0;
	while (n) {
		uint64_t left = g->page - at % g->page, k = left < n ? left : n;
		crc = hash_crc32(crc, span_cut(in, raw(g, at), k));
		at += k;
		n -= k;
	}
	return crc;
}

/* ---- what fits only without spare bytes ---- */

static bool ubi_header(struct span in, uint64_t at)
{
	struct span h = span_cut(in, at, 64);
	return SPAN_IS(h, 0, "UBI#\1") &&
	       hash_crc32(0, span_cut(h, 0, 60)) == (span_be32(h, 60) ^ UINT32_MAX);
}

/* Erase counter headers one or more blocks apart, and a volume header where the first says. */
static bool fits_ubi(struct span in, const struct geometry *g, uint64_t at)
{
	uint64_t step = step_of(g), volume = span_be32(in, at + 16);
	if (!ubi_header(in, at) || volume < 64 || volume > g->page)
		return false;
	unsigned blocks = 0, volumes = SPAN_IS(in, at + raw(g, volume), "UBI!");
	for (uint64_t pages = 16; pages <= 1024; pages *= 2)
		blocks += ubi_header(in, at + pages * step);
	return blocks && volumes;
}

static bool fits_uimage(struct span in, const struct geometry *g, uint64_t at)
{
	uint8_t h[64];
	uint64_t page = at / step_of(g) * g->page;
	if (!SPAN_IS(in, at, "\x27\x05\x19\x56") || !fetch(in, g, page, h, 64))
		return false;
	struct span head = SPAN(h, 64);
	uint64_t n = span_be32(head, 12);
	uint32_t want = span_be32(head, 4), data = span_be32(head, 24);
	memset(h + 4, 0, 4);
	if (hash_crc32(0, head) != want || n < g->page || !span_has(in, 0, raw(g, page + 64 + n)))
		return false;
	return hash_crc32(0, span_cut(in, at + 64, n)) != data &&
	       crc_of_pages(in, g, page + 64, n) == data;
}

/* Do the metadata blocks from `at` of the pages on end at `end`, as a chain? */
static bool chain_ends(struct span in, const struct geometry *g, uint64_t at, uint64_t end,
		       bool big)
{
	uint8_t b[2];
	while (at < end && fetch(in, g, at, b, 2)) {
		uint32_t n = span_u16(SPAN(b, 2), 0, big) & 0x7fff;
		if (n == 0 || n > 8192)
			return false;
		at += 2 + n;
	}
	return at == end;
}

/* The inode table ends where the folders begin, and does so only without the spare bytes. */
static bool fits_squashfs(struct span in, const struct geometry *g, uint64_t at)
{
	const struct geometry none = {1 << 30, 0, NULL};
	uint8_t h[96];
	uint64_t page = at / step_of(g) * g->page;
	bool big = SPAN_IS(in, at, "sqsh");
	if ((!big && !SPAN_IS(in, at, "hsqs")) || !fetch(in, g, page, h, 96))
		return false;
	struct span head = SPAN(h, 96);
	uint64_t inodes = big ? span_be64(head, 64) : span_le64(head, 64);
	uint64_t folders = big ? span_be64(head, 72) : span_le64(head, 72);
	if (span_u16(head, 28, big) != 4 || inodes < g->page || inodes >= folders || folders > in.n)
		return false;
	return chain_ends(in, g, page + inodes, page + folders, big) &&
	       !chain_ends(span_from(in, at), &none, inodes, folders, big);
}

static bool fits_content(struct span in, const struct geometry *g)
{
	uint64_t step = step_of(g), pages = 0;
	unsigned tries = 0;
	/* behind the first pages only where blocks of the flash may begin */
	for (uint64_t at = 0; span_has(in, at, step) && tries < 64 && pages < 2 * FEW_PAGES;
	     at += step * (pages++ < FEW_PAGES ? 1 : 16)) {
		const uint8_t *p = in.p + at;
		if (p[0] != 'U' && p[0] != 0x27 && p[0] != 'h' && p[0] != 's')
			continue;
		if (fits_ubi(in, g, at) || fits_uimage(in, g, at) || fits_squashfs(in, g, at))
			return true;
		tries += SPAN_IS(in, at, "UBI#") || SPAN_IS(in, at, "\x27\x05\x19\x56");
	}
	return false;
}

/* ---- columns of ff ---- */

/* Packed content: nearly all byte values stand in the page. */
static unsigned values_in(struct span s)
{
	uint64_t seen[4] = {0};
	unsigned values = 0;
	for (size_t i = 0; i < s.n; i++)
		seen[s.p[i] >> 6] |= UINT64_C(1) << (s.p[i] & 63);
	for (int i = 0; i < 4; i++)
		values += (unsigned)__builtin_popcountll(seen[i]);
	return values;
}

static bool is_busy(struct span page)
{
	/* 64 random bytes have 57 values; text and code are out after these few */
	return values_in(span_cut(page, 0, 64)) >= 44 && values_in(page) >= (page.n < 1024   ? 190
									     : page.n < 2048 ? 235
											     : 250);
}

static void count_ff(struct span chunk, uint16_t *ff)
{
	for (size_t i = 0; i < chunk.n; i++)
		ff[i] = (uint16_t)(ff[i] + (chunk.p[i] == 0xff));
}

static bool any_column(const uint16_t *ff, uint32_t from, uint32_t to, unsigned least)
{
	for (uint32_t i = from; i < to; i++)
		if (ff[i] >= least)
			return true;
	return false;
}

static bool fits_columns(struct span whole, const struct geometry *g)
{
	struct span in = span_cut(whole, 0, LOOK);
	uint16_t ff[MAX_PAGE + MAX_SPARE] = {0};
	uint64_t step = step_of(g), chunks = in.n / step;
	uint64_t stride = chunks / PROBES + 1;
	unsigned busy = 0;
	for (uint64_t i = 0; i < chunks && busy < BUSY; i += stride) {
		struct span chunk = span_cut(in, i * step, step);
		if (!is_busy(span_cut(chunk, 0, g->page)))
			continue;
		count_ff(chunk, ff);
		busy++;
		if (busy == 8 && !any_column(ff, g->page, (uint32_t)step, 7))
			return false;
	}
	/* One marker in twenty may be gone (bad blocks); chance makes no column half full of ff. */
	return busy >= FEW && any_column(ff, g->page, (uint32_t)step, busy - busy / 20) &&
	       !any_column(ff, 0, g->page, busy / 2);
}

/* ---- YAFFS, which needs its spare bytes ---- */

static bool yaffs_header(struct span in, uint64_t at)
{
	struct span h = span_cut(in, at, 512);
	if (h.n < 512 || h.p[8] != 0xff || h.p[9] != 0xff)
		return false;
	bool big = h.p[0] == 0;
	uint32_t type = span_u32(h, 0, big), parent = span_u32(h, 4, big);
	return type >= 1 && type <= 5 && parent && parent < 1 << 18 &&
	       part_is_text(h, 10, 255, type == 3 && parent == 1 ? 0 : 1);
}

/* The tags' place in the spare bytes of a header's page; false: none there. */
static bool yaffs_tags(struct span spare, uint32_t at, bool big)
{
	uint32_t sequence = span_u32(spare, at, big),
		 object = span_u32(spare, at + 4, big) & 0x0fffffff;
	uint32_t chunk = span_u32(spare, at + 8, big);
	return sequence >= 0x1000 && sequence < 0xefffff00 && object && object < 1 << 18 &&
	       (chunk < 1 << 24 || (chunk >> 31 && (chunk & 0x0fffffff) < 1 << 18));
}

/* Content that stands before the first header belongs to it as well: back to where its tags end. */
static uint64_t yaffs_start(struct span in, const struct geometry *g, uint64_t at, uint64_t least)
{
	uint64_t step = step_of(g);
	bool big = in.p[at] == 0;
	struct span spare = span_cut(in, at + g->page, g->spare);
	uint32_t tags = 0;
	while (tags + 16 <= g->spare && !yaffs_tags(spare, tags, big))
		tags++;
	while (tags + 16 <= g->spare && at >= least + step &&
	       yaffs_tags(span_cut(in, at - step + g->page, g->spare), tags, big))
		at -= step;
	return at;
}

/* The end of the YAFFS that begins at `at`: behind it stand pages without its tags. */
static uint64_t yaffs_end(struct span in, const struct geometry *g, uint64_t at)
{
	uint64_t step = step_of(g), end = at;
	bool big = in.p[at] == 0;
	struct span spare = span_cut(in, at + g->page, g->spare);
	uint32_t tags = 0;
	unsigned strange = 0;
	while (tags + 16 <= g->spare && !yaffs_tags(spare, tags, big))
		tags++;
	if (tags + 16 > g->spare)
		return at;
	for (; span_has(in, at, step) && strange < 128; at += step) {
		spare = span_cut(in, at + g->page, g->spare);
		if (yaffs_tags(spare, tags, big)) {
			end = at + step;
			strange = 0;
		} else if (!part_all(in, at, 64, 0xff)) {
			strange++;
		}
	}
	return end;
}

static enum status give_yaffs(struct span in, const struct geometry *g, struct sink *out)
{
	uint64_t step = step_of(g);
	uint64_t least = 0;
	unsigned runs = 0;
	enum status st = ST_OK;
	if (g->page < 1024)
		return ST_OK;
	for (uint64_t at = 0; span_has(in, at, step) && runs < MAX_RUNS && st == ST_OK;
	     at += step) {
		uint64_t end = yaffs_header(in, at) ? yaffs_end(in, g, at) : at;
		char name[40];
		if (end - at < 2 * step)
			continue;
		uint64_t start = yaffs_start(in, g, at, least);
		snprintf(name, sizeof name, "with-spare@0x%llx", (unsigned long long)start);
		st = part_slice(out, in, name, start, end - start);
		least = end;
		at = end - step;
		runs++;
	}
	return st;
}

/* ---- the format ---- */

static bool geometry_of(struct span in, struct geometry *found)
{
	if (in.n < LEAST || yaffs_header(in, 0))
		return false;
	for (int pass = 0; pass < 2; pass++)
		for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
			struct geometry g = known[i];
			/* a dump that was cut short may end anywhere, a small one may not */
			if (in.n % step_of(&g) && (in.n < 8 * LEAST || pass == 0))
				continue;
			if (in.n % step_of(&g) == 0 && pass == 1)
				continue;
			g.why = fits_content(in, &g)   ? "what is recognised fits only without them"
				: fits_columns(in, &g) ? "they hold ff at a constant distance"
						       : NULL;
			if (g.why) {
				*found = g;
				return true;
			}
		}
	return false;
}

static int bid(struct span in, uint64_t *size)
{
	struct geometry g;
	*size = 0;
	if (!geometry_of(in, &g))
		return 0;
	/* Nothing but YAFFS: its reader wants the spare bytes. */
	if (yaffs_later(in, size) && *size >= in.n / 4 * 3)
		return 0;
	*size = in.n;
	return 100;
}

static enum status give_pages(struct span in, const struct geometry *g, struct sink *out)
{
	uint64_t pages = in.n / step_of(g);
	struct entry e = {.path = "pages", .type = ENTRY_PART, .size = pages * g->page};
	enum status st = out->begin(out, &e);
	if (st != ST_OK)
		return st == ST_SKIP ? ST_OK : st;
	for (uint64_t i = 0; i < pages && st == ST_OK; i++) {
		struct span page = span_cut(in, i * step_of(g), g->page);
		st = out->write(out, page.p, page.n);
	}
	enum status ended = out->end(out, st);
	return st != ST_OK ? st : ended == ST_SKIP ? ST_OK : ended;
}

static enum status flash_nand_open(struct span in, struct sink *out)
{
	struct geometry g;
	if (!geometry_of(in, &g))
		return ST_DAMAGED;
	sink_note(
	    out, 0,
	    "dump of NAND flash: pages of %u bytes, each with %u out-of-band bytes, which were left"
	    " out (%s)",
	    g.page, g.spare, g.why);
	uint64_t rest = in.n % step_of(&g);
	if (rest)
		sink_note(out, in.n - rest,
			  "the dump ends inside a page: truncated, or %llu bytes of"
			  " something else",
			  (unsigned long long)rest);
	out->used = in.n;
	enum status st = give_pages(in, &g, out);
	if (st == ST_OK)
		st = give_yaffs(in, &g, out);
	return st == ST_OK && rest ? part_slice(out, in, "rest", in.n - rest, rest) : st;
}

static void label(struct span in, struct label *out)
{
	struct geometry g;
	out->type = "flash dump";
	if (geometry_of(in, &g))
		snprintf(out->text, sizeof out->text, "pages of %u + %u bytes", g.page, g.spare);
}

const struct format format_flash_nand = {
    .name = "flash-nand",
    .title = "Dump of NAND flash with out-of-band bytes",
    .reference = "Linux Documentation/driver-api/mtdnand.rst, drivers/mtd/ubi/ubi-media.h",
    .tested = "ubinize, mksquashfs, mkimage and a generator in tests",
    .magic = NULL,
    .flags = FORMAT_START,
    .bid = bid,
    .open = flash_nand_open,
    .label = label,
};
