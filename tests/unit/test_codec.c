/* SPDX-License-Identifier: Apache-2.0 */
/* Every codec against streams of the real tools: whole, followed by junk, cut, damaged. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <lzma.h>

#include "base/buf.h"
#include "base/mem.h"
#include "codec/codec.h"
#include "codec_vectors.h"

struct catcher {
	struct codec_out out;
	struct buf b;
	size_t limit;
};

static enum status catch_bytes(struct codec_out *out, const void *p, size_t n)
{
	struct catcher *c = (struct catcher *)out;
	buf_add(&c->b, p, n);
	return c->limit && c->b.n >= c->limit ? ST_LIMIT : ST_OK;
}

static const struct vector {
	enum codec codec;
	const uint8_t *p;
	size_t n;
	bool checked; /* has a checksum over the content */
} vectors[] = {
#define V(c_, v_, k_) {c_, v_, sizeof v_, k_}
	V(CODEC_GZIP, v_gzip, true),
	V(CODEC_ZLIB, v_zlib, true),
	V(CODEC_LZMA_ALONE, v_lzma, false),
	V(CODEC_LZMA_ALONE, v_lzma_7z, false),
	V(CODEC_LZMA_ALONE, v_lzma_lc8, false),
	V(CODEC_LZMA_ALONE, v_lzma_lc8lp4pb4, false),
	V(CODEC_XZ, v_xz, true),
	V(CODEC_XZ, v_xz_sha256, true),
	V(CODEC_LZIP, v_lzip, true),
	V(CODEC_BZIP2, v_bzip2, true),
	V(CODEC_LZ4_FRAME, v_lz4, true),
	V(CODEC_LZ4_FRAME, v_lz4_size, true),
	V(CODEC_LZ4_LEGACY, v_lz4_legacy, false),
	V(CODEC_ZSTD, v_zstd, true),
	V(CODEC_LZOP, v_lzop, true),
	V(CODEC_LZOP, v_lzop_crc, true),
	V(CODEC_COMPRESS, v_compress, false),
	V(CODEC_COMPRESS, v_compress_12, false),
#undef V
};
enum { VECTORS = sizeof vectors / sizeof *vectors };

static struct span plain_text(void)
{
	static const struct {
		const char *p;
		size_t n;
	} words[] = {{"telnetd ", 8}, {"dropbear ", 9}, {"admin ", 6},       {"root ", 5},
		     {"login ", 6},   {"/etc/passwd ", 12}, {"iptables ", 9}, {"-A ", 3},
		     {"INPUT ", 6},   {"httpd ", 6},    {"\0\1\2 ", 4},      {"nvram_get ", 10}};
	static uint8_t text[PLAIN + 16];
	uint32_t x = 1;
	for (size_t n = 0; n < PLAIN;) {
		x = (x * 1103515245u + 12345u) & 0x7fffffffu;
		size_t k = (x >> 16) % 12;
		memcpy(text + n, words[k].p, words[k].n);
		n += words[k].n;
	}
	return SPAN(text, PLAIN);
}

/* Decode a heap copy, so that a read past the end is seen by a sanitizer. */
static enum status decode(enum codec c, struct span in, struct catcher *to, uint64_t *used)
{
	uint8_t *copy = mem_alloc(in.n ? in.n : 1);
	memcpy(copy, in.p, in.n);
	*to = (struct catcher){.out = {catch_bytes}, .b = {.max = 64 << 20}};
	enum status st = codec_stream(c, SPAN(copy, in.n), &to->out, used);
	mem_free(copy);
	assert_true(*used <= in.n);
	return st;
}

static bool is_prefix(struct span part, struct span whole)
{
	return part.n <= whole.n && (part.n == 0 || memcmp(part.p, whole.p, part.n) == 0);
}

