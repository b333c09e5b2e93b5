/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Symbols that are left, targets of calls, pointers in data and tables, and what looks like the
 * beginning of a function: found in one sweep over the code.
 */
#include "code/starts.h"

#include <elf.h>

#include "base/mem.h"
#include "code/library.h"
#include "code/rows.h"

enum { MAX_EDGES = 1 << 20 };

static void add_any(struct starts *s, const struct program *p, struct start start)
{
	uint64_t at = start.at;
	if (s->count >= 4 * (size_t)MAX_FUNCTIONS || at % p->isa->align || !elf_is_code(p->img, at))
		return;
	s->list = mem_grow(s->list, &s->cap, s->count + 1, sizeof *s->list);
	s->list[s->count++] = start;
}

void starts_add(struct starts *s, const struct program *p, uint64_t at, bool thumb,
		      const char *name)
{
	add_any(s, p, (struct start){at, name, thumb, false});
}

/* An address as pointers hold it: on ARM bit 0 tells Thumb code. */
void starts_add_pointer(struct starts *s, const struct program *p, uint64_t at, const char *name)
{
	bool arm = p->img->machine == EM_ARM;
	starts_add(s, p, arm ? at & ~UINT64_C(1) : at, arm && (at & 1), name);
}

static void from_symbols(struct starts *s, const struct program *p)
{
	for (size_t i = 0; i < p->img->symbol_count; i++) {
		const struct elf_symbol *y = &p->img->symbols[i];
		if (y->defined && y->function && y->value)
			starts_add_pointer(s, p, y->value, y->name[0] ? y->name : NULL);
	}
}

static bool begins(const struct program *p, struct decode *how, uint64_t at, bool thumb)
{
	how->at = at;
	how->thumb = thumb;
	return p->isa->prologue(how, elf_bytes(p->img, at));
}

/* Words of data that hold the address of something that looks like a function. */
static void from_pointers(struct starts *s, const struct program *p, struct decode *how)
{
	unsigned word = p->isa->bits / 8;
	bool arm = p->img->machine == EM_ARM;
	for (size_t i = 0; i < p->img->fixup_count; i++) {
		uint64_t v = p->img->fixups[i].value;
		bool at_load =
		    p->img->fixups[i].at - p->img->init < p->img->init_size ||
		    (p->img->type == ET_REL && elf_writable(p->img, p->img->fixups[i].at));
		if (elf_is_code(p->img, v) &&
		    (at_load || begins(p, how, arm ? v & ~UINT64_C(1) : v, arm && (v & 1))))
			starts_add_pointer(s, p, v, NULL);
	}
	for (size_t i = 0; i < p->img->segment_count; i++) {
		const struct elf_segment *g = &p->img->segments[i];
		for (uint64_t k = 0; g->write && k + word <= g->filesz; k += word) {
			uint64_t v;
			if (!elf_word(p->img, g->vaddr + k, word, &v))
				break;
			bool thumb = arm && (v & 1);
			if (v && elf_is_code(p->img, v) && begins(p, how, thumb ? v - 1 : v, thumb))
				starts_add_pointer(s, p, v, NULL);
		}
	}
}

/* Functions in tables of names and functions: also those that rows hold beside the handlers. */
static void from_rows(struct starts *s, struct program *p)
{
	unsigned word = p->isa->bits / 8;
	p->row_count = rows_find(p->img, p->isa, &p->rows, p->arena);
	for (size_t i = 0; i < p->row_count; i++)
		for (uint64_t k = 0; k < p->rows[i].count * p->rows[i].stride; k += word) {
			uint64_t v;
			if (k % p->rows[i].stride != p->rows[i].name_at &&
			    rows_pointer(p->img, word, p->rows[i].at + k, &v) &&
			    elf_is_code(p->img, v))
				starts_add_pointer(s, p, v, NULL);
		}
}

/* MIPS: functions that are called through the GOT stand there; other words of it are the
 * beginnings of pages. */
static void from_got(struct starts *s, const struct program *p)
{
	uint64_t v;
	if (!p->whole || p->img->machine != EM_MIPS || !p->img->got)
		return;
	for (uint64_t at = p->img->got; at < p->img->got_end; at += 4)
		if (elf_word(p->img, at, 4, &v) && (v & 0xffff) && elf_is_code(p->img, v))
			starts_add(s, p, v, false, NULL);
}

static void add_edge(struct edges *e, uint64_t at, uint64_t target)
{
	if (e->count >= MAX_EDGES)
		return;
	e->list = mem_grow(e->list, &e->cap, e->count + 1, sizeof *e->list);
	e->list[e->count++] = (struct edge){at, target};
}

/* Where branches that were passed lead to, ahead of them: what stands there belongs to the function
 * that they are in, even when it sets up a stack only there. One slot for many addresses: the last
 * one counts. */
struct ahead {
	uint64_t to[4096];
};

static uint64_t *ahead_slot(struct ahead *a, uint64_t to)
{
	return &a->to[(to >> 1) % (sizeof a->to / sizeof *a->to)];
}

