/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Android boot image. Little endian; every part begins at a multiple of the page size.
 *
 * 0-2  "ANDROID!" kernel_size(4) kernel_address(4) ramdisk_size(4) address(4) second_size(4)
 *      address(4) tags(4) page_size(4) version(4) os(4) name(16) command_line(512) id(32) more(1024)
 *      [1: dtbo_size(4) dtbo_offset(8) header_size(4)] [2: dtb_size(4) dtb_address(8)]
 *      kernel, ramdisk, second, dtbo, dtb
 * 3-4  "ANDROID!" kernel_size(4) ramdisk_size(4) os(4) header_size(4) reserved(16) version(4)
 *      command_line(1536) [4: signature_size(4)]; pages of 4096; kernel, ramdisk, signature
 * vendor 3-4  "VNDRBOOT" version(4) page_size(4) addresses(8) ramdisk_size(4) command_line(2048)
 *      tags(4) name(16) header_size(4) dtb_size(4) dtb_address(8) [4: table_size(4) ...(8)
 *      configuration_size(4)]; ramdisk, dtb, table, configuration
 *
 * Reference: AOSP system/tools/mkbootimg/include/bootimg/bootimg.h.
 */
#include "format/part.h"

enum { MAX_PARTS = 6 };

struct piece {
	const char *name;
	uint64_t at, size;
};

struct layout {
	struct piece parts[MAX_PARTS];
	unsigned n;
	uint64_t page, end;
	uint64_t command_line, command_size;
};

static void add(struct layout *l, const char *name, uint32_t size)
{
	l->parts[l->n++] = (struct piece){name, l->end, size};
	l->end += (size + l->page - 1) / l->page * l->page;
}

static bool page_size(uint32_t n)
{
	return n >= 512 && n <= 1 << 17 && !(n & (n - 1));
}

/* In version 0 the size of a device tree may stand where the version does. */
static bool old_layout(struct span in, uint32_t version, uint32_t tree, struct layout *l)
{
	l->page = span_le32(in, 36);
	if (!page_size((uint32_t)l->page) || in.n < 1632)
		return false;
	l->end = (1660 + l->page - 1) / l->page * l->page;
	l->command_line = 64;
	l->command_size = 512;
	if (version == 0 && l->page >= 1632)
		l->end = l->page;
	add(l, "kernel", span_le32(in, 8));
	add(l, "ramdisk", span_le32(in, 16));
	add(l, "second", span_le32(in, 24));
	if (tree)
		add(l, "dt", tree);
	if (version >= 1)
		add(l, "dtbo", span_le32(in, 1632));
	if (version >= 2)
		add(l, "dtb", span_le32(in, 1648));
	return span_le32(in, 8) != 0;
}

static bool new_layout(struct span in, uint32_t version, struct layout *l)
{
	l->page = 4096;
	l->end = 4096;
	l->command_line = 44;
	l->command_size = 1536;
	/* Makers differ by a few bytes in what they write here. */
	if (span_le32(in, 20) < 1580 || span_le32(in, 20) > 4096 || !span_le32(in, 8))
		return false;
	add(l, "kernel", span_le32(in, 8));
	add(l, "ramdisk", span_le32(in, 12));
	if (version == 4)
		add(l, "signature", span_le32(in, 1580));
	return true;
}

static bool vendor_layout(struct span in, struct layout *l)
{
	uint32_t version = span_le32(in, 8), header = span_le32(in, 2096);
	l->page = span_le32(in, 12);
	if ((version != 3 && version != 4) || !page_size((uint32_t)l->page) ||
	    header < 2104 || header > 2176) /* makers count 2108, 2112 or 2128 bytes */
		return false;
	l->end = (header + l->page - 1) / l->page * l->page;
	l->command_line = 28;
	l->command_size = 2048;
	add(l, "ramdisk", span_le32(in, 24));
	add(l, "dtb", span_le32(in, 2100));
	if (version == 4) {
		add(l, "ramdisk-table", span_le32(in, 2112));
		add(l, "configuration", span_le32(in, 2124));
	}
	return true;
}

static bool layout_of(struct span in, struct layout *l)
{
	uint32_t version = span_le32(in, 40);
	*l = (struct layout){0};
	if (SPAN_IS(in, 0, "VNDRBOOT"))
		return vendor_layout(in, l);
	if (!SPAN_IS(in, 0, "ANDROID!"))
		return false;
	if (version == 3 || version == 4)
		return new_layout(in, version, l);
	return version <= 2 ? old_layout(in, version, 0, l) : old_layout(in, 0, version, l);
}

static int bid(struct span in, uint64_t *size)
{
	struct layout l;
	*size = 0;
	if (!layout_of(in, &l) || l.end / 64 > in.n)
		return 0;
	*size = l.end;
	return 90;
}

static enum status boot_open(struct span in, struct sink *out)
{
	struct layout l;
	enum status st = ST_OK;
	if (!layout_of(in, &l))
		return ST_DAMAGED;
	out->used = l.end;
	struct span line = span_cut(in, l.command_line, l.command_size);
	size_t n = strnlen((const char *)line.p, line.n);
	if (n)
		st = part_slice(out, in, "command-line", l.command_line, n);
	for (unsigned i = 0; i < l.n && st == ST_OK; i++)
		st = part_slice(out, in, l.parts[i].name, l.parts[i].at, l.parts[i].size);
	return st;
}

static void label(struct span in, struct label *out)
{
	out->type = "boot image";
	if (SPAN_IS(in, 0, "ANDROID!") && span_le32(in, 40) < 3)
		part_text(in, 48, 16, out->text, sizeof out->text);
}

const struct format format_android_boot = {
	.name = "android-boot",
	.title = "Android boot image",
	.reference = "AOSP mkbootimg/include/bootimg/bootimg.h",
	.tested = "mkbootimg 29.0.6 (Debian), abootimg 0.6; generator in tests",
	.magic = (const struct magic[]){MAGIC(0, "ANDROID!"), MAGIC(0, "VNDRBOOT"), MAGIC_END},
	.flags = FORMAT_SPLIT,
	.bid = bid,
	.open = boot_open,
	.label = label,
};
