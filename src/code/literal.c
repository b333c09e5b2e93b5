/* SPDX-License-Identifier: Apache-2.0 */
/* Texts and runs of bytes: those of the file, and those that the code of the program makes. */
#include "code/program.h"

enum { MAX_LITERALS = 2000, LONGEST = 256, MAX_SEARCHES = 64, PLACES = 4096 };

#define LITERAL_FIRST UINT64_C(0xf000000000000000) /* no address of a program */

struct literal {
	struct span text;
	uint64_t at;   /* 0: in memory that has no address of its own */
	bool binary;   /* bytes that are no text, or not ended as one */
	bool searched; /* in the file */
	bool hidden;   /* made by a computation, and not to be found in the file */
};

/* Two hash tables of numbers of literals, counted from 1; 0: free. */
struct literal_places {
	uint16_t by_text[PLACES], by_address[PLACES];
};

static size_t place_of_text(struct span text, uint64_t at, bool binary)
{
	uint64_t h = (at ^ binary) * 0x9e3779b97f4a7c15u;
	for (size_t i = 0; i < text.n; i++)
		h = (h ^ text.p[i]) * 0x100000001b3u;
	return (h ^ h >> 32) % PLACES;
}

static size_t place_of_address(uint64_t at, bool binary)
{
	return ((at ^ (uint64_t)binary << 63) * 0x9e3779b97f4a7c15u >> 40) % PLACES;
}

static const struct literal *literal_at(const struct program *p, uint64_t k, bool binary)
{
	if (k >= LITERAL_FIRST) {
		size_t n = (size_t)(k - LITERAL_FIRST);
		return n < p->literal_count && p->literals[n].binary == binary ? &p->literals[n]
									      : NULL;
	}
	if (!p->literal_count)
		return NULL;
	const uint16_t *table = p->literal_places->by_address;
	for (size_t i = place_of_address(k, binary); table[i]; i = (i + 1) % PLACES) {
		const struct literal *l = &p->literals[table[i] - 1];
		if (l->at == k && l->binary == binary)
			return l;
	}
	return NULL;
}

/* Of several literals at one address the first counts. */
static void put_address(struct program *p, uint64_t at, bool binary)
{
	uint16_t *table = p->literal_places->by_address;
	if (!at || literal_at(p, at, binary))
		return;
	size_t i = place_of_address(at, binary);
	while (table[i])
		i = (i + 1) % PLACES;
	table[i] = (uint16_t)p->literal_count;
}

static struct literal *add(struct program *p, struct span text, uint64_t at, bool binary)
{
	if (!p->literals) {
		p->literals = arena_array(p->arena, MAX_LITERALS, sizeof *p->literals);
		p->literal_places = arena_alloc(p->arena, sizeof *p->literal_places);
	}
	uint16_t *table = p->literal_places->by_text;
	size_t i = place_of_text(text, at, binary);
	for (; table[i]; i = (i + 1) % PLACES) {
		struct literal *l = &p->literals[table[i] - 1];
		if (l->at == at && l->binary == binary && span_equal(l->text, text))
			return l;
	}
	if (p->literal_count == MAX_LITERALS)
		return NULL;
	struct literal *l = &p->literals[p->literal_count++];
	table[i] = (uint16_t)p->literal_count;
	l->at = at;
	l->binary = binary;
	l->text = SPAN((const uint8_t *)arena_str(p->arena, text), text.n);
	put_address(p, at, binary);
	return l;
}

static struct value literal_value(const struct program *p, const struct literal *l)
{
	if (!l)
		return (struct value){0};
	return value_const(LITERAL_FIRST + (uint64_t)(l - p->literals));
}

/* A computation made it: is it nowhere to be seen? */
static void note_hidden(struct program *p, struct literal *l)
{
	if (!l || l->searched || l->text.n < 4 || p->literal_searches == MAX_SEARCHES)
		return;
	p->literal_searches++;
	l->searched = true;
	l->hidden = span_find(p->img->in, l->text, 0) == SIZE_MAX;
}

struct value program_literal(struct program *p, struct span text, bool binary, bool made)
{
	struct literal *l = add(p, text, 0, binary);
	if (made)
		note_hidden(p, l);
	return literal_value(p, l);
}

void program_remember(struct program *p, uint64_t at, struct span text, bool binary, bool made)
{
	struct literal *l = NULL;
	if (binary || !elf_string(p->img, at, LONGEST).n)
		l = add(p, text, at, binary);
	if (made)
		note_hidden(p, l);
}

struct span program_text(const struct program *p, struct value v)
{
	if (!value_is(v, V_CONST) || v.k < 64)
		return SPAN(p->img->in.p, 0);
	struct span s = v.k < LITERAL_FIRST ? elf_string(p->img, v.k, LONGEST) : SPAN(p->img->in.p, 0);
	const struct literal *made = s.n ? NULL : literal_at(p, v.k, false);
	return made ? made->text : s;
}

struct span program_bytes(const struct program *p, struct value v, uint64_t n)
{
	struct span none = SPAN(p->img->in.p, 0);
	if (!value_is(v, V_CONST) || v.k < 64 || !n)
		return none;
	const struct literal *made = literal_at(p, v.k, true);
	if (!made && (v.k >= LITERAL_FIRST || elf_writable(p->img, v.k)))
		return none;
	struct span s = made ? made->text : elf_bytes(p->img, v.k);
	return s.n < n ? none : span_cut(s, 0, n);
}

bool program_hides(const struct program *p, struct value v)
{
	const struct literal *l = NULL;
	for (int binary = 0; value_is(v, V_CONST) && v.k >= 64 && !l && binary < 2; binary++)
		l = literal_at(p, v.k, binary);
	return l && l->hidden;
}
