/* SPDX-License-Identifier: Apache-2.0 */
/* Flashing files, environments and operating-system images, built by hand from their layouts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <lz4.h>
#include <zlib.h>

#include "format/part.h"
#include "image.h"

extern const struct format format_uf2, format_dfu, format_uboot_env, format_uzip, format_cisco_mzip,
	format_vxworks_memfs, format_vxworks_symtab, format_bcm_programstore, format_mtk_image,
	format_uefi_capsule, format_broadcom_sao, format_dtbo, format_draytek_lz4, format_pfs,
	format_spl, format_sunxi_package;

static void put_uf2(struct buf *b, unsigned i, unsigned n, uint32_t address)
{
	buf_add(b, "UF2\n\x57\x51\x5d\x9e", 8);
	put_le32(b, 0x2000);
	put_le32(b, address);
	put_le32(b, 256);
	put_le32(b, i);
	put_le32(b, n);
	put_le32(b, 0xe48bff56);
	put_text(b, 256, i);
	buf_fill(b, 0, 476 - 256);
	buf_add(b, "\x30\x6f\xb1\x0a", 4);
}

static void uf2(void **state)
{
	(void)state;
	struct buf b = {0}, want = {0};
	uint64_t size;
	put_uf2(&b, 0, 3, 0x10000000);
	put_uf2(&b, 1, 3, 0x10000100);
	put_uf2(&b, 2, 3, 0x10008000);
	put_text(&want, 256, 0);
	put_text(&want, 256, 1);
	assert_true(bid_on(&format_uf2, &b, &size) > 90);
	assert_int_equal(size, 1536);
	assert_true(opens_as(&format_uf2, &b, "10000000", buf_span(&want), ST_OK));
	assert_true(opens_as(&format_uf2, &b, "10008000", SPAN(b.p + 1024 + 32, 256), ST_OK));
	assert_true(survives(&format_uf2, &b));
	b.p[1024] = 'u';
	assert_true(opens_with_note(&format_uf2, &b, "2 of 3 blocks are here"));
	b.p[508] ^= 1;
	assert_int_equal(bid_on(&format_uf2, &b, NULL), 0);
	assert_true(rejects_noise(&format_uf2));
	buf_free(&b);
	buf_free(&want);
}

static void put_dfu_suffix(struct buf *b, unsigned specification)
{
	put_le16(b, 0xffff);
	put_le16(b, 0xdf11);
	put_le16(b, 0x0483);
	put_le16(b, specification);
	buf_str(b, "UFD");
	buf_byte(b, 16);
	put_le32(b, hash_crc32(0, buf_span(b)) ^ UINT32_MAX);
}

static void dfu(void **state)
{
	(void)state;
	struct buf b = {0}, c = {0};
	put_text(&b, 500, 1);
	put_dfu_suffix(&b, 0x0100);
	assert_true(opens_as(&format_dfu, &b, "firmware", SPAN(b.p, 500), ST_OK));
	struct label l = {0};
	format_dfu.label(buf_span(&b), &l);
	assert_string_equal(l.text, "usb 0483:df11");
	assert_true(survives(&format_dfu, &b));
	b.p[10] ^= 1;
	assert_int_equal(bid_on(&format_dfu, &b, NULL), 0);
	buf_add(&c, "DfuSe\1", 6);
	put_le32(&c, 0);
	buf_byte(&c, 1);
	buf_str(&c, "Target");
	buf_byte(&c, 0);
	put_le32(&c, 1);
	put_field(&c, "ST...", 255, 0);
	put_le32(&c, 408);
	put_le32(&c, 1);
	put_le32(&c, 0x08000000);
	put_le32(&c, 400);
	put_text(&c, 400, 1);
	put_dfu_suffix(&c, 0x011a);
	assert_true(opens_as(&format_dfu, &c, "0-08000000", SPAN(c.p + 11 + 274 + 8, 400), ST_OK));
	assert_true(survives(&format_dfu, &c));
	assert_true(rejects_noise(&format_dfu));
	buf_free(&b);
	buf_free(&c);
}

static void make_env(struct buf *b, bool two, bool big)
{
	put_le32(b, 0);
	if (two)
		buf_byte(b, 1);
	buf_add(b, "bootcmd=bootm 0x9f020000\0baudrate=115200\0ipaddr=192.168.1.1\0", 60);
	buf_byte(b, 0);
	buf_fill(b, two ? 0 : 0xff, 0x1000 - b->n);
	size_t head = two ? 5 : 4;
	set_number(b, 0, hash_crc32(0, SPAN(b->p + head, 0x1000 - head)), 4, big);
}

static void environment(void **state)
{
	(void)state;
	static const char want[] = "bootcmd=bootm 0x9f020000\nbaudrate=115200\nipaddr=192.168.1.1\n";
	for (int k = 0; k < 4; k++) {
		struct buf b = {0};
		uint64_t size;
		make_env(&b, k & 1, k & 2);
		buf_fill(&b, 0xff, 0x800);
		assert_true(bid_on(&format_uboot_env, &b, &size) > 90);
		assert_int_equal(size, 0x1000);
		assert_true(opens_as(&format_uboot_env, &b, "environment.txt", span_str(want), ST_OK));
		assert_true(survives(&format_uboot_env, &b));
		b.p[20] ^= 1; /* still text, but the checksum no longer fits */
		assert_int_equal(bid_on(&format_uboot_env, &b, NULL), 0);
		buf_free(&b);
	}
	assert_true(rejects_noise(&format_uboot_env));
}

