/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Functions on texts and memory by their behaviour: the machine carries them out with a few
 * arguments, and what they return and write must be what the C standard (and POSIX) says. Nothing
 * here depends on how a library is written or compiled. The first run, with arguments that tell
 * most functions apart, leaves few names to try.
 */
#include "code/library.h"
#include "code/machine_x86.h"

enum {
	MAX_INSIDE = 8,	     /* calls in a function that is tried */
	FIRST_STEPS = 700,   /* of the first run */
	MORE_STEPS = 3000,   /* of others */
	ALL_STEPS = 2000000, /* of all runs for one program */
	AROUND = 64,	     /* known bytes around a text: words of several bytes are read */
	ROOM = 192,	     /* of a text, with what is around it */
};

enum expect { ZERO, BELOW, ABOVE, NUMBER, AT_A, ANY };

enum shape { TEXTS, LETTER, NUMBERS }; /* the second argument: a text, or the number in `k` */

struct trial {
	const char *name;
	uint8_t shape;
	uint8_t a_size, b_size; /* bytes of the texts, 0: up to their NUL */
	const char *a, *b;
	int64_t k, n; /* second argument if it is a number, third argument */
	uint8_t expect;
	int64_t result;	   /* for NUMBER and AT_A */
	const char *after; /* what a begins with then; NULL: nothing is written */
	uint8_t after_size;
};

#define SAME 0, 0 /* texts end with their NUL */

