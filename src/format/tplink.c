/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TP-Link firmware, header versions 1, 2 and 3: 512 bytes, big endian but for the version.
 *
 *   version 1                                    versions 2 and 3
 *   0x00 version (01 00 00 00)                   0x00 version (02|03 00 00 00)
 *   0x04 vendor(24)  0x1c version text(36)       0x04 version text(48)
 *   0x40 hardware id, revision, region           0x34 hardware id, revision, additional
 *   0x4c MD5(16)  0x5c zero  0x60 MD5(16)        0x40 MD5(16)  0x50 zero  0x54 MD5(16)
 *   0x70 ffffffff                                0x64 ffffffff
 *   0x74 load, entry, length, kernel at, kernel  0x68 the same eleven words as far as the
 *        size, rootfs at, size, boot at, size         boot loader's size
 *   0x98 version hi, mid, lo (2 each)            0x8c 55 aa ... 0x90 a5 version
 *
 * The MD5 is taken over the whole image with a fixed salt in its own place. Images "with boot"
 * hold a boot loader and then a whole second image with a header of its own. Kernels that carry
 * the header alone ("combined") have length and MD5 zero. Version 2 is met with the layout of
 * version 1, too.
 * Reference: OpenWrt mktplinkfw.c, mktplinkfw2.c, Linux/OpenWrt mtdsplit_tplink.c.
 */
#include "base/hash.h"
#include "format/part.h"

enum { HEADER = 512 };

struct header {
	unsigned version;
	bool first; /* the layout of version 1 */
	uint64_t words, md5, length;
	uint32_t kernel, kernel_size, rootfs, rootfs_size, boot_size;
};

static bool read_layout(struct span in, struct header *h)
{
	h->words = h->first ? 0x74 : 0x68;
	h->md5 = h->first ? 0x4c : 0x40;
	h->length = span_be32(in, h->words + 8);
	h->kernel = span_be32(in, h->words + 12);
	h->kernel_size = span_be32(in, h->words + 16);
	h->rootfs = span_be32(in, h->words + 20);
	h->rootfs_size = span_be32(in, h->words + 24);
	h->boot_size = span_be32(in, h->words + 32);
	if (h->first && (!part_is_text(in, 4, 24, 3) || !part_is_text(in, 0x1c, 36, 1)))
		return false;
	if (!h->first && (!part_is_text(in, 4, 48, 3) || span_be16(in, 0x8c) != 0x55aa))
		return false;
	if (h->rootfs == UINT32_MAX && h->rootfs_size == UINT32_MAX) /* a kernel alone, header filled with ff */
		h->rootfs = h->rootfs_size = 0;
	uint64_t kernel_end = (uint64_t)h->kernel + h->kernel_size;
	uint64_t rootfs_end = (uint64_t)h->rootfs + h->rootfs_size;
	if (h->length == 0 && h->kernel == HEADER && h->rootfs_size == 0 && part_all(in, h->md5, 16, 0))
		h->length = kernel_end;
	return h->length >= HEADER && h->kernel >= HEADER && kernel_end <= h->length &&
	       rootfs_end <= h->length && (h->rootfs == 0 || h->rootfs >= HEADER) &&
	       (h->kernel_size || h->rootfs_size);
}

static bool read_header(struct span in, struct header *h)
{
	if (in.n < HEADER || span_le32(in, 0) < 1 || span_le32(in, 0) > 3)
		return false;
	*h = (struct header){.version = span_le32(in, 0), .first = true};
	if (h->version <= 2 && read_layout(in, h))
		return true;
	h->first = false;
	return h->version >= 2 && read_layout(in, h);
}

/* Images may be stored without the padding that the length counts. */
static uint64_t own_length(struct span in, const struct header *h)
{
	uint64_t kernel = (uint64_t)h->kernel + h->kernel_size;
	uint64_t rootfs = (uint64_t)h->rootfs + h->rootfs_size;
	uint64_t least = kernel > rootfs ? kernel : rootfs;
	if (h->length <= in.n || in.n < least)
		return h->length;
	return in.n;
}

static int bid(struct span in, uint64_t *size)
{
	struct header h;
	*size = 0;
	if (!read_header(in, &h))
		return 0;
	*size = own_length(in, &h);
	return 88;
}

