/* SPDX-License-Identifier: Apache-2.0 */
/* Configurations and ZyNOS: ZTE config.bin, TP-Link config.bin, ZyNOS images and rom-0. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <zlib.h>

#include "codec/decrypt.h"
#include "image.h"

extern const struct format format_zte_config, format_tplink_config, format_zynos, format_zynos_rom0;

/* A payload of type 0 in two chunks. */
static void put_zte_plain(struct buf *b, const struct buf *text)
{
	uint8_t packed[4096];
	size_t start = b->n, half = text->n / 2;
	buf_add(b, "\x01\x02\x03\x04\0\0\0\0", 8);
	put_be32(b, text->n);
	put_be32(b, 0);
	put_be32(b, half);
	put_be32(b, 0);
	put_be32(b, 0);
	buf_fill(b, 0, 32);
	uint32_t crc = 0;
	for (int i = 0; i < 2; i++) {
		size_t n = i ? text->n - half : half;
		uLongf got = sizeof packed;
		compress(packed, &got, text->p + (i ? half : 0), n);
		put_be32(b, n);
		put_be32(b, got);
		put_be32(b, i ? 0 : b->n - start + 4 + got);
		buf_add(b, packed, got);
		crc = hash_crc32(crc, SPAN(packed, got));
	}
	set_be32(b, start + 20, crc);
	set_be32(b, start + 24, hash_crc32(0, SPAN(b->p + start, 24)));
}

static void put_zte_secret(struct buf *b, unsigned type, const uint8_t *cipher, size_t n)
{
	buf_add(b, "\x01\x02\x03\x04", 4);
	put_be32(b, type);
	buf_fill(b, 0, 52);
	put_be32(b, n);
	put_be32(b, n);
	put_be32(b, 0);
	buf_add(b, cipher, n);
}

static void zte_plain(void **state)
{
	(void)state;
	struct buf b = {0}, text = {0};
	put_text(&text, 3000, 1);
	buf_add(&b, "\x04\x03\x02\x01\0\0\0\0\0\0\0\5F600W", 17);
	put_zte_plain(&b, &text);
	assert_true(opens_as(&format_zte_config, &b, "config.xml", buf_span(&text), ST_OK));
	assert_true(survives(&format_zte_config, &b));
	b.p[200] ^= 1;
	struct collect c;
	collect_init(&c);
	format_zte_config.open(buf_span(&b), &c.sink);
	assert_int_equal(c.members[0].status, ST_DAMAGED);
	collect_free(&c);
	b.p[17 + 10] ^= 1; /* the header's checksum no longer fits */
	assert_int_equal(bid_on(&format_zte_config, &b, NULL), 0);
	assert_true(rejects_noise(&format_zte_config));
	buf_free(&b);
	buf_free(&text);
}

static void zte_encrypted(void **state)
{
	(void)state;
	struct buf text = {0}, plain = {0}, b = {0};
	put_text(&text, 2000, 1);
	put_zte_plain(&plain, &text);
	buf_fill(&plain, 0, 16 - plain.n % 16);
	uint8_t *cipher = mem_alloc(plain.n), key[32], iv[32];
	buf_add(&b, "\x99\x99\x99\x99\x44\x44\x44\x44\x55\x55\x55\x55\xaa\xaa\xaa\xaa", 16);
	buf_fill(&b, 0, 112);
	size_t head = b.n;
	encrypt(CIPHER_AES_128_ECB, (const uint8_t *)"402c38de39bed665", NULL, buf_span(&plain), cipher);
	put_zte_secret(&b, 2, cipher, plain.n);
	assert_true(opens_as(&format_zte_config, &b, "config.xml", buf_span(&text), ST_OK));
	assert_true(opens_with_note(&format_zte_config, &b, "published key"));
	b.n = head;
	hash_sha256(SPAN_LIT("H188AKey02710001"), key);
	hash_sha256(SPAN_LIT("H188AIv02710001"), iv);
	encrypt(CIPHER_AES_256_CBC, key, iv, buf_span(&plain), cipher);
	put_zte_secret(&b, 4, cipher, plain.n);
	assert_true(opens_as(&format_zte_config, &b, "config.xml", buf_span(&text), ST_OK));
	b.n = head;
	hash_sha256(SPAN_LIT("from a serial number"), key);
	encrypt(CIPHER_AES_256_CBC, key, iv, buf_span(&plain), cipher);
	put_zte_secret(&b, 4, cipher, plain.n);
	assert_true(opens_as(&format_zte_config, &b, "config", SPAN(cipher, plain.n), ST_ENCRYPTED));
	assert_true(opens_with_note(&format_zte_config, &b, "encrypted (type 4)"));
	assert_true(survives(&format_zte_config, &b));
	mem_free(cipher);
	buf_free(&b);
	buf_free(&text);
	buf_free(&plain);
}

