/* SPDX-License-Identifier: Apache-2.0 */
/*
 * FIT, U-Boot's flattened image tree: a device tree whose node /images holds the images.
 *
 *   /images/NAME { data = <...>;  or  data-offset, data-size  or  data-position, data-size;
 *                  type, arch, os, compression; hash-N { algo, value }; signature-N { algo, value } }
 *   /configurations/NAME { kernel, fdt, ramdisk, loadables; signature-N { ... } }
 *
 * data-offset counts from the end of the tree rounded up to four bytes, data-position from its
 * begin. Reference: U-Boot doc/uImage.FIT/source_file_format.txt, Flat Image Tree 0.8.
 */
#include <libfdt.h>

#include "base/hash.h"
#include "format/devtree.h"
#include "format/part.h"

enum { MAX_NODES = 256 };

/* A number of 4 or 8 bytes; false when there is none of that name. */
static bool number(const void *fdt, int node, const char *name, uint64_t *out)
{
	int n = 0;
	const void *p = fdt_getprop(fdt, node, name, &n);
	if (!p || (n != 4 && n != 8))
		return false;
	*out = n == 4 ? span_be32(SPAN(p, 4), 0) : span_be64(SPAN(p, 8), 0);
	return true;
}

static const char *text(const void *fdt, int node, const char *name, char *out, size_t cap)
{
	int n = 0;
	const void *p = fdt_getprop(fdt, node, name, &n);
	return part_text(SPAN(p, p && n > 0 ? (size_t)n : 0), 0, p && n > 0 ? (size_t)n : 0, out, cap);
}

/* Where an image's bytes stand in the input. */
static bool content(const void *fdt, int node, uint64_t *at, uint64_t *size)
{
	int n = 0;
	const uint8_t *p = fdt_getprop(fdt, node, "data", &n);
	if (p && n > 0) {
		*at = (uint64_t)(p - (const uint8_t *)fdt);
		*size = (uint64_t)n;
		return true;
	}
	if (!number(fdt, node, "data-size", size))
		return false;
	if (number(fdt, node, "data-position", at))
		return true;
	if (!number(fdt, node, "data-offset", at) || *at > UINT32_MAX)
		return false;
	*at += (fdt_totalsize(fdt) + 3) & ~UINT32_C(3);
	return true;
}

static int bid_tree(const void *fdt, uint64_t *size)
{
	int images = fdt_path_offset(fdt, "/images"), node, count = 0;
	uint64_t end = fdt_totalsize(fdt), at = 0, n = 0, to;
	if (images < 0)
		return 0;
	fdt_for_each_subnode(node, fdt, images) {
		if (count++ == MAX_NODES)
			break;
		if (content(fdt, node, &at, &n) && !__builtin_add_overflow(at, n, &to) && to > end)
			end = to;
	}
	*size = end;
	return count ? 96 : 0;
}

static int bid(struct span in, uint64_t *size)
{
	struct devtree tree;
	*size = 0;
	if (!devtree_open(in, &tree))
		return 0;
	int sure = bid_tree(tree.fdt, size);
	devtree_close(&tree);
	return sure;
}

static void check_hash(const void *fdt, int node, struct span data, const char *image,
		       struct sink *out)
{
	char algo[24];
	uint8_t sum[SHA256_SIZE];
	int n = 0;
	const uint8_t *value = fdt_getprop(fdt, node, "value", &n);
	size_t want;
	text(fdt, node, "algo", algo, sizeof algo);
	if (strcmp(algo, "sha256") == 0) {
		hash_sha256(data, sum);
		want = 32;
	} else if (strcmp(algo, "sha1") == 0) {
		hash_sha1(data, sum);
		want = 20;
	} else if (strcmp(algo, "md5") == 0) {
		hash_md5(data, sum);
		want = 16;
	} else if (strcmp(algo, "crc32") == 0) {
		uint32_t crc = hash_crc32(0, data);
		for (int i = 0; i < 4; i++)
			sum[i] = (uint8_t)(crc >> (24 - 8 * i));
		want = 4;
	} else {
		return;
	}
	if (value && (n < 0 || (size_t)n != want || memcmp(value, sum, want) != 0))
		sink_note(out, 0, "%s: %s is wrong", image, algo);
}

