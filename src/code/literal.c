/* SPDX-License-Identifier: Apache-2.0 */
/* Texts: those of the file, and those that the code of the program makes. */
#include "code/program.h"

enum { MAX_LITERALS = 2000, LONGEST = 256 };

#define LITERAL_FIRST UINT64_C(0xf000000000000000) /* no address of a program */

struct literal {
	struct span text;
	uint64_t at; /* 0: in memory that has no address of its own */
};

static const struct literal *add(struct program *p, struct span text, uint64_t at)
{
	for (size_t i = 0; i < p->literal_count; i++)
		if (p->literals[i].at == at && span_equal(p->literals[i].text, text))
			return &p->literals[i];
	if (!p->literals)
		p->literals = arena_array(p->arena, MAX_LITERALS, sizeof *p->literals);
	if (p->literal_count == MAX_LITERALS)
		return NULL;
	struct literal *l = &p->literals[p->literal_count++];
	l->at = at;
	l->text = SPAN((const uint8_t *)arena_str(p->arena, text), text.n);
	return l;
}

struct value program_literal(struct program *p, struct span text)
{
	const struct literal *l = add(p, text, 0);
	if (!l)
		return (struct value){0};
	return value_const(LITERAL_FIRST + (uint64_t)(l - p->literals));
}

void program_remember(struct program *p, uint64_t at, struct span text)
{
	if (!elf_string(p->img, at, LONGEST).n)
		add(p, text, at);
}

struct span program_text(const struct program *p, struct value v)
{
	if (!value_is(v, V_CONST) || v.k < 64)
		return SPAN(p->img->in.p, 0);
	if (v.k >= LITERAL_FIRST)
		return v.k - LITERAL_FIRST < p->literal_count
			   ? p->literals[v.k - LITERAL_FIRST].text
			   : SPAN(p->img->in.p, 0);
	struct span s = elf_string(p->img, v.k, LONGEST);
	for (size_t i = 0; i < p->literal_count && !s.n; i++)
		if (p->literals[i].at == v.k)
			return p->literals[i].text;
	return s;
}
