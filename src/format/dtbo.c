/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Android table of device trees and overlays, big endian:
 *
 *   0 d7 b7 ab 1e  4 size of all(4)  8 header(4)  12 row length(4)  16 rows(4)  20 rows at(4)
 *   24 page size(4)  28 version(4)
 *   rows: size(4) offset(4) id(4) revision(4) custom(16)
 *
 * Reference: Android source, system/libufdt/utils/src/dt_table.h.
 */
#include "format/part.h"

enum { HEADER = 32, ROW = 32, MAX_ROWS = 1024 };

static int bid(struct span in, uint64_t *size)
{
	uint32_t all = span_be32(in, 4), rows = span_be32(in, 16), at = span_be32(in, 20);
	*size = 0;
	if (!SPAN_IS(in, 0, "\xd7\xb7\xab\x1e") || span_be32(in, 8) != HEADER || span_be32(in, 12) != ROW ||
	    rows == 0 || rows > MAX_ROWS || at < HEADER || at + (uint64_t)rows * ROW > all ||
	    span_be32(in, 28) > 1)
		return 0;
	*size = all;
	return 95;
}

static enum status dtbo_open(struct span in, struct sink *out)
{
	uint64_t size = 0;
	char name[24];
	enum status st = ST_OK;
	if (!bid(in, &size))
		return ST_DAMAGED;
	for (uint32_t i = 0; i < span_be32(in, 16) && st == ST_OK; i++) {
		uint64_t row = span_be32(in, 20) + (uint64_t)i * ROW;
		if (!span_has(in, row, ROW)) {
			sink_note(out, row, "table runs past the end");
			return ST_TRUNCATED;
		}
		snprintf(name, sizeof name, "dtb-%u", i);
		st = part_slice(out, in, name, span_be32(in, row + 4), span_be32(in, row));
	}
	out->used = size < in.n ? size : in.n;
	return st;
}

const struct format format_dtbo = {
	.name = "dtbo",
	.title = "Android device tree table (DTBO)",
	.reference = "Android system/libufdt, dt_table.h",
	.tested = "generator in tests",
	.magic = (const struct magic[]){MAGIC(0, "\xd7\xb7\xab\x1e"), MAGIC_END},
	.bid = bid,
	.open = dtbo_open,
};