static void tplink_config(void **state)
{
	(void)state;
	static const uint8_t key[8] = {0x47, 0x8d, 0xa5, 0x0b, 0xf9, 0xe3, 0xd2, 0xcf};
	struct buf b = {0}, plain = {0};
	buf_fill(&plain, 0, 16);
	buf_str(&plain, "lan_ip 192.168.0.1\r\nusername admin\r\n");
	put_text(&plain, 407, 1);
	struct span text = span_from(buf_span(&plain), 16);
	hash_md5(text, plain.p);
	size_t n = plain.n;
	buf_fill(&plain, 0, 8 - plain.n % 8);
	size_t got;
	uint8_t *room = buf_room(&b, plain.n, &got);
	b.n += encrypt(CIPHER_DES_ECB, key, NULL, buf_span(&plain), room);
	assert_true(opens_as(&format_tplink_config, &b, "config.txt", SPAN(plain.p + 16, n - 16), ST_OK));
	assert_true(survives(&format_tplink_config, &b));
	b.p[300] ^= 1;
	struct collect c;
	collect_init(&c);
	format_tplink_config.open(buf_span(&b), &c.sink);
	assert_int_equal(c.members[0].status, ST_DAMAGED);
	assert_true(collect_noted(&c, "MD5 is wrong"));
	collect_free(&c);
	b.p[20] ^= 1; /* no text at the front */
	assert_int_equal(bid_on(&format_tplink_config, &b, NULL), 0);
	assert_int_equal(bid_on(&format_tplink_config, &plain, NULL), 0);
	assert_true(rejects_noise(&format_tplink_config));
	buf_free(&b);
	buf_free(&plain);
}

static uint16_t zyxel_sum(const uint8_t *p, size_t n)
{
	uint32_t sum = 0;
	for (size_t i = 0; i < n; i += 2) {
		sum += (uint32_t)p[i] << 8 | (i + 1 < n ? p[i + 1] : 0u);
		if (sum > 0xffff)
			sum = (sum + 1) & 0xffff;
	}
	return (uint16_t)sum;
}

static void put_object(struct buf *b, unsigned type, const char *name, uint32_t address, uint32_t n)
{
	buf_byte(b, (uint8_t)type);
	put_field(b, name, 8, 0);
	buf_byte(b, 0);
	put_be32(b, address);
	put_be16(b, 0);
	put_be32(b, n);
	put_be32(b, 0);
}

/* Boot extension, then the map, then an object: based at b0020000. */
static void make_zynos(struct buf *b)
{
	const uint32_t base = 0xb0020000, map = base + 48 + 200, code = map + 24 + 4 * 24;
	put_be32(b, 0x94008000);
	put_be16(b, 0);
	buf_add(b, "SIG\3", 4);
	put_be32(b, 0);
	put_be32(b, 0);
	buf_byte(b, 0x40);
	buf_byte(b, 0);
	put_be32(b, 0);
	put_field(b, "V3.40", 15, 0);
	put_be32(b, map);
	buf_fill(b, 0, 5);
	put_text(b, 200, 1);
	put_be16(b, 3);
	put_be32(b, map + 24 * 4);
	put_be32(b, map + 24 * 5 - 1);
	size_t sum = b->n;
	put_be16(b, 0);
	buf_fill(b, 0, 12);
	put_object(b, 0x81, "RasCode", 0x94020000, 0x10000);
	put_object(b, 1, "BootExt", base + 48, 200);
	put_object(b, 4, "Code", code, 300);
	put_text(b, 24, 50); /* user data */
	put_text(b, 300, 9);
	set_number(b, sum, zyxel_sum(b->p + sum + 14, 24 * 4 - 1), 2, true);
	set_be32(b, 10, b->n - 48);
	set_number(b, 20, zyxel_sum(b->p + 48, b->n - 48), 2, true);
}

