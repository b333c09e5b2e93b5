/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Blocks of SquashFS: what packs them, metadata, fragments.
 *
 *   metadata: length(2; high bit: stored as it is) [ff when blocks are marked] bytes; 8192 decoded
 *
 * Neither the magic nor the compressor id can be trusted: vendors keep "hsqs" and zlib's id on LZMA
 * with a header of 13 bytes, of 5, or none. So the root folder is read with each method until it
 * makes sense, and a block that fails later is offered to the others: some builders mix two.
 */
#include "format/squashfs.h"

enum {
	META_STORED = 0x8000,
	TRIALS_MAX = 32, /* damaged blocks for which all methods are tried */
	PROPS_END = 225,
	LC_LP_MAX = 4, /* more needs tables that no small device has room for */
	LZMA_HEADER = 5,
};

static const struct sq_method methods[] = {
    {CODEC_ZLIB, SQ_NONE},	 {CODEC_XZ, SQ_NONE},	      {CODEC_ZSTD, SQ_NONE},
    {CODEC_LZMA_ALONE, SQ_NONE}, {CODEC_LZMA_SHORT, SQ_NONE}, {CODEC_LZO1X, SQ_NONE},
    {CODEC_LZMA_SHORT, 0x5d},	 {CODEC_LZMA_SHORT, 0x6d},    {CODEC_LZ4_BLOCK, SQ_NONE},
};
enum { METHODS = sizeof methods / sizeof *methods };

static bool same_method(struct sq_method a, struct sq_method b)
{
	return a.codec == b.codec && a.props == b.props;
}

/* A stream without header, with the properties `props` put in front. */
static struct span with_header(struct sq *fs, struct span in, int props)
{
	static const uint8_t dictionary[4] = {0, 0, 0x10, 0};
	size_t n = in.n + LZMA_HEADER;
	if (n > fs->prefixed_cap) {
		fs->prefixed = mem_resize(fs->prefixed, n, 1);
		fs->prefixed_cap = n;
	}
	fs->prefixed[0] = (uint8_t)props;
	memcpy(fs->prefixed + 1, dictionary, sizeof dictionary);
	memcpy(fs->prefixed + LZMA_HEADER, in.p, in.n);
	return SPAN(fs->prefixed, n);
}

/* A quick look at the first bytes; most wrong methods need no decoding to be ruled out. */
static bool may_be(struct sq_method m, struct span in)
{
	switch (m.codec) {
	case CODEC_ZLIB:
		return in.n > 2 && (in.p[0] & 15) == 8 && span_be16(in, 0) % 31 == 0;
	case CODEC_XZ:
		return SPAN_IS(in, 0, "\xfd\x37zXZ");
	case CODEC_ZSTD:
		return span_le32(in, 0) == 0xfd2fb528u;
	case CODEC_LZMA_ALONE:
		return in.n > 14 && in.p[0] < PROPS_END && in.p[13] == 0;
	case CODEC_LZMA_SHORT:
		if (m.props != SQ_NONE)
			return in.n > 5 && in.p[0] == 0;
		return in.n > 6 && in.p[0] < PROPS_END && in.p[5] == 0;
	default:
		return in.n > 2;
	}
}

static enum status attempt(struct sq *fs, struct sq_method m, struct span in, uint8_t *to,
			   size_t cap, size_t *n)
{
	*n = 0;
	if (!may_be(m, in))
		return ST_DAMAGED;
	if (m.props != SQ_NONE)
		in = with_header(fs, in, m.props);
	return codec_block(m.codec, in, to, cap, n);
}

static void remember(struct sq *fs, struct sq_method m)
{
	fs->method = m;
	for (size_t i = 0; i < fs->worked_count; i++)
		if (same_method(fs->worked[i], m))
			return;
	if (fs->worked_count < sizeof fs->worked / sizeof *fs->worked)
		fs->worked[fs->worked_count++] = m;
}

/* Another method than the usual one for this block? */
static bool other_method(struct sq *fs, const struct sq_method *list, size_t count, struct span in,
			 uint8_t *to, size_t cap, size_t want, size_t *n)
{
	for (size_t i = 0; i < count; i++) {
		if (same_method(list[i], fs->method))
			continue;
		if (attempt(fs, list[i], in, to, cap, n) != ST_OK || *n == 0 ||
		    (want && *n != want))
			continue;
		remember(fs, list[i]);
		return true;
	}
	return false;
}

enum status sq_decode(struct sq *fs, struct span in, uint8_t *to, size_t cap, size_t want,
		      size_t *n)
{
	enum status st = attempt(fs, fs->method, in, to, cap, n);
	if (st == ST_OK && want && *n != want)
		st = ST_DAMAGED;
	if (st == ST_OK || fs->fixed)
		return st;
	if (other_method(fs, fs->worked, fs->worked_count, in, to, cap, want, n))
		return ST_OK;
	if (fs->trials < TRIALS_MAX) {
		fs->trials++;
		if (other_method(fs, methods, METHODS, in, to, cap, want, n))
			return ST_OK;
	}
	enum status again = attempt(fs, fs->method, in, to, cap, n); /* for what can be kept */
	return again == ST_OK ? st : again;
}

