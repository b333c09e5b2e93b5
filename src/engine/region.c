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

enum {
	PIECE = 16 * 1024,
	MIN_PADDING = 64,
	MIN_TEXT_RUN = 4096, /* rulers and indents of a text are no padding */
	SURE = 16 * 1024,
	UNIFORM = 350,
	LINE = 64,
	SAMPLED = 1 << 20, /* of a region beyond this length one line of SAMPLE is counted */
	SAMPLE = 4,
};

/* How often each byte stands at each place of a four-byte word; no input has 2^32 of one. */
struct lanes {
	uint32_t of[4][256];
};

/* Eight at a time: equal bytes in a row do not wait for each other. */
static void count_more(struct span s, struct lanes *l)
{
	size_t i = 0;
	for (; i + 8 <= s.n; i += 8) {
		uint64_t w = span_le64(s, i);
		l->of[0][w & 255]++;
		l->of[1][w >> 8 & 255]++;
		l->of[2][w >> 16 & 255]++;
		l->of[3][w >> 24 & 255]++;
		l->of[0][w >> 32 & 255]++;
		l->of[1][w >> 40 & 255]++;
		l->of[2][w >> 48 & 255]++;
		l->of[3][w >> 56]++;
	}
	for (; i < s.n; i++)
		l->of[i % 4][s.p[i]]++;
}

static void count_lanes(struct span s, struct lanes *l)
{
	memset(l, 0, sizeof *l);
	count_more(s, l);
}

/* Lines from all over the piece; how many bytes that were. */
static size_t count_sample(struct span s, struct lanes *l)
{
	size_t n = 0;
	memset(l, 0, sizeof *l);
	for (size_t i = 0; i < s.n; i += SAMPLE * LINE) {
		struct span line = span_cut(s, i, LINE);
		count_more(line, l);
		n += line.n;
	}
	return n;
}