/* Trials of one name stand together. */
static const struct trial trials[] = {
    {"strlen", TEXTS, SAME, "", "x", 0, 0, NUMBER, 0, NULL, 0},
    {"strlen", TEXTS, SAME, "fourteen bytes", "x", 0, 0, NUMBER, 14, NULL, 0},
    {"strlen", LETTER, SAME, "fourteen bytes", NULL, 4, 0, NUMBER, 14, NULL, 0},
    {"strcmp", TEXTS, SAME, "a10", "a9", 0, 2, BELOW, 0, NULL, 0},
    {"strcmp", TEXTS, SAME, "same", "same", 0, 2, ZERO, 0, NULL, 0},
    {"strcmp", TEXTS, SAME, "same", "Same", 0, 0, ABOVE, 0, NULL, 0},
    {"strcmp", TEXTS, SAME, "sam", "same", 0, 9, BELOW, 0, NULL, 0},
    {"strcmp", TEXTS, SAME, "some long text 1", "some long text 2", 0, 3, BELOW, 0, NULL, 0},
    {"strcasecmp", TEXTS, SAME, "sAme", "SamE", 0, 0, ZERO, 0, NULL, 0},
    {"strcasecmp", TEXTS, SAME, "SAME", "sand", 0, 0, BELOW, 0, NULL, 0},
    {"strncmp", TEXTS, SAME, "samx", "samy", 0, 3, ZERO, 0, NULL, 0},
    {"strncmp", TEXTS, SAME, "samx", "samy", 0, 4, BELOW, 0, NULL, 0},
    {"strncmp", TEXTS, 5, 5, "sam\0y", "sam\0x", 0, 5, ZERO, 0, NULL, 0},
    {"strncmp", TEXTS, SAME, "Sam", "sam", 0, 3, BELOW, 0, NULL, 0},
    {"strncasecmp", TEXTS, SAME, "SAMx", "samy", 0, 3, ZERO, 0, NULL, 0},
    {"strncasecmp", TEXTS, SAME, "SAMx", "samy", 0, 4, BELOW, 0, NULL, 0},
    {"memcmp", TEXTS, 5, 5, "sam\0x", "sam\0y", 0, 4, ZERO, 0, NULL, 0},
    {"memcmp", TEXTS, 5, 5, "sam\0y", "sam\0x", 0, 5, ABOVE, 0, NULL, 0},
    {"strstr", TEXTS, SAME, "abcabd", "abd", 0, 0, AT_A, 3, NULL, 0},
    {"strstr", TEXTS, SAME, "abcABD", "abd", 0, 0, ZERO, 0, NULL, 0},
    {"strcasestr", TEXTS, SAME, "abcABD", "abd", 0, 0, AT_A, 3, NULL, 0},
    {"strcasestr", TEXTS, SAME, "abcabe", "abd", 0, 0, ZERO, 0, NULL, 0},
    {"strspn", TEXTS, SAME, "aabbcx", "ab", 0, 0, NUMBER, 4, NULL, 0},
    {"strspn", TEXTS, SAME, "xaabb", "ab", 0, 0, NUMBER, 0, NULL, 0},
    {"strcspn", TEXTS, SAME, "word\r\n", "\r\n", 0, 0, NUMBER, 4, NULL, 0},
    {"strcspn", TEXTS, SAME, "word", "\r\n", 0, 0, NUMBER, 4, NULL, 0},
    {"strpbrk", TEXTS, SAME, "word=1", "=;", 0, 0, AT_A, 4, NULL, 0},
    {"strpbrk", TEXTS, SAME, "word", "=;", 0, 0, ZERO, 0, NULL, 0},
    {"strchr", LETTER, SAME, "abcabc", NULL, 'c', 0, AT_A, 2, NULL, 0},
    {"strchr", LETTER, SAME, "abcabc", NULL, 'x', 9, ZERO, 0, NULL, 0},
    {"strrchr", LETTER, SAME, "abcabc", NULL, 'c', 0, AT_A, 5, NULL, 0},
    {"strrchr", LETTER, SAME, "abcabc", NULL, 'x', 9, ZERO, 0, NULL, 0},
    {"memchr", LETTER, 7, 0, "ab\0cabc", NULL, 'c', 5, AT_A, 3, NULL, 0},
    {"memchr", LETTER, 7, 0, "ab\0cabc", NULL, 'c', 3, ZERO, 0, NULL, 0},
    {"strnlen", LETTER, SAME, "abcabc", NULL, 4, 0, NUMBER, 4, NULL, 0},
    {"strnlen", LETTER, SAME, "abcabc", NULL, 9, 0, NUMBER, 6, NULL, 0},
    {"strcpy", TEXTS, SAME, "abcdef", "xy", 0, 1, AT_A, 0, "xy\0def", 6},
    {"strcpy", TEXTS, SAME, "abc", "much longer text", 0, 3, AT_A, 0, "much longer text", 17},
    {"stpcpy", TEXTS, SAME, "abcdef", "xy", 0, 1, AT_A, 2, "xy\0def", 6},
    {"strcat", TEXTS, SAME, "abc", "xyz", 0, 1, AT_A, 0, "abcxyz", 7},
    {"strcat", TEXTS, SAME, "", "xyz", 0, 0, AT_A, 0, "xyz", 4},
    {"strncpy", TEXTS, SAME, "abcdefg", "xy", 0, 5, AT_A, 0, "xy\0\0\0fg", 7},
    {"strncpy", TEXTS, SAME, "abcdefg", "wxyz", 0, 3, AT_A, 0, "wxydefg", 7},
    {"strncat", TEXTS, SAME, "abc", "wxyz", 0, 2, AT_A, 0, "abcwx", 6},
    {"strncat", TEXTS, SAME, "abc", "wx", 0, 5, AT_A, 0, "abcwx", 6},
    {"memcpy", TEXTS, 7, 7, "abcdefg", "w\0xyzzz", 0, 5, AT_A, 0, "w\0xyzfg", 7},
    {"memcpy", TEXTS, 7, 7, "abcdefg", "w\0xyzzz", 0, 1, AT_A, 0, "wbcdefg", 7},
    {"memset", LETTER, SAME, "abcdefg", NULL, 'z', 5, AT_A, 0, "zzzzzfg", 7},
    {"memset", LETTER, SAME, "abcdefg", NULL, 0, 1, AT_A, 0, "\0bcdefg", 7},
    {"bzero", LETTER, SAME, "abcdefg", NULL, 3, 7, ANY, 0, "\0\0\0defg", 7},
    {"bzero", LETTER, SAME, "abcdefg", NULL, 1, 7, ANY, 0, "\0bcdefg", 7},
    {"atoi", LETTER, SAME, "-473x", NULL, 0, 0, NUMBER, -473, NULL, 0},
    {"atoi", LETTER, SAME, " 12 3", NULL, 0, 3, NUMBER, 12, NULL, 0},
    {"strtol", LETTER, SAME, "-473x", NULL, 0, 10, NUMBER, -473, NULL, 0},
    {"strtol", LETTER, SAME, "0x1fz", NULL, 0, 16, NUMBER, 31, NULL, 0},
    {"strtol", LETTER, SAME, "12", NULL, 0, 8, NUMBER, 10, NULL, 0},
    {"htons", NUMBERS, SAME, NULL, NULL, 0x1234, 0, NUMBER, 0x3412, NULL, 0},
    {"htons", NUMBERS, SAME, NULL, NULL, 0x50, 0, NUMBER, 0x5000, NULL, 0},
    {"htonl", NUMBERS, SAME, NULL, NULL, 0x12345678, 0, NUMBER, 0x78563412, NULL, 0},
    {"htonl", NUMBERS, SAME, NULL, NULL, 0x7f000001, 0, NUMBER, 0x0100007f, NULL, 0},
};

