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

/* Does the program talk to other programs of the device only? */
static bool local_only(const struct look *l)
{
	enum { UNIX_FAMILY = 1 };
	bool local = false;
	for (size_t i = 0; i < l->p->function_count; i++) {
		const struct function *f = l->p->functions[i];
		for (size_t n = 0; n < f->call_count; n++) {
			const struct call *c = &f->calls[n];
			if (!c->role || c->role->kind != ROLE_SOCKET)
				continue;
			if (!value_is(c->args[0], V_CONST) || c->args[0].k != UNIX_FAMILY)
				return false;
			local = true;
		}
	}
	return local;
}

static void emit_service(struct look *l, const struct function *f, const struct call *c,
			 struct input in)
{
	fact_guard(
	    l->out,
	    &(struct fact_guard){
		.at = look_place(l, c->at),
		.function = f->name,
		.compare = "none",
		.operand = source_word(in.source),
		.sink = "exec",
		.kind = "unguarded",
		.confidence = local_only(l) || behind_check(l, f, c->block) ? "hint" : "likely",
		.chain = arena_printf(l->arena, "input by %s at 0x%llx > %s at 0x%llx", in.via,
				      (unsigned long long)in.at, look_name(c),
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

enum writes { NOTHING, OWN_WORDS, SOMETHING };

/* What a call writes to `to`: text that begins with the program's own words, or something else. */
static enum writes writes_to(const struct look *l, const struct call *w, struct value to)
{
	bool given = false;
	for (unsigned i = 0; i < MAX_ARGS; i++)
		given = given || value_same(w->args[i], to);
	if (!given || (w->role && (w->role->kind == ROLE_PURE || w->role->kind == ROLE_FILL)))
		return NOTHING;
	bool formats = w->role && w->role->kind == ROLE_FORMAT;
	bool copies = w->role && w->role->kind == ROLE_COPY;
	if (copies && strstr(w->role->name, "cat")) /* strcat and relatives go on behind the text */
		return NOTHING;
	if ((!formats && !copies) || w->role->other < 0)
		return SOMETHING;
	struct span text = program_text(l->p, w->args[w->role->other]);
	if (formats) /* also one of several formats: few are the argument alone */
		return SPAN_IS(text, 0, "%s") ? SOMETHING : OWN_WORDS;
	return text.n ? OWN_WORDS : SOMETHING;
}

/* The last call of a block, before `before`, that writes to `to`. */
static enum writes last_in(const struct look *l, const struct function *f, int32_t block,
			   const struct call *before, struct value to)
{
	for (size_t i = f->call_count; i-- > 0;) {
		enum writes w = NOTHING;
		if (f->calls[i].block == block && (!before || f->calls[i].insn < before->insn))
			w = writes_to(l, &f->calls[i], to);
		if (w != NOTHING)
			return w;
	}
	return NOTHING;
}

/*
 * Input is followed without order inside of a function. What was written last, on each way that
 * leads to `c`, decides: text that begins with the program's own words is no command from outside.
 */
static bool begins_with_own_words(const struct look *l, const struct function *f,
				  const struct call *c)
{
	enum { MAX_WAYS = 64 };
	struct value to = c->args[c->role->arg];
	int32_t todo[MAX_WAYS] = {c->block};
	size_t count = 1;
	bool own = false;
	for (size_t i = 0; i < count; i++) {
		enum writes w = last_in(l, f, todo[i], i ? NULL : c, to);
		if (w == SOMETHING)
			return false;
		own = own || w == OWN_WORDS;
		const struct block *b = &f->cfg.blocks[todo[i]];
		for (uint32_t k = 0; w == NOTHING && k < b->pred_count; k++) {
			int32_t from = f->cfg.preds[b->pred + k];
			size_t n = 0;
			while (n < count && todo[n] != from)
				n++;
			if (n == MAX_WAYS)
				return false;
			if (n == count)
				todo[count++] = from;
		}
	}
	return own;
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
			if (begins_with_own_words(l, f, c))
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