static bool meta_load(struct sq *fs, uint64_t at, struct sq_meta *m)
{
	if (!span_has(fs->in, at, 2))
		return false;
	uint16_t head = span_u16(fs->in, at, fs->s.big_endian);
	uint64_t from = at + 2 + fs->s.checked;
	size_t n = head & (META_STORED - 1);
	if (n == 0)
		n = META_STORED;
	if (!span_has(fs->in, from, n))
		return false;
	struct span body = span_cut(fs->in, from, n);
	m->at = at;
	m->next = from + n;
	if (!(head & META_STORED))
		return sq_decode(fs, body, m->bytes, SQ_META, 0, &m->n) == ST_OK && m->n;
	if (n > SQ_META)
		return false;
	memcpy(m->bytes, body.p, n);
	m->n = n;
	return true;
}

static struct sq_meta *meta_block(struct sq *fs, uint64_t at)
{
	size_t slot = (size_t)((at * UINT64_C(0x9e3779b97f4a7c15)) >> 32) % SQ_META_SLOTS;
	struct sq_meta *m = fs->meta[slot];
	if (m && m->n && m->at == at)
		return m;
	if (!m)
		m = fs->meta[slot] = mem_alloc(sizeof *m);
	if (meta_load(fs, at, m))
		return m;
	m->n = 0;
	return NULL;
}

enum status sq_read(struct sq *fs, struct sq_at *at, void *to, size_t n)
{
	uint8_t *p = to;
	while (n) {
		const struct sq_meta *m = meta_block(fs, at->block);
		if (!m)
			return at->block >= fs->in.n ? ST_TRUNCATED : ST_DAMAGED;
		if (at->offset >= m->n) {
			if (at->offset > m->n)
				return ST_DAMAGED;
			*at = (struct sq_at){m->next, 0};
			continue;
		}
		size_t part = m->n - at->offset < n ? m->n - at->offset : n;
		memcpy(p, m->bytes + at->offset, part);
		at->offset += (uint32_t)part;
		p += part;
		n -= part;
	}
	return ST_OK;
}

/* The fragment block with `size` as in the table (bit 24: stored); its status may be bad. */
const struct sq_fragment *sq_fragment_block(struct sq *fs, uint64_t at, uint32_t size)
{
	struct sq_fragment *f = &fs->fragments[0];
	for (size_t i = 0; i < SQ_FRAGMENTS; i++) {
		if (fs->fragments[i].bytes && fs->fragments[i].at == at) {
			fs->fragments[i].used = ++fs->clock;
			return &fs->fragments[i];
		}
		if (fs->fragments[i].used < f->used)
			f = &fs->fragments[i];
	}
	if (!f->bytes)
		f->bytes = mem_array(fs->s.block_size, 1);
	uint32_t n = size & (SQ_STORED - 1);
	struct span body = span_cut(fs->in, at, n);
	f->at = at;
	f->used = ++fs->clock;
	f->n = 0;
	if (body.n < n || n == 0 || (size & SQ_STORED && n > fs->s.block_size)) {
		f->status = body.n < n ? ST_TRUNCATED : ST_DAMAGED;
	} else if (size & SQ_STORED) {
		memcpy(f->bytes, body.p, n);
		f->n = n;
		f->status = ST_OK;
	} else {
		f->status = sq_decode(fs, body, f->bytes, fs->s.block_size, 0, &f->n);
	}
	if (f->status != ST_OK)
		sink_note(fs->out, at, "fragment block is %s", status_word(f->status));
	return f;
}

static void meta_forget(struct sq *fs)
{
	for (size_t i = 0; i < SQ_META_SLOTS; i++)
		if (fs->meta[i])
			fs->meta[i]->n = 0;
}

/* Does the root folder make sense when read this way? */
static bool root_reads(struct sq *fs, struct sq_method m)
{
	struct sq_inode root;
	struct sq_name name;
	bool end;
	meta_forget(fs);
	fs->method = m;
	fs->fixed = true;
	enum status st = sq_inode_read(fs, fs->s.root, &root);
	fs->fixed = false; /* some images mix two: the listing may be packed in another way */
	if (st != ST_OK || root.type != SQ_DIR)
		return false;
	struct sq_listing l = {.at = root.listing, .left = root.size};
	return sq_listing_next(fs, &l, &name, &end) == ST_OK;
}

static struct sq_method declared(const struct sq *fs)
{
	static const enum codec ids[] = {CODEC_ZLIB, CODEC_ZLIB,      CODEC_LZMA_ALONE, CODEC_LZO1X,
					 CODEC_XZ,   CODEC_LZ4_BLOCK, CODEC_ZSTD};
	uint16_t id = fs->s.compression;
	if (fs->s.major < 4)
		id = SPAN_IS(fs->in, 0, "hsqs") || SPAN_IS(fs->in, 0, "sqsh") ? 1 : 2;
	return (struct sq_method){id < sizeof ids / sizeof *ids ? ids[id] : CODEC_ZLIB, SQ_NONE};
}

bool sq_detect(struct sq *fs)
{
	bool found = root_reads(fs, declared(fs));
	for (size_t i = 0; i < METHODS && !found; i++)
		found = root_reads(fs, methods[i]);
	for (int props = 0; props < PROPS_END && !found; props++) /* lc + 9 * (lp + 5 * pb) */
		if (props % 9 + props / 9 % 5 <= LC_LP_MAX)
			found = root_reads(fs, (struct sq_method){CODEC_LZMA_SHORT, props});
	meta_forget(fs);
	if (found)
		remember(fs, fs->method);
	return found;
}

void sq_free(struct sq *fs)
{
	for (size_t i = 0; i < SQ_META_SLOTS; i++)
		mem_free(fs->meta[i]);
	for (size_t i = 0; i < SQ_FRAGMENTS; i++)
		mem_free(fs->fragments[i].bytes);
	mem_free(fs->block);
	mem_free(fs->prefixed);
	mem_free(fs->ids);
}
