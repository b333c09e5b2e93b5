/* SPDX-License-Identifier: Apache-2.0 */
/*
 * YAFFS 1 and 2: chunks of flash, each followed by its spare bytes. Nothing says how large either
 * is, where in the spare the tags stand or in which byte order: all of it is found by trial.
 *
 * chunk  an object header or up to one chunk of a file's content
 * header type(4) parent(4) ffff name(256) pad(2) mode(4) uid(4) gid(4) atime(4) mtime(4) ctime(4)
 *        size(4) equivalent(4) alias(160) rdev(4) ... size_high(4) at 496          512 bytes
 *        types: 1 file, 2 symbolic link, 3 folder, 4 hard link, 5 device, pipe, socket
 * tags 2 sequence(4) object(4) chunk(4) bytes(4) [ECC]; chunk 0 or bit 31 set: a header
 * tags 1 spare of 16, 8 tag bytes at 0-3, 6, 7, 11, 12 as one 64-bit number:
 *        chunk(20) serial(2) bytes(10) object(18) ecc(12) unused(2); from the low end on little
 *        endian machines, from the high end on big endian ones
 *
 * Objects: 1 root, 2 lost+found, 3 unlinked, 4 deleted. The newest header and chunk count: the
 * higher sequence number, then the later place.
 *
 * Reference: yaffs_guts.h, yaffs_packedtags1.h, yaffs_packedtags2.h of yaffs2 (Aleph One).
 */
#include "format/names.h"
#include "format/yaffs.h"

enum {
	HEADER = 512,
	ROOT = 1,
	UNLINKED = 3,
	DELETED = 4,
	MAX_BAD = 64, /* chunks in a row that are neither sound nor erased: the end */
	MAX_OBJECT = 1 << 18,
	MAX_PAGE = 16384,
	LATER = 1 << 20, /* how far on the first header is looked for */
	LEAST_LATER = 1 << 17,
};
enum { TYPE_FILE = 1, TYPE_LINK, TYPE_DIR, TYPE_HARD, TYPE_SPECIAL };

struct geometry {
	uint32_t page, spare, tag_at;
	bool be, tags_be, v1;
};

struct tags {
	uint32_t sequence, object, chunk, bytes;
};

/* A header (chunk 0) or a chunk of content (1...). */
struct piece {
	uint64_t version;
	uint32_t object, chunk, bytes;
	size_t at;
};

struct yaffs {
	struct walk walk;
	struct span in;
	struct geometry g;
	struct names names;
	struct piece *pieces;
	size_t n, cap;
};

static uint64_t chunk_size(const struct geometry *g)
{
	return (uint64_t)g->page + g->spare;
}

static bool erased(struct span s)
{
	return s.n && s.p[0] == 0xff && memcmp(s.p, s.p + 1, s.n - 1) == 0;
}

/* The mode tells the type too; some makers leave it out for folders and links. */
static bool mode_fits(uint32_t type, uint32_t mode)
{
	uint32_t kind = mode >> 12;
	switch (type) {
	case TYPE_FILE:
		return kind == 8;
	case TYPE_LINK:
		return kind == 10 || kind == 0;
	case TYPE_DIR:
		return kind == 4 || kind == 0;
	default:
		return kind == 1 || kind == 2 || kind == 6 || kind == 12;
	}
}

/* Could an object header stand here? */
static bool header_at(struct span in, uint64_t at, bool be)
{
	struct span h = span_cut(in, at, HEADER);
	uint32_t type = span_u32(h, 0, be), parent = span_u32(h, 4, be);
	if (h.n < HEADER || type < TYPE_FILE || type > TYPE_SPECIAL || !parent ||
	    parent >= MAX_OBJECT || h.p[8] != 0xff || h.p[9] != 0xff)
		return false;
	size_t n = strnlen((const char *)h.p + 10, 256);
	if (n == 256 || (!n && (type != TYPE_DIR || parent != ROOT)))
		return false;
	for (size_t i = 0; i < n; i++)
		if (h.p[10 + i] < 0x20 || h.p[10 + i] == '/')
			return false;
	return type == TYPE_HARD || mode_fits(type, span_u32(h, 268, be));
}

