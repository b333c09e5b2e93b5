/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Marvell boot image (Kirkwood, Dove, Armada), little endian:
 *
 *   0 medium(1)  4 length of the loader with its sum(4)  8 version(1: 0 or 1)
 *   version 1: 9 header length(3: high byte, then 2)  12 loader at(4)  16 destination(4) entry(4)
 *   30 more headers follow(1)  31 sum of the header's bytes(1)
 *   version 1, from 32 on: kind(1) length(3) ... , the last four bytes tell whether another
 * follows; kind 2 is a program: 4 arguments(1) ?(3) arguments(4 each) program
 *
 * The loader's place counts blocks of 512 bytes on a disk. Its last word is the sum of all others.
 * There is no magic: both sums must be right.
 * Reference: U-Boot tools/kwbimage.h, kwbimage.c.
 */
#include "format/part.h"

enum { MAIN = 32, SECTOR = 512, MAX_OPTIONAL = 16, PROGRAM = 2 };

static uint32_t header_length(struct span in)
{
	return in.p[8] == 0 ? MAIN : (uint32_t)in.p[9] << 16 | span_le16(in, 10);
}

static bool header_fits(struct span in)
{
	static const uint8_t media[] = {0x4d, 0x5a, 0x8b, 0x78, 0x9c, 0x69, 0xae};
	uint32_t n = in.n > MAIN ? header_length(in) : 0;
	if (n < MAIN || n % 4 || !memchr(media, in.p[0], sizeof media) || in.p[8] > 1 ||
	    !span_has(in, 0, n))
		return false;
	return ((part_sum8(span_cut(in, 0, n)) - in.p[31]) & 0xff) == in.p[31];
}

static bool loader_fits(struct span in, uint64_t at, uint32_t n)
{
	uint32_t sum = 0;
	if (at < MAIN || n < 8 || n % 4 || !span_has(in, at, n))
		return false;
	for (uint64_t i = 0; i < n - 4; i += 4)
		sum += span_le32(in, at + i);
	return sum && sum == span_le32(in, at + n - 4);
}

/* Where the loader stands: by bytes, by blocks, or right behind the header; 0: nowhere. */
static uint64_t loader_at(struct span in)
{
	uint64_t told = span_le32(in, 12);
	uint64_t places[] = {told, told * SECTOR, told ? (told - 1) * SECTOR : 0,
			     header_length(in)};
	for (size_t i = 0; i < sizeof places / sizeof *places; i++)
		if (loader_fits(in, places[i], span_le32(in, 4)))
			return places[i];
	return 0;
}

static int bid(struct span in, uint64_t *size)
{
	*size = 0;
	if (!header_fits(in))
		return 0;
	uint64_t at = loader_at(in);
	if (!at)
		return 0;
	*size = at + span_le32(in, 4);
	return 93;
}

static enum status open_programs(struct span in, struct sink *out)
{
	uint64_t at = MAIN, end = header_length(in);
	char name[16];
	enum status st = ST_OK;
	for (unsigned i = 1; i <= MAX_OPTIONAL && st == ST_OK && at + 8 <= end; i++) {
		uint32_t n = (uint32_t)span_cut(in, at + 1, 1).p[0] << 16 | span_le16(in, at + 2);
		if (n < 8 || at + n > end)
			break;
		uint64_t from = at + 8 + 4 * (uint64_t)in.p[at + 4];
		snprintf(name, sizeof name, "program-%u", i);
		if (in.p[at] == PROGRAM && from < at + n - 4)
			st = part_slice(out, in, name, from, at + n - 4 - from);
		if (!(in.p[at + n - 4] & 1))
			break;
		at += n;
	}
	return st;
}

static enum status kwb_open(struct span in, struct sink *out)
{
	enum status st = ST_OK;
	uint64_t at = header_fits(in) ? loader_at(in) : 0;
	if (!at)
		return ST_DAMAGED;
	if (in.p[8] == 1 && (in.p[30] & 1))
		st = open_programs(in, out);
	out->used = at + span_le32(in, 4);
	return st == ST_OK ? part_slice(out, in, "loader", at, span_le32(in, 4) - 4) : st;
}

static void kwb_label(struct span in, struct label *out)
{
	if (in.n > MAIN)
		snprintf(out->text, sizeof out->text, "version %u, medium %02x, destination %08x",
			 in.p[8], in.p[0], span_le32(in, 16));
}

const struct format format_kwbimage = {
    .name = "kwbimage",
    .title = "Marvell boot image (kwbimage)",
    .reference = "U-Boot tools/kwbimage.h",
    .tested = "mkimage 2023.01",
    .magic = NULL,
    .flags = FORMAT_START,
    .bid = bid,
    .open = kwb_open,
    .label = kwb_label,
};
