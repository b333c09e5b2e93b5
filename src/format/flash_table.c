/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Partition tables in a dump of flash.
 *
 * command line  mtdparts=ID:SIZE[@OFFSET](NAME)[ro][lk],SIZE...;ID2:...   sizes with k, m, g, or
 * "-" (Rockchip: counted in sectors of 512) device tree   a node with compatible
 * "fixed-partitions", or children partition@...: reg, label RedBoot FIS   entries of 256: name(16)
 * flash(4) memory(4) size(4) entry(4) data(4) ... SafeLoader    text: "partition NAME base 0xOFFSET
 * size 0xSIZE" Qualcomm      aa73ee55 dbbd5ee3 version(4) n(4), then n of: name(16) offset(4)
 * size(4) flags(4), counted in blocks CFE NVRAM     1024 bytes at 0x580: version(4) ... 688: 5
 * offsets(4) 5 sizes(4) in KiB ... crc(4)
 *
 * Reference: Linux drivers/mtd/parsers/cmdlinepart.c, ofpart_core.c, redboot.c, qcomsmempart.c,
 * include/linux/bcm963xx_nvram.h; OpenWrt firmware-utils tplink-safeloader.c.
 */
#include "format/flash_table.h"

#include <libfdt.h>

#include "base/hash.h"
#include "base/text.h"
#include "format/devtree.h"
#include "format/part.h"

enum { TABLES = 32, MAX_LINE = 4096, LOOK = 32 << 20 /* a table stands near the front */ };

bool flash_add(struct flash_table *t, struct span name, uint64_t at, uint64_t size)
{
	if (t->n == FLASH_PARTS || size == 0 || at > UINT64_MAX / 4 ||
	    (size != FLASH_REST && size > UINT64_MAX / 4))
		return false;
	struct flash_part *p = &t->parts[t->n++];
	*p = (struct flash_part){.at = at, .size = size};
	part_name(name, 0, name.n, p->name, sizeof p->name);
	if (!p->name[0])
		snprintf(p->name, sizeof p->name, "part%u", t->n - 1);
	return true;
}

/* ---- kernel command lines ---- */

/* A number with a unit, as memparse() of the kernel takes it. */
static bool size_of(struct span s, size_t *pos, uint64_t *out)
{
	uint64_t v = 0, base = 10;
	size_t i = *pos, first;
	if (SPAN_IS(s, i, "0x") || SPAN_IS(s, i, "0X")) {
		base = 16;
		i += 2;
	}
	for (first = i; i < s.n && i - first < 12; i++) {
		uint8_t c = s.p[i] | 32, d = c >= '0' && c <= '9'   ? c - '0'
					     : c >= 'a' && c <= 'f' ? c - 'a' + 10
								    : 99;
		if (d >= base || s.p[i] < '0')
			break;
		v = v * base + d;
	}
	if (i == first)
		return false;
	uint8_t unit = i < s.n ? s.p[i] | 32 : 0;
	if (unit == 'k' || unit == 'm' || unit == 'g') {
		v <<= unit == 'k' ? 10 : unit == 'm' ? 20 : 30;
		i++;
	}
	*pos = i;
	*out = v;
	return true;
}

static bool cmdline_part(struct span s, size_t *pos, struct flash_table *t, uint64_t *next,
			 uint64_t unit)
{
	uint64_t size = FLASH_REST, at = *next;
	struct span name = SPAN(s.p, 0);
	if (SPAN_IS(s, *pos, "-"))
		++*pos;
	else if (!size_of(s, pos, &size) || size > UINT64_C(1) << 40)
		return false;
	else
		size *= unit;
	if (SPAN_IS(s, *pos, "@")) {
		++*pos;
		if (!size_of(s, pos, &at) || at > UINT64_C(1) << 40)
			return false;
		at *= unit;
	}
	if (SPAN_IS(s, *pos, "(")) {
		size_t end = *pos + 1;
		while (end < s.n && s.p[end] > 0x20 && s.p[end] < 0x7f && !strchr("(),", s.p[end]))
			end++;
		if (!SPAN_IS(s, end, ")"))
			return false;
		name = span_cut(s, *pos + 1, end - *pos - 1);
		*pos = end + 1;
	}
	while (SPAN_IS(s, *pos, "ro") || SPAN_IS(s, *pos, "lk"))
		*pos += 2;
	*next = size == FLASH_REST ? FLASH_REST : at + size;
	return flash_add(t, name, at, size);
}