static void note_branch(struct ahead *a, const struct insn *i)
{
	enum { NEARBY = 1 << 16 };
	bool maybe = i->flow == FLOW_BRANCH || (i->flow == FLOW_JUMP && i->cond != COND_ALWAYS);
	if (maybe && !i->indirect && i->target - i->at < NEARBY)
		*ahead_slot(a, i->target) = i->target;
}

static void add_kernel(struct edges *e, uint64_t at)
{
	if (e->kernel_count >= MAX_EDGES)
		return;
	e->kernel = mem_grow(e->kernel, &e->kernel_cap, e->kernel_count + 1, sizeof *e->kernel);
	e->kernel[e->kernel_count++].at = at;
}

/* A branch on a condition stays inside of its function, also when its target sets up the stack: the
 * compiler has moved that behind the checks that need none. */
static void add_inner(struct starts *s, const struct program *p, struct decode *how, uint64_t at,
		      uint64_t target)
{
	uint64_t was = how->at;
	if (target <= at || s->inner_count >= MAX_FUNCTIONS || !begins(p, how, target, how->thumb))
		target = 0;
	how->at = was;
	if (!target)
		return;
	s->inner = mem_grow(s->inner, &s->inner_cap, s->inner_count + 1, sizeof *s->inner);
	s->inner[s->inner_count++] = target;
}

static int by_number(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
	return x < y ? -1 : x > y;
}

bool starts_inner(const struct starts *s, uint64_t at)
{
	return s->inner_count &&
	       bsearch(&at, s->inner, s->inner_count, sizeof *s->inner, by_number);
}

/* One pass over all code: targets of direct calls and beginnings of functions. */
static void sweep(struct starts *s, struct edges *e, const struct program *p, struct decode *how,
		  bool thumb)
{
	struct ahead ahead = {{0}};
	for (size_t r = 0; r < p->img->code_count; r++) {
		uint64_t at = p->img->code[r].begin, end = p->img->code[r].end;
		struct span bytes = elf_bytes(p->img, at);
		bool after = true; /* control does not come here from above */
		how->it_left = 0;
		INSN_ROOM(i);
		while (at < end && bytes.n) {
			how->at = at;
			how->thumb = thumb;
			unsigned n = p->isa->lift(how, bytes, &i);
			bool fits = n && n <= end - at;
			if (fits)
				note_branch(&ahead, &i);
			after = after && *ahead_slot(&ahead, at) != at;
			if (after && fits && p->isa->prologue(how, bytes))
				add_any(s, p, (struct start){at, NULL, thumb, true});
			if (fits && i.flow == FLOW_CALL && !i.indirect) {
				starts_add(s, p, i.target, i.thumb, NULL);
				add_edge(e, at, i.target);
			}
			if (fits && i.kernel)
				add_kernel(e, at);
			if (fits && i.flow == FLOW_BRANCH)
				add_inner(s, p, how, at, i.target);
			if (fits && i.flow != FLOW_NEXT)
				after = (i.flow == FLOW_RETURN || i.flow == FLOW_JUMP) &&
					i.cond == COND_ALWAYS;
			else if (fits && i.op_count &&
				 !(i.op_count == 1 && i.ops[0].d == p->isa->zero) &&
				 p->isa->prologue(how, bytes))
				after = false;
			n = fits ? n : p->isa->align;
			at += n;
			bytes = span_from(bytes, n);
		}
	}
}

/* Which of the two sets do functions of an ARM program begin in? */
static bool mostly_thumb(const struct program *p)
{
	uint64_t arm = 0, thumb = 0;
	if (p->img->machine != EM_ARM)
		return false;
	for (size_t r = 0; r < p->img->code_count; r++) {
		struct span b = span_cut(elf_bytes(p->img, p->img->code[r].begin), 0,
					 p->img->code[r].end - p->img->code[r].begin);
		for (size_t i = 0; i + 4 <= b.n; i += 2) {
			uint16_t h = span_u16(b, i, p->img->big);
			bool wide = h == 0xe92d && (span_u16(b, i + 2, p->img->big) & 0x4000);
			thumb += (h & 0xff00) == 0xb500 || wide;
			arm +=
			    i % 4 == 0 && (span_u32(b, i, p->img->big) & 0xffff4000) == 0xe92d4000;
		}
	}
	return thumb > arm;
}

void starts_find(struct starts *s, struct edges *e, struct program *p, struct decode *how)
{
	from_symbols(s, p);
	starts_add_pointer(s, p, p->img->entry, NULL);
	from_pointers(s, p, how);
	from_rows(s, p);
	if (p->whole)
		library_choose(p, how);
	for (size_t i = 0; i < p->img->chosen_count; i++)
		starts_add_pointer(s, p, p->img->chosen[i].value, NULL);
	from_got(s, p);
	sweep(s, e, p, how, mostly_thumb(p));
	if (s->inner_count)
		qsort(s->inner, s->inner_count, sizeof *s->inner, by_number);
}

void starts_free(struct starts *s)
{
	mem_free(s->list);
	mem_free(s->inner);
}

void edges_free(struct edges *e)
{
	mem_free(e->list);
	mem_free(e->kernel);
}
