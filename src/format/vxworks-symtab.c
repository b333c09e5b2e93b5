/* SPDX-License-Identifier: Apache-2.0 */
/*
 * VxWorks symbol table, either byte order: rows of 16 bytes,
 *
 *   0 address of the name(4)  4 address(4)  8 type(4: 0x500 function, 0x700 data, 0x900 bss)
 *   12 group(4, = 0)
 *
 * Identified where at least MIN rows follow each other. The names stand before it; their texts are
 * not resolved here, because the load address is not told.
 * Reference: binwalk src/structures/vxworks.rs; devttys0, "Finding VxWorks symbol tables".
 */
#include "format/part.h"

enum { ROW = 16, MIN = 100, LEAST = 200 };

static bool is_row(struct span in, uint64_t at, bool big)
{
	uint32_t type = span_u32(in, at + 8, big), name = span_u32(in, at, big);
	uint32_t value = span_u32(in, at + 4, big);
	return span_has(in, at, ROW) && (type == 0x500 || type == 0x700 || type == 0x900) &&
	       span_u32(in, at + 12, big) == 0 && name >= 0x1000 && value >= 0x1000;
}

/* Addresses of a program lie together: all names within 16 MiB of the first. */
static uint64_t rows(struct span in, bool *big)
{
	*big = in.n >= ROW && in.p[8] == 0 && in.p[9] == 0;
	uint32_t first = span_u32(in, 0, *big);
	uint64_t n = 0;
	while (is_row(in, n * ROW, *big)) {
		uint32_t name = span_u32(in, n * ROW, *big);
		uint32_t far = name > first ? name - first : first - name;
		if (far > (16u << 20))
			break;
		n++;
	}
	return n;
}

static int bid(struct span in, uint64_t *size)
{
	bool big;
	uint64_t n = rows(in, &big);
	*size = 0;
	if (n < MIN)
		return 0;
	*size = n * ROW;
	return n >= LEAST ? 85 : 70;
}

static void symtab_label(struct span in, struct label *out)
{
	bool big;
	uint64_t n = rows(in, &big);
	out->type = "symbol table";
	snprintf(out->text, sizeof out->text, "%llu symbols, %s endian", (unsigned long long)n,
		 big ? "big" : "little");
}

const struct format format_vxworks_symtab = {
	.name = "vxworks-symtab",
	.title = "VxWorks symbol table",
	.reference = "binwalk src/structures/vxworks.rs",
	.tested = "generator in tests",
	.magic = (const struct magic[]){
		MAGIC(8, "\x00\x00\x05\x00\x00\x00\x00\x00"), MAGIC(8, "\x00\x00\x07\x00\x00\x00\x00\x00"),
		MAGIC(8, "\x00\x00\x09\x00\x00\x00\x00\x00"), MAGIC(8, "\x00\x05\x00\x00\x00\x00\x00\x00"),
		MAGIC(8, "\x00\x07\x00\x00\x00\x00\x00\x00"), MAGIC(8, "\x00\x09\x00\x00\x00\x00\x00\x00"),
		MAGIC_END},
	.flags = FORMAT_LEAF,
	.bid = bid,
	.label = symtab_label,
};