static void make_uzip(struct buf *b, const struct buf *disk)
{
	uint8_t packed[2048];
	unsigned blocks = (unsigned)(disk->n / 512);
	put_field(b, "#!/bin/sh\n#V2.0 Format\nm=geom_uzip\nexit $?\n", 128, 0);
	put_be32(b, 512);
	put_be32(b, blocks);
	size_t table = b->n;
	buf_fill(b, 0, 8 * (blocks + 1));
	for (unsigned i = 0; i <= blocks; i++) {
		uLongf got = sizeof packed;
		set_number(b, table + 8 * i, b->n, 8, true);
		if (i == blocks || i == 1) /* the second block is one of zeros */
			continue;
		compress(packed, &got, disk->p + 512 * i, 512);
		buf_add(b, packed, got);
	}
}

static void uzip(void **state)
{
	(void)state;
	struct buf b = {0}, disk = {0};
	put_text(&disk, 512, 1);
	buf_fill(&disk, 0, 512);
	put_text(&disk, 1024, 99);
	make_uzip(&b, &disk);
	assert_true(opens_as(&format_uzip, &b, "disk", buf_span(&disk), ST_OK));
	assert_true(survives(&format_uzip, &b));
	b.p[136 + 8 * 5 + 30] ^= 0x55;
	assert_true(opens_with_note(&format_uzip, &b, "blocks are damaged"));
	set_be32(&b, 128, 77); /* a block size that is none */
	assert_int_equal(bid_on(&format_uzip, &b, NULL), 0);
	assert_true(rejects_noise(&format_uzip));
	buf_free(&b);
	buf_free(&disk);
}

static void cisco(void **state)
{
	(void)state;
	struct buf b = {0};
	buf_add(&b, "\xfe\xed\xfa\xce", 4);
	put_be32(&b, 1000);
	put_be32(&b, 304);
	put_be32(&b, 1);
	put_be32(&b, 2);
	buf_add(&b, "PK\3\4", 4);
	put_text(&b, 300, 1);
	buf_str(&b, "behind");
	assert_true(opens_as(&format_cisco_mzip, &b, "zip", SPAN(b.p + 20, 304), ST_OK));
	assert_true(survives(&format_cisco_mzip, &b));
	b.n = 200;
	assert_true(opens_with_note(&format_cisco_mzip, &b, "declared length runs past the end"));
	b.p[21] = 'X'; /* as in a Mach-O file, whose magic this is */
	assert_int_equal(bid_on(&format_cisco_mzip, &b, NULL), 0);
	assert_true(rejects_noise(&format_cisco_mzip));
	buf_free(&b);
}