bool flash_cmdline(struct span s, struct flash_table *t)
{
	size_t pos = 0;
	uint64_t next = 0, unit;
	while (pos < s.n && pos < 64 && s.p[pos] > 0x20 && s.p[pos] < 0x7f && s.p[pos] != ':')
		pos++;
	if (!SPAN_IS(s, pos, ":"))
		return false;
	unit = span_find(span_cut(s, 0, pos), SPAN_LIT("rk"), 0) == 0 ? 512 : 1;
	do {
		pos++;
		if (next == FLASH_REST || !cmdline_part(s, &pos, t, &next, unit))
			return false;
	} while (SPAN_IS(s, pos, ","));
	return t->n > 0;
}

/* All flashes of one mtdparts= are offered. */
static bool cmdline_at(struct span in, size_t at, struct flash_tables *to)
{
	struct span s = span_cut(in, at + 9, MAX_LINE), one;
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] <= 0x20 || s.p[i] >= 0x7f || s.p[i] == '"') {
			s.n = i;
			break;
		}
	while (s.n) {
		struct flash_table t = {.at = at, .from = "kernel command line"};
		one = text_field(&s, ';');
		if (flash_cmdline(one, &t) && to->table(to, &t))
			return true;
	}
	return false;
}

/* ---- device trees ---- */

static void tree_part(const void *fdt, int node, int cells_at, int cells_size,
		      struct flash_table *t)
{
	int n = 0, k = 0;
	const char *reg = fdt_getprop(fdt, node, "reg", &n),
		   *name = fdt_getprop(fdt, node, "label", &k);
	struct span r = SPAN(reg, reg && n > 0 ? (size_t)n : 0);
	if (!name)
		name = fdt_get_name(fdt, node, &k);
	if (r.n < 4 * ((size_t)cells_at + (size_t)cells_size) || cells_at < 1 || cells_size < 1 ||
	    !name || k <= 0)
		return;
	uint64_t at = cells_at == 1 ? span_be32(r, 0) : span_be64(r, 0);
	uint64_t size = cells_size == 1 ? span_be32(r, 4 * (size_t)cells_at)
					: span_be64(r, 4 * (size_t)cells_at);
	flash_add(t, SPAN(name, strnlen(name, (size_t)k)), at, size);
}

static int cells(const void *fdt, int node, const char *what)
{
	int n = 0;
	const char *p = fdt_getprop(fdt, node, what, &n);
	uint32_t v = p && n == 4 ? span_be32(SPAN(p, 4), 0) : 1;
	return v == 2 ? 2 : 1;
}

static bool tree_read(const void *fdt, size_t at, struct flash_tables *to)
{
	int child;
	for (int node = fdt_next_node(fdt, -1, NULL); node >= 0;
	     node = fdt_next_node(fdt, node, NULL)) {
		struct flash_table t = {.at = at, .from = "device tree"};
		bool fixed = fdt_node_check_compatible(fdt, node, "fixed-partitions") == 0;
		for (child = fdt_first_subnode(fdt, node); child >= 0;
		     child = fdt_next_subnode(fdt, child)) {
			const char *name = fdt_get_name(fdt, child, NULL);
			if (fixed || (name && strncmp(name, "partition@", 10) == 0))
				tree_part(fdt, child, cells(fdt, node, "#address-cells"),
					  cells(fdt, node, "#size-cells"), &t);
		}
		if (t.n && to->table(to, &t))
			return true;
	}
	return false;
}

