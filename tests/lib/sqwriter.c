/* SPDX-License-Identifier: Apache-2.0 */
/* Layouts: src/format/squashfs_super.c and squashfs_inode.c. */
#include "sqwriter.h"

#include <libdeflate.h>
#include <lzma.h>

#include "base/mem.h"

enum { META = 8192, SOURCES_MAX = 256 };

struct table {
	struct buf raw, packed;
};

struct writer {
	const struct sq_options *o;
	struct buf *out;
	struct table inodes, dirs, fragments;
	struct buf tail; /* the fragment block being filled */
	struct {
		uint64_t at;
		uint32_t size;
	} frag[64];
	uint32_t frag_count;
	uint64_t ref[SOURCES_MAX]; /* inode of each source */
	uint32_t ids[32];
	size_t id_count;
};

/* Fields of a structure: bits from the low end, or from the high end in big-endian images. */
struct bits {
	uint8_t b[128];
	size_t at;
	bool big_endian;
};

static void put(struct bits *f, uint64_t v, unsigned width)
{
	for (unsigned i = 0; i < width; i++, f->at++) {
		unsigned bit = (unsigned)(f->big_endian ? v >> (width - 1 - i) : v >> i) & 1;
		unsigned shift = f->big_endian ? 7 - (f->at & 7) : f->at & 7;
		f->b[f->at >> 3] = (uint8_t)(f->b[f->at >> 3] | bit << shift);
	}
}

static void flush_bits(struct buf *to, struct bits *f)
{
	buf_add(to, f->b, (f->at + 7) / 8);
}

static size_t pack_lzma(const struct sq_options *o, enum packing p, struct span in, uint8_t *to,
			size_t cap)
{
	lzma_options_lzma l;
	lzma_lzma_preset(&l, 0);
	l.dict_size = 1 << 20;
	if (o->lc + o->lp + o->pb) {
		l.lc = o->lc;
		l.lp = o->lp;
		l.pb = o->pb;
	}
	lzma_filter chain[] = {{LZMA_FILTER_LZMA1, &l}, {LZMA_VLI_UNKNOWN, NULL}};
	uint8_t head[13] = {(uint8_t)((l.pb * 5 + l.lp) * 9 + l.lc), 0, 0, 0x10};
	for (unsigned i = 0; i < 8; i++)
		head[5 + i] = (uint8_t)((uint64_t)in.n >> (8 * i));
	size_t pos = p == PACK_LZMA_ALONE ? 13 : p == PACK_LZMA_SHORT ? 5 : 0;
	memcpy(to, head, pos);
	if (lzma_raw_buffer_encode(chain, NULL, in.p, in.n, to, &pos, cap) != LZMA_OK)
		return 0;
	return pos;
}

/* Packed size, 0 when it would not be smaller. */
static size_t pack(const struct sq_options *o, enum packing p, struct span in, uint8_t *to)
{
	size_t n = 0, cap = in.n;
	if (p == PACK_ZLIB) {
		struct libdeflate_compressor *c = libdeflate_alloc_compressor(9);
		n = libdeflate_zlib_compress(c, in.p, in.n, to, cap);
		libdeflate_free_compressor(c);
	} else if (p == PACK_XZ) {
		if (lzma_easy_buffer_encode(0, LZMA_CHECK_CRC32, NULL, in.p, in.n, to, &n, cap) !=
		    LZMA_OK)
			n = 0;
	} else if (p != PACK_STORED) {
		n = in.n > 16 ? pack_lzma(o, p, in, to, cap) : 0;
	}
	return n < in.n ? n : 0;
}

static void meta_block(struct writer *w, struct buf *to, struct span in)
{
	uint8_t packed[META];
	struct bits f = {.big_endian = w->o->big_endian};
	size_t n = pack(w->o, w->o->meta, in, packed);
	put(&f, n ? n : in.n | 0x8000, 16);
	if (w->o->checked)
		put(&f, 0xff, 8);
	flush_bits(to, &f);
	buf_add(to, n ? packed : in.p, n ? n : in.n);
}

/* Where the next byte of a table will stand: block << 16 | offset. */
static uint64_t table_at(struct writer *w, struct table *t)
{
	while (t->raw.n >= META) {
		meta_block(w, &t->packed, SPAN(t->raw.p, META));
		memmove(t->raw.p, t->raw.p + META, t->raw.n - META);
		t->raw.n -= META;
	}
	return (uint64_t)t->packed.n << 16 | t->raw.n;
}

