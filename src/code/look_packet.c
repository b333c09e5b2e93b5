/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Packet filters that a program attaches to its sockets: told as text, and, when they let nothing
 * through but packets with a constant that no protocol asks for, and the program has a shell to
 * give away, as a guard.
 */
#include "base/buf.h"
#include "code/bpf.h"
#include "code/power.h"

enum {
	ATTACH_FILTER = 26, /* SO_ATTACH_FILTER */
	LEVEL = 1,	    /* SOL_SOCKET */
	LEVEL_MIPS = 0xffff,
	MAX_FILTERS = 16,
	MAX_TEXT = 3000,
};

struct filters {
	struct look *l;
	struct bpf_program *p;
	uint64_t seen[MAX_FILTERS]; /* addresses of programs */
	unsigned count;
	bool lost; /* one is attached whose program was not found */
};

/* Where a filter comes from: the call that attaches it, or the place where it stands. */
struct origin {
	const struct function *f;
	const struct call *c;
	uint64_t at;
};

static bool attaches(const struct call *c)
{
	return strcmp(look_name(c), "setsockopt") == 0 && value_is(c->args[1], V_CONST) &&
	       (c->args[1].k == LEVEL || c->args[1].k == LEVEL_MIPS) &&
	       value_is(c->args[2], V_CONST) && c->args[2].k == ATTACH_FILTER;
}

/* A number that the program file holds, or the loader puts there. */
static uint64_t file_word(const struct look *l, uint64_t at, unsigned size)
{
	const struct elf_fixup *f = elf_fixup_at(l->p->img, at);
	uint64_t k = 0;
	if (f && f->value && size * 8 == l->p->isa->bits)
		return f->value;
	return elf_word(l->p->img, at, size, &k) ? k : 0;
}

static uint64_t member(const struct look *l, const struct call *c, struct value base, unsigned at,
		       unsigned size, struct value *out)
{
	base.k += at;
	*out = call_memory(l->p, c, base, size);
	if (value_is(base, V_CONST) && !value_is(*out, V_CONST))
		*out = value_const(file_word(l, base.k, size));
	return value_is(*out, V_CONST) ? out->k : 0;
}

/* The program that is attached here, from data or from what was put on the stack. */
static bool attached(const struct filters *w, const struct call *c, uint64_t *at)
{
	const struct look *l = w->l;
	unsigned word = l->p->isa->bits / 8;
	uint8_t bytes[MAX_SLOTS * 8];
	struct value v, list;
	*at = 0;
	if (c->args[3].form != EXACT)
		return false;
	uint64_t count = member(l, c, c->args[3], 0, 2, &v);
	member(l, c, c->args[3], word, word, &list);
	if (value_is(list, V_CONST)) {
		*at = list.k;
		return bpf_read(w->p, elf_bytes(l->p->img, list.k), count, l->p->img->big);
	}
	if (!value_is(list, V_STACK) || count * BPF_INSN_SIZE > sizeof bytes)
		return false;
	for (unsigned i = 0; i < count * BPF_INSN_SIZE; i++) {
		member(l, c, list, i, 1, &v);
		if (!value_is(v, V_CONST))
			return false;
		bytes[i] = (uint8_t)v.k;
	}
	return bpf_read(w->p, SPAN(bytes, count * BPF_INSN_SIZE), count, l->p->img->big);
}

static const char *constants(struct look *l, const struct bpf_meaning *m)
{
	const char *text = "";
	for (size_t i = 0; i < m->magic_count; i++)
		text = arena_printf(l->arena, "%s%s0x%0*x", text, i ? " " : "",
				    m->magics[i].size * 2, m->magics[i].value);
	return text;
}

static const char *fact_text(struct look *l, const struct bpf_program *p)
{
	struct buf text = {.max = MAX_TEXT};
	bpf_text(p, &text);
	const char *out = arena_str(l->arena, buf_span(&text));
	buf_free(&text);
	return out;
}

/* The shell that the program has: behind the attaching in the same function, or anywhere. */
static struct power shell_for(struct look *l, const struct origin *o, bool *behind)
{
	struct power best = {0};
	if (o->c)
		best = power_behind(l, o->f, o->c->block);
	*behind = best.kind != SHELL_NONE;
	for (size_t i = 0; i < l->p->function_count && !*behind; i++) {
		const struct function *f = l->p->functions[i];
		for (size_t n = 0; n < f->call_count; n++) {
			struct power p = power_of(l, f, &f->calls[n]);
			if (p.kind > best.kind)
				best = p;
		}
	}
	return best;
}

