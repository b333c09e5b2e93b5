/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Devicetree Specification 0.4, chapter 5. Header, big endian:
 *   magic d00dfeed  totalsize  off_dt_struct  off_dt_strings  off_mem_rsvmap  version
 *   last_comp_version  boot_cpuid_phys  size_dt_strings  size_dt_struct (version 17)
 * The structure block is a row of tags: 1 begin node (name, NUL, padding), 2 end node, 3 property
 * (length, offset of the name, value, padding), 4 nothing, 9 end.
 * libfdt 1.6.1 walks in circles on property lengths that overflow an int, so the walk is made here
 * first: every step goes forward and stays inside.
 */
#include "format/devtree.h"

#include <libfdt.h>

#include "base/mem.h"

enum { HEADER = 40, MAX_TREE_DEPTH = 64, BEGIN = 1, END_NODE, PROPERTY, NOTHING, END = 9 };

static bool skip_name(struct reader *r)
{
	struct span rest = span_from(r->s, r->pos);
	const uint8_t *nul = rest.n ? memchr(rest.p, 0, rest.n) : NULL;
	if (!nul)
		return false;
	read_skip(r, ((uint64_t)(nul - rest.p) + 1 + 3) & ~(uint64_t)3);
	return !r->bad;
}

static bool tags_sound(struct span tags, uint64_t names)
{
	struct reader r = reader_of(tags, true);
	int depth = 0;
	while (!r.bad) {
		uint32_t tag = read_u32(&r), length, name;
		switch (tag) {
		case BEGIN:
			if (++depth > MAX_TREE_DEPTH || !skip_name(&r))
				return false;
			break;
		case END_NODE:
			if (--depth < 0)
				return false;
			break;
		case PROPERTY:
			length = read_u32(&r);
			name = read_u32(&r);
			if (depth == 0 || name >= names)
				return false;
			read_skip(&r, ((uint64_t)length + 3) & ~(uint64_t)3);
			break;
		case NOTHING:
			break;
		default:
			return tag == END && !r.bad && depth == 0;
		}
	}
	return false;
}

bool devtree_open(struct span in, struct devtree *tree)
{
	uint32_t total = span_be32(in, 4), version = span_be32(in, 20);
	*tree = (struct devtree){0};
	if (in.n < HEADER || !SPAN_IS(in, 0, "\xd0\x0d\xfe\xed"))
		return false;
	if (total < 56 || total > INT32_MAX || total > in.n || version < 16 || version > 17)
		return false;
	struct span all = span_cut(in, 0, total);
	uint64_t tags = span_be32(in, 8), names = span_be32(in, 12), name_bytes = span_be32(in, 32);
	if (tags % 4 || !span_has(all, names, name_bytes) || !tags_sound(span_from(all, tags), name_bytes))
		return false;
	tree->fdt = in.p;
	if ((uintptr_t)in.p % 8) {
		tree->copy = mem_array(total, 1);
		memcpy(tree->copy, in.p, total);
		tree->fdt = tree->copy;
	}
	if (fdt_check_full(tree->fdt, total) == 0)
		return true;
	devtree_close(tree);
	return false;
}

void devtree_close(struct devtree *tree)
{
	mem_free(tree->copy);
	*tree = (struct devtree){0};
}
