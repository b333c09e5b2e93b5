/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Packed content of EROFS. A file is cut into clusters (mostly 4096 bytes); an index entry for each
 * says whether packed data begins in it, and where. Such a run reaches to the start of the next.
 *
 *   behind the inode, at a multiple of 8: tail size(2, at 2) advice(2, at 4) packers(1) cluster
 * bits(1) advice:   1 short entries, 2 runs of several blocks, 8 the last run stands behind the
 * index, 10, 20 later additions that are not read packers:  low half: 0 LZ4, 1 LZMA without the
 * first byte of its stream (which holds ~properties) index 1:  8 bytes behind the header, 8 each:
 * type(2 bits of 2 bytes) offset(2) block(4) index 3:  packs of 2 entries in 8 bytes or of 16 in
 * 32: 16 or 14 bits each, then a block(4); entry: offset 12, type 2. Those of type 2 (inside a run)
 * hold the distance to its start, or, behind a start and with bit 11, the number of packed blocks
 *   types:    0 stored, 1 packed, 2 inside a run, 3 packed in the second way
 *
 * Packed bytes fill the end of their blocks when the superblock says so (zeros in front).
 * Reference: Linux fs/erofs/zmap.c, erofs_fs.h.
 */
#include "format/erofs.h"

enum {
	STORED,
	HEAD,
	INSIDE,
	HEAD_2,
	ADVICE_SHORT = 1,
	ADVICE_BIG = 2,
	ADVICE_TAIL = 8,
	ADVICE_UNKNOWN = 0x30,
	ZEROS_IN_FRONT = 1,
	COUNT_FLAG = 1 << 11,
	RUN_MAX = 32 << 20,
	LZMA_HEADER = 5,
};

struct cluster {
	unsigned type;
	uint32_t offset; /* where data begins in it */
	uint32_t blocks; /* INSIDE: packed blocks of its run, when it says so */
	uint64_t block;	 /* where packed data begins */
	uint64_t behind; /* the next index pack */
};

struct run {
	unsigned type;
	uint64_t start, at; /* in the file, in the input */
	uint64_t n;	    /* packed bytes */
};

struct job {
	struct erofs *fs;
	const struct erofs_inode *inode;
	unsigned bits, advice, packer, tail_size;
	uint64_t index, clusters; /* where the index begins; how many entries */
	uint64_t done;		  /* bytes written */
	uint8_t *out, *in;
	size_t out_cap, in_cap;
	enum status st;
};

static void fault(struct job *j, enum status st)
{
	if (j->st == ST_OK)
		j->st = st;
}

/* Entry `k` of a pack: its type, and the low bits in *v. */
static unsigned entry_bits(struct span pack, unsigned width, unsigned k, uint32_t *v)
{
	uint32_t bit = k * width, raw = span_le32(pack, bit / 8);
	if (!span_has(pack, bit / 8, 4)) /* the last ones of a pack reach into its block number */
		raw = (uint32_t)span_le16(pack, bit / 8);
	raw >>= bit % 8;
	*v = raw & 0xfff;
	return raw >> 12 & 3;
}

/* How many blocks the runs take that begin in a pack in front of entry `k`, and one of them here.
 */
static uint64_t blocks_before(const struct job *j, struct span pack, unsigned width, unsigned k)
{
	bool big = j->advice & ADVICE_BIG;
	uint64_t count = big ? 0 : 1;
	uint32_t v;
	for (int i = (int)k; i > 0;) {
		if (entry_bits(pack, width, (unsigned)--i, &v) != INSIDE) {
			count++;
		} else if (big && v & COUNT_FLAG) {
			count += v & ~(uint32_t)COUNT_FLAG;
			i--;
		} else {
			i -= (int)v - (big ? 2 : 0);
			if (!big && i >= 0)
				count++;
			else if (big && v < 2)
				break;
		}
	}
	return count;
}

static bool packed_entry(const struct job *j, uint64_t k, struct cluster *c)
{
	uint64_t first = (32 - j->index % 32) / 4 % 8, wide = 0, at = j->index;
	if (j->advice & ADVICE_SHORT && first < j->clusters)
		wide = (j->clusters - first) / 16 * 16;
	else if (!(j->advice & ADVICE_SHORT))
		first = j->clusters;
	unsigned size = 4;
	if (k >= first) {
		at += first * 4;
		k -= first;
		if (k < wide) {
			size = 2;
		} else {
			at += wide * 2;
			k -= wide;
		}
	}
	unsigned count = size == 4 ? 2 : 16, width = size == 4 ? 16 : 14;
	struct span pack = span_cut(j->fs->in, at + k / count * (count * size), count * size);
	uint32_t v;
	unsigned i = (unsigned)(k % count);
	if (pack.n < count * size)
		return false;
	*c = (struct cluster){.behind = (uint64_t)(pack.p - j->fs->in.p) + pack.n};
	c->type = entry_bits(pack, width, i, &v);
	c->offset = v;
	if (c->type == INSIDE)
		c->blocks = v & COUNT_FLAG ? v & ~(uint32_t)COUNT_FLAG : 0;
	else
		c->block = span_le32(pack, pack.n - 4) + blocks_before(j, pack, width, i);
	return true;
}

