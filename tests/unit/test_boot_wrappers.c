/* SPDX-License-Identifier: Apache-2.0 */
/* ELF, uImage, FIT, DTB, TRX, TP-Link, HWNP and Seama: images built by hand from the layouts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <libfdt.h>

#include "image.h"

extern const struct format format_elf, format_uimage, format_fit, format_dtb, format_trx,
    format_tplink, format_huawei_hwnp, format_seama;

static void make_elf(struct buf *b, unsigned bits, bool big, unsigned machine, unsigned type)
{
	bool wide = bits == 64;
	unsigned w = wide ? 8 : 4, eh = wide ? 64 : 52, ph = wide ? 56 : 32;
	buf_add(b, "\177ELF", 4);
	buf_byte(b, wide ? 2 : 1);
	buf_byte(b, big ? 2 : 1);
	buf_byte(b, 1);
	buf_fill(b, 0, 9);
	put_number(b, type, 2, big);
	put_number(b, machine, 2, big);
	put_number(b, 1, 4, big);
	put_number(b, 0x1000, w, big);
	put_number(b, eh, w, big);
	put_number(b, 0, w, big);
	put_number(b, 0, 4, big);
	put_number(b, eh, 2, big);
	put_number(b, ph, 2, big);
	put_number(b, 1, 2, big);
	put_number(b, 0, 2, big);
	put_number(b, 0, 2, big);
	put_number(b, 0, 2, big);
	put_number(b, 1, 4, big); /* PT_LOAD */
	if (wide)
		put_number(b, 5, 4, big);
	put_number(b, 0, w, big);
	put_number(b, 0x1000, w, big);
	put_number(b, 0x1000, w, big);
	put_number(b, 0x200, w, big); /* file size */
	put_number(b, 0x200, w, big);
	if (!wide)
		put_number(b, 5, 4, big);
	put_number(b, 4, w, big);
	put_noise(b, 0x200 - b->n, 7);
}

static void elf_is_named(void **state)
{
	(void)state;
	static const struct {
		unsigned bits;
		bool big;
		unsigned machine, type;
		const char *arch, *kind;
	} t[] = {
	    {32, true, 8, 2, "mips", "executable"},
	    {32, false, 8, 2, "mipsel", "executable"},
	    {64, true, 8, 2, "mips64", "executable"},
	    {64, false, 8, 2, "mips64el", "executable"},
	    {32, false, 40, 3, "arm", "shared object"},
	    {32, true, 40, 2, "armeb", "executable"},
	    {64, false, 183, 2, "aarch64", "executable"},
	    {32, true, 20, 2, "ppc", "executable"},
	    {64, true, 21, 2, "ppc64", "executable"},
	    {32, false, 3, 4, "x86", "core"},
	    {64, false, 62, 1, "x86-64", "relocatable"},
	    {32, false, 243, 2, "riscv32", "executable"},
	    {64, false, 243, 2, "riscv64", "executable"},
	    {32, false, 42, 2, "sh", "executable"},
	    {32, true, 2, 2, "sparc", "executable"},
	    {32, false, 93, 2, "arc", "executable"},
	    {32, false, 94, 2, "xtensa", "executable"},
	};
	for (size_t i = 0; i < sizeof t / sizeof *t; i++) {
		struct buf b = {0};
		struct label l = {0};
		uint64_t size;
		make_elf(&b, t[i].bits, t[i].big, t[i].machine, t[i].type);
		buf_str(&b, "what follows in the flash");
		assert_true(bid_on(&format_elf, &b, &size) >= 90);
		assert_int_equal(size, 0x200);
		format_elf.label(buf_span(&b), &l);
		assert_string_equal(l.arch, t[i].arch);
		assert_string_equal(l.type, t[i].kind);
		buf_free(&b);
	}
	struct buf b = {0};
	make_elf(&b, 32, true, 8, 2);
	assert_true(survives(&format_elf, &b));
	b.p[5] = 3; /* no such byte order */
	assert_int_equal(bid_on(&format_elf, &b, NULL), 0);
	assert_true(rejects_noise(&format_elf));
	buf_free(&b);
}