static void whole_streams(void **state)
{
	(void)state;
	for (size_t i = 0; i < VECTORS; i++) {
		const struct vector *v = &vectors[i];
		struct catcher to;
		uint64_t used;
		assert_int_equal(decode(v->codec, SPAN(v->p, v->n), &to, &used), ST_OK);
		assert_int_equal(used, v->n);
		assert_true(span_equal(buf_span(&to.b), plain_text()));
		buf_free(&to.b);
	}
}

static void junk_behind_is_not_used(void **state)
{
	(void)state;
	static const char *const junk[] = {"\xff\xff\xff\xff\xff\xff\xff\xff", "random text follows",
					   "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"};
	for (size_t i = 0; i < VECTORS * 3; i++) {
		const struct vector *v = &vectors[i / 3];
		struct buf b = {0};
		struct catcher to;
		uint64_t used;
		if (v->codec == CODEC_COMPRESS)
			continue; /* has no end */
		buf_add(&b, v->p, v->n);
		buf_add(&b, junk[i % 3], 8);
		assert_int_equal(decode(v->codec, buf_span(&b), &to, &used), ST_OK);
		assert_int_equal(used, v->n);
		assert_true(span_equal(buf_span(&to.b), plain_text()));
		buf_free(&to.b);
		buf_free(&b);
	}
}

static void cut_anywhere(void **state)
{
	(void)state;
	for (size_t i = 0; i < VECTORS; i++)
		for (size_t n = 0; n < vectors[i].n; n++) {
			const struct vector *v = &vectors[i];
			struct catcher to;
			uint64_t used;
			enum status st = decode(v->codec, SPAN(v->p, n), &to, &used);
			if (v->codec != CODEC_COMPRESS)
				assert_int_not_equal(st, ST_OK);
			assert_true(is_prefix(buf_span(&to.b), plain_text()));
			buf_free(&to.b);
		}
}

/* What could be decoded before the cut must be there: four fifths in, something is out. */
static void partial_output_is_kept(void **state)
{
	(void)state;
	for (size_t i = 0; i < VECTORS; i++) {
		const struct vector *v = &vectors[i];
		struct catcher to;
		uint64_t used;
		if (v->codec == CODEC_BZIP2 || v->codec == CODEC_ZSTD || v->codec == CODEC_LZ4_FRAME)
			continue; /* one block, which is all or nothing */
		decode(v->codec, SPAN(v->p, v->n * 4 / 5), &to, &used);
		assert_true(to.b.n > PLAIN / 2);
		buf_free(&to.b);
	}
}

static void flipped_bits_are_seen(void **state)
{
	(void)state;
	for (size_t i = 0; i < VECTORS; i++)
		for (size_t at = 0; at < vectors[i].n * 8; at += at < 256 ? 1 : 29) {
			const struct vector *v = &vectors[i];
			uint8_t *copy = mem_alloc(v->n);
			struct catcher to;
			uint64_t used;
			memcpy(copy, v->p, v->n);
			copy[at / 8] ^= (uint8_t)(1u << at % 8);
			enum status st = decode(v->codec, SPAN(copy, v->n), &to, &used);
			/* flags in a header may drop a checksum; the text is right then */
			if (v->checked && st == ST_OK)
				assert_true(is_prefix(buf_span(&to.b), plain_text()));
			buf_free(&to.b);
			mem_free(copy);
		}
}

static void streams_that_follow_each_other(void **state)
{
	(void)state;
	static const enum codec many[] = {CODEC_GZIP, CODEC_XZ, CODEC_LZIP, CODEC_BZIP2,
					  CODEC_LZ4_FRAME, CODEC_ZSTD};
	for (size_t i = 0; i < VECTORS; i++)
		for (size_t k = 0; k < sizeof many / sizeof *many; k++) {
			struct buf b = {0};
			struct catcher to;
			uint64_t used;
			if (vectors[i].codec != many[k])
				continue;
			buf_add(&b, vectors[i].p, vectors[i].n);
			buf_add(&b, vectors[i].p, vectors[i].n);
			buf_str(&b, "junk");
			assert_int_equal(decode(many[k], buf_span(&b), &to, &used), ST_OK);
			assert_int_equal(used, 2 * vectors[i].n);
			assert_int_equal(to.b.n, 2 * PLAIN);
			buf_free(&to.b);
			buf_free(&b);
		}
}

