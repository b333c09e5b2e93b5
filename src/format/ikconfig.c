/* SPDX-License-Identifier: Apache-2.0 */
/* A kernel's own configuration (CONFIG_IKCONFIG):  "IKCFG_ST"  gzip stream  "IKCFG_ED" */
#include "format/format.h"

enum { MARK = 8, MOST = 1 << 20 };

static int bid(struct span in, uint64_t *size)
{
	*size = 0;
	if (!SPAN_IS(in, 0, "IKCFG_ST\x1f\x8b\x08"))
		return 0;
	size_t end = span_find(span_cut(in, 0, MOST), SPAN_LIT("IKCFG_ED"), MARK);
	*size = end == SIZE_MAX ? 0 : end + MARK;
	return end == SIZE_MAX ? 0 : 95;
}

static enum status ikconfig_open(struct span in, struct sink *out)
{
	uint64_t size;
	struct entry e = {.path = "config.gz", .type = ENTRY_PART, .at = MARK};
	if (!bid(in, &size))
		return ST_DAMAGED;
	out->used = size;
	return out->slice(out, &e, span_cut(in, MARK, size - 2 * MARK));
}

const struct format format_ikconfig = {
	.name = "ikconfig",
	.title = "Linux kernel configuration",
	.reference = "Linux kernel/configs.c",
	.tested = "generator in tests",
	.magic = (const struct magic[]){MAGIC(0, "IKCFG_ST\x1f\x8b\x08"), MAGIC_END},
	.bid = bid,
	.open = ikconfig_open,
};