/* Hashes are checked where the data is known; signatures are listed. */
static void look_below(const void *fdt, int parent, const char *what, const struct span *data,
		       struct sink *out)
{
	int node, count = 0;
	char algo[40], key[40];
	fdt_for_each_subnode(node, fdt, parent) {
		const char *name = fdt_get_name(fdt, node, NULL);
		if (count++ == MAX_NODES || !name)
			break;
		if (data && strncmp(name, "hash", 4) == 0)
			check_hash(fdt, node, *data, what, out);
		if (strncmp(name, "signature", 9) == 0)
			sink_note(out, 0, "%s is signed: %s, key %s", what,
				  text(fdt, node, "algo", algo, sizeof algo),
				  text(fdt, node, "key-name-hint", key, sizeof key));
	}
}

static enum status give(struct span in, const void *fdt, struct sink *out)
{
	int images = fdt_path_offset(fdt, "/images"), node, count = 0;
	char name[64];
	enum status st = ST_OK;
	if (images < 0)
		return ST_DAMAGED;
	fdt_for_each_subnode(node, fdt, images) {
		uint64_t at = 0, n = 0;
		int len = 0;
		const char *raw = fdt_get_name(fdt, node, &len);
		if (count++ == MAX_NODES || st != ST_OK || !raw)
			break;
		part_name(SPAN(raw, (size_t)len), 0, (size_t)len, name, sizeof name);
		if (!content(fdt, node, &at, &n)) {
			sink_note(out, 0, "%s has no data", name);
			continue;
		}
		struct span data = span_cut(in, at, n);
		look_below(fdt, node, name, data.n == n ? &data : NULL, out);
		st = part_slice(out, in, name, at, n);
	}
	int configs = fdt_path_offset(fdt, "/configurations");
	count = 0;
	if (configs >= 0)
		fdt_for_each_subnode(node, fdt, configs) {
			const char *raw = fdt_get_name(fdt, node, NULL);
			if (count++ == MAX_NODES || !raw)
				break;
			part_name(span_str(raw), 0, strlen(raw), name, sizeof name);
			look_below(fdt, node, name, NULL, out);
		}
	return st;
}

static enum status fit_open(struct span in, struct sink *out)
{
	struct devtree tree;
	if (!devtree_open(in, &tree))
		return ST_DAMAGED;
	enum status st = give(in, tree.fdt, out);
	devtree_close(&tree);
	return st;
}

static const char *arch_of(const char *a)
{
	static const char *const names[][2] = {
		{"arm", "arm"}, {"arm64", "aarch64"}, {"mips", "mips"}, {"mips64", "mips64"},
		{"ppc", "ppc"}, {"powerpc", "ppc"}, {"x86", "x86"}, {"x86_64", "x86-64"},
		{"riscv", "riscv64"}, {"sh", "sh"}, {"sparc", "sparc"}, {"arc", "arc"},
		{"xtensa", "xtensa"},
	};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strcmp(a, names[i][0]) == 0)
			return names[i][1];
	return NULL;
}

/* The tree's description, and of each image type, architecture and compression. */
static void describe(const void *fdt, struct label *out)
{
	int images = fdt_path_offset(fdt, "/images"), node, count = 0;
	struct buf b = {.max = sizeof out->text - 1};
	char t[40], a[24], c[24];
	if (images < 0)
		return;
	out->type = "firmware";
	buf_str(&b, text(fdt, 0, "description", t, sizeof t));
	fdt_for_each_subnode(node, fdt, images) {
		if (count++ == MAX_NODES)
			break;
		text(fdt, node, "arch", a, sizeof a);
		if (!out->arch)
			out->arch = arch_of(a);
		buf_printf(&b, "%s%s %s %s", b.n ? "; " : "", text(fdt, node, "type", t, sizeof t), a,
			   text(fdt, node, "compression", c, sizeof c));
	}
	snprintf(out->text, sizeof out->text, "%s", buf_text(&b));
	buf_free(&b);
}

static void fit_label(struct span in, struct label *out)
{
	struct devtree tree;
	if (!devtree_open(in, &tree))
		return;
	describe(tree.fdt, out);
	devtree_close(&tree);
}

const struct format format_fit = {
	.name = "fit",
	.title = "U-Boot flattened image tree (FIT)",
	.reference = "U-Boot doc/uImage.FIT/source_file_format.txt",
	.tested = "mkimage 2023.01",
	.magic = (const struct magic[]){MAGIC(0, "\xd0\x0d\xfe\xed"), MAGIC_END},
	.bid = bid,
	.open = fit_open,
	.label = fit_label,
};