static bool full_entry(const struct job *j, uint64_t k, struct cluster *c)
{
	uint64_t at = j->index + 8 + k * 8;
	if (!span_has(j->fs->in, at, 8))
		return false;
	*c = (struct cluster){.type = span_le16(j->fs->in, at) & 3,
			      .behind = at + 8,
			      .offset = span_le16(j->fs->in, at + 2),
			      .block = span_le32(j->fs->in, at + 4)};
	if (c->type == INSIDE && c->block & COUNT_FLAG)
		c->blocks = c->block & (COUNT_FLAG - 1);
	return true;
}

static uint8_t *room(uint8_t **p, size_t *cap, size_t n)
{
	if (n > *cap) {
		*p = mem_resize(*p, n, 1);
		*cap = n;
	}
	return *p;
}

/* Unpack a run into j->out; returns the bytes that came out. */
static size_t unpack(struct job *j, struct span in, size_t want)
{
	static const uint8_t dictionary[4] = {0, 0, 0x10, 0};
	uint8_t *out = room(&j->out, &j->out_cap, want);
	size_t n = 0;
	if (j->fs->incompat & ZEROS_IN_FRONT)
		while (in.n && !*in.p)
			in = span_from(in, 1);
	if (in.n == 0)
		return 0;
	if (j->packer == 0) {
		codec_block(CODEC_LZ4_BLOCK, in, out, want, &n);
		return n;
	}
	uint8_t *copy = room(&j->in, &j->in_cap, in.n + LZMA_HEADER);
	copy[0] = (uint8_t)~in.p[0];
	memcpy(copy + 1, dictionary, sizeof dictionary);
	memcpy(copy + LZMA_HEADER, in.p, in.n);
	copy[LZMA_HEADER] = 0;
	codec_block(CODEC_LZMA_SHORT, SPAN(copy, in.n + LZMA_HEADER), out, want, &n);
	return n;
}

static enum status zeros(struct job *j, uint64_t n)
{
	static const uint8_t none[16384];
	struct sink *out = j->fs->walk.sink;
	enum status st = ST_OK;
	for (uint64_t part; n && st == ST_OK; n -= part) {
		part = n < sizeof none ? n : sizeof none;
		st = out->write(out, none, (size_t)part);
	}
	return st;
}

/* Write what stands from the run's start to `end`. */
static enum status give(struct job *j, const struct run *r, uint64_t end)
{
	struct sink *out = j->fs->walk.sink;
	struct span in = span_cut(j->fs->in, r->at, r->n);
	uint64_t want = end - r->start;
	const uint8_t *from = in.p;
	size_t n = 0;
	if (in.n < r->n)
		fault(j, ST_TRUNCATED);
	else if (want > RUN_MAX || want / 512 > r->n)
		fault(j, ST_DAMAGED);
	else if (r->type == STORED)
		n = in.n < want ? in.n : (size_t)want;
	else
		n = unpack(j, in, (size_t)want);
	if (r->type != STORED)
		from = j->out;
	if (n < want)
		fault(j, ST_DAMAGED);
	enum status st = n ? out->write(out, from, n) : ST_OK;
	j->done = end;
	return st == ST_OK ? zeros(j, want - n) : st;
}

static enum status all_runs(struct job *j)
{
	struct run r = {.type = INSIDE};
	struct cluster c = {0};
	enum status st = ST_OK;
	for (uint64_t k = 0; k < j->clusters && st == ST_OK; k++) {
		bool there = j->inode->layout == EROFS_PACKED ? packed_entry(j, k, &c)
							      : full_entry(j, k, &c);
		if (!there) {
			fault(j, ST_DAMAGED);
			break;
		}
		if (c.type == INSIDE) {
			if (c.blocks && r.n <= j->fs->block)
				r.n = (uint64_t)c.blocks << j->fs->block_bits;
			continue;
		}
		uint64_t start = (k << j->bits) + c.offset;
		if (start == j->inode->size)
			continue; /* marks the end */
		if (start < j->done || start > j->inode->size || (r.type == INSIDE && start)) {
			fault(j, ST_DAMAGED);
			break;
		}
		if (r.type != INSIDE)
			st = give(j, &r, start);
		r = (struct run){c.type, start, c.block << j->fs->block_bits, j->fs->block};
	}
	if (j->advice & ADVICE_TAIL && j->tail_size) {
		r.at = c.behind;
		r.n = j->tail_size;
	}
	if (st == ST_OK && r.type != INSIDE && j->st == ST_OK)
		st = give(j, &r, j->inode->size);
	return st;
}

enum status erofs_unpack(struct erofs *fs, const struct erofs_inode *i, enum status *own)
{
	uint64_t head = (i->behind + 7) & ~UINT64_C(7);
	struct job j = {.fs = fs, .inode = i, .index = head + 8};
	j.tail_size = span_le16(fs->in, head + 2);
	j.advice = span_le16(fs->in, head + 4);
	j.packer = span_le16(fs->in, head + 6) & 0xff;
	j.bits = fs->block_bits + (span_le16(fs->in, head + 6) >> 8 & 7);
	j.clusters = (i->size >> j.bits) + ((i->size & ((UINT64_C(1) << j.bits) - 1)) != 0);
	if (j.advice & ADVICE_UNKNOWN || (j.packer & 15) > 1 || span_le16(fs->in, head + 6) >> 15 ||
	    (i->layout == EROFS_PACKED && j.bits != 12)) {
		*own = ST_UNSUPPORTED;
		return ST_OK;
	}
	j.packer &= 15;
	enum status st = all_runs(&j);
	mem_free(j.out);
	mem_free(j.in);
	*own = j.st;
	return st;
}
