/* SPDX-License-Identifier: Apache-2.0 */
/* Android OTA payloads, written here from update_metadata.proto; blobs packed by libbz2 and liblzma. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <bzlib.h>
#include <lzma.h>

#include "image.h"

extern const struct format format_android_payload;

enum { BLOCK = 4096, SIGNATURE = 40, TEXT = 3 * BLOCK - 100 };

static void put_varint(struct buf *b, uint64_t v)
{
	for (; v >= 128; v >>= 7)
		buf_byte(b, (uint8_t)(v | 128));
	buf_byte(b, (uint8_t)v);
}

static void put_value(struct buf *b, unsigned number, uint64_t v)
{
	put_varint(b, number << 3);
	put_varint(b, v);
}

static void put_bytes(struct buf *b, unsigned number, const void *p, size_t n)
{
	put_varint(b, number << 3 | 2);
	put_varint(b, n);
	buf_add(b, p, n);
}

/* An operation whose blob is put behind the others. */
static void put_operation(struct buf *part, struct buf *blobs, unsigned type, struct span blob,
			  uint64_t first, uint64_t blocks)
{
	struct buf o = {0}, e = {0};
	uint8_t sum[SHA256_SIZE];
	put_value(&e, 1, first);
	put_value(&e, 2, blocks);
	put_value(&o, 1, type);
	if (blob.n) {
		put_value(&o, 2, blobs->n);
		put_value(&o, 3, blob.n);
		hash_sha256(blob, sum);
		put_bytes(&o, 8, sum, sizeof sum);
	}
	put_bytes(&o, 6, e.p, e.n);
	put_bytes(part, 8, o.p, o.n);
	buf_add(blobs, blob.p, blob.n);
	buf_free(&o);
	buf_free(&e);
}

static struct span packed(bool xz, const struct buf *text, char *out, size_t cap)
{
	unsigned n = (unsigned)cap;
	size_t m = 0;
	if (!xz) {
		assert_int_equal(BZ2_bzBuffToBuffCompress(out, &n, (char *)text->p,
							  (unsigned)text->n, 1, 0, 0), BZ_OK);
		return SPAN(out, n);
	}
	assert_int_equal(lzma_easy_buffer_encode(6, LZMA_CHECK_CRC32, NULL, text->p, text->n,
						 (uint8_t *)out, &m, cap), LZMA_OK);
	return SPAN(out, m);
}

/* boot: xz, zeros, bzip2, a plain block; system: what `type` says. */
static void make(struct buf *b, const struct buf *text, unsigned type, unsigned minor)
{
	struct buf manifest = {0}, boot = {0}, other = {0}, blobs = {0};
	char room[8192];
	put_bytes(&boot, 1, "boot", 4);
	put_operation(&boot, &blobs, 8, packed(true, text, room, sizeof room), 0, 3);
	put_operation(&boot, &blobs, 6, SPAN(NULL, 0), 3, 1);
	put_operation(&boot, &blobs, 1, packed(false, text, room, sizeof room), 4, 3);
	put_operation(&boot, &blobs, 0, SPAN(text->p, BLOCK), 7, 1);
	put_bytes(&other, 1, "system", 6);
	put_operation(&other, &blobs, type, SPAN(text->p, 50), 0, 1);
	put_value(&manifest, 3, BLOCK);
	put_value(&manifest, 4, blobs.n);
	put_value(&manifest, 5, SIGNATURE);
	put_value(&manifest, 12, minor);
	put_bytes(&manifest, 13, boot.p, boot.n);
	put_bytes(&manifest, 13, other.p, other.n);
	buf_str(b, "CrAU");
	put_number(b, 2, 8, true);
	put_number(b, manifest.n, 8, true);
	put_be32(b, 20);
	buf_add(b, manifest.p, manifest.n);
	buf_fill(b, 's', 20);
	buf_add(b, blobs.p, blobs.n);
	buf_fill(b, 'S', SIGNATURE);
	buf_free(&manifest);
	buf_free(&boot);
	buf_free(&other);
	buf_free(&blobs);
}

static void expect(struct buf *want, const struct buf *text)
{
	buf_add(want, text->p, text->n);
	buf_fill(want, 0, 100 + BLOCK);
	buf_add(want, text->p, text->n);
	buf_fill(want, 0, 100);
	buf_add(want, text->p, BLOCK);
}

static void full(void **state)
{
	(void)state;
	struct buf text = {0}, b = {0}, want = {0};
	struct collect c;
	uint64_t size;
	put_text(&text, TEXT, 1);
	make(&b, &text, 0, 0);
	expect(&want, &text);
	size_t n = b.n;
	assert_true(survives(&format_android_payload, &b));
	buf_fill(&b, 0x5a, 300);
	assert_true(bid_on(&format_android_payload, &b, &size) > 90);
	assert_int_equal(size, n);
	assert_true(opens_as(&format_android_payload, &b, "boot", buf_span(&want), ST_OK));
	collect_init(&c);
	assert_int_equal(format_android_payload.open(buf_span(&b), &c.sink), ST_OK);
	assert_int_equal(c.sink.used, n);
	assert_int_equal(c.count, 2);
	assert_int_equal(collect_find(&c, "system")->n, BLOCK);
	assert_int_equal(c.note_count, 0);
	collect_free(&c);
	assert_true(rejects_noise(&format_android_payload));
	buf_free(&text);
	buf_free(&b);
	buf_free(&want);
}

static void damaged(void **state)
{
	(void)state;
	struct buf text = {0}, b = {0};
	struct collect c;
	put_text(&text, TEXT, 1);
	make(&b, &text, 0, 0);
	b.p[b.n - SIGNATURE - 50 - 10] ^= 1; /* the last blob of boot */
	assert_true(opens_with_note(&format_android_payload, &b, "SHA-256 of a blob is wrong"));
	collect_init(&c);
	format_android_payload.open(buf_span(&b), &c.sink);
	assert_int_equal(collect_find(&c, "boot")->status, ST_DAMAGED);
	assert_int_equal(collect_find(&c, "system")->status, ST_OK);
	collect_free(&c);
	b.n -= SIGNATURE + 50 + 10; /* cut inside of boot: nothing of system is left */
	collect_init(&c);
	assert_int_equal(format_android_payload.open(buf_span(&b), &c.sink), ST_TRUNCATED);
	assert_int_equal(collect_find(&c, "boot")->status, ST_TRUNCATED);
	assert_int_equal(collect_find(&c, "system")->status, ST_TRUNCATED);
	collect_free(&c);
	b.p[11] = 1; /* version 1 had another header */
	assert_int_equal(bid_on(&format_android_payload, &b, NULL), 0);
	buf_free(&text);
	buf_free(&b);
}

static void delta(void **state)
{
	(void)state;
	struct buf text = {0}, b = {0};
	struct collect c;
	put_text(&text, TEXT, 1);
	make(&b, &text, 5, 4);
	assert_true(opens_with_note(&format_android_payload, &b, "delta payload (minor version 4)"));
	collect_init(&c);
	assert_int_equal(format_android_payload.open(buf_span(&b), &c.sink), ST_OK);
	assert_true(collect_noted(&c, "system: only its difference"));
	assert_non_null(collect_find(&c, "boot"));
	assert_null(collect_find(&c, "system"));
	collect_free(&c);
	buf_free(&text);
	buf_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(full),
		cmocka_unit_test(damaged),
		cmocka_unit_test(delta),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