static void make_uimage(struct buf *b, const char *magic, unsigned type, const struct buf *data)
{
	size_t at = b->n;
	buf_add(b, magic, 4);
	put_be32(b, 0);
	put_be32(b, 1400000000);
	put_be32(b, data->n);
	put_be32(b, 0x80000000);
	put_be32(b, 0x80000000);
	put_be32(b, hash_crc32(0, buf_span(data)));
	buf_byte(b, 5);
	buf_byte(b, 5);
	buf_byte(b, (uint8_t)type);
	buf_byte(b, 3);
	put_field(b, "Linux-3.3.8", 32, 0);
	set_be32(b, at + 4, hash_crc32(0, SPAN(b->p + at, 64)));
	buf_add(b, data->p, data->n);
}

static void uimage_single(void **state)
{
	(void)state;
	struct buf b = {0}, data = {0};
	struct collect c;
	struct label l = {0};
	uint64_t size;
	put_text(&data, 500, 1);
	make_uimage(&b, "\x27\x05\x19\x56", 2, &data);
	buf_fill(&b, 0xff, 100); /* erased flash */
	assert_true(bid_on(&format_uimage, &b, &size) > 90);
	assert_int_equal(size, 564);
	collect_init(&c);
	assert_int_equal(format_uimage.open(buf_span(&b), &c.sink), ST_OK);
	assert_true(member_is(&c, "kernel", data.p, data.n));
	assert_int_equal(c.note_count, 0);
	collect_free(&c);
	format_uimage.label(buf_span(&b), &l);
	assert_string_equal(l.text, "Linux-3.3.8, linux, lzma");
	assert_string_equal(l.arch, "mips");
	b.p[200] ^= 1;
	format_uimage.open(buf_span(&b), &c.sink);
	assert_true(collect_noted(&c, "data checksum is wrong"));
	collect_free(&c);
	format_uimage.open(SPAN(b.p, 300), &c.sink);
	assert_true(collect_noted(&c, "declared length runs past the end"));
	assert_int_equal(c.members[0].status, ST_TRUNCATED);
	assert_int_equal(c.members[0].n, 236);
	collect_free(&c);
	b.p[12] = 0x7f; /* header checksum no longer fits and the length is absurd */
	assert_int_equal(bid_on(&format_uimage, &b, NULL), 0);
	buf_free(&b);
	buf_free(&data);
}

static void uimage_long_header(void **state)
{
	(void)state;
	struct buf b = {0}, data = {0};
	uint64_t size;
	put_text(&data, 500, 1);
	make_uimage(&b, "\x27\x05\x19\x56", 2, &data);
	b.n = 64;
	put_field(&b, "COVR-X1860", 64, 0);
	put_field(&b, "1.00", 16, 0);
	put_field(&b, "A1", 16, 0);
	set_be32(&b, 4, 0);
	set_be32(&b, 4, hash_crc32(0, SPAN(b.p, 160)));
	buf_add(&b, data.p, data.n);
	assert_true(bid_on(&format_uimage, &b, &size) > 90);
	assert_int_equal(size, 660);
	assert_true(opens_as(&format_uimage, &b, "kernel", buf_span(&data), ST_OK));
	b.p[70] ^= 1; /* a byte of the longer header */
	assert_true(bid_on(&format_uimage, &b, NULL) < 50);
	buf_free(&b);
	buf_free(&data);
}