static void table_end(struct writer *w, struct table *t)
{
	table_at(w, t);
	if (t->raw.n)
		meta_block(w, &t->packed, buf_span(&t->raw));
	buf_add(w->out, t->packed.p, t->packed.n);
	buf_free(&t->raw);
	buf_free(&t->packed);
}

static uint32_t id_of(struct writer *w, uint32_t id)
{
	for (size_t i = 0; i < w->id_count; i++)
		if (w->ids[i] == id)
			return (uint32_t)i;
	w->ids[w->id_count] = id;
	return (uint32_t)w->id_count++;
}

/* One data or fragment block; the word for it in a list of sizes. */
static uint32_t data_block(struct writer *w, struct span in)
{
	uint8_t *to = mem_alloc(in.n + 1);
	size_t n = pack(w->o, w->o->data, in, to);
	bool zero = true;
	for (size_t i = 0; i < in.n; i++)
		zero = zero && in.p[i] == 0;
	uint32_t word = (uint32_t)(n ? n : in.n | 1u << 24);
	if (zero && w->o->major > 1 && in.n == 1u << w->o->block_log)
		word = 0;
	else
		buf_add(w->out, n ? to : in.p, n ? n : in.n);
	mem_free(to);
	return word;
}

static void end_fragment(struct writer *w)
{
	if (!w->tail.n)
		return;
	w->frag[w->frag_count].at = w->out->n;
	w->frag[w->frag_count++].size = data_block(w, buf_span(&w->tail));
	buf_reset(&w->tail);
}

static void base(struct writer *w, struct bits *f, const struct sq_source *s, unsigned type,
		 uint32_t number)
{
	uint32_t uid = id_of(w, s->uid), gid = id_of(w, s->gid);
	unsigned major = w->o->major;
	if (major == 1) {
		put(f, type > 5 ? 0 : type + 5 * (uid / 16), 4);
		put(f, s->mode, 12);
		put(f, uid % 16, 4);
		put(f, s->uid == s->gid ? 15 : gid, 4);
		if (type > 5) {
			put(f, type, 4);
			put(f, uid / 16, 4);
		}
		return;
	}
	put(f, type, major == 4 ? 16 : 4);
	put(f, s->mode, major == 4 ? 16 : 12);
	put(f, uid, major == 4 ? 16 : 8);
	put(f, major < 4 && s->uid == s->gid ? 255 : gid, major == 4 ? 16 : 8);
	if (major > 2) {
		put(f, s->mtime, 32);
		put(f, number, 32);
	}
}

static void file_inode(struct writer *w, const struct sq_source *s, uint32_t number)
{
	struct bits f = {.big_endian = w->o->big_endian};
	unsigned major = w->o->major;
	size_t block = (size_t)1 << w->o->block_log;
	bool large = w->o->large && major > 1,
	     tail = major > 1 && !w->o->no_fragments && s->n % block;
	size_t whole = tail ? s->n / block : (s->n + block - 1) / block;
	uint64_t start = w->out->n;
	uint32_t words[256], fragment = UINT32_MAX, offset = 0;
	for (size_t i = 0; i < whole; i++)
		words[i] = data_block(w, span_cut(SPAN(s->bytes, s->n), i * block, block));
	if (tail) {
		if (w->tail.n + s->n % block > block)
			end_fragment(w);
		fragment = w->frag_count;
		offset = (uint32_t)w->tail.n;
		buf_add(&w->tail, s->bytes + whole * block, s->n % block);
	}
	base(w, &f, s, large ? 9 : 2, number);
	if (major < 3)
		put(&f, s->mtime, 32);
	if (major == 3 && large)
		put(&f, 1, 32);
	put(&f, start, major == 3 || (major == 4 && large) ? 64 : 32);
	if (major == 4 && large) {
		put(&f, s->n, 64);
		put(&f, 0, 64);
		put(&f, 1, 32);
	}
	if (major > 1) {
		put(&f, fragment, 32);
		put(&f, offset, 32);
	}
	if (major == 4 && large)
		put(&f, UINT32_MAX, 32);
	else
		put(&f, s->n, large ? 64 : 32);
	flush_bits(&w->inodes.raw, &f);
	for (size_t i = 0; i < whole; i++) {
		struct bits g = {.big_endian = w->o->big_endian};
		uint32_t n = words[i] & 0xffffff;
		put(&g, major == 1 ? (n == 0x8000 ? 0 : n) | (words[i] >> 24 & 1) << 15 : words[i],
		    major == 1 ? 16 : 32);
		flush_bits(&w->inodes.raw, &g);
	}
}

