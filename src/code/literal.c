/* SPDX-License-Identifier: Apache-2.0 */
/* Texts and runs of bytes: those of the file, and those that the code of the program makes. */
#include "code/program.h"

enum { MAX_LITERALS = 2000, LONGEST = 256, MAX_SEARCHES = 64 };

#define LITERAL_FIRST UINT64_C(0xf000000000000000) /* no address of a program */

struct literal {
	struct span text;
	uint64_t at; /* 0: in memory that has no address of its own */
	bool binary; /* bytes that are no text, or not ended as one */
	bool hidden; /* made by a computation, and not to be found in the file */
};

static struct literal *add(struct program *p, struct span text, uint64_t at, bool binary)
{
	for (size_t i = 0; i < p->literal_count; i++)
		if (p->literals[i].at == at && p->literals[i].binary == binary &&
		    span_equal(p->literals[i].text, text))
			return &p->literals[i];
	if (!p->literals)
		p->literals = arena_array(p->arena, MAX_LITERALS, sizeof *p->literals);
	if (p->literal_count == MAX_LITERALS)
		return NULL;
	struct literal *l = &p->literals[p->literal_count++];
	l->at = at;
	l->binary = binary;
	l->text = SPAN((const uint8_t *)arena_str(p->arena, text), text.n);
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
	if (!l || l->hidden || l->text.n < 4 || p->literal_searches == MAX_SEARCHES)
		return;
	p->literal_searches++;
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

static const struct literal *literal_at(const struct program *p, uint64_t k, bool binary)
{
	if (k >= LITERAL_FIRST) {
		size_t n = (size_t)(k - LITERAL_FIRST);
		return n < p->literal_count && p->literals[n].binary == binary ? &p->literals[n]
									      : NULL;
	}
	for (size_t i = 0; i < p->literal_count; i++)
		if (p->literals[i].at == k && p->literals[i].binary == binary)
			return &p->literals[i];
	return NULL;
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
