/* SPDX-License-Identifier: Apache-2.0 */
/*
 * QCOW2 disk, big endian:
 *
 *   0 "QFI" fb  4 version(4: 2 or 3)  8 backing file at(8)  20 cluster bits(4)  24 size(8)
 *   32 encryption(4)  36 entries of L1(4)  40 L1 at(8)  72 incompatible features(8, version 3)
 *   104 compression(1: 0 deflate, 1 zstd)
 *   L1: 62 copied flag, bits 9 to 55 where an L2 table of one cluster stands
 *   L2: bit 62 packed: at in the low 62 - (bits - 8) bits, then sectors more than one
 *       else bits 9 to 55 where the cluster stands, bit 0 zeros
 *
 * Reference: QEMU docs/interop/qcow2.txt.
 */
#include "format/part.h"
#include "format/unix.h"

enum { HEADER = 72, MAX_BITS = 21 };
#define AT_MASK UINT64_C(0x00fffffffffffe00)
#define PACKED	(UINT64_C(1) << 62)

static int bid(struct span in, uint64_t *size)
{
	uint32_t version = span_be32(in, 4), bits = span_be32(in, 20);
	*size = 0;
	if (!SPAN_IS(in, 0, "QFI\xfb") || in.n < HEADER || (version != 2 && version != 3) ||
	    bits < 9 || bits > MAX_BITS || span_be64(in, 24) == 0 || span_be64(in, 40) % 512 ||
	    !span_has(in, span_be64(in, 40), 8))
		return 0;
	*size = in.n;
	return 96;
}

/* One cluster of the disk into `to`. */
static enum status cluster(struct span in, uint64_t entry, uint32_t bits, uint8_t *to)
{
	size_t size = (size_t)1 << bits, n = 0;
	memset(to, 0, size);
	if (entry & PACKED) {
		unsigned low = 62 - (bits - 8);
		uint64_t at = entry & ((UINT64_C(1) << low) - 1);
		uint64_t more = (entry & (PACKED - 1)) >> low;
		struct span s = span_cut(in, at, 512 * (more + 1) - at % 512);
		bool zstd = span_be32(in, 4) == 3 && (span_be64(in, 72) & 8) &&
			    span_cut(in, 104, 1).n && in.p[104] == 1;
		enum status st = codec_block(zstd ? CODEC_ZSTD : CODEC_DEFLATE, s, to, size, &n);
		return n == size ? ST_OK : st == ST_OK ? ST_DAMAGED : st;
	}
	uint64_t at = entry & AT_MASK;
	if (at == 0 || (span_be32(in, 4) == 3 && (entry & 1)))
		return ST_OK;
	struct span s = span_cut(in, at, size);
	memcpy(to, s.p, s.n);
	return s.n == size || at + s.n == in.n ? (s.n ? ST_OK : ST_TRUNCATED) : ST_TRUNCATED;
}

static enum status give(struct span in, struct sink *out, enum status *whole)
{
	uint32_t bits = span_be32(in, 20), l1 = span_be32(in, 36);
	uint64_t size = span_be64(in, 24), table = span_be64(in, 40), each = UINT64_C(1) << bits,
		 lost = 0;
	uint64_t per = each / 8, zeros = 0, looks = 0;
	uint8_t *p = mem_array((size_t)each, 1);
	enum status st = ST_OK;
	for (uint64_t at = 0; at < size && st == ST_OK; at += each) {
		uint64_t i = at / each,
			 l2 = i / per < l1 ? span_be64(in, table + 8 * (i / per)) & AT_MASK : 0;
		if (i / per >= l1 ||
		    !span_has(in, table + 8 * (i / per), 8)) { /* nothing more is described */
			zeros += size - at;
			break;
		}
		if (!l2) { /* a whole table of holes */
			uint64_t skip = (per - i % per) * each;
			zeros += skip < size - at ? skip : size - at;
			at += skip - each;
			continue;
		}
		if (looks++ > in.n / 8) { /* tables that stand in the file once cannot say more */
			*whole = ST_DAMAGED;
			break;
		}
		uint64_t entry = span_be64(in, l2 + 8 * (i % per)),
			 n = size - at < each ? size - at : each;
		if (!entry) { /* holes are gathered: a disk may have many */
			zeros += n;
			continue;
		}
		enum status one = cluster(in, entry, bits, p);
		lost += one != ST_OK;
		*whole = one != ST_OK ? one : *whole;
		st = sink_zeros(out, zeros);
		zeros = 0;
		if (st == ST_OK)
			st = out->write(out, p, (size_t)n);
	}
	if (st == ST_OK && zeros)
		st = sink_zeros(out, zeros);
	if (lost)
		sink_note(out, table, "%llu clusters are missing or damaged",
			  (unsigned long long)lost);
	mem_free(p);
	return st;
}

static enum status qcow2_open(struct span in, struct sink *out)
{
	uint64_t size = span_be64(in, 24), own = 0;
	struct entry e = {.path = "disk", .type = ENTRY_PART, .size = size};
	enum status whole = ST_OK;
	if (!bid(in, &own))
		return ST_DAMAGED;
	out->used = in.n;
	if (span_be64(in, 8))
		sink_note(out, 8, "the disk is a difference to another file, which is not here");
	if (span_be32(in, 32)) {
		sink_note(out, 32, "encrypted disk");
		return part_encrypted(out, in, "disk", 0, in.n);
	}
	/* A hole costs nothing here but a look; what no image can hold is not tried. */
	if (size > UINT64_C(1) << 44)
		return ST_DAMAGED;
	enum status st = out->begin(out, &e);
	if (st != ST_OK)
		return st == ST_SKIP ? ST_OK : st;
	st = give(in, out, &whole);
	enum status ended = out->end(out, st != ST_OK ? st : whole);
	return st != ST_OK ? st : ended == ST_SKIP ? ST_OK : ended;
}

static void label(struct span in, struct label *out)
{
	out->type = "disk";
	snprintf(out->text, sizeof out->text, "version %u, %llu bytes", span_be32(in, 4),
		 (unsigned long long)span_be64(in, 24));
}

const struct format format_qcow2 = {
    .name = "qcow2",
    .title = "QCOW2 disk",
    .reference = "QEMU docs/interop/qcow2.txt",
    .tested = "qemu-img 7.2",
    .magic = (const struct magic[]){MAGIC(0, "QFI\xfb\0\0\0"), MAGIC_END},
    .flags = FORMAT_START,
    .bid = bid,
    .open = qcow2_open,
    .label = label,
};