static void other_inode(struct writer *w, const struct sq_source *s, uint32_t number)
{
	struct bits f = {.big_endian = w->o->big_endian};
	unsigned major = w->o->major;
	base(w, &f, s, s->type, number);
	if (major > 2)
		put(&f, 1, 32); /* links */
	if (s->type == 3)
		put(&f, strlen(s->link), major == 4 ? 32 : 16);
	else if (s->type < 6)
		put(&f, s->device, major == 4 ? 32 : 16);
	flush_bits(&w->inodes.raw, &f);
	if (s->type == 3)
		buf_str(&w->inodes.raw, s->link);
}

static const char *in_folder(const char *path, const char *folder)
{
	size_t n = strlen(folder);
	if (n && (strncmp(path, folder, n) != 0 || path[n] != '/'))
		return NULL;
	const char *name = n ? path + n + 1 : path;
	return *name && !strchr(name, '/') ? name : NULL;
}

static void dir_entry(struct writer *w, struct buf *to, uint64_t ref, unsigned type,
		      const char *name)
{
	struct bits f = {.big_endian = w->o->big_endian};
	unsigned major = w->o->major;
	put(&f, 0, major == 4 ? 32 : 8); /* a group of one entry */
	put(&f, ref >> 16, major < 3 ? 24 : 32);
	if (major > 2)
		put(&f, 1, 32);
	put(&f, ref & 0xffff, major == 4 ? 16 : 13);
	if (major == 4)
		put(&f, 0, 16);
	put(&f, type, major == 4 ? 16 : 3);
	put(&f, strlen(name) - 1, major == 4 ? 16 : 8);
	if (major == 3)
		put(&f, 0, 16);
	flush_bits(to, &f);
	buf_str(to, name);
}

static void dir_inode(struct writer *w, const struct sq_source *s, const struct sq_source *list,
		      size_t n, uint32_t number)
{
	struct buf listing = {0};
	uint64_t at = table_at(w, &w->dirs);
	for (size_t i = 0; i < n; i++) {
		const char *name = in_folder(list[i].path, s->path);
		if (name)
			dir_entry(w, &listing, w->ref[i], list[i].type, name);
	}
	buf_add(&w->dirs.raw, listing.p, listing.n);
	struct bits f = {.big_endian = w->o->big_endian};
	unsigned major = w->o->major;
	bool large = w->o->large && major > 1;
	size_t size = listing.n + (major > 2 ? 3 : 0);
	base(w, &f, s, large ? 8 : 1, number);
	if (major == 4 && large) {
		put(&f, 2, 32), put(&f, size, 32), put(&f, at >> 16, 32), put(&f, 1, 32);
		put(&f, 0, 16), put(&f, at & 0xffff, 16), put(&f, UINT32_MAX, 32);
	} else if (major == 4) {
		put(&f, at >> 16, 32), put(&f, 2, 32), put(&f, size, 16), put(&f, at & 0xffff, 16);
		put(&f, 1, 32);
	} else {
		if (major == 3)
			put(&f, 2, 32);
		put(&f, size, large ? 27 : 19), put(&f, at & 0xffff, 13);
		if (major < 3)
			put(&f, s->mtime, 32);
		put(&f, at >> 16, major == 3 ? 32 : 24);
		if (large)
			put(&f, 0, 16);
		if (major == 3)
			put(&f, 1, 32);
	}
	flush_bits(&w->inodes.raw, &f);
	buf_free(&listing);
}

/* The fragment table; returns where its index stands. */
static uint64_t fragment_table(struct writer *w)
{
	struct table t = {0};
	uint64_t block = w->out->n;
	for (uint32_t i = 0; i < w->frag_count; i++) {
		struct bits f = {.big_endian = w->o->big_endian};
		put(&f, w->frag[i].at, w->o->major == 2 ? 32 : 64);
		put(&f, w->frag[i].size, 32);
		if (w->o->major != 2)
			put(&f, 0, 32);
		flush_bits(&t.raw, &f);
	}
	table_end(w, &t);
	uint64_t at = w->out->n;
	struct bits f = {.big_endian = w->o->big_endian};
	put(&f, block, w->o->major == 2 ? 32 : 64);
	flush_bits(w->out, &f);
	return at;
}