static void memfs(void **state)
{
	(void)state;
	struct buf b = {0};
	for (int i = 0; i < 16; i++)
		buf_str(&b, "ow");
	put_be32(&b, 1);
	put_be32(&b, 2);
	put_be32(&b, 0);
	put_field(&b, "index.htm", 40, 0);
	put_be32(&b, 100);
	put_be32(&b, 140);
	put_field(&b, "images/logo.gif", 40, 0);
	put_be32(&b, 50);
	put_be32(&b, 240);
	put_text(&b, 150, 1);
	uint64_t size;
	assert_true(bid_on(&format_vxworks_memfs, &b, &size) > 90);
	assert_int_equal(size, 290);
	assert_true(opens_as(&format_vxworks_memfs, &b, "index.htm", SPAN(b.p + 140, 100), ST_OK));
	assert_true(opens_as(&format_vxworks_memfs, &b, "images/logo.gif", SPAN(b.p + 240, 50), ST_OK));
	assert_true(survives(&format_vxworks_memfs, &b));
	b.n = 200;
	assert_true(opens_with_note(&format_vxworks_memfs, &b, "declared length runs past the end"));
	set_be32(&b, 32, 2);
	assert_int_equal(bid_on(&format_vxworks_memfs, &b, NULL), 0);
	assert_true(rejects_noise(&format_vxworks_memfs));
	buf_free(&b);
}

static void symtab(void **state)
{
	(void)state;
	for (int big = 0; big < 2; big++) {
		struct buf b = {0};
		uint64_t size;
		for (unsigned i = 0; i < 250; i++) {
			put_number(&b, 0x80300000 + 16 * i, 4, big);
			put_number(&b, 0x80001000 + 64 * i, 4, big);
			put_number(&b, i % 3 ? 0x500 : 0x700, 4, big);
			put_number(&b, 0, 4, big);
		}
		put_text(&b, 200, 1);
		assert_true(bid_on(&format_vxworks_symtab, &b, &size) > 80);
		assert_int_equal(size, 4000);
		assert_true(survives(&format_vxworks_symtab, &b));
		b.n = 16 * 50; /* too few to be sure */
		assert_int_equal(bid_on(&format_vxworks_symtab, &b, NULL), 0);
		buf_free(&b);
	}
	assert_true(rejects_noise(&format_vxworks_symtab));
}

static void programstore(void **state)
{
	(void)state;
	struct buf b = {0};
	put_be16(&b, 0xa825);
	put_be16(&b, 5);
	put_be16(&b, 3);
	put_be16(&b, 0);
	put_be32(&b, 0x50000000);
	put_be32(&b, 400);
	put_be32(&b, 0x80004000);
	put_field(&b, "ecram_sto.bin", 48, 0);
	buf_fill(&b, 0, 8);
	put_be32(&b, 0);
	put_be32(&b, 0);
	uint16_t crc = 0xffff;
	for (size_t i = 0; i < 84; i++) {
		crc ^= (uint16_t)(b.p[i] << 8);
		for (int k = 0; k < 8; k++)
			crc = (uint16_t)(crc << 1 ^ (crc & 0x8000 ? 0x1021 : 0));
	}
	put_be16(&b, (uint16_t)~crc);
	put_be16(&b, 0);
	put_be32(&b, 0);
	put_text(&b, 400, 1);
	assert_true(opens_as(&format_bcm_programstore, &b, "program", SPAN(b.p + 92, 400), ST_OK));
	assert_true(survives(&format_bcm_programstore, &b));
	b.p[21] ^= 1;
	assert_int_equal(bid_on(&format_bcm_programstore, &b, NULL), 0);
	assert_true(rejects_noise(&format_bcm_programstore));
	buf_free(&b);
}

static void mtk(void **state)
{
	(void)state;
	struct buf b = {0};
	buf_add(&b, "\x88\x16\x88\x58", 4);
	put_le32(&b, 300);
	put_field(&b, "KERNEL", 32, 0);
	buf_fill(&b, 0xff, 512 - b.n);
	put_text(&b, 300, 1);
	assert_true(opens_as(&format_mtk_image, &b, "KERNEL", SPAN(b.p + 512, 300), ST_OK));
	assert_true(survives(&format_mtk_image, &b));
	b.n = 600;
	assert_true(opens_with_note(&format_mtk_image, &b, "declared length runs past the end"));
	b.p[8] = 0;
	assert_int_equal(bid_on(&format_mtk_image, &b, NULL), 0);
	assert_true(rejects_noise(&format_mtk_image));
	buf_free(&b);
}