static void uimage_multi_and_vendor(void **state)
{
	(void)state;
	struct buf b = {0}, data = {0};
	struct collect c;
	put_be32(&data, 5);
	put_be32(&data, 9);
	put_be32(&data, 0);
	buf_add(&data, "firstxxxsecondOne\0\0\0", 20);
	make_uimage(&b, "\x27\x05\x19\x56", 4, &data);
	collect_init(&c);
	assert_int_equal(format_uimage.open(buf_span(&b), &c.sink), ST_OK);
	assert_true(member_is(&c, "kernel", (const uint8_t *)"first", 5));
	assert_true(member_is(&c, "filesystem", (const uint8_t *)"secondOne", 9));
	collect_free(&c);
	assert_true(survives(&format_uimage, &b));
	buf_reset(&b);
	make_uimage(&b, "2003", 2, &data);
	assert_true(bid_on(&format_uimage, &b, NULL) > 90);
	b.p[33] ^= 1; /* a vendor magic without a right checksum is a near miss */
	assert_int_equal(bid_on(&format_uimage, &b, NULL), 0);
	assert_true(rejects_noise(&format_uimage));
	buf_free(&b);
	buf_free(&data);
}

/* A FIT with one embedded and one external image; the data of the second follows the tree. */
static void make_fit(struct buf *b, const struct buf *kernel, const struct buf *fs)
{
	char tree[4096];
	uint8_t sum[32];
	fdt_create(tree, sizeof tree);
	fdt_finish_reservemap(tree);
	fdt_begin_node(tree, "");
	fdt_property_string(tree, "description", "test image");
	fdt_begin_node(tree, "images");
	fdt_begin_node(tree, "kernel-1");
	fdt_property(tree, "data", kernel->p, (int)kernel->n);
	fdt_property_string(tree, "type", "kernel");
	fdt_property_string(tree, "arch", "arm64");
	fdt_property_string(tree, "compression", "gzip");
	fdt_begin_node(tree, "hash-1");
	fdt_property_string(tree, "algo", "sha256");
	hash_sha256(buf_span(kernel), sum);
	fdt_property(tree, "value", sum, 32);
	fdt_end_node(tree);
	fdt_begin_node(tree, "signature-1");
	fdt_property_string(tree, "algo", "sha256,rsa2048");
	fdt_property_string(tree, "key-name-hint", "dev");
	fdt_end_node(tree);
	fdt_end_node(tree);
	fdt_begin_node(tree, "filesystem-1");
	fdt_property_u32(tree, "data-offset", 4);
	fdt_property_u32(tree, "data-size", (uint32_t)fs->n);
	fdt_property_string(tree, "type", "filesystem");
	fdt_end_node(tree);
	fdt_end_node(tree);
	fdt_end_node(tree);
	fdt_finish(tree);
	buf_add(b, tree, fdt_totalsize(tree));
	buf_fill(b, 0, (4 - b->n % 4) % 4 + 4);
	buf_add(b, fs->p, fs->n);
}

static void fit_and_dtb(void **state)
{
	(void)state;
	struct buf b = {0}, kernel = {0}, fs = {0};
	struct collect c;
	struct label l = {0};
	uint64_t size;
	put_text(&kernel, 333, 1);
	put_text(&fs, 777, 9);
	make_fit(&b, &kernel, &fs);
	size_t whole = b.n;
	buf_str(&b, "behind");
	assert_true(bid_on(&format_fit, &b, &size) > bid_on(&format_dtb, &b, NULL));
	assert_int_equal(size, whole);
	collect_init(&c);
	assert_int_equal(format_fit.open(buf_span(&b), &c.sink), ST_OK);
	assert_true(member_is(&c, "kernel-1", kernel.p, kernel.n));
	assert_true(member_is(&c, "filesystem-1", fs.p, fs.n));
	assert_true(collect_noted(&c, "kernel-1 is signed: sha256,rsa2048, key dev"));
	assert_false(collect_noted(&c, "wrong"));
	collect_free(&c);
	format_fit.label(buf_span(&b), &l);
	assert_string_equal(l.arch, "aarch64");
	assert_true(survives(&format_fit, &b));
	size_t at = span_find(buf_span(&b), buf_span(&kernel), 0);
	b.p[at + 5] ^= 1;
	format_fit.open(buf_span(&b), &c.sink);
	assert_true(collect_noted(&c, "kernel-1: sha256 is wrong"));
	collect_free(&c);
	assert_true(rejects_noise(&format_fit));
	buf_free(&b);
	buf_free(&kernel);
	buf_free(&fs);
}