struct bench {
	struct program *p;
	struct machine *m;
	const struct decode *how;
	const struct function *f;
	uint64_t a, b, result, steps;
	bool wrote_a, wrote_b, strange; /* strange: other memory was written */
};

static void place(struct bench *b, uint64_t at, const char *text, size_t n)
{
	uint8_t room[ROOM];
	memset(room, 'Z', sizeof room);
	memcpy(room + AROUND, text, n);
	machine_place(b->m, at - AROUND, SPAN(room, sizeof room));
}

static void place_word(struct machine *m, uint64_t at, unsigned size, uint64_t v)
{
	uint8_t b[8];
	for (unsigned i = 0; i < size; i++)
		b[m->p->img->big ? size - 1 - i : i] = (uint8_t)(v >> 8 * i);
	machine_place(m, at, SPAN(b, size));
}

/* Which memory but the stack was written? */
static void look_at_writes(struct bench *b)
{
	b->wrote_a = b->wrote_b = b->strange = false;
	for (size_t i = 0; i < MACHINE_PAGES; i++) {
		const struct machine_page *g = &b->m->pages[i];
		if (!machine_uses(b->m, i) || !g->written)
			continue;
		struct value v = machine_value(b->m, g->at);
		b->wrote_a = b->wrote_a || (v.kind == V_PARAM && v.id == 0);
		b->wrote_b = b->wrote_b || (v.kind == V_PARAM && v.id == 1);
		b->strange = b->strange || (v.kind != V_PARAM && v.kind != V_STACK);
	}
}

static size_t size_of(const char *text, uint8_t said)
{
	return said ? said : text ? strlen(text) + 1 : 0;
}

/* Carry out f with the arguments of the trial. False: the machine cannot. */
static bool run(struct bench *b, const struct trial *t, unsigned limit)
{
	struct machine *m = b->m;
	machine_reset(m, b->how, NULL);
	m->limit = limit;
	if (!machine_number(m, (struct value){.kind = V_PARAM, .id = 0}, &b->a) ||
	    !machine_number(m, (struct value){.kind = V_PARAM, .id = 1}, &b->b))
		return false;
	if (t->a)
		place(b, b->a, t->a, size_of(t->a, t->a_size));
	if (t->b)
		place(b, b->b, t->b, size_of(t->b, t->b_size));
	uint64_t second = t->shape == TEXTS ? b->b : (uint64_t)t->k;
	uint64_t args[4] = {t->shape == NUMBERS ? (uint64_t)t->k : b->a, second, (uint64_t)t->n, 0};
	bool ok = machine_enter(m, b->f, args, 4) && machine_exact(m);
	b->steps += m->steps + 20;
	uint8_t r = b->p->isa->result;
	b->result = m->regs[r];
	look_at_writes(b);
	return ok && m->known[r] && !b->strange;
}

static bool as_expected(const struct bench *b, const struct trial *t)
{
	int32_t r = (int32_t)b->result;
	switch ((enum expect)t->expect) {
	case ZERO:
		return r == 0;
	case BELOW:
		return r < 0;
	case ABOVE:
		return r > 0;
	case NUMBER:
		return r == (int32_t)t->result;
	case AT_A:
		return b->result == b->a + (uint64_t)t->result;
	default:
		return true;
	}
}

static bool memory_is(struct bench *b, const struct trial *t)
{
	if (!t->after)
		return !b->wrote_a && !b->wrote_b;
	for (unsigned i = 0; i < t->after_size; i++) {
		uint64_t v;
		if (!machine_load(b->m, b->a + i, 1, &v) || (uint8_t)v != (uint8_t)t->after[i])
			return false;
	}
	return b->wrote_a && !b->wrote_b;
}

static bool passes(struct bench *b, const struct trial *t)
{
	return run(b, t, MORE_STEPS) && as_expected(b, t) && memory_is(b, t);
}

