/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Extended attributes of JFFS2; nodes begin with a header of 12 bytes (jffs2.c).
 *
 * attribute e008  + number(4) version(4) class(1) name_len(1) value_len(2) data_crc(4) node_crc(4)
 *                 name NUL value                                the newest version of a number counts
 * reference e009  + ino(4) number(4) sequence(4) node_crc(4)    that inode has it; odd: no longer
 *
 * Reference: Linux include/uapi/linux/jffs2.h, fs/jffs2/xattr.c.
 */
#include "format/jffs2_xattr.h"

#include "base/hash.h"

enum { XATTR = 32, XREF = 28 };

static uint32_t crc(struct span s)
{
	return hash_crc32_raw(0, s);
}

void jffs2_take_xattr(struct jffs2_xattrs *x, uint64_t at, uint32_t len)
{
	bool be = x->big_endian;
	struct span node = span_cut(x->in, at, len);
	struct span data = span_cut(node, XATTR, (node.n > 21 ? node.p[21] : 0) + 1u +
						     span_u16(node, 22, be));
	if (node.n < XATTR || crc(span_cut(node, 0, XATTR - 4)) != span_u32(node, XATTR - 4, be) ||
	    crc(data) != span_u32(node, 24, be)) {
		sink_note(x->sink, at, "checksum of an extended attribute is wrong");
		return;
	}
	x->nodes = mem_grow(x->nodes, &x->node_cap, x->node_count + 1, sizeof *x->nodes);
	x->nodes[x->node_count++] =
		(struct xattr_node){span_u32(node, 12, be), span_u32(node, 16, be), at};
}

void jffs2_take_xref(struct jffs2_xattrs *x, uint64_t at, uint32_t len)
{
	bool be = x->big_endian;
	struct span node = span_cut(x->in, at, len);
	if (node.n < XREF || crc(span_cut(node, 0, XREF - 4)) != span_u32(node, XREF - 4, be)) {
		sink_note(x->sink, at, "checksum of an extended attribute is wrong");
		return;
	}
	x->refs = mem_grow(x->refs, &x->ref_cap, x->ref_count + 1, sizeof *x->refs);
	x->refs[x->ref_count++] = (struct xref){span_u32(node, 12, be), span_u32(node, 16, be),
						  span_u32(node, 20, be)};
}

static int compare_xattrs(const void *pa, const void *pb)
{
	const struct xattr_node *a = pa, *b = pb;
	if (a->number != b->number)
		return a->number < b->number ? -1 : 1;
	if (a->version != b->version)
		return a->version > b->version ? -1 : 1; /* the newest first */
	return (a->at > b->at) - (a->at < b->at);
}

static int compare_xrefs(const void *pa, const void *pb)
{
	const struct xref *a = pa, *b = pb;
	if (a->ino != b->ino)
		return a->ino < b->ino ? -1 : 1;
	if (a->number != b->number)
		return a->number < b->number ? -1 : 1;
	return (b->sequence > a->sequence) - (b->sequence < a->sequence); /* the newest first */
}

static void add_attribute(struct jffs2_xattrs *x, const struct xref *r)
{
	static const char *const classes[] = {
		NULL, "user.", "security.", "system.posix_acl_access", "system.posix_acl_default", "trusted."};
	size_t lo = 0, hi = x->node_count;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		if (x->nodes[mid].number < r->number)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (lo == x->node_count || x->nodes[lo].number != r->number)
		return;
	struct span node = span_from(x->in, x->nodes[lo].at);
	uint8_t class = node.p[20], n = node.p[21];
	struct span value = span_cut(node, XATTR + n + 1u, span_u16(node, 22, x->big_endian));
	const char *prefix = class < sizeof classes / sizeof *classes ? classes[class] : NULL;
	if (!prefix || !attributes_add(&x->attributes, prefix, span_cut(node, XATTR, n), value))
		sink_note(x->sink, x->nodes[lo].at, "an extended attribute cannot be read");
}

/* An inode's references stand together, those to one attribute by age. */
void jffs2_xattrs_give(struct jffs2_xattrs *x, uint64_t ino, struct entry *e)
{
	size_t lo = 0, hi = x->ref_count;
	attributes_reset(&x->attributes);
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		if (x->refs[mid].ino < ino)
			lo = mid + 1;
		else
			hi = mid;
	}
	for (size_t i = lo; i < x->ref_count && x->refs[i].ino == ino; i++) {
		bool old = i > lo && x->refs[i].number == x->refs[i - 1].number;
		if (!old && !(x->refs[i].sequence & 1))
			add_attribute(x, &x->refs[i]);
	}
	attributes_give(&x->attributes, e);
}

void jffs2_xattrs_sort(struct jffs2_xattrs *x)
{
	if (x->node_count)
		qsort(x->nodes, x->node_count, sizeof *x->nodes, compare_xattrs);
	if (x->ref_count)
		qsort(x->refs, x->ref_count, sizeof *x->refs, compare_xrefs);
}

void jffs2_xattrs_free(struct jffs2_xattrs *x)
{
	attributes_free(&x->attributes);
	mem_free(x->nodes);
	mem_free(x->refs);
}
