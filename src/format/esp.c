/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ESP8266 and ESP32 application or boot loader image, little endian:
 *
 *   0 e9  1 segments(1)  2 flash mode(1)  3 size and speed(1)  4 entry(4)
 *   ESP32 family only: 8 wp pin(1) drive(3)  12 chip(2)  14 min rev(1) min(2) max(2)  19 ?(4)
 *   23 digest follows(1)
 *   segments: address(4) size(4) data ...  padding so that the next byte ends a block of 16:
 *   xor of all data bytes with 0xef; then SHA-256 of all before it, when the header says so
 *
 * A signature (secure boot 2) begins at the next multiple of 4096: e7 02.
 * Reference: esptool documentation, "Firmware Image Format"; ESP-IDF bootloader_support.
 */
#include "base/hash.h"
#include "format/part.h"

enum { SHORT = 8, LONG = 24, MAX_SEGMENTS = 16, SECTOR = 4096, SIGNATURE = 1216 };

static const struct {
	uint16_t id;
	const char *name, *arch;
} chips[] = {
	{0, "ESP32", "xtensa"},     {2, "ESP32-S2", "xtensa"},  {5, "ESP32-C3", "riscv32"},
	{9, "ESP32-S3", "xtensa"},  {12, "ESP32-C2", "riscv32"}, {13, "ESP32-C6", "riscv32"},
	{16, "ESP32-H2", "riscv32"}, {18, "ESP32-P4", "riscv32"}, {20, "ESP32-C61", "riscv32"},
	{23, "ESP32-C5", "riscv32"}, {25, "ESP32-H21", "riscv32"}, {28, "ESP32-H4", "riscv32"},
};

struct image {
	uint32_t header;   /* length of the header: which family it is */
	uint64_t sum, end; /* where the xor stands; end with digest and signature */
	uint64_t digest;   /* where it stands, 0: none */
	bool sum_fits, is_signed;
};

static uint8_t xor_of(struct span s)
{
	uint64_t wide = 0;
	uint8_t x = 0;
	size_t i = 0;
	for (; i + 8 <= s.n; i += 8)
		wide ^= span_le64(s, i);
	for (; i < s.n; i++)
		x ^= s.p[i];
	for (; wide; wide >>= 8)
		x ^= (uint8_t)wide;
	return x;
}

static bool walk(struct span in, uint32_t header, struct image *im)
{
	struct span data[256];
	uint64_t at = header;
	uint8_t x = 0xef;
	*im = (struct image){.header = header};
	for (unsigned i = 0; i < in.p[1]; i++) {
		uint32_t n = span_le32(in, at + 4);
		data[i] = span_cut(in, at + 8, n);
		if (!span_has(in, at, 8) || n > (16u << 20) || data[i].n < n ||
		    span_le32(in, at) == 0xffffffff)
			return false;
		at += 8 + (uint64_t)n;
	}
	for (unsigned i = 0; i < in.p[1]; i++)
		x ^= xor_of(data[i]);
	im->sum = at | 15;
	im->end = im->sum + 1;
	im->sum_fits = span_has(in, im->sum, 1) && in.p[im->sum] == x;
	if (header == LONG && in.p[23] == 1) {
		im->digest = im->end;
		im->end += SHA256_SIZE;
	}
	uint64_t next = (im->end + SECTOR - 1) / SECTOR * SECTOR;
	im->is_signed = header == LONG && SPAN_IS(in, next, "\xe7\x02\x00\x00");
	if (im->is_signed)
		im->end = next + SIGNATURE;
	return im->sum_fits;
}

static bool read_image(struct span in, struct image *im)
{
	if (in.n < LONG + 8 || in.p[0] != 0xe9 || in.p[1] == 0 || in.p[1] > MAX_SEGMENTS || in.p[2] > 5)
		return false;
	bool chip = false;
	for (size_t i = 0; i < sizeof chips / sizeof *chips; i++)
		chip = chip || chips[i].id == span_le16(in, 12);
	if (chip && in.p[23] <= 1 && walk(in, LONG, im))
		return true;
	return walk(in, SHORT, im);
}

static int bid(struct span in, uint64_t *size)
{
	struct image im;
	uint32_t entry = span_le32(in, 4);
	*size = 0;
	if (entry < 0x40000000 || entry >= 0x60000000 || !read_image(in, &im))
		return 0;
	*size = im.end;
	return im.sum > LONG + 32 ? 90 : 0;
}

static enum status esp_open(struct span in, struct sink *out)
{
	struct image im;
	char name[32];
	uint8_t sha[SHA256_SIZE];
	enum status st = ST_OK;
	if (!read_image(in, &im))
		return ST_DAMAGED;
	uint64_t at = im.header;
	for (unsigned i = 0; i < in.p[1] && st == ST_OK; i++) {
		uint32_t n = span_le32(in, at + 4);
		snprintf(name, sizeof name, "segment-%u-%08x", i, span_le32(in, at));
		st = part_slice(out, in, name, at + 8, n);
		at += 8 + (uint64_t)n;
	}
	if (im.digest && span_has(in, im.digest, SHA256_SIZE)) {
		hash_sha256(span_cut(in, 0, im.digest), sha);
		if (!span_is(in, im.digest, sha, SHA256_SIZE))
			sink_note(out, im.digest, "SHA-256 of the image is wrong");
	}
	if (im.is_signed)
		sink_note(out, im.end - SIGNATURE, "image is signed (secure boot 2)");
	out->used = im.end < in.n ? im.end : in.n;
	return st;
}

/* Behind the first segment's header may stand a description: magic, versions, names. */
static void esp_label(struct span in, struct label *out)
{
	struct image im;
	const char *chip = "ESP8266";
	char project[33] = "", version[33] = "";
	if (!read_image(in, &im))
		return;
	out->arch = "xtensa";
	for (size_t i = 0; im.header == LONG && i < sizeof chips / sizeof *chips; i++)
		if (chips[i].id == span_le16(in, 12)) {
			chip = chips[i].name;
			out->arch = chips[i].arch;
		}
	if (SPAN_IS(in, LONG + 8, "\x32\x54\xcd\xab")) {
		part_text(in, LONG + 8 + 16, 32, version, sizeof version);
		part_text(in, LONG + 8 + 48, 32, project, sizeof project);
	}
	snprintf(out->text, sizeof out->text, "%s, entry %08x%s%s%s%s", chip, span_le32(in, 4),
		 *project ? ", " : "", project, *version ? " " : "", version);
}

const struct format format_esp = {
	.name = "esp",
	.title = "ESP8266 or ESP32 image",
	.reference = "esptool documentation, Firmware Image Format",
	.tested = "generator in tests",
	.magic = (const struct magic[]){
		MAGIC(0, "\xe9\x01\x02"), MAGIC(0, "\xe9\x02\x02"), MAGIC(0, "\xe9\x03\x02"),
		MAGIC(0, "\xe9\x04\x02"), MAGIC(0, "\xe9\x05\x02"), MAGIC(0, "\xe9\x06\x02"),
		MAGIC(0, "\xe9\x07\x02"), MAGIC(0, "\xe9\x08\x02"), MAGIC(0, "\xe9\x03\x00"),
		MAGIC(0, "\xe9\x04\x00"), MAGIC(0, "\xe9\x01\x00"), MAGIC(0, "\xe9\x06\x00"),
		MAGIC(0, "\xe9\x05\x00"), MAGIC(0, "\xe9\x02\x00"), MAGIC_END},
	.bid = bid,
	.open = esp_open,
	.label = esp_label,
};