static bool tree_at(struct span in, size_t at, struct flash_tables *to)
{
	struct devtree tree;
	if (!devtree_open(span_from(in, at), &tree))
		return false;
	bool taken = tree_read(tree.fdt, at, to);
	devtree_close(&tree);
	return taken;
}

/* ---- tables of boot loaders ---- */

/* Addresses are of the CPU's window, in which the flash begins at a multiple of its size. */
static bool fis_read(struct span in, uint64_t at, bool big, struct flash_table *t)
{
	uint64_t flash = 1 << 16;
	while (flash < in.n)
		flash *= 2;
	for (; span_has(in, at, 256); at += 256) {
		if (SPAN_IS(in, at, "\xff\xff"))
			break;
		if (in.p[at] == 0xff) /* deleted */
			continue;
		if (!part_is_text(in, at, 16, 1))
			break;
		flash_add(t, span_cut(in, at, 16), span_u32(in, at + 16, big) & (flash - 1),
			  span_u32(in, at + 24, big));
	}
	return t->n > 0;
}

static bool fis_at(struct span in, size_t at, struct flash_tables *to)
{
	if (!part_is_text(in, at, 16, 13))
		return false;
	while (at >= 256 && part_is_text(in, at - 256, 16, 1))
		at -= 256;
	for (int big = 0; big < 2; big++) {
		struct flash_table t = {.at = at, .from = "RedBoot FIS directory"};
		if (fis_read(in, at, big, &t) && to->table(to, &t))
			return true;
	}
	return false;
}

static bool safeloader_at(struct span in, size_t at, struct flash_tables *to)
{
	struct flash_table t = {.at = at, .from = "SafeLoader partition table"};
	struct span s = span_cut(in, at, 8192), line;
	size_t pos = 0;
	while (span_line(s, &pos, &line) && text_prefix(line, "partition ")) {
		int64_t base, size;
		struct span rest = span_from(line, 10), name = text_field(&rest, ' ');
		struct span word = text_field(&rest, ' '), number = text_field(&rest, ' ');
		struct span word2 = text_field(&rest, ' '), number2 = span_trim(rest);
		size_t nul = 0;
		while (nul < number2.n && number2.p[nul] > 0x20)
			nul++;
		number2.n = nul;
		if (!span_eq_str(word, "base") || !span_eq_str(word2, "size") ||
		    !text_number(number, &base) || !text_number(number2, &size) || base < 0 ||
		    size <= 0)
			break;
		flash_add(&t, name, (uint64_t)base, (uint64_t)size);
	}
	return t.n && to->table(to, &t);
}

/* Counted in blocks of a size that is not said: the usual ones are offered. */
static bool qualcomm_at(struct span in, size_t at, struct flash_tables *to)
{
	uint32_t n = span_le32(in, at + 12);
	if (n == 0 || n > FLASH_PARTS)
		return false;
	for (uint64_t block = 1 << 16; block <= 1 << 19; block *= 2) {
		struct flash_table t = {.at = at, .from = "Qualcomm partition table"};
		for (uint32_t i = 0; i < n && part_is_text(in, at + 16 + 28 * i, 16, 1); i++) {
			uint64_t e = at + 16 + 28 * i, size = span_le32(in, e + 20);
			struct span name = span_cut(in, e, 16);
			if (SPAN_IS(name, 0, "0:"))
				name = span_from(name, 2);
			flash_add(&t, name, block * span_le32(in, e + 16),
				  size == UINT32_MAX ? FLASH_REST : block * size);
		}
		if (t.n == n && to->table(to, &t))
			return true;
	}
	return false;
}