static void capsule(void **state)
{
	(void)state;
	struct buf b = {0};
	buf_add(&b, "\xbd\x86\x66\x3b\x76\x0d\x30\x40\xb7\x0e\xb5\x51\x9e\x2f\xc5\xa0", 16);
	put_le32(&b, 80);
	put_le32(&b, 0);
	put_le32(&b, 380);
	buf_fill(&b, 0, 52);
	put_text(&b, 300, 1);
	assert_true(opens_as(&format_uefi_capsule, &b, "body", SPAN(b.p + 80, 300), ST_OK));
	assert_true(survives(&format_uefi_capsule, &b));
	b.n = 200;
	assert_true(opens_with_note(&format_uefi_capsule, &b, "declared length runs past the end"));
	b.p[15] ^= 1;
	assert_int_equal(bid_on(&format_uefi_capsule, &b, NULL), 0);
	assert_true(rejects_noise(&format_uefi_capsule));
	buf_free(&b);
}

static void put_sao(struct buf *b, const char *name, size_t n, bool encrypted)
{
	buf_str(b, "SOBJ");
	put_le32(b, 0);
	put_field(b, name, 4, 0);
	put_le32(b, 1);
	put_le32(b, n);
	buf_fill(b, 0, 6);
	buf_byte(b, encrypted ? 0x81 : 1);
	buf_fill(b, 0, 64 - 27);
	put_text(b, n, 1);
}

static void sao(void **state)
{
	(void)state;
	struct buf b = {0};
	put_sao(&b, "ldr", 200, false);
	put_sao(&b, "app", 300, true);
	assert_true(opens_as(&format_broadcom_sao, &b, "ldr.sao", SPAN(b.p + 64, 200), ST_OK));
	assert_true(opens_as(&format_broadcom_sao, &b, "app.sao", SPAN(b.p + 328, 300), ST_ENCRYPTED));
	assert_true(survives(&format_broadcom_sao, &b));
	b.n = 264 + 10; /* one object, and then something else */
	assert_int_equal(bid_on(&format_broadcom_sao, &b, NULL), 0);
	assert_true(rejects_noise(&format_broadcom_sao));
	buf_free(&b);
}

static void dtbo(void **state)
{
	(void)state;
	struct buf b = {0};
	buf_add(&b, "\xd7\xb7\xab\x1e", 4);
	put_be32(&b, 32 + 64 + 250);
	put_be32(&b, 32);
	put_be32(&b, 32);
	put_be32(&b, 2);
	put_be32(&b, 32);
	put_be32(&b, 2048);
	put_be32(&b, 0);
	for (unsigned i = 0; i < 2; i++) {
		put_be32(&b, i ? 150 : 100);
		put_be32(&b, i ? 196 : 96);
		buf_fill(&b, 0, 24);
	}
	put_text(&b, 250, 1);
	assert_true(opens_as(&format_dtbo, &b, "dtb-0", SPAN(b.p + 96, 100), ST_OK));
	assert_true(opens_as(&format_dtbo, &b, "dtb-1", SPAN(b.p + 196, 150), ST_OK));
	assert_true(survives(&format_dtbo, &b));
	b.n = 300;
	assert_true(opens_with_note(&format_dtbo, &b, "declared length runs past the end"));
	set_be32(&b, 12, 16);
	assert_int_equal(bid_on(&format_dtbo, &b, NULL), 0);
	assert_true(rejects_noise(&format_dtbo));
	buf_free(&b);
}

