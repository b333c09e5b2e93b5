/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Flattened device tree: identified, not opened (FIT images, which are device trees with content,
 * have a file of their own). Header, big endian: magic d00dfeed, total size, offsets of structure,
 * strings and memory reservations, version 16 or 17.
 * Reference: Devicetree Specification 0.4, chapter 5.
 */
#include <libfdt.h>

#include "format/devtree.h"
#include "format/part.h"

static int bid(struct span in, uint64_t *size)
{
	struct devtree tree;
	*size = 0;
	if (!devtree_open(in, &tree))
		return 0;
	devtree_close(&tree);
	*size = span_be32(in, 4);
	return 94;
}

static void dtb_label(struct span in, struct label *out)
{
	struct devtree tree;
	int n = 0, m = 0;
	if (!devtree_open(in, &tree))
		return;
	const char *model = fdt_getprop(tree.fdt, 0, "model", &n);
	const char *compatible = fdt_getprop(tree.fdt, 0, "compatible", &m);
	char a[60] = "", b[50] = "";
	if (model && n > 0)
		part_text(SPAN(model, (size_t)n), 0, (size_t)n, a, sizeof a);
	if (compatible && m > 0)
		part_text(SPAN(compatible, (size_t)m), 0, (size_t)m, b, sizeof b);
	out->type = "device tree";
	snprintf(out->text, sizeof out->text, "%s%s%s", a, *a && *b ? ", " : "", b);
	devtree_close(&tree);
}

const struct format format_dtb = {
	.name = "dtb",
	.title = "Flattened device tree",
	.reference = "Devicetree Specification 0.4, chapter 5",
	.tested = "libfdt 1.6.1",
	.magic = (const struct magic[]){MAGIC(0, "\xd0\x0d\xfe\xed"), MAGIC_END},
	.flags = FORMAT_LEAF,
	.bid = bid,
	.label = dtb_label,
};