/* All trials of the name that begins at t. */
static bool is_it(struct bench *b, const struct trial *t)
{
	const struct trial *end = trials + sizeof trials / sizeof *trials;
	const char *name = t->name;
	for (; t < end && strcmp(t->name, name) == 0; t++)
		if (!passes(b, t))
			return false;
	return true;
}

/* What the first run leaves as possible, and what the trial is of: must fit. */
static bool possible(const struct bench *b, bool ok, const struct trial *t)
{
	if (t->shape == NUMBERS)
		return !b->p->img->big && ok && !b->wrote_a && !b->wrote_b && b->result != b->a;
	if (strcmp(t->name, "bzero") == 0) /* takes an address for a number of bytes */
		return !ok;
	if (!ok)
		return false;
	return (t->after != NULL) == b->wrote_a && (!b->wrote_b || strcmp(t->name, "strtol") == 0);
}

/* getenv(): finds "HOME" in the list that the first variable it reads points to. */
static bool is_getenv(struct bench *b)
{
	struct machine *m = b->m;
	unsigned word = b->p->isa->bits / 8u;
	uint64_t at = m->impure_at, list, text[2], v[3];
	machine_reset(m, b->how, NULL);
	m->limit = MORE_STEPS;
	if (!machine_number(m, (struct value){.kind = V_PARAM, .id = 0}, &b->a) ||
	    !machine_number(m, (struct value){.kind = V_PARAM, .id = 2}, &list))
		return false;
	for (uint32_t i = 0; i < 2; i++)
		if (!machine_number(m, (struct value){.kind = V_PARAM, .id = 3 + i}, &text[i]))
			return false;
	place(b, b->a, "HOME", 5);
	place(b, text[0], "HOMES=/no", 10);
	place(b, text[1], "HOME=/root", 11);
	v[0] = text[0];
	v[1] = text[1];
	v[2] = 0;
	for (unsigned i = 0; i < 3; i++)
		place_word(m, list + i * word, word, v[i]);
	place_word(m, at - at % word, word, list);
	bool ok = machine_enter(m, b->f, &b->a, 1) && machine_exact(m);
	b->steps += m->steps + 20;
	look_at_writes(b);
	uint8_t r = b->p->isa->result;
	return ok && m->known[r] && !b->strange && !b->wrote_a && m->regs[r] == text[1] + 5;
}

static const char *name_of(struct bench *b)
{
	static const struct trial first = {"", TEXTS, SAME, "Trek-9", "Tr3k-7", 0,
					   2,  ANY,   0,    NULL,     0};
	bool ok = run(b, &first, FIRST_STEPS);
	const char *before = "";
	uint64_t result = b->result;
	bool wrote_a = b->wrote_a, wrote_b = b->wrote_b;
	if (ok && result == 0 && b->m->impure && !wrote_a && !wrote_b && is_getenv(b))
		return "getenv";
	for (size_t i = 0; i < sizeof trials / sizeof *trials; i++) {
		const struct trial *t = &trials[i];
		bool new_name = strcmp(t->name, before) != 0;
		before = t->name;
		b->result = result;
		b->wrote_a = wrote_a;
		b->wrote_b = wrote_b;
		if (new_name && possible(b, ok, t) && is_it(b, t))
			return t->name;
	}
	return NULL;
}

void library_behaviour(struct program *p, const struct decode *how, const struct tried *tried,
		       size_t count)
{
	if (!p->machine)
		p->machine = machine_new(p, p->arena);
	struct bench b = {.p = p, .m = p->machine, .how = how};
	for (size_t i = 0; i < count && b.steps < ALL_STEPS; i++) {
		b.f = tried[i].f;
		if (b.f->stub || b.f->kernel || tried[i].calls > MAX_INSIDE)
			continue;
		const char *name = name_of(&b);
		if (name) {
			library_name(tried[i].f, name);
			tried[i].f->walked = ++p->walk_count; /* news for those that call it */
		}
	}
	for (size_t i = 0; i < count; i++) { /* functions that only go on to one of them */
		uint64_t to = tried[i].f->stub ? 0 : library_jump(p, how, tried[i].f);
		const struct function *same =
		    to ? program_function(p, p->isa == &isa_arm ? to & ~UINT64_C(1) : to) : NULL;
		if (same && same->stub)
			library_name(tried[i].f, same->stub);
	}
}
