/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Encrypted bytes are uniform: over a piece of n bytes the chi-square statistic with 255 degrees of
 * freedom stays near 255 (99.9 % below 341). Compressed streams have the same entropy to three
 * digits but fail that test as soon as enough bytes are counted. The order of words below is the
 * order in which they are tried.
 */
#include "engine/region.h"

#include <math.h>

#include "base/text.h"

enum { PIECE = 16 * 1024, MIN_PADDING = 64, SURE = 16 * 1024, UNIFORM = 350 };

/* Four tables, so that equal bytes in a row do not wait for each other. */
static void count_bytes(struct span s, uint64_t counts[256])
{
	uint64_t four[4][256] = {{0}};
	size_t i = 0;
	for (; i + 4 <= s.n; i += 4)
		for (size_t k = 0; k < 4; k++)
			four[k][s.p[i + k]]++;
	for (; i < s.n; i++)
		four[0][s.p[i]]++;
	for (i = 0; i < 256; i++)
		counts[i] = four[0][i] + four[1][i] + four[2][i] + four[3][i];
}

static double entropy_of(const uint64_t counts[256], uint64_t n)
{
	double bits = 0;
	for (int i = 0; i < 256; i++)
		if (counts[i]) {
			double p = (double)counts[i] / (double)n;
			bits -= p * log2(p);
		}
	return bits > 0 ? bits : 0;
}

double region_entropy(struct span s)
{
	uint64_t counts[256];
	if (s.n == 0)
		return 0;
	count_bytes(s, counts);
	return entropy_of(counts, s.n);
}

bool region_is_padding(struct span s)
{
	return s.n < 2 || memcmp(s.p, s.p + 1, s.n - 1) == 0;
}

static double chi_square(const uint64_t counts[256], uint64_t n)
{
	double expected = (double)n / 256, sum = 0;
	for (int i = 0; i < 256; i++) {
		double d = (double)counts[i] - expected;
		sum += d * d / expected;
	}
	return sum;
}

/*
 * Machine code of the 32-bit sets has a skewed distribution of one of its four byte lanes: the
 * opcode byte. x86 code is full of a few opcodes. Both are told from data by how common the typical
 * bytes are.
 */
static bool looks_like_code(struct span s)
{
	static const uint8_t mips[] = {0x8f, 0xaf, 0x24, 0x27, 0x3c, 0x10,
				       0x14, 0x00, 0x0c, 0x8c, 0xac, 0x03};
	size_t lanes[4][256] = {{0}}, quads = s.n / 4;
	if (quads < 256)
		return false;
	for (size_t i = 0; i < quads; i++)
		for (int k = 0; k < 4; k++)
			lanes[k][s.p[4 * i + (size_t)k]]++;
	for (int k = 0; k < 4; k += 3) {
		size_t m = 0;
		for (size_t i = 0; i < sizeof mips; i++)
			m += lanes[k][mips[i]];
		size_t loads = lanes[k][0x8f] + lanes[k][0xaf] + lanes[k][0x24] + lanes[k][0x8c];
		if (m > quads / 2 && loads > quads / 8 && lanes[k][0] < quads / 2)
			return true;
		size_t always = lanes[k][0xe1] + lanes[k][0xe2] + lanes[k][0xe3] + lanes[k][0xe5] +
				lanes[k][0xeb] + lanes[k][0xea] + lanes[k][0xe8] + lanes[k][0xe9];
		if (always > quads / 2)
			return true;
		size_t wide = lanes[k][0xf9] + lanes[k][0x94] + lanes[k][0x97] + lanes[k][0x91] +
			      lanes[k][0xaa] + lanes[k][0x52] + lanes[k][0xb9] + lanes[k][0xa9];
		if (wide > quads / 2)
			return true;
	}
	return false;
}

static const char *name_of(struct span s, double entropy)
{
	if (region_is_padding(s))
		return "padding";
	if (text_looks(s) && entropy < 6.8)
		return "text";
	if (s.n >= 4096 && entropy > 7.9)
		return "compressed";
	if (looks_like_code(s))
		return "code";
	return "unknown";
}

/* Length of the run of equal bytes at the front. */
static size_t run_length(struct span s)
{
	size_t n = 1;
	while (n < s.n && s.p[n] == s.p[0])
		n++;
	return n;
}

/* Where the next long run of equal bytes begins, s.n when there is none in the piece. */
static size_t next_run(struct span s)
{
	for (size_t i = 0; i + MIN_PADDING <= s.n; i += MIN_PADDING / 2) {
		struct span w = span_cut(s, i, MIN_PADDING / 2);
		if (!region_is_padding(w))
			continue;
		size_t start = i;
		while (start && s.p[start - 1] == s.p[i])
			start--;
		if (run_length(span_from(s, start)) >= MIN_PADDING)
			return start;
	}
	return s.n;
}

struct merge {
	void (*emit)(void *, const struct region *);
	void *user;
	struct span in;
	uint64_t base;
	struct region now;
	uint64_t counts[256]; /* of `now` */
};

static void flush(struct merge *m)
{
	struct region *r = &m->now;
	if (!r->size)
		return;
	r->entropy = entropy_of(m->counts, r->size);
	if (strcmp(r->what, "compressed") == 0) {
		r->chi_square = chi_square(m->counts, r->size);
		if (r->size >= SURE && r->chi_square < UNIFORM)
			r->what = "encrypted";
	}
	m->emit(m->user, r);
	r->size = 0;
	memset(m->counts, 0, sizeof m->counts);
}

static void piece(struct merge *m, size_t at, size_t n)
{
	uint64_t counts[256];
	struct span s = span_cut(m->in, at, n);
	count_bytes(s, counts);
	const char *what = name_of(s, entropy_of(counts, n));
	bool same = m->now.size && strcmp(m->now.what, what) == 0;
	if (same && strcmp(what, "padding") == 0)
		same = m->in.p[at - 1] == m->in.p[at];
	if (!same) {
		flush(m);
		m->now = (struct region){m->base + at, 0, what, 0, 0};
	}
	m->now.size += n;
	for (int i = 0; i < 256; i++)
		m->counts[i] += counts[i];
}

void region_classify(struct span in, uint64_t base, void (*emit)(void *user, const struct region *),
		     void *user)
{
	struct merge m = {.emit = emit, .user = user, .in = in, .base = base};
	for (size_t at = 0; at < in.n;) {
		struct span rest = span_from(in, at);
		size_t run = run_length(rest);
		size_t n =
		    run >= MIN_PADDING || run == rest.n ? run : next_run(span_cut(rest, 0, PIECE));
		piece(&m, at, n ? n : 1);
		at += n ? n : 1;
	}
	flush(&m);
}