static void receiver_can_stop(void **state)
{
	(void)state;
	for (size_t i = 0; i < VECTORS; i++) {
		struct catcher to = {.out = {catch_bytes}, .limit = 1};
		uint64_t used;
		enum status st = codec_stream(vectors[i].codec, SPAN(vectors[i].p, vectors[i].n),
					      &to.out, &used);
		assert_int_equal(st, ST_LIMIT);
		buf_free(&to.b);
	}
}

/* A block of any capacity: never a byte more, always a prefix, and the whole when there is room. */
static void blocks_of_any_size(void **state)
{
	(void)state;
	for (size_t i = 0; i < VECTORS; i++)
		for (size_t cap = 0; cap < PLAIN + 3; cap += cap < 40 || cap > PLAIN - 5 ? 1 : 37) {
			uint8_t *out = mem_alloc(cap + 1);
			size_t n = 0;
			enum status st = codec_block(vectors[i].codec,
						     SPAN(vectors[i].p, vectors[i].n), out, cap, &n);
			assert_true(n <= cap && is_prefix(SPAN(out, n), plain_text()));
			assert_int_equal(st == ST_OK, cap >= PLAIN);
			if (cap >= PLAIN)
				assert_int_equal(n, PLAIN);
			mem_free(out);
		}
}

static uint32_t noise(uint32_t *x)
{
	*x ^= *x << 13;
	*x ^= *x >> 17;
	*x ^= *x << 5;
	return *x;
}

static void garbage_is_borne(void **state)
{
	(void)state;
	uint32_t x = 2463534242u;
	uint8_t in[600], out[5000];
	for (unsigned i = 0; i < 8000; i++) {
		enum codec c = (enum codec)(i % CODEC_COUNT);
		size_t n = noise(&x) % sizeof in, keep = 0, made = 0;
		for (size_t k = 0; k < n; k++)
			in[k] = (uint8_t)noise(&x);
		for (size_t k = 0; k < VECTORS; k++)
			if (vectors[k].codec == c && noise(&x) % 2) {
				keep = noise(&x) % 40;
				keep = keep < n ? keep : n;
				memcpy(in, vectors[k].p, keep);
			}
		struct catcher to;
		uint64_t used;
		decode(c, SPAN(in, n), &to, &used);
		buf_free(&to.b);
		codec_block(c, SPAN(in, n), out, sizeof out, &made);
		assert_true(made <= sizeof out);
	}
}

/* LZMA without end mark, as liblzma makes it. */
static size_t raw_lzma(struct span in, unsigned lc, unsigned lp, unsigned pb, uint8_t *out, size_t cap)
{
	lzma_options_lzma o;
	size_t n = 0;
	lzma_lzma_preset(&o, 6);
	o.lc = lc;
	o.lp = lp;
	o.pb = pb;
	o.dict_size = 1 << 16;
	o.ext_flags = 0;
	lzma_set_ext_size(o, in.n);
	lzma_filter f[] = {{LZMA_FILTER_LZMA1EXT, &o}, {LZMA_VLI_UNKNOWN, NULL}};
	assert_int_equal(lzma_raw_buffer_encode(f, NULL, in.p, in.n, out, &n, cap), LZMA_OK);
	return n;
}