static void dtb_is_named(void **state)
{
	(void)state;
	struct buf b = {0};
	struct label l = {0};
	uint64_t size;
	char tree[512];
	fdt_create(tree, sizeof tree);
	fdt_finish_reservemap(tree);
	fdt_begin_node(tree, "");
	fdt_property_string(tree, "model", "A router");
	fdt_property_string(tree, "compatible", "acme,router");
	fdt_end_node(tree);
	fdt_finish(tree);
	buf_add(&b, tree, fdt_totalsize(tree));
	buf_fill(&b, 0, 64);
	assert_true(bid_on(&format_dtb, &b, &size) > 90);
	assert_int_equal(size, fdt_totalsize(tree));
	assert_int_equal(bid_on(&format_fit, &b, NULL), 0);
	format_dtb.label(buf_span(&b), &l);
	assert_string_equal(l.text, "A router, acme,router");
	assert_true(survives(&format_dtb, &b));
	b.p[20 + 3] = 9; /* version */
	assert_int_equal(bid_on(&format_dtb, &b, NULL), 0);
	assert_true(rejects_noise(&format_dtb));
	buf_free(&b);
}

static void make_trx(struct buf *b, unsigned version, unsigned parts)
{
	unsigned header = version == 2 ? 32 : 28;
	buf_str(b, "HDR0");
	put_le32(b, 0);
	put_le32(b, 0);
	put_le16(b, 0);
	put_le16(b, version);
	for (unsigned i = 0; i < (version == 2 ? 4 : 3); i++)
		put_le32(b, i < parts ? header + 100 * i : 0);
	put_text(b, 100 * (size_t)parts, 3);
	set_le32(b, 4, b->n);
	set_le32(b, 8, hash_crc32(0, SPAN(b->p + 12, b->n - 12)) ^ UINT32_MAX);
}

static void trx_both_versions(void **state)
{
	(void)state;
	struct buf b = {0};
	struct collect c;
	uint64_t size;
	make_trx(&b, 1, 2);
	assert_true(bid_on(&format_trx, &b, &size) >= 80);
	assert_int_equal(size, 228);
	collect_init(&c);
	assert_int_equal(format_trx.open(buf_span(&b), &c.sink), ST_OK);
	assert_true(member_is(&c, "kernel", b.p + 28, 100));
	assert_true(member_is(&c, "rootfs", b.p + 128, 100));
	assert_int_equal(c.note_count, 0);
	collect_free(&c);
	assert_true(survives(&format_trx, &b));
	b.p[100] ^= 4;
	format_trx.open(buf_span(&b), &c.sink);
	assert_true(collect_noted(&c, "checksum is wrong"));
	collect_free(&c);
	set_le32(&b, 20, 20); /* a part inside the header */
	assert_int_equal(bid_on(&format_trx, &b, NULL), 0);
	buf_reset(&b);
	make_trx(&b, 2, 4);
	format_trx.open(buf_span(&b), &c.sink);
	assert_int_equal(c.count, 4);
	assert_true(member_is(&c, "loader", b.p + 32, 100));
	assert_true(member_is(&c, "data", b.p + 332, 100));
	collect_free(&c);
	assert_true(rejects_noise(&format_trx));
	buf_free(&b);
}

