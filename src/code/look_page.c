/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pages that run what they are told: the whole command, from its first byte on, is a parameter of a
 * web page. (A parameter that is only a part of a command is another matter: a mistake, perhaps.)
 * Services that run what they receive, in the same way.
 */
#include "code/verdict.h"

enum { MAX_PAGES = 50 };

/* The name that the handler is registered with: ("name", handler) in a call, or a pair in a table.
 */
static struct span page_of(const struct look *l, const struct function *f)
{
	const struct program *p = l->p;
	for (size_t i = 0; i < p->function_count; i++) {
		const struct function *g = p->functions[i];
		for (size_t n = 0; n < g->call_count; n++)
			for (unsigned k = 1; k < MAX_ARGS; k++)
				if (value_is(g->calls[n].args[k], V_CONST) &&
				    g->calls[n].args[k].k == f->start &&
				    program_text(p, g->calls[n].args[k - 1]).n)
					return program_text(p, g->calls[n].args[k - 1]);
	}
	unsigned word = p->isa->bits / 8;
	for (size_t i = 0; i < p->img->segment_count; i++) {
		const struct elf_segment *s = &p->img->segments[i];
		uint64_t name, at;
		for (uint64_t k = word; s->write && k + word <= s->filesz; k += word)
			if (elf_word(p->img, s->vaddr + k, word, &at) && at == f->start &&
			    elf_word(p->img, s->vaddr + k - word, word, &name) &&
			    program_text(p, value_const(name)).n)
				return program_text(p, value_const(name));
	}
	return SPAN(p->img->in.p, 0);
}

static void emit_service(struct look *l, const struct function *f, const struct call *c,
			 struct input in)
{
	fact_guard(l->out,
		   &(struct fact_guard){
		       .at = look_place(l, c->at),
		       .function = f->name,
		       .compare = "none",
		       .operand = source_word(in.source),
		       .sink = "exec",
		       .kind = "unguarded",
		       .confidence = behind_check(l, f, c->block) ? "hint" : "likely",
		       .chain = arena_printf(l->arena, "input by %s at 0x%llx > %s at 0x%llx",
					     in.via, (unsigned long long)in.at, look_name(c),
					     (unsigned long long)c->at)});
}

static void emit_page(struct look *l, const struct function *f, const struct call *c,
		      struct input in)
{
	struct span page = page_of(l, f);
	const char *name = page.n ? arena_str(l->arena, page) : f->name;
	const char *field = arena_printf(l->arena, "%.*s", (int)in.name.n, (const char *)in.name.p);
	fact_guard(l->out,
		   &(struct fact_guard){
		       .at = look_place(l, c->at),
		       .function = f->name,
		       .compare = "page",
		       .literal = name,
		       .operand = arena_printf(l->arena, "web form %s", field),
		       .sink = "exec",
		       .kind = "unguarded",
		       .confidence = page.n && !behind_check(l, f, c->block) ? "likely" : "hint",
		       .chain = arena_printf(
			   l->arena, "parameter %s by %s at 0x%llx > %s at 0x%llx", field, in.via,
			   (unsigned long long)in.at, look_name(c), (unsigned long long)c->at)});
}

void look_for_pages(struct look *l)
{
	unsigned count = 0;
	for (size_t i = 0; i < l->p->function_count; i++) {
		const struct function *f = l->p->functions[i];
		for (size_t n = 0; n < f->call_count; n++) {
			const struct call *c = &f->calls[n];
			if (!c->role || c->role->kind != ROLE_EXEC)
				continue;
			struct input in = input_text(l->in, f, c->args[c->role->arg]);
			bool page = in.source == SOURCE_WEB && in.name.n;
			if ((!page && in.source != SOURCE_NETWORK) || !in.whole || in.name.n > 80)
				continue;
			if (++count > MAX_PAGES)
				return;
			if (page)
				emit_page(l, f, c, in);
			else
				emit_service(l, f, c, in);
			break;
		}
	}
}