/* The check of the tags: the numbers of all bits that are set, xored; its own bits count as 0. */
static bool ecc1(uint64_t v, bool be)
{
	unsigned shift = be ? 2 : 50, ecc = 0, number = 0;
	uint64_t rest = v & ~(0xfffULL << shift);
	for (unsigned i = 0; i < 8; i++)
		for (unsigned k = 0; k < 8; k++) {
			number++;
			if (rest >> ((be ? 56 - 8 * i : 8 * i) + k) & 1)
				ecc ^= number;
		}
	return ecc == (v >> shift & 0xfff);
}

static struct tags tags1(struct span spare, bool be)
{
	static const uint8_t places[8] = {0, 1, 2, 3, 6, 7, 11, 12};
	uint64_t v = 0;
	for (unsigned i = 0; i < 8 && spare.n >= 16; i++)
		v |= (uint64_t)spare.p[places[i]] << (be ? 56 - 8 * i : 8 * i);
	if (!ecc1(v, be))
		return (struct tags){0};
	if (be)
		return (struct tags){0, (v >> 14) & 0x3ffff, (uint32_t)(v >> 44), (v >> 32) & 0x3ff};
	return (struct tags){0, (v >> 32) & 0x3ffff, v & 0xfffff, (v >> 22) & 0x3ff};
}

static struct tags tags2(struct span spare, uint32_t at, bool be)
{
	struct tags t = {span_u32(spare, at, be), span_u32(spare, at + 4, be),
			 span_u32(spare, at + 8, be), span_u32(spare, at + 12, be)};
	if (t.chunk & 0x80000000U) {
		t.chunk = 0;
		t.object &= 0x0fffffff;
	}
	return t;
}

/* Read the tags of the chunk at `at`; false when they are none. */
static bool tags_of(struct span in, uint64_t at, const struct geometry *g, struct tags *t)
{
	struct span chunk = span_cut(in, at, chunk_size(g)), spare = span_from(chunk, g->page);
	if (chunk.n < chunk_size(g))
		return false;
	*t = g->v1 ? tags1(spare, g->tags_be) : tags2(spare, g->tag_at, g->tags_be);
	if (!g->v1 && (t->sequence < 0x1000 || t->sequence > 0xefffff00U))
		return false;
	if (!t->object || t->object >= MAX_OBJECT || t->chunk >= 1 << 24)
		return false;
	if (t->chunk)
		return t->bytes && t->bytes <= g->page;
	return header_at(in, at, g->be);
}

/* How many of the first chunks make sense in this geometry? */
static unsigned score(struct span in, const struct geometry *g)
{
	struct tags t = {0};
	unsigned n = 0;
	for (uint64_t at = 0; n < 32; at += chunk_size(g), n++)
		if (!tags_of(in, at, g, &t))
			break;
	/* Where it stops must be the end or erased flash, or enough was seen before. */
	uint64_t at = n * chunk_size(g);
	if (n && n < 4 && at < in.n && !erased(span_cut(in, at, chunk_size(g))))
		return 0;
	return n;
}

static bool geometry_of(struct span in, struct geometry *best)
{
	static const uint16_t spares[] = {16, 32, 64, 128, 218, 224, 256, 448, 512, 640};
	unsigned most = 0, one;
	bool be = span_le32(in, 0) > 0xff;
	if (!header_at(in, 0, be))
		return false;
	for (uint32_t page = 512; page <= MAX_PAGE; page *= 2) {
		for (size_t i = 0; i < sizeof spares / sizeof spares[0]; i++) {
			if (spares[i] < page / 64 || spares[i] > page / 8)
				continue;
			for (unsigned k = 0; k < 2 * (spares[i] - 15U) && k < 128; k++) {
				struct geometry g = {page, spares[i], k / 2, be, k & 1, false};
				if ((one = score(in, &g)) > most) {
					most = one;
					*best = g;
				}
			}
		}
	}
	struct geometry old = {512, 16, 0, be, be, true};
	if (score(in, &old) > most) {
		*best = old;
		most = score(in, &old);
	}
	return most > 0;
}

