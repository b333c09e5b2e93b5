/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Flash of Intel chipsets: a descriptor tells the regions, little endian:
 *
 *   16 5a a5 f0 0f  20 map: bits 16 to 23 the regions' place / 16
 *   regions(4 each): bits 0 to 14 base / 4096, bits 16 to 30 limit / 4096 (limit below base:
 * unused)
 *
 * Reference: Intel 9 Series Chipset PCH datasheet, 5.24; coreboot util/ifdtool.
 */
#include "format/part.h"

enum { DESCRIPTOR = 4096, REGIONS = 16 };

static bool region(struct span in, unsigned i, uint64_t *at, uint64_t *n)
{
	uint64_t table = (span_le32(in, 20) >> 16 & 0xff) << 4;
	uint32_t v = span_le32(in, table + 4 * (uint64_t)i), base = v & 0x7fff,
		 limit = v >> 16 & 0x7fff;
	*at = (uint64_t)base << 12;
	*n = limit >= base ? (uint64_t)(limit - base + 1) << 12 : 0;
	return limit >= base && v != 0xffffffff && !(v == 0 && i) &&
	       span_has(in, table, 4 * (uint64_t)(i + 1));
}

static int bid(struct span in, uint64_t *size)
{
	uint64_t at, n, end = 0;
	unsigned count = 0;
	*size = 0;
	if (in.n < 2 * DESCRIPTOR || !SPAN_IS(in, 16, "\x5a\xa5\xf0\x0f") ||
	    !region(in, 0, &at, &n) || at || n != DESCRIPTOR)
		return 0;
	for (unsigned i = 0; i < 5; i++)
		if (region(in, i, &at, &n)) {
			count++;
			end = at + n > end ? at + n : end;
		}
	*size = end;
	return count >= 2 ? 96 : 0;
}

static enum status intel_open(struct span in, struct sink *out)
{
	static const char *const names[] = {"descriptor", "bios",      "me",	    "gbe",
					    "platform",	  "devexp",    "bios2",	    "region-7",
					    "ec",	  "devexp2",   "ie",	    "10gbe-0",
					    "10gbe-1",	  "region-13", "region-14", "ptt"};
	uint64_t at, n, end = 0;
	enum status st = ST_OK;
	if (!bid(in, &end))
		return ST_DAMAGED;
	for (unsigned i = 0; i < REGIONS && st == ST_OK; i++)
		/* newer regions stand where older descriptors hold something else */
		if (region(in, i, &at, &n) && at + n <= end &&
		    (i < 5 || (at >= DESCRIPTOR && at + n <= in.n)))
			st = part_slice(out, in, names[i], at, n);
	out->used = end < in.n ? end : in.n;
	return st;
}

const struct format format_intel_flash = {
    .name = "intel-flash",
    .title = "Flash of an Intel chipset (descriptor)",
    .reference = "Intel 9 Series Chipset PCH datasheet, 5.24",
    .tested = "generator in tests",
    .magic = (const struct magic[]){MAGIC(16, "\x5a\xa5\xf0\x0f"), MAGIC_END},
    .bid = bid,
    .open = intel_open,
};