static void draytek(void **state)
{
	(void)state;
	struct buf b = {0}, plain = {0};
	char packed[70000];
	put_text(&plain, 100000, 1);
	buf_add(&b, "\xaa\x1d\x7f\x50", 4);
	for (size_t at = 0; at < plain.n; at += 65536) {
		size_t n = plain.n - at < 65536 ? plain.n - at : 65536;
		int got = LZ4_compress_default((const char *)plain.p + at, packed, (int)n, sizeof packed);
		put_le32(&b, (uint64_t)got);
		buf_add(&b, packed, (size_t)got);
	}
	size_t n = b.n;
	buf_fill(&b, 0, 50);
	assert_true(opens_as(&format_draytek_lz4, &b, "data", buf_span(&plain), ST_OK));
	struct collect c;
	collect_init(&c);
	format_draytek_lz4.open(buf_span(&b), &c.sink);
	assert_int_equal(c.sink.used, n);
	collect_free(&c);
	b.n = 400;
	assert_true(survives(&format_draytek_lz4, &b));
	assert_true(opens_with_note(&format_draytek_lz4, &b, "truncated"));
	set_le32(&b, 4, 0x20000);
	assert_int_equal(bid_on(&format_draytek_lz4, &b, NULL), 0);
	buf_free(&b);
	buf_free(&plain);
}

static void pfs(void **state)
{
	(void)state;
	struct buf b = {0};
	put_field(&b, "PFS/0.9", 14, 0);
	put_le16(&b, 2);
	for (unsigned i = 0; i < 2; i++) {
		put_field(&b, i ? "doc\\index.htm" : "logo.gif", 32, 0);
		put_le32(&b, i);
		put_le32(&b, i ? 100 : 0);
		put_le32(&b, i ? 80 : 100);
	}
	put_text(&b, 180, 1);
	uint64_t size;
	assert_true(bid_on(&format_pfs, &b, &size) > 90);
	assert_int_equal(size, b.n);
	assert_true(opens_as(&format_pfs, &b, "doc/index.htm", SPAN(b.p + 16 + 88 + 100, 80), ST_OK));
	assert_true(survives(&format_pfs, &b));
	b.n -= 20;
	assert_true(opens_as(&format_pfs, &b, "doc/index.htm", SPAN(b.p + 16 + 88 + 100, 60), ST_TRUNCATED));
	b.p[16] = 0; /* a file without a name */
	assert_int_equal(bid_on(&format_pfs, &b, NULL), 0);
	assert_true(rejects_noise(&format_pfs));
	buf_free(&b);
}

/* Allwinner's sum, TI's table of contents and both headers of STM32MP; u-boot tools/. */
static void spl(void **state)
{
	(void)state;
	struct buf egon = {0}, ti = {0};
	uint32_t sum = 0x5f0a6c39;
	put_le32(&egon, 0xea000016);
	buf_add(&egon, "eGON.BT0\0\0\0\0", 12);
	put_le32(&egon, 1024);
	buf_add(&egon, "SPL\2", 4);
	buf_fill(&egon, 0, 40);
	put_text(&egon, 960, 1);
	for (size_t i = 0; i < 1024; i += 4)
		sum += span_le32(buf_span(&egon), i);
	set_le32(&egon, 12, sum);
	put_text(&egon, 50, 2); /* flash behind it */
	uint64_t size;
	assert_true(bid_on(&format_spl, &egon, &size) > 95);
	assert_int_equal(size, 1024);
	assert_true(opens_as(&format_spl, &egon, "loader", SPAN(egon.p, 1024), ST_OK));
	assert_true(survives(&format_spl, &egon));
	egon.p[500] ^= 1;
	assert_true(opens_with_note(&format_spl, &egon, "checksum is wrong"));
	set_le32(&egon, 16, 1023);
	assert_int_equal(bid_on(&format_spl, &egon, NULL), 0);

	for (unsigned version = 1; version <= 2; version++) {
		struct buf stm = {0};
		size_t header = version == 1 ? 256 : 512;
		buf_add(&stm, "STM2", 4);
		buf_fill(&stm, 0, header - 4);
		put_text(&stm, 700, 3);
		set_le32(&stm, 68, part_sum8(SPAN(stm.p + header, 700)));
		stm.p[74] = (uint8_t)version;
		set_le32(&stm, 76, 700);
		set_le32(&stm, 100, version == 1 ? 1 : 1u << 31);
		if (version == 2)
			set_le32(&stm, 104, 384);
		assert_true(bid_on(&format_spl, &stm, NULL) > 95);
		assert_true(opens_as(&format_spl, &stm, "loader", SPAN(stm.p + header, 700), ST_OK));
		assert_true(survives(&format_spl, &stm));
		if (version == 2) {
			set_le32(&stm, 100, 2);
			assert_true(opens_as(&format_spl, &stm, "loader", SPAN(stm.p + header, 700),
					     ST_ENCRYPTED));
		}
		stm.n = header + 300;
		assert_true(opens_as(&format_spl, &stm, "loader", SPAN(stm.p + header, 300),
				     version == 2 ? ST_ENCRYPTED : ST_TRUNCATED));
		stm.p[74] = 3;
		assert_int_equal(bid_on(&format_spl, &stm, NULL), 0);
		buf_free(&stm);
	}

	put_le32(&ti, 64);
	put_le32(&ti, 12);
	buf_fill(&ti, 0, 12);
	buf_add(&ti, "CHSETTINGS\0\0", 12);
	buf_fill(&ti, 0xff, 32);
	put_le32(&ti, 0xc0c0c0c1);
	buf_fill(&ti, 0, 512 - ti.n);
	put_le32(&ti, 608);
	put_le32(&ti, 0x40300000);
	put_text(&ti, 600, 4);
	assert_true(opens_as(&format_spl, &ti, "loader", SPAN(ti.p + 520, 600), ST_OK));
	assert_true(survives(&format_spl, &ti));
	ti.p[40] = 0;
	assert_int_equal(bid_on(&format_spl, &ti, NULL), 0);
	assert_true(rejects_noise(&format_spl));
	buf_free(&egon);
	buf_free(&ti);
}