static bool cfe_nvram(struct span in, struct flash_tables *to)
{
	static const char *const names[] = {"boot", "rootfs_1", "rootfs_2", "data", "bbt"};
	struct flash_table t = {.at = 0x580, .from = "CFE NVRAM"};
	uint8_t n[1024];
	if (!span_has(in, 0x580, 1024))
		return false;
	memcpy(n, in.p + 0x580, 1024);
	uint32_t version = span_be32(SPAN(n, 4), 0), want = span_be32(SPAN(n, 1024), 1020);
	memset(n + 1020, 0, 4);
	if (version < 5 || version > 16 || (hash_crc32(0, SPAN(n, 1024)) ^ UINT32_MAX) != want)
		return false;
	for (unsigned i = 0; i < 5; i++)
		flash_add(&t, span_str(names[i]),
			  (uint64_t)span_be32(SPAN(n, 1024), 592 + 4 * i) << 10,
			  (uint64_t)span_be32(SPAN(n, 1024), 612 + 4 * i) << 10);
	return t.n && to->table(to, &t);
}

/* ---- all of them ---- */

static const struct kind {
	const char *what;
	size_t n;
	bool (*at)(struct span, size_t, struct flash_tables *);
} kinds[] = {
    {"mtdparts=", 9, cmdline_at},
    {"\xd0\x0d\xfe\xed", 4, tree_at},
    {"FIS directory", 13, fis_at},
    {"\xaa\x73\xee\x55\xdb\xbd\x5e\xe3", 8, qualcomm_at},
    {"partition fs-uboot base ", 24, safeloader_at},
};
enum { KINDS = sizeof kinds / sizeof *kinds, OF_KERNELS = 2 };

/* The first places of each kind. */
struct places {
	uint32_t at[KINDS][TABLES];
	unsigned n[KINDS];
};

static void note_place(struct span in, size_t at, struct places *p)
{
	for (unsigned k = 0; k < KINDS; k++)
		if (in.p[at] == (uint8_t)kinds[k].what[0] && p->n[k] < TABLES &&
		    span_is(in, at, kinds[k].what, kinds[k].n))
			p->at[k][p->n[k]++] = (uint32_t)at;
}

typedef uint8_t vector __attribute__((vector_size(16))); /* comparisons give 0 or 0xff */

struct starts {
	vector first[KINDS], second[KINDS];
};

static struct starts starts_of(void)
{
	struct starts s;
	for (unsigned k = 0; k < KINDS; k++) {
		s.first[k] = (vector){0} + (uint8_t)kinds[k].what[0];
		s.second[k] = (vector){0} + (uint8_t)kinds[k].what[1];
	}
	return s;
}

/* May one of them begin at one of sixteen bytes? By the first two bytes of each. */
static bool begins(const uint8_t *p, const struct starts *s)
{
	vector a, b, found = {0};
	uint64_t half[2];
	memcpy(&a, p, sizeof a);
	memcpy(&b, p + 1, sizeof b);
	for (unsigned k = 0; k < KINDS; k++)
		found |= (vector)((a == s->first[k]) & (b == s->second[k]));
	memcpy(half, &found, sizeof half);
	return half[0] | half[1];
}

/* All kinds in one pass. */
static void places_of(struct span in, struct places *p)
{
	struct starts starts = starts_of();
	size_t i = 0;
	for (; i + sizeof(vector) < in.n; i += sizeof(vector))
		if (begins(in.p + i, &starts))
			for (size_t k = 0; k < sizeof(vector); k++)
				note_place(in, i + k, p);
	for (; i < in.n; i++)
		note_place(in, i, p);
}

/* The tables of the first `count` kinds. */
static bool tables_in(struct span in, unsigned count, struct flash_tables *to)
{
	struct places p = {0};
	places_of(in, &p);
	for (unsigned k = 0; k < count; k++)
		for (unsigned i = 0; i < p.n[k]; i++)
			if (kinds[k].at(in, p.at[k][i], to))
				return true;
	return false;
}

bool flash_kernel_tables(struct span in, struct flash_tables *to)
{
	return tables_in(span_cut(in, 0, LOOK), OF_KERNELS, to);
}

void flash_tables(struct span whole, struct flash_tables *to)
{
	struct span in = span_cut(whole, 0, LOOK);
	if (!cfe_nvram(in, to) && !tables_in(in, KINDS, to) && to->packed)
		flash_packed(whole, to);
}
