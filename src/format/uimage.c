/* SPDX-License-Identifier: Apache-2.0 */
/*
 * U-Boot legacy image, all fields big endian:
 *
 *   0 magic(4)  4 header crc(4)  8 time(4)  12 data size(4)  16 load(4)  20 entry(4)
 *   24 data crc(4)  28 os(1)  29 arch(1)  30 type(1)  31 compression(1)  32 name(32)  64 data
 *
 * The header checksum is CRC-32 over the 64 bytes with its own field zero. Vendors put magics of
 * their own into the first word and keep all else; those that are public are listed below. Type 4
 * (multi-file; also scripts) begins its data with a list of 32-bit lengths that a zero ends; the
 * parts follow, each padded to four bytes. What stands behind the declared data (erased flash)
 * does not belong to the image. Some vendors put more behind the header (32 zeros, or model and
 * versions); the header's checksum then covers that, too.
 * Reference: U-Boot include/image.h; vendor magics: Linux/OpenWrt mtdsplit_uimage.c, OpenWrt
 * target/linux makefiles (UIMAGE_MAGIC).
 */
#include "base/hash.h"
#include "format/part.h"
#include "format/uimage.h"

enum { HEADER = 64, MAX_HEADER = 640, MAX_PARTS = 64 };
enum { TYPE_MULTI = 4, TYPE_SCRIPT = 6 };

static const struct magic magics[] = {
	MAGIC(0, "\x27\x05\x19\x56"), MAGIC(0, "OKLI"),             MAGIC(0, "2003"),
	MAGIC(0, "2061"),             MAGIC(0, "3700"),             MAGIC(0, "3701"),
	MAGIC(0, "1100"),             MAGIC(0, "\x83\x80\x00\x00"), MAGIC(0, "\x83\x80\x00\x01"),
	MAGIC(0, "\x93\x00\x00\x00"), MAGIC(0, "\x93\x10\x00\x00"), MAGIC(0, "\x12\x34\x50\x00"),
	MAGIC(0, "\x00\x01\x7a\x1f"), MAGIC_END,
};

/*
 * The header's length by its checksum: 64, or more where a vendor put text or zeros behind it; 0
 * when it fits nowhere. Only U-Boot's own magic is met with a longer header.
 */
static uint32_t header_length(struct span in)
{
	uint8_t h[HEADER];
	if (in.n < HEADER)
		return 0;
	memcpy(h, in.p, HEADER);
	memset(h + 4, 0, 4);
	uint32_t crc = hash_crc32(0, SPAN(h, HEADER)), want = span_be32(in, 4);
	if (crc == want)
		return HEADER;
	if (!SPAN_IS(in, 0, "\x27\x05\x19\x56"))
		return 0;
	for (uint32_t at = HEADER; at < MAX_HEADER && span_has(in, at, 4); at += 4) {
		crc = hash_crc32(crc, span_cut(in, at, 4));
		if (crc == want)
			return at + 4;
	}
	return 0;
}

static bool fields_are_sane(struct span in)
{
	return in.p[28] >= 1 && in.p[28] <= 40 && in.p[29] >= 1 && in.p[29] <= 40 &&
	       in.p[30] >= 1 && in.p[30] <= 60 && in.p[31] <= 10;
}

static int bid(struct span in, uint64_t *size)
{
	bool known = false;
	*size = 0;
	if (in.n < HEADER)
		return 0;
	for (size_t i = 0; magics[i].n; i++)
		known = known || span_is(in, 0, magics[i].bytes, magics[i].n);
	uint32_t data = span_be32(in, 12);
	if (!known || data == 0)
		return 0;
	uint32_t header = header_length(in);
	*size = (uint64_t)(header ? header : HEADER) + data;
	if (header)
		return 97;
	/* A damaged header is believed only under U-Boot's own magic and when all else fits. */
	if (SPAN_IS(in, 0, "\x27\x05\x19\x56") && fields_are_sane(in) && part_is_text(in, 32, 32, 1) &&
	    data <= in.n - HEADER)
		return 45;
	return 0;
}

static const char *name_of(const char *const *names, size_t n, uint8_t i)
{
	return i < n && names[i] ? names[i] : "unknown";
}

#define NAME_OF(list_, i_) name_of((list_), sizeof(list_) / sizeof *(list_), (i_))