/*
 * A dump of a file system that was in use may begin with chunks of content: the first header further
 * on tells the geometry, and the chunks before it must have sound tags in it.
 */
static bool geometry_later(struct span in, struct geometry *g)
{
	unsigned tries = 0;
	uint64_t end = in.n < LATER + HEADER ? in.n : LATER + HEADER;
	if (in.n < LEAST_LATER || header_at(in, 0, false) || header_at(in, 0, true))
		return false;
	for (uint64_t at = 2 * HEADER; at < LATER && span_has(in, at, HEADER) && tries < 8; at += 2) {
		uint64_t step, sound = 0, used = 0;
		struct tags t;
		const uint8_t *ff = memchr(in.p + at + 8, 0xff, end - at - 8);
		if (!ff)
			return false;
		at = ((uint64_t)(ff - in.p) - 8) & ~UINT64_C(1); /* nothing before it can be a header */
		if (at >= LATER || !span_has(in, at, HEADER))
			return false;
		if (in.p[at + 8] != 0xff || in.p[at + 9] != 0xff || (in.p[at] && in.p[at + 3]))
			continue;
		if (!geometry_of(span_from(in, at), g))
			continue;
		tries++;
		step = chunk_size(g);
		if (at % step)
			continue;
		for (uint64_t before = 0; before < at; before += step) {
			bool empty = erased(span_cut(in, before, step));
			used += !empty;
			sound += !empty && tags_of(in, before, g, &t);
		}
		if (used && sound >= used - used / 8)
			return true;
	}
	return false;
}

/* The number of chunks: up to the last sound one, and the erased ones behind it. */
static uint64_t count_chunks(struct span in, const struct geometry *g)
{
	uint64_t count = 0, bad = 0, step = chunk_size(g);
	struct tags t;
	for (uint64_t i = 0; span_has(in, i * step, step) && bad < MAX_BAD; i++) {
		bad++;
		if (tags_of(in, i * step, g, &t) || erased(span_cut(in, i * step, step))) {
			count = i + 1;
			bad = 0;
		}
	}
	return count;
}

bool yaffs_later(struct span in, uint64_t *size)
{
	struct geometry g;
	*size = 0;
	if (!geometry_later(in, &g))
		return false;
	*size = count_chunks(in, &g) * chunk_size(&g);
	return true;
}

static int bid(struct span in, uint64_t *size)
{
	struct geometry g;
	*size = 0;
	if (in.n < HEADER || !geometry_of(in, &g))
		return 0;
	*size = count_chunks(in, &g) * chunk_size(&g);
	return 85;
}

static void scan(struct yaffs *y)
{
	uint64_t step = chunk_size(&y->g);
	struct tags t;
	for (uint64_t at = 0; at < y->in.n; at += step) {
		if (tags_of(y->in, at, &y->g, &t)) {
			y->pieces = mem_grow(y->pieces, &y->cap, y->n + 1, sizeof *y->pieces);
			y->pieces[y->n++] = (struct piece){
				.version = (uint64_t)t.sequence << 32 | (at / step & 0xffffffff),
				.object = t.object, .chunk = t.chunk, .bytes = t.bytes, .at = at};
		} else if (!erased(span_cut(y->in, at, step))) {
			sink_note(y->walk.sink, at, "chunk without sound tags");
		}
	}
}

static int compare_pieces(const void *pa, const void *pb)
{
	const struct piece *a = pa, *b = pb;
	if (a->object != b->object)
		return a->object < b->object ? -1 : 1;
	if (a->chunk != b->chunk)
		return a->chunk < b->chunk ? -1 : 1;
	return (a->version < b->version) - (a->version > b->version); /* the newest first */
}