static void zynos(void **state)
{
	(void)state;
	struct buf b = {0};
	uint64_t size;
	make_zynos(&b);
	size_t n = b.n;
	assert_true(bid_on(&format_zynos, &b, &size) > 90);
	assert_int_equal(size, n);
	assert_true(opens_as(&format_zynos, &b, "BootExt", SPAN(b.p + 48, 200), ST_OK));
	assert_true(opens_as(&format_zynos, &b, "Code", SPAN(b.p + n - 300, 300), ST_OK));
	assert_true(survives(&format_zynos, &b));
	b.p[60] ^= 1;
	assert_true(opens_with_note(&format_zynos, &b, "checksum is wrong"));
	b.p[18] |= 1; /* no such flag */
	assert_int_equal(bid_on(&format_zynos, &b, NULL), 0);
	assert_true(rejects_noise(&format_zynos));
	buf_free(&b);
}

struct bits {
	struct buf *b;
	unsigned left, byte;
};

static void put_bits(struct bits *w, uint32_t v, unsigned n)
{
	while (n--) {
		w->byte = w->byte << 1 | (v >> n & 1);
		if (++w->left == 8) {
			buf_byte(w->b, (uint8_t)w->byte);
			w->left = w->byte = 0;
		}
	}
}

/* "abcabcabcabc..." by RFC 1974: three literals, a match of 20 at distance 3, the end mark. */
static void put_lzs(struct buf *b)
{
	struct bits w = {.b = b};
	for (const char *c = "abc"; *c; c++)
		put_bits(&w, (uint8_t)*c, 9);
	put_bits(&w, 3, 2);
	put_bits(&w, 3, 7);
	put_bits(&w, 0xfc, 8); /* 1111 1100: 8 + 12 */
	put_bits(&w, 3, 2);
	put_bits(&w, 0, 7);
	put_bits(&w, 0, 7);
}

static void make_rom0(struct buf *b)
{
	struct buf packed = {0};
	put_lzs(&packed);
	buf_add(b, "\2\1\0\2", 4);
	put_be32(b, 0x148 + 0x40 + 0x40);
	put_field(b, "boot", 14, 0);
	put_be32(b, 0x40);
	put_be32(b, 12);
	put_be32(b, 0x148);
	put_field(b, "spt.dat", 14, 0);
	put_be32(b, 0x40);
	put_be32(b, 16 + packed.n);
	put_be32(b, 0x188);
	buf_fill(b, 0, 0x148 - b->n);
	buf_str(b, "boot content");
	buf_fill(b, 0, 0x40 - 12);
	buf_add(b, "\xce\xed\xdb\xdb\0\1\0\1", 8);
	put_be32(b, packed.n + 4);
	put_be16(b, 23);
	put_be16(b, packed.n);
	buf_add(b, packed.p, packed.n);
	buf_fill(b, 0, 0x2000 - b->n);
	buf_free(&packed);
}

static void rom0(void **state)
{
	(void)state;
	struct buf b = {0};
	uint64_t size;
	make_rom0(&b);
	assert_true(bid_on(&format_zynos_rom0, &b, &size) > 80);
	assert_int_equal(size, 0x2000);
	assert_true(opens_as(&format_zynos_rom0, &b, "boot", SPAN_LIT("boot content"), ST_OK));
	assert_true(opens_as(&format_zynos_rom0, &b, "spt.dat", SPAN_LIT("abcabcabcabcabcabcabcab"), ST_OK));
	assert_true(survives(&format_zynos_rom0, &b));
	b.p[0x188 + 13] = 99; /* the plain length of the block */
	assert_true(opens_with_note(&format_zynos_rom0, &b, "spt.dat: packed content is damaged"));
	b.p[8 + 14 + 8] = 0xff; /* an offset out of the directory */
	assert_int_equal(bid_on(&format_zynos_rom0, &b, NULL), 0);
	assert_true(rejects_noise(&format_zynos_rom0));
	buf_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(zte_plain), cmocka_unit_test(zte_encrypted),
		cmocka_unit_test(tplink_config), cmocka_unit_test(zynos), cmocka_unit_test(rom0),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