static uint64_t id_table(struct writer *w)
{
	struct bits f = {.big_endian = w->o->big_endian}, g = f;
	uint64_t at = w->out->n;
	for (size_t i = 0; i < w->id_count; i++)
		put(&f, w->ids[i], 32);
	if (w->o->major < 4) {
		flush_bits(w->out, &f);
		return at;
	}
	meta_block(w, w->out, SPAN(f.b, f.at / 8));
	put(&g, at, 64);
	at = w->out->n;
	flush_bits(w->out, &g);
	return at;
}

struct places {
	uint64_t root, inodes, dirs, fragments, ids;
};

static void super_block(struct writer *w, const struct places *p, uint32_t count)
{
	const struct sq_options *o = w->o;
	struct bits f = {.big_endian = o->big_endian};
	unsigned wide = o->major == 4 ? 64 : 32;
	memcpy(f.b, o->magic, 4);
	f.at = 32;
	put(&f, count, 32);
	if (o->major == 4) {
		put(&f, 1000, 32), put(&f, 1u << o->block_log, 32), put(&f, w->frag_count, 32);
		put(&f, o->compression, 16), put(&f, o->block_log, 16), put(&f, 0, 16);
		put(&f, w->id_count, 16), put(&f, 4, 16), put(&f, 0, 16), put(&f, p->root, 64);
		put(&f, w->out->n, wide), put(&f, p->ids, wide), put(&f, UINT64_MAX, wide);
		put(&f, p->inodes, wide), put(&f, p->dirs, wide), put(&f, p->fragments, wide);
		put(&f, UINT64_MAX, wide);
	} else {
		put(&f, w->out->n, 32), put(&f, p->ids, 32), put(&f, p->ids, 32);
		put(&f, p->inodes, 32), put(&f, p->dirs, 32), put(&f, o->major, 16), put(&f, 0, 16);
		put(&f, 1u << o->block_log, 16), put(&f, o->block_log, 16);
		put(&f, o->checked ? 4 : 0, 8), put(&f, w->id_count, 8), put(&f, w->id_count, 8);
		put(&f, 1000, 32), put(&f, p->root, 64);
		if (o->major > 1)
			put(&f, 1u << o->block_log, 32), put(&f, w->frag_count, 32),
			    put(&f, p->fragments, 32);
		if (o->major > 2) {
			put(&f, w->out->n, 64), put(&f, p->ids, 64), put(&f, p->ids, 64);
			put(&f, p->inodes, 64), put(&f, p->dirs, 64), put(&f, p->fragments, 64);
			put(&f, UINT64_MAX, 64);
		}
	}
	memcpy(w->out->p, f.b, f.at / 8);
}

void sq_write(struct buf *out, const struct sq_options *o, const struct sq_source *list, size_t n)
{
	static const uint8_t header[] = {0, 51, 63, 119, 96};
	static const struct sq_source root = {.path = "", .type = 1, .mode = 0755, .mtime = 1000};
	struct writer w = {.o = o, .out = out};
	struct places p = {0};
	if (n > SOURCES_MAX)
		abort();
	buf_reset(out);
	buf_fill(out, 0, header[o->major]);
	for (size_t i = n; i-- > 0;) {
		if (list[i].same_as)
			continue;
		w.ref[i] = table_at(&w, &w.inodes);
		if (list[i].type == 1) {
			for (size_t k = i + 1; k < n; k++)
				if (list[k].same_as)
					w.ref[k] = w.ref[list[k].same_as - 1];
			dir_inode(&w, &list[i], list, n, (uint32_t)i + 2);
		} else if (list[i].type == 2) {
			file_inode(&w, &list[i], (uint32_t)i + 2);
		} else {
			other_inode(&w, &list[i], (uint32_t)i + 2);
		}
	}
	for (size_t k = 0; k < n; k++)
		if (list[k].same_as)
			w.ref[k] = w.ref[list[k].same_as - 1];
	p.root = table_at(&w, &w.inodes);
	dir_inode(&w, &root, list, n, 1);
	end_fragment(&w);
	p.inodes = out->n;
	table_end(&w, &w.inodes);
	p.dirs = out->n;
	table_end(&w, &w.dirs);
	p.fragments = o->major > 1 ? fragment_table(&w) : 0;
	p.ids = id_table(&w);
	super_block(&w, &p, (uint32_t)n + 1);
	buf_free(&w.tail);
}
