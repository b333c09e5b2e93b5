/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Points of Dual_EC_DRBG. Whoever made the point Q of this random generator can compute its future
 * output from what it has put out, so the point is a key to everything that is encrypted with it.
 * References: NIST SP 800-90A (2012), appendix A.1; D. Shumow, N. Ferguson (CRYPTO 2007);
 * CVE-2015-7756; S. Checkoway and others, "A Systematic Analysis of the Juniper Dual EC Incident"
 * (CCS 2016).
 */
#include "base/buf.h"
#include "fact/observer.h"

enum { MAX_POINT = 66, MAX_FOUND = 20 };

enum form { BIG, LITTLE, WORDS_LAST_FIRST, WORDS_TURNED, HEX, FORM_COUNT };

static const struct point {
	const char *name, *x; /* the first coordinate */
} points[] = {
    {"P-256, as published", "c97445f45cdef9f0d3e05e1e585fc297235b82b5be8ff3efca67c59852018192"},
    {"P-256, put into ScreenOS",
     "9585320eeaf81044f20d55030a035b11bece81c785e6c933e4a8a131f6578107"},
    {"P-256, of ScreenOS", "2c55e5e45edf713dc43475effe8813a60326a64d9ba3d2e39cb639b0f3b0ad10"},
    {"P-384, as published", "8e722de3125bddb05580164bfe20b8b432216a62926c57502ceede31c47816ed"
			    "d1e89769124179d0b695106428815065"},
    {"P-521, as published", "01b9fa3e518d683c6b65763694ac8efbaec6fab44f2276171a42726507dd08ad"
			    "d4c3b3f4c1ebc5b1222ddba077f722943b24c3edfa0f85fe24d0c8c01591f0be"
			    "6f63"},
};

/* The beginnings of each point in each form: point number times FORM_COUNT plus form. */
static const struct pattern patterns[] = {
    {"\xc9\x74\x45\xf4\x5c\xde\xf9\xf0", 8, false},
    {"\x92\x81\x01\x52\x98\xc5\x67\xca", 8, false},
    {"\x52\x01\x81\x92\xca\x67\xc5\x98", 8, false},
    {"\xf4\x45\x74\xc9\xf0\xf9\xde\x5c", 8, false},
    {"c97445f45cdef9f0", 16, true},
    {"\x95\x85\x32\x0e\xea\xf8\x10\x44", 8, false},
    {"\x07\x81\x57\xf6\x31\xa1\xa8\xe4", 8, false},
    {"\xf6\x57\x81\x07\xe4\xa8\xa1\x31", 8, false},
    {"\x0e\x32\x85\x95\x44\x10\xf8\xea", 8, false},
    {"9585320eeaf81044", 16, true},
    {"\x2c\x55\xe5\xe4\x5e\xdf\x71\x3d", 8, false},
    {"\x10\xad\xb0\xf3\xb0\x39\xb6\x9c", 8, false},
    {"\xf3\xb0\xad\x10\x9c\xb6\x39\xb0", 8, false},
    {"\xe4\xe5\x55\x2c\x3d\x71\xdf\x5e", 8, false},
    {"2c55e5e45edf713d", 16, true},
    {"\x8e\x72\x2d\xe3\x12\x5b\xdd\xb0", 8, false},
    {"\x65\x50\x81\x28\x64\x10\x95\xb6", 8, false},
    {"\x28\x81\x50\x65\xb6\x95\x10\x64", 8, false},
    {"\xe3\x2d\x72\x8e\xb0\xdd\x5b\x12", 8, false},
    {"8e722de3125bddb0", 16, true},
    {"\x01\xb9\xfa\x3e\x51\x8d\x68\x3c", 8, false},
    {"\x63\x6f\xbe\xf0\x91\x15\xc0\xc8", 8, false},
    {"\xf0\xbe\x6f\x63\xc8\xc0\x15\x91", 8, false},
    {"\x8d\x51\x3e\xfa\x65\x6b\x3c\x68", 8, false},
    {"01b9fa3e518d683c", 16, true},
    {NULL, 0, false},
};

static uint8_t digit(char c)
{
	return (uint8_t)(c <= '9' ? c - '0' : (c | 32) - 'a' + 10);
}

/* The whole coordinate in this form. */
static size_t bytes_of(const struct point *p, enum form form, uint8_t *out)
{
	uint8_t big[MAX_POINT];
	size_t n = strlen(p->x) / 2,
	       skip = form == WORDS_LAST_FIRST || form == WORDS_TURNED ? n % 4 : 0;
	for (size_t i = 0; i < n; i++)
		big[i] = (uint8_t)(digit(p->x[2 * i]) << 4 | digit(p->x[2 * i + 1]));
	n -= skip;
	for (size_t i = 0; i < n; i++) {
		size_t word = i / 4, in = i % 4, from = i;
		if (form == LITTLE)
			from = n - 1 - i;
		else if (form == WORDS_LAST_FIRST)
			from = n - 4 - word * 4 + in;
		else if (form == WORDS_TURNED)
			from = word * 4 + 3 - in;
		out[i] = big[skip + from];
	}
	return n;
}

static bool stands_as_hex(struct span in, const char *x)
{
	for (size_t i = 0; x[i]; i++)
		if (i >= in.n || (in.p[i] | (in.p[i] >= 'A' ? 32 : 0)) != (uint8_t)x[i])
			return false;
	return true;
}

static void observe(const struct artifact *a, struct facts *out)
{
	static const char *const forms[] = {"big endian", "little endian", "words, the last first",
					    "words with their bytes turned", "hexadecimal text"};
	for (size_t i = 0, found = 0; i < a->hit_count && found < MAX_FOUND; i++) {
		const struct hit *h = &a->hits[i];
		uint8_t want[MAX_POINT];
		size_t which = h->pattern / FORM_COUNT, n;
		enum form form = h->pattern % FORM_COUNT;
		struct span here = span_from(a->bytes, h->offset);
		if (which >= sizeof points / sizeof *points)
			continue;
		const struct point *p = &points[which];
		n = form == HEX ? strlen(p->x) : bytes_of(p, form, want);
		if (form == HEX ? !stands_as_hex(here, p->x) : !span_is(here, 0, want, n))
			continue;
		found++;
		fact_cipher(out, &(struct fact_cipher){
				     .at = {.offset = h->offset, .length = n},
				     .what = "dual-ec",
				     .algorithm = p->name,
				     .value = p->x,
				     .chain = arena_printf(
					 a->arena, "point Q of Dual_EC_DRBG as %s", forms[form]),
				     .confidence = a->text ? "hint" : "likely"});
	}
}

const struct observer observer_dual_ec = {
    .name = "dual-ec",
    .title = "Points of the random generator Dual_EC_DRBG",
    .wants = WANTS_HITS,
    .patterns = patterns,
    .observe = observe,
};