static const uint8_t salts[4][16] = {
	{0xdc, 0xd7, 0x3a, 0xa5, 0xc3, 0x95, 0x98, 0xfb, 0xdd, 0xf9, 0xe7, 0xf4, 0x0e, 0xae, 0x47, 0x38},
	{0x8c, 0xef, 0x33, 0x5b, 0xd5, 0xc5, 0xce, 0xfa, 0xa7, 0x9c, 0x28, 0xda, 0xb2, 0xe9, 0x0f, 0x42},
	{0xdc, 0xd7, 0x3a, 0xa5, 0xc3, 0x95, 0x98, 0xfb, 0xdc, 0xf9, 0xe7, 0xf4, 0x0e, 0xae, 0x47, 0x37},
	{0x8c, 0xef, 0x33, 0x5f, 0xd5, 0xc5, 0xce, 0xfa, 0xac, 0x9c, 0x28, 0xda, 0xb2, 0xe9, 0x0f, 0x42},
};

static bool md5_fits(struct span in, const struct header *h)
{
	uint8_t md5[16];
	bool fits = false;
	struct buf b = {0};
	buf_add(&b, in.p, in.n);
	for (size_t i = 0; i < 4 && !fits && b.n == in.n; i++) {
		memcpy(b.p + h->md5, salts[i], 16);
		hash_md5(buf_span(&b), md5);
		fits = span_is(in, h->md5, md5, 16);
	}
	buf_free(&b);
	return fits;
}

/* An image with boot loader: where its second header stands, 0 when there is none. */
static uint64_t inner_image(struct span in, const struct header *h)
{
	struct span head = span_cut(in, 0, h->first ? 0x1c : 0x34);
	struct header inner;
	for (size_t at = span_find(in, head, HEADER); h->boot_size && at < in.n;
	     at = span_find(in, head, at + 1))
		if (at % HEADER == 0 && read_header(span_from(in, at), &inner))
			return at;
	return 0;
}

static enum status tplink_open(struct span in, struct sink *out)
{
	struct header h;
	if (!read_header(in, &h))
		return ST_DAMAGED;
	uint64_t length = own_length(in, &h), inner;
	struct span image = span_cut(in, 0, length);
	out->used = image.n;
	if (length > in.n)
		sink_note(out, h.words + 8, "declared length runs past the end");
	else if (!part_all(in, h.md5, 16, 0) && !md5_fits(image, &h))
		sink_note(out, h.md5, "MD5 is wrong");
	if ((inner = inner_image(image, &h))) {
		enum status st = part_slice(out, image, "bootloader", HEADER, inner - HEADER);
		return st != ST_OK ? st : part_slice(out, image, "firmware", inner, length - inner);
	}
	enum status st = ST_OK;
	if (h.kernel_size)
		st = part_slice(out, image, "kernel", h.kernel, h.kernel_size);
	if (st == ST_OK && h.rootfs_size && h.rootfs != h.kernel)
		st = part_slice(out, image, "rootfs", h.rootfs, h.rootfs_size);
	uint64_t end = (uint64_t)h.kernel + h.kernel_size;
	if (st == ST_OK && !h.rootfs_size && end < image.n)
		st = part_slice(out, image, "data", end, image.n - end);
	return st;
}

static void tplink_label(struct span in, struct label *out)
{
	struct header h;
	char text[49];
	if (!read_header(in, &h))
		return;
	bool one = h.first;
	snprintf(out->text, sizeof out->text, "header %u, %s, hardware %08x rev %u", h.version,
		 part_text(in, 4, one ? 24 : 48, text, sizeof text), span_be32(in, one ? 0x40 : 0x34),
		 span_be32(in, one ? 0x44 : 0x38));
}

const struct format format_tplink = {
	.name = "tplink",
	.title = "TP-Link firmware, header version 1, 2 or 3",
	.reference = "OpenWrt firmware-utils mktplinkfw.c, mktplinkfw2.c",
	.tested = "generator in tests",
	.magic = (const struct magic[]){MAGIC(0, "\x01\x00\x00\x00TP-LINK"),
					MAGIC(0, "\x01\x00\x00\x00OpenWrt"),
					MAGIC(0, "\x01\x00\x00\x00MERCU"),
					MAGIC(0, "\x01\x00\x00\x00" "FAST"),
					MAGIC(0, "\x02\x00\x00\x00TP-LINK"),
					MAGIC(0, "\x02\x00\x00\x00ver."),
					MAGIC(0, "\x03\x00\x00\x00ver."), MAGIC_END},
	.bid = bid,
	.open = tplink_open,
	.label = tplink_label,
};