static void add_lanes(const struct lanes *l, uint64_t counts[256])
{
	for (size_t i = 0; i < 256; i++)
		counts[i] += (uint64_t)l->of[0][i] + l->of[1][i] + l->of[2][i] + l->of[3][i];
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
	uint64_t counts[256] = {0};
	struct lanes l;
	struct span front = span_cut(s, 0, SAMPLED), rest = span_from(s, front.n);
	if (s.n == 0)
		return 0;
	count_lanes(front, &l);
	add_lanes(&l, counts);
	size_t n = front.n + count_sample(rest, &l);
	add_lanes(&l, counts);
	return entropy_of(counts, n);
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
static bool looks_like_code(const struct lanes *l, size_t quads)
{
	static const uint8_t mips[] = {0x8f, 0xaf, 0x24, 0x27, 0x3c, 0x10,
				       0x14, 0x00, 0x0c, 0x8c, 0xac, 0x03};
	if (quads < 256)
		return false;
	for (int k = 0; k < 4; k += 3) {
		const uint32_t *lane = l->of[k];
		size_t m = 0;
		for (size_t i = 0; i < sizeof mips; i++)
			m += lane[mips[i]];
		size_t loads = lane[0x8f] + lane[0xaf] + lane[0x24] + lane[0x8c];
		if (m > quads / 2 && loads > quads / 8 && lane[0] < quads / 2)
			return true;
		size_t always = lane[0xe1] + lane[0xe2] + lane[0xe3] + lane[0xe5] + lane[0xeb] +
				lane[0xea] + lane[0xe8] + lane[0xe9];
		if (always > quads / 2)
			return true;
		size_t wide = lane[0xf9] + lane[0x94] + lane[0x97] + lane[0x91] + lane[0xaa] +
			      lane[0x52] + lane[0xb9] + lane[0xa9];
		if (wide > quads / 2)
			return true;
	}
	return false;
}

/* log2(v), v > 0, to within 0.0001: good enough to choose a word by. */
static double near_log2(uint64_t v)
{
	int whole = 63 - __builtin_clzll(v);
	double f = (double)v / (double)(1ull << whole) - 1;
	double bits = f * (1.441836 + f * (-0.708372 + f * (0.413555 + f * (-0.191263 + f * 0.044244))));
	return (double)whole + bits;
}

static double near_entropy(const uint64_t counts[256], uint64_t n)
{
	double sum = 0;
	for (int i = 0; i < 256; i++)
		if (counts[i])
			sum += (double)counts[i] * near_log2(counts[i]);
	return near_log2(n) - sum / (double)n;
}

/* `n`: how many bytes of the piece were counted. */
static const char *name_of(struct span s, const struct lanes *l, const uint64_t counts[256], size_t n)
{
	double entropy = near_entropy(counts, n);
	if (entropy < 6.8 && text_looks_counted(counts, n, s))
		return "text";
	if (s.n >= 4096 && entropy > 7.9)
		return "compressed";
	if (looks_like_code(l, n / 4))
		return "code";
	return "unknown";
}

static size_t least_run(uint8_t c)
{
	return (c >= 0x20 && c < 0x7f) || c == '\n' || c == '\t' ? MIN_TEXT_RUN : MIN_PADDING;
}

/* Length of the run of equal bytes at the front, of which `n` are known. */
static size_t run_length(struct span s, size_t n)
{
	uint64_t eight = 0x0101010101010101u * s.p[0];
	while (n + 8 <= s.n && span_le64(s, n) == eight)
		n += 8;
	while (n < s.n && s.p[n] == s.p[0])
		n++;
	return n;
}

/* Where the next long run of equal bytes begins, s.n when there is none in the piece. */
static size_t next_run(struct span s)
{
	for (size_t i = 0; i + MIN_PADDING <= s.n;) {
		struct span w = span_cut(s, i, MIN_PADDING / 2);
		if (w.p[0] != w.p[w.n - 1] || !region_is_padding(w)) {
			i += w.n;
			continue;
		}
		size_t start = i;
		while (start && s.p[start - 1] == s.p[i])
			start--;
		size_t n = run_length(span_from(s, start), 0);
		if (n >= least_run(s.p[start]))
			return start;
		i = start + n;
	}
	return s.n;
}

static void flush(struct region_stream *m)
{
	struct region *r = &m->now;
	if (!r->size)
		return;
	r->entropy = entropy_of(m->counts, m->counted);
	if (strcmp(r->what, "compressed") == 0) {
		r->chi_square = chi_square(m->counts, m->counted);
		if (r->size >= SURE && r->chi_square < UNIFORM)
			r->what = "encrypted";
	}
	m->emit(m->user, r);
	r->size = m->counted = 0;
	memset(m->counts, 0, sizeof m->counts);
}

static void piece(struct region_stream *m, size_t at, size_t n)
{
	uint64_t counts[256] = {0};
	struct span s = span_cut(m->in, at, n);
	const char *what = "padding";
	size_t counted = n;
	if (region_is_padding(s) && (n >= least_run(s.p[0]) || least_run(s.p[0]) == MIN_PADDING)) {
		counts[s.p[0]] = n;
	} else {
		struct lanes l;
		if (m->now.size >= SAMPLED)
			counted = count_sample(s, &l);
		else
			count_lanes(s, &l);
		add_lanes(&l, counts);
		what = name_of(s, &l, counts, counted);
	}
	bool same = m->now.size && strcmp(m->now.what, what) == 0;
	if (same && strcmp(what, "padding") == 0)
		same = m->in.p[at - 1] == m->in.p[at];
	if (!same) {
		flush(m);
		m->now = (struct region){at, 0, what, 0, 0};
	}
	m->now.size += n;
	m->counted += counted;
	for (int i = 0; i < 256; i++)
		m->counts[i] += counts[i];
}

void region_start(struct region_stream *s, struct span in, uint64_t at,
		  void (*emit)(void *user, const struct region *), void *user)
{
	*s = (struct region_stream){.emit = emit, .user = user, .in = in, .at = (size_t)at};
}

void region_upto(struct region_stream *s, uint64_t limit, bool end)
{
	while (s->at < limit) {
		struct span rest = span_cut(s->in, s->at, limit - s->at);
		s->run = run_length(rest, s->run);
		if (!end && (s->run == rest.n || rest.n < PIECE))
			return; /* what comes behind the limit may belong to it */
		size_t n = s->run >= least_run(rest.p[0]) || s->run == rest.n
			       ? s->run
			       : next_run(span_cut(rest, 0, PIECE));
		piece(s, s->at, n ? n : 1);
		s->at += n ? n : 1;
		s->run = 0;
	}
	if (end)
		flush(s);
}
