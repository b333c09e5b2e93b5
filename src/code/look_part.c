/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Services that put what they receive into a command between words of their own: a character that
 * the shell knows (;, |, $) makes it any command. Only where nobody looks at what was received
 * before, and no password stands in front.
 */
#include "code/verdict.h"

enum { MAX_PARTS = 12 };

/* Functions that are asked what a text holds. */
static bool examines(const struct call *c)
{
	static const char *const names[] = {
	    "inet_addr", "inet_aton", "inet_pton",	"strspn",	 "strpbrk",
	    "regexec",	 "fnmatch",   "atoi",		"gethostbyname", "isalnum",
	    "isalpha",	 "isdigit",   "stat",		"access",	 "strtol",
	    "strtoul",	 "sscanf",    "if_nametoindex", "getpwnam",	 "__xstat"};
	bool own = c->callee && !c->callee->stub && (!c->role || c->role->kind == ROLE_NONE);
	if (own)
		return c->used;
	if (c->role && (c->role->kind == ROLE_COMPARE || c->role->kind == ROLE_FIND))
		return !value_is(c->args[c->role->other], V_CONST);
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strcmp(look_name(c), names[i]) == 0)
			return true;
	return false;
}

static bool ends_line(struct value v)
{
	return value_is(v, V_CONST) && (v.k == 0 || v.k == '\n' || v.k == '\r');
}

/* Does any function look at what was read by this call? */
static bool is_examined(const struct look *l, uint64_t at)
{
	for (size_t i = 0; i < l->p->function_count; i++) {
		const struct function *f = l->p->functions[i];
		for (unsigned k = 0; f->moved && k < f->moved->from_count; k++) {
			struct input in = input_text(l->in, f, f->moved->from[k]);
			if (in.source && in.at == at)
				return true; /* one by one its bytes are */
		}
		for (size_t b = 0; f->choices && b < f->cfg.block_count; b++) {
			struct input in = input_bytes(l->in, f, f->choices[b].left);
			if (in.source && in.at == at && !ends_line(f->choices[b].right))
				return true;
		}
		for (size_t n = 0; n < f->call_count; n++) {
			const struct call *c = &f->calls[n];
			bool given = false;
			if (!examines(c))
				continue;
			for (unsigned k = 0; k < 4 && !given; k++) {
				struct input in = input_text(l->in, f, c->args[k]);
				given = in.source && in.at == at;
			}
			if (given)
				return true;
		}
	}
	return false;
}

/* Does something that is not understood decide whether control comes to the block? */
static bool is_conditional(const struct function *f, int32_t block)
{
	for (int32_t b = f->cfg.blocks[block].idom; b != NO_BLOCK; b = f->cfg.blocks[b].idom)
		if (f->cfg.blocks[b].cond != COND_ALWAYS && f->choices[b].left.kind == V_UNKNOWN)
			return true;
	return false;
}

/* The program's own words around what it puts in; empty: not known. */
static struct span words_around(const struct look *l, const struct function *f,
				const struct call *exec)
{
	for (size_t i = 0; i < f->call_count; i++) {
		const struct call *c = &f->calls[i];
		if (!c->role || c->role->kind != ROLE_FORMAT ||
		    !value_same(c->args[c->role->arg], exec->args[exec->role->arg]))
			continue;
		struct span s = program_text(l->p, c->args[c->role->other]);
		if (s.n > 3 && span_find(s, SPAN_LIT("%s"), 0) != SIZE_MAX)
			return s;
	}
	return SPAN(NULL, 0);
}

static void emit(struct look *l, const struct function *f, const struct call *c, struct input in,
		 struct span words, bool sure)
{
	fact_guard(l->out,
		   &(struct fact_guard){
		       .at = look_place(l, c->at),
		       .function = f->name,
		       .compare = "part",
		       .literal = arena_str(l->arena, words),
		       .operand = source_word(in.source),
		       .sink = "exec",
		       .kind = "unguarded",
		       .confidence = sure ? "likely" : "hint",
		       .chain = arena_printf(l->arena, "input by %s at 0x%llx > %s at 0x%llx",
					     in.via, (unsigned long long)in.at, look_name(c),
					     (unsigned long long)c->at)});
}

void look_for_parts(struct look *l)
{
	unsigned count = 0;
	bool told = false;
	for (size_t i = 0; i < l->p->function_count && count < MAX_PARTS; i++) {
		const struct function *f = l->p->functions[i];
		for (size_t n = 0; n < f->call_count && count < MAX_PARTS; n++) {
			const struct call *c = &f->calls[n];
			if (!c->role || c->role->kind != ROLE_EXEC || c->role->arg < 0 ||
			    strncmp(c->role->name, "exec", 4) == 0)
				continue;
			struct input in = input_text(l->in, f, c->args[c->role->arg]);
			if (in.source != SOURCE_NETWORK || in.whole || in.name.n)
				continue;
			struct span words = words_around(l, f, c);
			if (!words.n)
				continue;
			bool sure = !told && !behind_check(l, f, c->block) &&
				    !is_conditional(f, c->block) && !is_examined(l, in.at);
			told = told || sure;
			emit(l, f, c, in, words, sure);
			count++;
		}
	}
}