/* The newest header of each object gives its name; a hard link is a name of another object. */
static void gather_names(struct yaffs *y)
{
	for (size_t i = 0; i < y->n; i++) {
		const struct piece *p = &y->pieces[i];
		if (p->chunk || (i && p[-1].object == p->object && !p[-1].chunk))
			continue;
		struct span h = span_cut(y->in, p->at, HEADER);
		uint32_t type = span_u32(h, 0, y->g.be), parent = span_u32(h, 4, y->g.be);
		uint32_t same = span_u32(h, 296, y->g.be);
		if (parent == UNLINKED || parent == DELETED || p->object == ROOT)
			continue;
		size_t n = strnlen((const char *)h.p + 10, 256);
		names_add(&y->names, (struct name){parent, type == TYPE_HARD ? same : p->object,
						   p->version, p->at, span_cut(h, 10, n)});
	}
}

static const struct piece *pieces_of(const struct yaffs *y, uint64_t object, size_t *n)
{
	size_t lo = 0, hi = y->n;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		if (y->pieces[mid].object < object)
			lo = mid + 1;
		else
			hi = mid;
	}
	size_t end = lo;
	while (end < y->n && y->pieces[end].object == object)
		end++;
	*n = end - lo;
	return y->pieces + lo;
}

/* The size of a file: its header's, and what was written after the header. */
static uint64_t size_of(const struct yaffs *y, struct span h, const struct piece *v, size_t n)
{
	uint32_t low = span_u32(h, 292, y->g.be), high = span_u32(h, 496, y->g.be);
	uint64_t size = low == 0xffffffff ? 0 : low;
	if (high && high != 0xffffffff && !y->g.v1)
		size |= (uint64_t)high << 32;
	for (size_t i = 1; i < n; i++) {
		uint64_t end = (uint64_t)(v[i].chunk - 1) * y->g.page + v[i].bytes;
		if (v[i].chunk && v[i].version > v[0].version && end > size && !y->g.v1)
			size = end;
	}
	return size;
}

static enum status write_file(struct yaffs *y, const struct entry *e, const struct piece *v,
			      size_t n)
{
	struct sink *s = y->walk.sink;
	uint64_t done = 0, missing = 0;
	enum status st = s->begin(s, e);
	if (st != ST_OK)
		return st;
	for (size_t i = 0; i < n && st == ST_OK; i++) {
		uint64_t at = (uint64_t)(v[i].chunk - 1) * y->g.page;
		if (!v[i].chunk || at >= e->size || (i && v[i].chunk == v[i - 1].chunk))
			continue;
		missing += at - done;
		st = sink_zeros(s, at - done);
		uint64_t len = v[i].bytes < e->size - at ? v[i].bytes : e->size - at;
		struct span data = span_cut(y->in, v[i].at, len);
		if (st == ST_OK)
			st = s->write(s, data.p, data.n);
		done = at + data.n;
	}
	missing += e->size - done;
	if (st == ST_OK)
		st = sink_zeros(s, e->size - done);
	enum status whole = missing ? ST_DAMAGED : ST_OK; /* holes cannot be told from losses */
	if (missing)
		sink_note(s, e->at, "%llu bytes of '%s' were lost or never written",
			  (unsigned long long)missing, e->path);
	enum status ended = s->end(s, st != ST_OK ? st : whole);
	return st != ST_OK ? st : ended;
}

static void describe(const struct yaffs *y, struct span h, struct entry *e)
{
	static const enum entry_type types[] = {ENTRY_FILE, ENTRY_FILE, ENTRY_SYMLINK, ENTRY_DIR,
						ENTRY_FILE, ENTRY_FIFO};
	bool be = y->g.be;
	uint32_t mode = span_u32(h, 268, be), type = span_u32(h, 0, be);
	if (type == TYPE_SPECIAL)
		entry_mode(e, mode);
	else
		e->type = types[type];
	e->mode = mode & 07777;
	e->uid = span_u32(h, 272, be);
	e->gid = span_u32(h, 276, be);
	e->mtime = span_u32(h, 284, be);
	e->owned = true;
	if (e->type == ENTRY_CHAR || e->type == ENTRY_BLOCK)
		entry_device(e, span_u32(h, 460, be));
}