static void make_tplink(struct buf *b, unsigned version)
{
	static const uint8_t salt1[] =
	    "\xdc\xd7\x3a\xa5\xc3\x95\x98\xfb\xdd\xf9\xe7\xf4\x0e\xae\x47\x38";
	static const uint8_t salt2[] =
	    "\xdc\xd7\x3a\xa5\xc3\x95\x98\xfb\xdc\xf9\xe7\xf4\x0e\xae\x47\x37";
	bool one = version == 1;
	size_t words = one ? 0x74 : 0x68, md5 = one ? 0x4c : 0x40;
	buf_fill(b, 0, 512);
	b->p[0] = (uint8_t)version;
	memcpy(b->p + 4, one ? "TP-LINK Technologies" : "ver. 2.0", one ? 20 : 8);
	if (one)
		memcpy(b->p + 0x1c, "ver. 1.0", 8);
	else
		memcpy(b->p + 0x8c, "\x55\xaa\x01\x00\xa5", 5);
	set_be32(b, one ? 0x40 : 0x34, 0x08410009);
	set_be32(b, words + 8, 4096);
	set_be32(b, words + 12, 512);
	set_be32(b, words + 16, 1000);
	set_be32(b, words + 20, 2048);
	set_be32(b, words + 24, 600);
	put_text(b, 4096 - 512, 5);
	memcpy(b->p + md5, one ? salt1 : salt2, 16);
	hash_md5(buf_span(b), b->p + md5);
}

static void tplink_headers(void **state)
{
	(void)state;
	for (unsigned version = 1; version <= 3; version++) {
		struct buf b = {0};
		struct collect c;
		uint64_t size;
		make_tplink(&b, version);
		assert_true(bid_on(&format_tplink, &b, &size) > 80);
		assert_int_equal(size, 4096);
		collect_init(&c);
		assert_int_equal(format_tplink.open(buf_span(&b), &c.sink), ST_OK);
		assert_true(member_is(&c, "kernel", b.p + 512, 1000));
		assert_true(member_is(&c, "rootfs", b.p + 2048, 600));
		assert_int_equal(c.note_count, 0);
		collect_free(&c);
		assert_true(survives(&format_tplink, &b));
		b.p[3000] ^= 1;
		format_tplink.open(buf_span(&b), &c.sink);
		assert_true(collect_noted(&c, "MD5 is wrong"));
		collect_free(&c);
		set_be32(&b, (version == 1 ? 0x74 : 0x68) + 24,
			 0x40000000); /* longer than the image */
		assert_int_equal(bid_on(&format_tplink, &b, NULL), 0);
		buf_free(&b);
	}
	assert_true(rejects_noise(&format_tplink));
}

/* With boot loader: a second image with its own header stands behind the loader. */
static void tplink_with_boot(void **state)
{
	(void)state;
	struct buf b = {0}, inner = {0};
	struct collect c;
	make_tplink(&inner, 1);
	buf_add(&b, inner.p, 512);
	put_text(&b, 2048, 1);
	buf_add(&b, inner.p, inner.n);
	set_be32(&b, 0x7c, b.n);
	set_be32(&b, 0x94, 1900); /* size of the boot loader */
	collect_init(&c);
	assert_true(bid_on(&format_tplink, &b, NULL) > 80);
	assert_int_equal(format_tplink.open(buf_span(&b), &c.sink), ST_OK);
	assert_true(member_is(&c, "bootloader", b.p + 512, 2048));
	assert_true(member_is(&c, "firmware", inner.p, inner.n));
	collect_free(&c);
	buf_free(&b);
	buf_free(&inner);
}

static void make_hwnp(struct buf *b)
{
	buf_str(b, "HWNP");
	put_le32(b, 0);
	put_le32(b, 0);
	put_le32(b, 36 + 16 + 2 * 360);
	put_le32(b, 0);
	put_le32(b, 2);
	put_le16(b, 0);
	put_le16(b, 16);
	put_le32(b, 360);
	put_le32(b, 0);
	put_field(b, "494|4B4|;COMMON|", 16, 0);
	for (unsigned i = 0; i < 2; i++) {
		struct buf data = {0};
		put_text(&data, 200, i);
		put_le32(b, i);
		put_le32(b, hash_crc32(0, buf_span(&data)));
		put_le32(b, 36 + 16 + 720 + 200 * i);
		put_le32(b, 200);
		put_field(b, i ? "flash:rootfs" : "file:/var/UpgradeCheck.xml", 256, 0);
		put_field(b, i ? "ROOTFS" : "UPGRDCHECK", 16, 0);
		put_field(b, "V100R006", 64, 0);
		put_le32(b, 0);
		put_le32(b, 0);
		buf_free(&data);
	}
	put_text(b, 200, 0);
	put_text(b, 200, 1);
	set_be32(b, 4, b->n - 76);
	set_le32(b, 16, hash_crc32(0, SPAN(b->p + 20, 36 + 16 + 720 - 20)));
}

