/* SPDX-License-Identifier: Apache-2.0 */
/*
 * FreeBSD uzip (geom_uzip; Junos packages), big endian:
 *
 *   0 "#!/bin/sh\n#V2.0 Format\n" ... a script that mounts it (128)   128 block size(4)
 *   132 blocks(4)  136 offsets(8 each, one more than blocks)  blocks
 *
 * The third character after "#V" tells the packing: 2 zlib, 3 LZMA (xz streams), 4 zstd. An offset
 * that equals the next one is a block of zeros. What comes out is a disk image.
 * Reference: FreeBSD mkuzip(8), sys/geom/uzip/g_uzip.c.
 */
#include "format/part.h"

enum { HEADER = 136, MAX_BLOCK = 1 << 20 };

struct cloop {
	uint32_t block, blocks;
	enum codec codec;
};

static bool read_header(struct span in, struct cloop *c)
{
	if (!SPAN_IS(in, 0, "#!/bin/sh\n#") || in.n < HEADER + 16)
		return false;
	uint8_t kind = in.p[11], version = in.p[12];
	if ((kind != 'V' && kind != 'L' && kind != 'Z') || version < '2' || version > '4')
		return false;
	c->codec = kind == 'L' || version == '3' ? CODEC_XZ : kind == 'Z' || version == '4' ? CODEC_ZSTD
											  : CODEC_ZLIB;
	c->block = span_be32(in, 128);
	c->blocks = span_be32(in, 132);
	return c->block >= 512 && c->block <= MAX_BLOCK && c->block % 512 == 0 && c->blocks > 0 &&
	       c->blocks < (1u << 26);
}

static int bid(struct span in, uint64_t *size)
{
	struct cloop c;
	*size = 0;
	if (!read_header(in, &c))
		return 0;
	uint64_t first = span_be64(in, HEADER), last = HEADER + 8 * (uint64_t)c.blocks;
	if (first < last + 8)
		return 0;
	*size = span_has(in, last, 8) ? span_be64(in, last) : 0;
	if (*size > (UINT64_C(1) << 40))
		return 0;
	return 94;
}

struct to_block {
	struct codec_out out;
	uint8_t *p;
	size_t n, cap;
};

static enum status to_block(struct codec_out *out, const void *p, size_t n)
{
	struct to_block *t = (struct to_block *)out;
	if (n > t->cap - t->n)
		return ST_DAMAGED;
	memcpy(t->p + t->n, p, n);
	t->n += n;
	return ST_OK;
}

/* One block into `to`, zeros where it is short. */
static enum status unpack(struct span in, const struct cloop *c, uint64_t i, struct to_block *to)
{
	uint64_t at = span_be64(in, HEADER + 8 * i), end = span_be64(in, HEADER + 8 * i + 8), used = 0;
	memset(to->p, 0, to->cap);
	to->n = 0;
	if (end < at)
		return ST_DAMAGED;
	struct span s = span_cut(in, at, end - at);
	enum status st = s.n ? codec_stream(c->codec, s, &to->out, &used) : ST_OK;
	return s.n < end - at ? ST_TRUNCATED : st;
}

static enum status uzip_open(struct span in, struct sink *out)
{
	struct cloop c;
	uint64_t size = 0, bad = 0, i = 0;
	if (!read_header(in, &c))
		return ST_DAMAGED;
	struct entry e = {.path = "disk", .type = ENTRY_PART, .at = HEADER,
			  .size = (uint64_t)c.block * c.blocks};
	struct to_block to = {.out = {.write = to_block}, .cap = c.block};
	enum status st = out->begin(out, &e), member = ST_OK;
	if (st != ST_OK)
		return st == ST_SKIP ? ST_OK : st;
	to.p = mem_alloc(c.block);
	for (; i < c.blocks && st == ST_OK && span_has(in, HEADER + 8 * i, 16); i++) {
		enum status one = unpack(in, &c, i, &to);
		if (one != ST_OK && bad++ == 0)
			member = one;
		st = out->write(out, to.p, c.block);
	}
	mem_free(to.p);
	if (i < c.blocks && st == ST_OK)
		member = ST_TRUNCATED;
	enum status ended = out->end(out, st != ST_OK ? st : member);
	if (bad)
		sink_note(out, HEADER, "%llu blocks are damaged and come out short",
			  (unsigned long long)bad);
	bid(in, &size);
	out->used = size && size < in.n ? size : in.n;
	return st != ST_OK ? st : ended;
}

const struct format format_uzip = {
	.name = "uzip",
	.title = "FreeBSD uzip disk image (Junos)",
	.reference = "FreeBSD sys/geom/uzip/g_uzip.c",
	.tested = "generator in tests",
	.magic = (const struct magic[]){MAGIC(0, "#!/bin/sh\n#V2.0 Format"), MAGIC(0, "#!/bin/sh\n#V3"),
					MAGIC(0, "#!/bin/sh\n#L3.0"), MAGIC(0, "#!/bin/sh\n#Z4.0"),
					MAGIC(0, "#!/bin/sh\n#V4"), MAGIC_END},
	.bid = bid,
	.open = uzip_open,
};
