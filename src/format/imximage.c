/* SPDX-License-Identifier: Apache-2.0 */
/*
 * NXP i.MX boot image, little endian, addresses of the memory it is loaded into:
 *
 *   version 2, 3   0 d1 00 20 40|41  4 entry(4) zero(4) device data at(4) boot data at(4)  20 own
 *                  address(4) signature at(4) zero(4)
 *                  boot data: start(4) length from there on(4) plugin(4)
 *                  device data: d2 length(2, big endian) 40 ...
 *   version 1      0 entry(4) b1 00 00 00  8 signature at(4)  12 pointer to the pointer at 20(4)
 *                  16 keys at(4)  20 device data at(4)  24 start(4)
 *                  device data: e9 19 72 b1 length(4) rows; behind them the length from the start
 * on
 *
 * The program stands at the entry's address. Reference: U-Boot include/imximage.h,
 * tools/imximage.c.
 */
#include "format/part.h"

enum { HEADER = 32, REACH = 0x1000, MOST = 256 << 20 };

struct image {
	uint32_t self, entry, device, csf, start, length;
	uint64_t device_size;
};

/* The offset that an address of the image's neighbourhood stands for. */
static bool near(const struct image *i, uint32_t address, uint64_t *at)
{
	*at = (uint64_t)address - i->self;
	return address > i->self && *at < REACH;
}

static bool read_second(struct span in, struct image *i)
{
	uint64_t at;
	if (in.n < 64 || !SPAN_IS(in, 0, "\xd1\x00\x20") || (in.p[3] & ~1u) != 0x40 ||
	    span_le32(in, 8) || span_le32(in, 28))
		return false;
	*i = (struct image){
	    .entry = span_le32(in, 4), .device = span_le32(in, 12), .self = span_le32(in, 20)};
	i->csf = span_le32(in, 24);
	if (!near(i, span_le32(in, 16), &at))
		return false;
	i->start = span_le32(in, at);
	i->length = span_le32(in, at + 4);
	if (i->device && near(i, i->device, &at) && SPAN_IS(in, at, "\xd2"))
		i->device_size = span_be16(in, at + 1);
	return span_le32(in, at + 8) <= 1 || i->device_size;
}

static bool read_first(struct span in, struct image *i)
{
	uint64_t at;
	if (in.n < 64 || !SPAN_IS(in, 4, "\xb1\0\0\0"))
		return false;
	*i = (struct image){
	    .entry = span_le32(in, 0), .csf = span_le32(in, 8), .self = span_le32(in, 12) - 20};
	i->device = span_le32(in, 20);
	i->start = span_le32(in, 24);
	if (!near(i, i->device, &at) || !SPAN_IS(in, at, "\xe9\x19\x72\xb1"))
		return false;
	i->device_size = 8 + (uint64_t)span_le32(in, at + 4);
	i->length = span_le32(in, at + i->device_size);
	return true;
}

static bool read_image(struct span in, struct image *i)
{
	return (read_second(in, i) || read_first(in, i)) && i->start <= i->self &&
	       i->self - i->start <= 0x10000 && i->length > i->self - i->start + HEADER &&
	       i->length <= MOST;
}

static uint64_t length_of(const struct image *i)
{
	return i->length - (i->self - i->start);
}

static int bid(struct span in, uint64_t *size)
{
	struct image i;
	*size = 0;
	if (!read_image(in, &i))
		return 0;
	*size = length_of(&i);
	return 92;
}

static enum status imx_open(struct span in, struct sink *out)
{
	struct image i;
	uint64_t at;
	if (!read_image(in, &i))
		return ST_DAMAGED;
	uint64_t size = length_of(&i), from = (uint64_t)i.entry - i.self,
		 device = (uint64_t)i.device - i.self;
	struct span image = span_cut(in, 0, size);
	enum status st = ST_OK;
	out->used = image.n;
	if (image.n < size)
		sink_note(out, 0, "declared length runs past the end");
	if (i.csf > i.self && i.csf - i.self < size)
		sink_note(out, i.csf - i.self, "signed (HAB)");
	if (i.device_size && near(&i, i.device, &at))
		st = part_slice(out, image, "device-data", device, i.device_size);
	/* Some entries lead into the program: then it begins behind the device data. */
	uint64_t least = i.device_size && device < size ? device + i.device_size : HEADER;
	if (i.entry <= i.self || from >= size || from < least || (from & 0x3f))
		from = least;
	return st == ST_OK && from < size ? part_slice(out, image, "loader", from, size - from)
					  : st;
}

static void imx_label(struct span in, struct label *out)
{
	struct image i;
	if (read_image(in, &i))
		snprintf(out->text, sizeof out->text, "entry %08x, loaded to %08x", i.entry,
			 i.start);
}

const struct format format_imximage = {
    .name = "imximage",
    .title = "NXP i.MX boot image",
    .reference = "U-Boot include/imximage.h",
    .tested = "mkimage 2023.01",
    .magic = (const struct magic[]){MAGIC(0, "\xd1\x00\x20\x40"), MAGIC(0, "\xd1\x00\x20\x41"),
				    MAGIC(4, "\xb1\0\0\0\0\0\0\0"), MAGIC_END},
    .bid = bid,
    .open = imx_open,
    .label = imx_label,
};