static void hwnp_items(void **state)
{
	(void)state;
	struct buf b = {0};
	struct collect c;
	uint64_t size;
	make_hwnp(&b);
	assert_true(bid_on(&format_huawei_hwnp, &b, &size) > 90);
	assert_int_equal(size, b.n);
	collect_init(&c);
	assert_int_equal(format_huawei_hwnp.open(buf_span(&b), &c.sink), ST_OK);
	assert_true(member_is(&c, "/var/UpgradeCheck.xml", b.p + 772, 200));
	assert_true(member_is(&c, "rootfs", b.p + 972, 200));
	collect_free(&c);
	assert_true(survives(&format_huawei_hwnp, &b));
	b.p[800] ^= 1;
	format_huawei_hwnp.open(buf_span(&b), &c.sink);
	assert_int_equal(c.members[0].status, ST_DAMAGED);
	assert_int_equal(c.members[1].status, ST_OK);
	collect_free(&c);
	set_le32(&b, 28, 0x100);
	assert_int_equal(bid_on(&format_huawei_hwnp, &b, NULL), 0);
	assert_true(rejects_noise(&format_huawei_hwnp));
	buf_free(&b);
}

static void seama_chain(void **state)
{
	(void)state;
	struct buf b = {0}, image = {0};
	struct collect c;
	struct label l = {0};
	uint64_t size;
	uint8_t md5[16];
	put_text(&image, 900, 4);
	buf_add(&b, "\x5e\xa3\xa4\x17\0\0", 6);
	put_be16(&b, 20);
	put_be32(&b, 0);
	put_field(&b, "signature=router", 20, 0);
	buf_add(&b, "\x5e\xa3\xa4\x17\0\0", 6);
	put_be16(&b, 16);
	put_be32(&b, image.n);
	hash_md5(buf_span(&image), md5);
	buf_add(&b, md5, 16);
	put_field(&b, "type=firmware", 16, 0);
	buf_add(&b, image.p, image.n);
	size_t whole = b.n;
	buf_fill(&b, 0xff, 50);
	assert_true(bid_on(&format_seama, &b, &size) > 90);
	assert_int_equal(size, whole);
	collect_init(&c);
	assert_int_equal(format_seama.open(buf_span(&b), &c.sink), ST_OK);
	assert_true(member_is(&c, "image", image.p, image.n));
	assert_int_equal(c.note_count, 0);
	collect_free(&c);
	format_seama.label(buf_span(&b), &l);
	assert_string_equal(l.text, "signature=router");
	assert_true(survives(&format_seama, &b));
	b.p[200] ^= 1;
	format_seama.open(buf_span(&b), &c.sink);
	assert_true(collect_noted(&c, "MD5 of the image is wrong"));
	collect_free(&c);
	b.p[14] = 1; /* metadata is not text */
	assert_int_equal(bid_on(&format_seama, &b, NULL), 0);
	assert_true(rejects_noise(&format_seama));
	buf_free(&b);
	buf_free(&image);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(elf_is_named),
	    cmocka_unit_test(uimage_single),
	    cmocka_unit_test(uimage_multi_and_vendor),
	    cmocka_unit_test(uimage_long_header),
	    cmocka_unit_test(fit_and_dtb),
	    cmocka_unit_test(dtb_is_named),
	    cmocka_unit_test(trx_both_versions),
	    cmocka_unit_test(tplink_headers),
	    cmocka_unit_test(tplink_with_boot),
	    cmocka_unit_test(hwnp_items),
	    cmocka_unit_test(seama_chain),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