static void lzma_blocks_without_size(void **state)
{
	(void)state;
	static const uint8_t props[][3] = {{3, 0, 2}, {1, 2, 2}, {4, 0, 2}, {0, 0, 0}, {3, 0, 0},
					   {0, 2, 2}, {2, 0, 2}, {3, 0, 1}};
	struct span text = plain_text();
	for (size_t i = 0; i < sizeof props / sizeof *props; i++) {
		uint8_t packed[4096] = {(uint8_t)((props[i][2] * 5 + props[i][1]) * 9 + props[i][0])};
		uint8_t out[PLAIN + 100];
		size_t n = 0;
		size_t len = raw_lzma(text, props[i][0], props[i][1], props[i][2], packed + 5, 4000);
		for (size_t cap = PLAIN; cap <= PLAIN + 100; cap += 100) {
			assert_int_equal(codec_block(CODEC_LZMA_SHORT, SPAN(packed, len + 5), out, cap,
						     &n), ST_OK);
			assert_true(span_equal(SPAN(out, n), text));
			assert_int_equal(codec_block(CODEC_LZMA_RAW, SPAN(packed + 5, len), out, cap,
						     &n), ST_OK);
			assert_true(span_equal(SPAN(out, n), text));
		}
		for (size_t cut = 0; cut < len; cut++) {
			assert_int_not_equal(codec_block(CODEC_LZMA_SHORT, SPAN(packed, cut + 5), out,
							 PLAIN, &n), ST_OK);
			assert_true(is_prefix(SPAN(out, n), text));
		}
	}
}

/* Content longer than dictionary and window, far matches, and a size that is known or not. */
static void lzma_slides_its_window(void **state)
{
	(void)state;
	enum { BIG = 3 << 20 };
	uint8_t *text = mem_alloc(BIG), *packed = mem_alloc(BIG + 4096);
	uint32_t x = 7;
	for (size_t i = 0; i < BIG; i++)
		text[i] = i > 60000 && noise(&x) % 16 ? text[i - 59999] : (uint8_t)noise(&x);
	memcpy(packed, "\x5d\0\0\1\0", 5);
	size_t n = raw_lzma(SPAN(text, BIG), 3, 0, 2, packed + 13, BIG + 4000);
	for (size_t i = 0; i < 8; i++)
		packed[5 + i] = (uint8_t)((uint64_t)BIG >> 8 * i);
	struct catcher to;
	uint64_t used;
	assert_int_equal(decode(CODEC_LZMA_ALONE, SPAN(packed, n + 13), &to, &used), ST_OK);
	assert_true(span_equal(buf_span(&to.b), SPAN(text, BIG)) && used == n + 13);
	buf_free(&to.b);
	memset(packed + 5, 0xff, 8); /* no end mark either: all is there, but the end is not seen */
	assert_int_equal(decode(CODEC_LZMA_ALONE, SPAN(packed, n + 13), &to, &used), ST_TRUNCATED);
	assert_true(to.b.n >= BIG && memcmp(to.b.p, text, BIG) == 0);
	buf_free(&to.b);
	lzma_options_lzma o;
	lzma_lzma_preset(&o, 6);
	o.dict_size = 1 << 16;
	lzma_stream z = LZMA_STREAM_INIT;
	assert_int_equal(lzma_alone_encoder(&z, &o), LZMA_OK);
	z.next_in = text;
	z.avail_in = BIG;
	z.next_out = packed;
	z.avail_out = BIG + 4096;
	assert_int_equal(lzma_code(&z, LZMA_FINISH), LZMA_STREAM_END);
	n = z.total_out;
	lzma_end(&z);
	assert_int_equal(decode(CODEC_LZMA_ALONE, SPAN(packed, n), &to, &used), ST_OK);
	assert_true(span_equal(buf_span(&to.b), SPAN(text, BIG)) && used == n);
	buf_free(&to.b);
	mem_free(text);
	mem_free(packed);
}