static const char *const oses[] = {
	"invalid", "openbsd", "netbsd", "freebsd", "4.4bsd", "linux", "svr4", "esix", "solaris",
	"irix", "sco", "dell", "ncr", "lynxos", "vxworks", "psos", "qnx", "u-boot", "rtems", "artos",
	"unity", "integrity", "ose", "plan9", "openrtos", "arm-tf", "tee", "opensbi", "efi",
};
static const char *const types[] = {
	"invalid", "standalone", "kernel", "ramdisk", "multi-file", "firmware", "script", "filesystem",
	"flat device tree",
};
static const char *const compressions[] = {"none", "gzip", "bzip2", "lzma", "lzo", "lz4", "zstd"};

/* Our names; byte order is not told by the header, so only those that have one. */
static const char *arch_of(uint8_t a)
{
	static const char *const arches[] = {
		NULL, "alpha", "arm", "x86", "ia64", "mips", "mips64", "ppc", "s390", "sh", "sparc",
		"sparc64", "m68k", NULL, "microblaze", "nios2", "blackfin", "avr32", NULL, NULL, NULL,
		"or1k", "aarch64", "arc", "x86-64", "xtensa", "riscv",
	};
	return a < sizeof arches / sizeof *arches ? arches[a] : NULL;
}

static const char *part_of(uint8_t type)
{
	switch (type) {
	case 2:
	case 14:
		return "kernel";
	case 3:
		return "ramdisk";
	case 5:
		return "firmware";
	case 6:
		return "script";
	case 7:
		return "filesystem";
	case 8:
		return "dtb";
	default:
		return "data";
	}
}

/* The list of lengths, then the parts. */
static enum status open_multi(struct span in, uint32_t header, struct span data, struct sink *out)
{
	static const char *const names[] = {"kernel", "filesystem", "data"};
	size_t count = 0;
	char name[16];
	while (count < MAX_PARTS && span_has(data, 4 * count, 4) && span_be32(data, 4 * count))
		count++;
	if (count == MAX_PARTS || !span_has(data, 4 * count, 4)) {
		sink_note(out, header, "list of parts has no end");
		return ST_DAMAGED;
	}
	uint64_t at = header + 4 * (count + 1);
	enum status st = ST_OK;
	for (size_t i = 0; i < count && st == ST_OK; i++) {
		uint32_t n = span_be32(data, 4 * i);
		snprintf(name, sizeof name, "data-%zu", i + 1);
		const char *word = in.p[30] == TYPE_SCRIPT ? "script" : i < 3 ? names[i] : name;
		st = part_slice(out, span_cut(in, 0, header + data.n), word, at, n);
		at += ((uint64_t)n + 3) & ~UINT64_C(3);
	}
	return st;
}

enum status uimage_open(struct span in, struct sink *out)
{
	if (in.n < HEADER)
		return ST_TRUNCATED;
	uint32_t size = span_be32(in, 12), header = header_length(in);
	if (!header) {
		sink_note(out, 4, "header checksum is wrong");
		header = HEADER;
	}
	struct span data = span_cut(in, header, size);
	out->used = header + data.n;
	if (data.n == size && hash_crc32(0, data) != span_be32(in, 24))
		sink_note(out, 24, "data checksum is wrong");
	if (in.p[30] == TYPE_MULTI ||
	    (in.p[30] == TYPE_SCRIPT && data.n >= 8 && span_be32(data, 4) == 0)) {
		if (data.n < size)
			sink_note(out, 12, "declared length runs past the end");
		return open_multi(in, header, data, out);
	}
	return part_slice(out, in, part_of(in.p[30]), header, size);
}

void uimage_label(struct span in, struct label *out)
{
	char name[33];
	if (in.n < HEADER)
		return;
	out->type = NAME_OF(types, in.p[30]);
	out->arch = arch_of(in.p[29]);
	snprintf(out->text, sizeof out->text, "%s, %s, %s", part_text(in, 32, 32, name, sizeof name),
		 NAME_OF(oses, in.p[28]), NAME_OF(compressions, in.p[31]));
}

const struct format format_uimage = {
	.name = "uimage",
	.title = "U-Boot legacy image",
	.reference = "U-Boot include/image.h",
	.tested = "mkimage 2023.01",
	.magic = magics,
	.bid = bid,
	.open = uimage_open,
	.label = uimage_label,
};
