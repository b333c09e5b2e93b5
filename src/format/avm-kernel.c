/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A record of AVM's boot loader EVA (FRITZ!Box kernels), little endian:
 *
 *   0 magic(4: feed1281, second kernels feedb007)  4 length(4)  8 load address(4)  12 payload
 *   behind it: sum(4) zero(4) entry(4)  [signature(8): c453de23 crc(4), at the end of the file]
 *   payload: 0 type(4: 075a0201)  4 packed(4)  8 plain(4)  12 crc of the packed data(4)
 *            16 LZMA properties(1) dictionary(4) zero(3)  24 packed data
 *
 * Length, load address, all bytes of the payload and the sum add up to zero. Images with two
 * kernels have a header feed9112 of twelve bytes before the first. Other payloads are handed out as
 * they are. Reference: eva-image-tool docs/format-spec.md; OpenWrt firmware-utils lzma2eva.c.
 */
#include "base/hash.h"
#include "format/part.h"

enum { HEADER = 12, TRAILER = 12, LZMA = 24, PACKED_TYPE = 0x075a0201 };

static bool is_record(struct span in)
{
	return SPAN_IS(in, 0, "\x81\x12\xed\xfe") || SPAN_IS(in, 0, "\x07\xb0\xed\xfe");
}

static bool is_packed(struct span in)
{
	return span_le32(in, HEADER) == PACKED_TYPE &&
	       span_le32(in, HEADER + 4) == (uint64_t)span_le32(in, 4) - LZMA &&
	       span_le32(in, 4) > LZMA && in.n > HEADER + LZMA && in.p[HEADER + 16] < 225;
}

static bool sum_fits(struct span in)
{
	uint32_t n = span_le32(in, 4);
	return span_has(in, HEADER, (uint64_t)n + TRAILER) &&
	       span_le32(in, HEADER + (uint64_t)n + 4) == 0 &&
	       n + span_le32(in, 8) + part_sum8(span_cut(in, HEADER, n)) +
		       span_le32(in, HEADER + (uint64_t)n) ==
		   0;
}

static int bid(struct span in, uint64_t *size)
{
	*size = 0;
	if (!is_record(in) || span_le32(in, 4) < 64 || (!is_packed(in) && !sum_fits(in)))
		return 0;
	*size = HEADER + (uint64_t)span_le32(in, 4) + TRAILER;
	if (SPAN_IS(in, *size, "\x23\xde\x53\xc4"))
		*size += 8;
	return is_packed(in) ? 95 : 80;
}

/* The stream with the header that .lzma files have. */
static enum status unpack(struct span in, struct sink *out)
{
	uint32_t packed = span_le32(in, HEADER + 4), plain = span_le32(in, HEADER + 8);
	struct span data = span_cut(in, HEADER + LZMA, packed);
	struct entry e = {.path = "kernel", .type = ENTRY_PART, .at = HEADER + LZMA, .size = plain};
	struct buf b = {0};
	uint8_t size[8] = {(uint8_t)plain, (uint8_t)(plain >> 8), (uint8_t)(plain >> 16),
			   (uint8_t)(plain >> 24)};
	if (data.n == packed && hash_crc32(0, data) != span_le32(in, HEADER + 12))
		sink_note(out, HEADER + 12, "checksum of the packed kernel is wrong");
	buf_add(&b, in.p + HEADER + 16, 5);
	buf_add(&b, size, 8);
	buf_add(&b, data.p, data.n);
	enum status st = sink_stream(out, &e, CODEC_LZMA_ALONE, buf_span(&b), NULL);
	buf_free(&b);
	return st == ST_SKIP ? ST_OK : st;
}

static enum status avm_open(struct span in, struct sink *out)
{
	uint64_t size = 0;
	if (!bid(in, &size))
		return ST_DAMAGED;
	out->used = size < in.n ? size : in.n;
	if (span_has(in, 0, size) && !sum_fits(in))
		sink_note(out, HEADER + (uint64_t)span_le32(in, 4), "checksum is wrong");
	return is_packed(in) ? unpack(in, out)
			     : part_slice(out, in, "kernel", HEADER, span_le32(in, 4));
}

static void label(struct span in, struct label *out)
{
	out->type = "kernel";
	snprintf(out->text, sizeof out->text, "load address %08x, entry %08x", span_le32(in, 8),
		 span_le32(in, HEADER + (uint64_t)span_le32(in, 4) + 8));
}

const struct format format_avm_kernel = {
    .name = "avm-kernel",
    .title = "AVM kernel (EVA record)",
    .reference = "eva-image-tool docs/format-spec.md; OpenWrt firmware-utils lzma2eva.c",
    .tested = "generator in tests",
    .magic = (const struct magic[]){MAGIC(0, "\x81\x12\xed\xfe"), MAGIC(0, "\x07\xb0\xed\xfe"),
				    MAGIC_END},
    .bid = bid,
    .open = avm_open,
    .label = label,
};