/* The inverse of rtime: at most 255 bytes that follow the last occurrence of a value again. */
static size_t rtime_pack(struct span in, uint8_t *out)
{
	size_t last[256] = {0}, n = 0;
	for (size_t i = 0; i < in.n;) {
		uint8_t v = in.p[i++], run = 0;
		size_t back = last[v];
		last[v] = i;
		for (; i < in.n && in.p[back] == in.p[i] && run < 255; run++, i++)
			back++;
		out[n++] = v;
		out[n++] = run;
	}
	return n;
}

static void rtime(void **state)
{
	(void)state;
	uint8_t packed[2 * PLAIN], out[PLAIN];
	size_t n = rtime_pack(plain_text(), packed), made = 0;
	assert_int_equal(codec_block(CODEC_RTIME, SPAN(packed, n), out, PLAIN, &made), ST_OK);
	assert_true(span_equal(SPAN(out, made), plain_text()));
	for (size_t cut = 0; cut + 1 < n; cut++) {
		codec_block(CODEC_RTIME, SPAN(packed, cut), out, PLAIN, &made);
		assert_true(is_prefix(SPAN(out, made), plain_text()));
	}
}

/* An encoder for the rubin coder: interval [low, low + span), bits leave at the top. */
struct rubin_out {
	uint8_t *p;
	size_t bits;
	uint32_t low, span;
};

static void rubin_shift(struct rubin_out *r)
{
	if (r->low >= 0x8000)
		r->p[r->bits / 8] |= (uint8_t)(0x80 >> r->bits % 8);
	r->bits++;
	r->low = (r->low & 0x7fff) << 1;
	r->span <<= 1;
}

static void rubin_put(struct rubin_out *r, bool bit, uint32_t one)
{
	while (r->low >= 0x8000 || r->low + r->span <= 0x8000)
		rubin_shift(r);
	uint32_t zero = (256 - one) * r->span / 256;
	zero = zero < 1 ? 1 : zero >= r->span ? r->span - 1 : zero;
	r->low += bit ? zero : 0;
	r->span = bit ? r->span - zero : zero;
}

static void rubin(void **state)
{
	(void)state;
	struct span text = plain_text();
	uint8_t packed[2 * PLAIN] = {0}, out[PLAIN];
	uint32_t ones[8] = {0};
	size_t made = 0;
	for (size_t i = 0; i < text.n * 8; i++)
		ones[i % 8] += text.p[i / 8] >> (i % 8) & 1;
	struct rubin_out r = {.p = packed + 8, .span = 0x10000};
	for (size_t i = 0; i < 8; i++) {
		uint32_t v = (uint32_t)(ones[i] * 256 / text.n);
		packed[i] = (uint8_t)(v < 1 ? 1 : v > 255 ? 255 : v);
	}
	for (size_t i = 0; i < text.n * 8; i++)
		rubin_put(&r, text.p[i / 8] >> (i % 8) & 1, packed[i % 8]);
	for (size_t i = 0; i < 17; i++)
		rubin_shift(&r);
	size_t n = 8 + (r.bits + 7) / 8;
	assert_true(n < PLAIN);
	assert_int_equal(codec_block(CODEC_RUBIN, SPAN(packed, n), out, PLAIN, &made), ST_OK);
	assert_true(span_equal(SPAN(out, made), text));
	assert_int_not_equal(codec_block(CODEC_RUBIN, SPAN(packed, n / 2), out, PLAIN, &made), ST_OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole_streams),
		cmocka_unit_test(junk_behind_is_not_used),
		cmocka_unit_test(cut_anywhere),
		cmocka_unit_test(partial_output_is_kept),
		cmocka_unit_test(flipped_bits_are_seen),
		cmocka_unit_test(streams_that_follow_each_other),
		cmocka_unit_test(receiver_can_stop),
		cmocka_unit_test(blocks_of_any_size),
		cmocka_unit_test(garbage_is_borne),
		cmocka_unit_test(lzma_blocks_without_size),
		cmocka_unit_test(lzma_slides_its_window),
		cmocka_unit_test(rtime),
		cmocka_unit_test(rubin),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
