/* SPDX-License-Identifier: Apache-2.0 */
/* Constants that a call is given. */
#include "code/consts.h"

enum { MAX_BYTES = 256, MAX_TEXT = 64 };

/* Bytes of the file. Variables that begin as zero are filled in later. */
static bool from_file(const struct look *l, uint64_t at, size_t n, struct buf *out)
{
	struct span s;
	if (!n) {
		s = program_text(l->p, value_const(at));
		return s.n && buf_add(out, s.p, s.n);
	}
	s = span_cut(elf_bytes(l->p->img, at), 0, n);
	if (at < 64 || s.n < n || program_function(l->p, at))
		return false;
	bool zero = true;
	for (size_t i = 0; i < n; i++)
		zero = zero && !s.p[i];
	if (zero && elf_writable(l->p->img, at))
		return false;
	return buf_add(out, s.p, n);
}

static bool from_stack(const struct look *l, const struct call *c, struct value v, size_t n,
		       struct buf *out)
{
	size_t most = n ? n : MAX_TEXT;
	for (size_t i = 0; i < most; i++, v.k++) {
		struct value b = call_memory(l->p, c, v, 1);
		if (!value_is(b, V_CONST))
			return false;
		if (!n && !b.k)
			return i > 0;
		buf_byte(out, (uint8_t)b.k);
	}
	return n > 0;
}

static bool here(const struct look *l, const struct call *c, struct value v, size_t n,
		 struct buf *out)
{
	if (value_is(v, V_CONST))
		return v.k && from_file(l, v.k, n, out);
	return value_is(v, V_STACK) && from_stack(l, c, v, n, out);
}

bool const_bytes(const struct look *l, const struct function *f, const struct call *c,
		 struct value v, size_t n, struct buf *out, const struct call **where)
{
	*where = c;
	if (n > MAX_BYTES)
		return false;
	if (!value_is(v, V_PARAM) || v.k || v.id >= MAX_ARGS)
		return here(l, c, v, n, out);
	for (size_t i = 0; i < l->p->function_count; i++) {
		const struct function *g = l->p->functions[i];
		for (size_t k = 0; k < g->call_count; k++) {
			if (g->calls[k].callee != f)
				continue;
			*where = &g->calls[k];
			buf_reset(out);
			if (here(l, *where, (*where)->args[v.id], n, out))
				return true;
		}
	}
	return false;
}

/* Work of the same library: not what is done to clean up or to complain. */
static bool goes_on(const struct call *c, const char *prefix, size_t n)
{
	static const char *const ends[] = {"free",     "cleanup", "err", "print",
					   "shutdown", "close",	  "exit"};
	const char *name = look_name(c);
	if (strncmp(name, prefix, n) != 0)
		return false;
	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
		if (strstr(name, ends[i]))
			return false;
	return true;
}

/* Is the work that this call belongs to done on the way from `from`, too, without coming by `not`?
 */
static bool done_without(const struct function *f, int32_t from, int32_t not, const struct call *c)
{
	enum { PREFIX = 4, MOST = 400 };
	int32_t todo[MOST], seen[MOST];
	size_t left = 0, known = 0;
	todo[left++] = from;
	while (left) {
		int32_t at = todo[--left];
		bool again = at == NO_BLOCK || at == not || known == MOST;
		for (size_t i = 0; i < known && !again; i++)
			again = seen[i] == at;
		if (again)
			continue;
		seen[known++] = at;
		for (size_t i = 0; i < f->call_count; i++)
			if (f->calls[i].block == at && &f->calls[i] != c &&
			    goes_on(&f->calls[i], look_name(c), PREFIX))
				return true;
		for (int way = 0; way < 2 && left < MOST; way++)
			todo[left++] = f->cfg.blocks[at].succ[way];
	}
	return false;
}

bool call_is_optional(const struct function *f, const struct call *c)
{
	const struct cfg *g = &f->cfg;
	int32_t at = c->block;
	for (size_t n = 0; n <= g->block_count && at != NO_BLOCK; n++, at = g->blocks[at].idom) {
		const struct block *b = &g->blocks[at];
		if (at == c->block)
			continue;
		if (b->to_switch)
			return true;
		if (b->cond == COND_ALWAYS || b->succ[0] == NO_BLOCK || b->succ[1] == NO_BLOCK)
			continue;
		for (int way = 0; way < 2; way++)
			if (cfg_edge_owns(g, at, b->succ[way]) &&
			    cfg_dominates(g, b->succ[way], c->block) &&
			    (f->choices[at].left.kind != V_RET ||
			     done_without(f, b->succ[1 - way], at, c)))
				return true;
	}
	return false;
}

const char *const_text(const struct look *l, struct span bytes)
{
	bool printable = bytes.n > 0;
	const char *text = "";
	for (size_t i = 0; i < bytes.n; i++)
		printable = printable && bytes.p[i] >= 0x20 && bytes.p[i] < 0x7f;
	if (printable)
		return arena_printf(l->arena, "\"%.*s\"", (int)(bytes.n < 100 ? bytes.n : 100),
				    (const char *)bytes.p);
	for (size_t i = 0; i < bytes.n && i < 64; i++)
		text = arena_printf(l->arena, "%s%02x", text, bytes.p[i]);
	return text;
}