/* Two items and the sum; u-boot include/sunxi_image.h. */
static void sunxi_package(void **state)
{
	(void)state;
	struct buf b = {0};
	uint32_t sum = 0x5f0a6c39;
	buf_add(&b, "sunxi-package\0\0\0\x00\x98\x11\x89", 20);
	buf_fill(&b, 0, 12);
	put_le32(&b, 2);
	put_le32(&b, 1024 + 600);
	buf_fill(&b, 0, 20);
	buf_add(&b, "MIE;", 4);
	for (unsigned i = 0; i < 2; i++) {
		put_field(&b, i ? "optee" : "u-boot", 64, 0);
		put_le32(&b, i ? 1424 : 1024);
		put_le32(&b, i ? 200 : 400);
		put_le32(&b, i);
		buf_fill(&b, 0, 368 - 80);
		buf_add(&b, "IIE;", 4);
	}
	buf_fill(&b, 0, 1024 - b.n);
	put_text(&b, 600, 1);
	for (size_t i = 0; i < b.n; i += 4)
		sum += span_le32(buf_span(&b), i);
	set_le32(&b, 20, sum);
	put_text(&b, 64, 2); /* flash behind it */
	assert_true(opens_as(&format_sunxi_package, &b, "u-boot", SPAN(b.p + 1024, 400), ST_OK));
	assert_true(opens_as(&format_sunxi_package, &b, "optee", SPAN(b.p + 1424, 200), ST_ENCRYPTED));
	assert_false(opens_with_note(&format_sunxi_package, &b, "checksum"));
	assert_true(survives(&format_sunxi_package, &b));
	b.p[1100] ^= 1;
	assert_true(opens_with_note(&format_sunxi_package, &b, "checksum is wrong"));
	b.n = 1200;
	assert_true(opens_with_note(&format_sunxi_package, &b, "declared length runs past the end"));
	b.p[64 + 365] = 0;
	assert_true(opens_with_note(&format_sunxi_package, &b, "makes no sense"));
	b.p[60] = 0;
	assert_int_equal(bid_on(&format_sunxi_package, &b, NULL), 0);
	assert_true(rejects_noise(&format_sunxi_package));
	buf_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(uf2),    cmocka_unit_test(dfu),    cmocka_unit_test(environment),
		cmocka_unit_test(uzip),   cmocka_unit_test(cisco),  cmocka_unit_test(memfs),
		cmocka_unit_test(symtab), cmocka_unit_test(programstore), cmocka_unit_test(mtk),
		cmocka_unit_test(capsule), cmocka_unit_test(sao), cmocka_unit_test(dtbo), cmocka_unit_test(spl),
		cmocka_unit_test(sunxi_package),
		cmocka_unit_test(draytek), cmocka_unit_test(pfs),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
