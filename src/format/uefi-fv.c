/* SPDX-License-Identifier: Apache-2.0 */
/*
 * UEFI firmware volume with FFS files, little endian:
 *
 *   0 zeros(16)  16 GUID(16)  32 length(8)  40 "_FVH"  44 attributes(4)  48 header length(2)
 *   50 sum(2: 16-bit words of the header add up to zero)  52 extended header(2)  54 ?(1)  55 revision(1)
 *   56 block map
 *   files, each at a multiple of 8: GUID(16) header sum(1) file sum(1) type(1) attributes(1)
 *   size(3) state(1) [large: size(8)] content
 *
 * Files come out by their GUID; most hold sections, which uefi-sections.c opens.
 * Reference: UEFI Platform Initialization Specification 1.7, volume 3.
 */
#include "format/part.h"
#include "format/uefi.h"

enum { FIXED = 56, FILE_HEADER = 24, LARGE_HEADER = 32, MAX_FILES = 8192 };

/* GUIDs of volumes that hold FFS files, versions 2 and 3; all others hold data (variables). */
static bool is_ffs(struct span in)
{
	return SPAN_IS(in, 16, "\x78\xe5\x8c\x8c\x3d\x8a\x1c\x4f\x99\x35\x89\x61\x85\xc3\x2d\xd3") ||
	       SPAN_IS(in, 16, "\x7a\xc0\x73\x54\xcb\x3d\xca\x4d\xbd\x6f\x1e\x96\x89\xe7\x34\x9a");
}

static int bid(struct span in, uint64_t *size)
{
	uint64_t length = span_le64(in, 32);
	uint16_t header = span_le16(in, 48);
	*size = 0;
	if (!SPAN_IS(in, 40, "_FVH") || header < FIXED + 8 || header % 2 || header > 4096 ||
	    length < header || length > (UINT64_C(1) << 32) || !span_has(in, 0, header))
		return 0;
	if ((part_sum16(span_cut(in, 0, header), false) & 0xffff) != 0)
		return 0;
	*size = length;
	return 96;
}

static uint64_t first_file(struct span in)
{
	uint64_t at = span_le16(in, 48), extended = span_le16(in, 52);
	if (extended && span_has(in, extended, 20))
		at = extended + span_le32(in, extended + 16);
	return (at + 7) & ~UINT64_C(7);
}

static const char *type_of(uint8_t type)
{
	static const char *const types[] = {
		"file", "raw", "freeform", "sec-core", "pei-core", "dxe-core", "peim", "driver",
		"peim-driver", "application", "smm", "volume", "smm-dxe", "smm-core",
	};
	return type < sizeof types / sizeof *types ? types[type] : "file";
}

static enum status open_files(struct span in, struct sink *out)
{
	char guid[UEFI_GUID], name[UEFI_GUID + 20];
	uint64_t at = first_file(in);
	enum status st = ST_OK;
	for (int i = 0; i < MAX_FILES && st == ST_OK && span_has(in, at, FILE_HEADER); i++) {
		uint64_t size = span_le32(in, at + 20) & 0xffffff, head = FILE_HEADER;
		if (part_all(in, at, FILE_HEADER, 0xff))
			break; /* free space */
		if ((in.p[at + 19] & 1) && span_has(in, at, LARGE_HEADER)) {
			size = span_le64(in, at + 24);
			head = LARGE_HEADER;
		}
		if (size < head || size > in.n) {
			sink_note(out, at, "file of %llu bytes makes no sense", (unsigned long long)size);
			return ST_DAMAGED;
		}
		if (in.p[at + 18] != 0xf0) {
			uefi_guid(in, at, guid);
			snprintf(name, sizeof name, "%s.%s", guid, type_of(in.p[at + 18]));
			st = part_slice(out, in, name, at + head, size - head);
		}
		at = (at + size + 7) & ~UINT64_C(7);
	}
	return st;
}

static enum status fv_open(struct span in, struct sink *out)
{
	uint64_t length = span_le64(in, 32);
	struct span volume = span_cut(in, 0, length);
	out->used = volume.n;
	if (in.n < FIXED)
		return ST_TRUNCATED;
	if (volume.n < length)
		sink_note(out, 32, "declared length runs past the end");
	if (is_ffs(in))
		return open_files(volume, out);
	uint16_t header = span_le16(in, 48);
	return part_slice(out, volume, "data", header, volume.n > header ? volume.n - header : 0);
}

static void fv_label(struct span in, struct label *out)
{
	char guid[UEFI_GUID];
	uefi_guid(in, 16, guid);
	snprintf(out->text, sizeof out->text, "%s, file system %s", is_ffs(in) ? "files" : "data", guid);
}

const struct format format_uefi_fv = {
	.name = "uefi-fv",
	.title = "UEFI firmware volume",
	.reference = "UEFI Platform Initialization Specification 1.7, volume 3",
	.tested = "generator in tests",
	.magic = (const struct magic[]){MAGIC(40, "_FVH"), MAGIC_END},
	.bid = bid,
	.open = fv_open,
	.label = fv_label,
};