static void emit_guard(struct look *l, const struct origin *o, const char *literal,
		       const char *compare)
{
	bool behind;
	struct power p = shell_for(l, o, &behind);
	if (!p.kind)
		return;
	const char *how =
	    o->c ? arena_printf(l->arena, "filter attached by %s at 0x%llx", look_name(o->c),
				(unsigned long long)o->c->at)
		 : arena_printf(l->arena, "filter in data at 0x%llx", (unsigned long long)o->at);
	const char *chain =
	    arena_printf(l->arena, "packets with %s > %s > %s", literal, how, power_text(l, &p));
	bool sure = behind && (p.kind == SHELL_CONNECT || p.kind == SHELL_ACCEPT);
	fact_guard(l->out, &(struct fact_guard){.at = look_place(l, o->c ? o->c->at : o->at),
						.function = o->f ? o->f->name : p.f->name,
						.compare = compare,
						.literal = literal,
						.operand = "network packet",
						.sink = power_word(p.kind),
						.chain = chain,
						.kind = "packet",
						.confidence = sure ? "certain" : "likely"});
}

static void emit(struct filters *w, const struct origin *o)
{
	struct look *l = w->l;
	struct bpf_meaning m;
	for (unsigned i = 0; i < w->count && o->at; i++)
		if (w->seen[i] == o->at)
			return;
	if (w->count == MAX_FILTERS)
		return;
	w->seen[w->count++] = o->at;
	bpf_understand(w->p, &m);
	fact_capability(l->out,
			&(struct fact_capability){
			    .at = look_place(l, o->c ? o->c->at : o->at),
			    .function = o->f ? o->f->name : NULL,
			    .what = "packet-filter",
			    .detail = arena_printf(l->arena, "%s%s%s%s", fact_text(l, w->p),
						   m.magic_count ? " (asks for " : "",
						   constants(l, &m), m.magic_count ? ")" : "")});
	if (m.only_magic)
		emit_guard(l, o, constants(l, &m), "filter");
}

/* The same language serves for filters of system calls; these let through with a number of their
 * own. */
static bool about_system_calls(const struct bpf_program *p)
{
	enum { RET_ALLOW = 0x7fff0000 };
	for (size_t i = 0; i < p->count; i++)
		if (p->insns[i].code == 0x06 && p->insns[i].k == RET_ALLOW)
			return true;
	return false;
}

/* Filters that stand in data, found by their shape. */
static void scan_data(struct filters *w)
{
	const struct elf_image *img = w->l->p->img;
	for (size_t i = 0; i < img->segment_count; i++) {
		const struct elf_segment *s = &img->segments[i];
		struct span bytes = elf_bytes(img, s->vaddr);
		for (uint64_t k = 0; k + 4 * BPF_INSN_SIZE <= s->filesz && w->count < MAX_FILTERS;
		     k += 4) {
			uint16_t code = span_u16(bytes, k, img->big);
			bool loads = code == 0x28 || code == 0x30 || code == 0x20 || code == 0xb1;
			if (!loads || !bpf_find(w->p, span_from(bytes, k), img->big))
				continue;
			if (!about_system_calls(w->p))
				emit(w, &(struct origin){.at = s->vaddr + k});
			k += w->p->count * BPF_INSN_SIZE - 4;
		}
	}
}

/* "udp[8:4] = 0x1234abcd" in the language of libpcap: a constant at a place behind the headers. */
static bool asks_for_constant(struct span text, struct span *constant)
{
	for (size_t at = span_find(text, SPAN_LIT("]"), 0); at < text.n;
	     at = span_find(text, SPAN_LIT("]"), at + 1)) {
		size_t from = at + 1;
		while (from < text.n && (text.p[from] == ' ' || text.p[from] == '='))
			from++;
		if (!SPAN_IS(text, from, "0x"))
			continue;
		size_t end = from + 2;
		while (end < text.n && strchr("0123456789abcdefABCDEF", text.p[end]))
			end++;
		*constant = span_cut(text, from, end - from);
		if (constant->n >= 6)
			return true;
	}
	return false;
}

static void compiled_text(struct filters *w, const struct function *f, const struct call *c)
{
	struct look *l = w->l;
	struct span text = program_text(l->p, c->args[2]), constant;
	struct origin o = {f, c, c->at};
	if (strcmp(look_name(c), "pcap_compile") != 0 || !text.n)
		return;
	const char *detail = arena_str(l->arena, text);
	fact_capability(l->out, &(struct fact_capability){.at = look_place(l, c->at),
							  .function = f->name,
							  .what = "packet-filter",
							  .detail = detail});
	if (asks_for_constant(text, &constant) && span_find(text, SPAN_LIT(" or "), 0) == SIZE_MAX)
		emit_guard(l, &o, arena_str(l->arena, constant), "filter");
}

void look_for_filters(struct look *l)
{
	struct filters w = {.l = l};
	w.p = arena_alloc(l->arena, sizeof *w.p);
	w.lost = elf_needs(l->p->img, "pcap_setfilter");
	for (size_t i = 0; i < l->p->function_count; i++) {
		const struct function *f = l->p->functions[i];
		for (size_t n = 0; n < f->call_count; n++) {
			const struct call *c = &f->calls[n];
			struct origin o = {f, c, 0};
			compiled_text(&w, f, c);
			if (!attaches(c))
				continue;
			if (attached(&w, c, &o.at))
				emit(&w, &o);
			else
				w.lost = true;
		}
	}
	if (w.lost)
		scan_data(&w);
}
