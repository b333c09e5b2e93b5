/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The content of a SquashFS file: blocks one behind the other, whose packed sizes follow the inode,
 * then a tail inside a fragment block.
 *
 *   sizes 2-4:  32 bits each; bit 24: stored as it is; 0: a block of zeros
 *         1:    16 bits each; high bit: stored as it is
 *
 * A damaged block keeps its place: what could be decoded, then zeros.
 */
#include "format/squashfs.h"

enum { WORDS = 128, STORED_1 = 0x8000 };

/* One file on its way out. */
struct job {
	struct sq *fs;
	const struct sq_inode *inode;
	struct sq_at sizes;
	uint64_t at, left; /* where the next block stands; bytes still to be written */
	uint64_t blocks;
	enum status st; /* of the file */
};

static enum status zeros(struct sq *fs, uint64_t n)
{
	static const uint8_t none[16384];
	enum status st = ST_OK;
	for (; n && st == ST_OK; n -= n < sizeof none ? n : sizeof none)
		st = fs->out->write(fs->out, none, n < sizeof none ? (size_t)n : sizeof none);
	return st;
}

static void fault(struct job *j, uint64_t at, enum status st, const char *what)
{
	if (j->st == ST_OK)
		sink_note(j->fs->out, at, "%s is %s", what, status_word(st));
	if (j->st != ST_TRUNCATED)
		j->st = st;
}

/* `want` bytes whose packed form has `size` bytes. */
static enum status one_block(struct job *j, uint32_t size, bool stored, size_t want)
{
	struct sq *fs = j->fs;
	struct span body = span_cut(fs->in, j->at, size);
	uint64_t at = j->at;
	enum status st = ST_OK;
	size_t n = 0;
	j->at += size;
	if (size == 0)
		return zeros(fs, want);
	if (stored) {
		n = body.n < want ? body.n : want;
		st = size != want ? ST_DAMAGED : body.n < want ? ST_TRUNCATED : ST_OK;
		if (st != ST_OK)
			fault(j, at, st, "data block");
		st = fs->out->write(fs->out, body.p, n);
		return st == ST_OK ? zeros(fs, want - n) : st;
	}
	if (body.n < size)
		st = ST_TRUNCATED;
	else if (size > 2u * fs->s.block_size)
		st = ST_DAMAGED;
	else
		st = sq_decode(fs, body, fs->block, want, want, &n);
	if (st != ST_OK)
		fault(j, at, st, "data block");
	st = n ? fs->out->write(fs->out, fs->block, n) : ST_OK;
	return st == ST_OK ? zeros(fs, want - n) : st;
}

/* The next sizes of the list, as 32-bit words with bit 24 for "stored". */
static enum status next_sizes(struct job *j, uint32_t *words, size_t count)
{
	uint8_t raw[WORDS * 4];
	bool one = j->fs->s.major == 1, big_endian = j->fs->s.big_endian;
	struct span bytes = SPAN(raw, count * (one ? 2 : 4));
	enum status st = sq_read(j->fs, &j->sizes, raw, bytes.n);
	for (size_t i = 0; i < count && st == ST_OK; i++) {
		if (!one) {
			words[i] = span_u32(bytes, i * 4, big_endian);
			continue;
		}
		uint32_t w = span_u16(bytes, i * 2, big_endian), n = w & (STORED_1 - 1);
		words[i] = (n ? n : STORED_1) | (w & STORED_1 ? SQ_STORED : 0);
	}
	return st;
}

static enum status all_blocks(struct job *j)
{
	uint32_t words[WORDS];
	enum status st = ST_OK;
	size_t block_size = j->fs->s.block_size;
	while (j->blocks && st == ST_OK) {
		size_t count = j->blocks < WORDS ? (size_t)j->blocks : WORDS;
		enum status list = next_sizes(j, words, count);
		if (list != ST_OK) {
			fault(j, j->sizes.block, list, "list of blocks");
			return ST_OK;
		}
		for (size_t i = 0; i < count && st == ST_OK; i++) {
			size_t want = j->left < block_size ? (size_t)j->left : block_size;
			st = one_block(j, words[i] & (2 * SQ_STORED - 1) & ~SQ_STORED,
				       words[i] & SQ_STORED, want);
			j->left -= want;
		}
		if (j->at >= j->fs->in.n && j->st == ST_TRUNCATED)
			return st; /* nothing of the rest is there */
		j->blocks -= count;
	}
	return st;
}

static enum status tail(struct job *j)
{
	struct sq *fs = j->fs;
	uint64_t at = 0;
	uint32_t size = 0;
	enum status st = sq_fragment_find(fs, j->inode->fragment, &at, &size);
	if (st != ST_OK) {
		fault(j, fs->s.fragments_at, st, "fragment table");
		return ST_OK;
	}
	const struct sq_fragment *f = sq_fragment_block(fs, at, size);
	struct span part = span_cut(SPAN(f->bytes, f->n), j->inode->fragment_offset, j->left);
	if (part.n < j->left)
		fault(j, at, f->status != ST_OK ? f->status : ST_DAMAGED, "tail of a file");
	else if (f->status != ST_OK && j->st == ST_OK)
		j->st = f->status; /* noted when it was decoded */
	j->left -= part.n;
	return part.n ? fs->out->write(fs->out, part.p, part.n) : ST_OK;
}

enum status sq_data(struct sq *fs, const struct sq_inode *i, enum status *st)
{
	struct job j = {.fs = fs, .inode = i, .sizes = i->rest, .at = i->start, .left = i->size};
	bool has_tail = i->fragment != SQ_NO_FRAGMENT;
	if (!fs->block)
		fs->block = mem_array(fs->s.block_size, 1);
	j.blocks = i->size >> fs->s.block_log;
	if (!has_tail && (i->size & (fs->s.block_size - 1)))
		j.blocks++;
	enum status rc = all_blocks(&j);
	if (rc == ST_OK && j.left && j.st != ST_TRUNCATED && has_tail)
		rc = tail(&j);
	if (rc == ST_OK && j.left && j.st == ST_OK)
		j.st = ST_DAMAGED;
	*st = j.st;
	return rc;
}