static enum status visit(struct walk *w, const struct name *name, const char *path,
			 const char *first)
{
	struct yaffs *y = (struct yaffs *)w;
	struct entry e = {.path = path, .at = name->at};
	char target[161];
	size_t n;
	const struct piece *v = pieces_of(y, name->ino, &n);
	if (!n || v[0].chunk) {
		sink_note(w->sink, name->at, "no header for object %llu",
			  (unsigned long long)name->ino);
		enum status st = w->sink->begin(w->sink, &e);
		return st == ST_OK ? w->sink->end(w->sink, ST_DAMAGED) : st;
	}
	struct span h = span_cut(y->in, v[0].at, HEADER);
	describe(y, h, &e);
	if (first && e.type != ENTRY_DIR) {
		e.type = ENTRY_HARDLINK;
		e.link = first;
		return sink_bare(w->sink, &e);
	}
	if (e.type == ENTRY_SYMLINK) {
		snprintf(target, sizeof target, "%.160s", (const char *)h.p + 300);
		e.link = target;
	}
	if (e.type != ENTRY_FILE)
		return sink_bare(w->sink, &e);
	e.size = size_of(y, h, v, n);
	for (size_t i = 0; i < n; i++)
		if (v[i].chunk) {
			e.at = v[i].at;
			break;
		}
	return write_file(y, &e, v, n);
}

enum status yaffs_open(struct span in, struct sink *out)
{
	struct yaffs y = {.walk = {visit, out}};
	if (in.n < HEADER || (!geometry_of(in, &y.g) && !geometry_later(in, &y.g)))
		return ST_DAMAGED;
	y.in = span_cut(in, 0, count_chunks(in, &y.g) * chunk_size(&y.g));
	out->used = y.in.n;
	scan(&y);
	if (y.n)
		qsort(y.pieces, y.n, sizeof *y.pieces, compare_pieces);
	gather_names(&y);
	enum status st = names_walk(&y.names, ROOT, &y.walk);
	names_free(&y.names);
	mem_free(y.pieces);
	return st;
}

void yaffs_label(struct span in, struct label *out)
{
	struct geometry g;
	out->type = "file system";
	if (in.n >= HEADER && (geometry_of(in, &g) || geometry_later(in, &g)))
		snprintf(out->text, sizeof out->text, "version %d, %u + %u bytes, %s endian",
			 g.v1 ? 1 : 2, g.page, g.spare, g.be ? "big" : "little");
}

const struct format format_yaffs = {
	.name = "yaffs",
	.title = "YAFFS file system",
	.reference = "yaffs2 (Aleph One): yaffs_guts.h, yaffs_packedtags1.h, yaffs_packedtags2.h",
	.tested = "generator in tests",
	.magic = (const struct magic[]){MAGIC(0, "\3\0\0\0\1\0\0\0\xff\xff"),
					MAGIC(0, "\1\0\0\0\1\0\0\0\xff\xff"),
					MAGIC(0, "\2\0\0\0\1\0\0\0\xff\xff"),
					MAGIC(0, "\5\0\0\0\1\0\0\0\xff\xff"),
					MAGIC(0, "\0\0\0\3\0\0\0\1\xff\xff"),
					MAGIC(0, "\0\0\0\1\0\0\0\1\xff\xff"),
					MAGIC(0, "\0\0\0\2\0\0\0\1\xff\xff"),
					MAGIC(0, "\0\0\0\5\0\0\0\1\xff\xff"), MAGIC_END},
	.flags = FORMAT_TREE | FORMAT_SPLIT,
	.bid = bid,
	.open = yaffs_open,
	.label = yaffs_label,
};
