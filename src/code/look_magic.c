/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Magic packets: bytes of a received packet compared with numbers that no protocol asks for, where
 * the equal outcome alone leads to a shell. Texts are the business of look_guard.c; here the
 * constants are bytes that nobody types. What raw and packet sockets receive goes by kind "packet".
 */
#include "base/buf.h"
#include "code/bpf.h"
#include "code/harm.h"
#include "code/power.h"

enum { MAX_FOUND = 50, MAX_CHAIN = 16 };

struct look_at {
	struct look *l;
	bool raw_sockets; /* the program has raw or packet sockets */
	unsigned count;
};

struct compared {
	struct input input;
	struct value where;
	uint64_t value;
	unsigned size;
	bool number; /* as the processor sees it; else in the order of the network */
};

/* A half word or word that went through ntohs or ntohl is what it was before. */
static struct value before_swap(const struct function *f, struct value v, bool *swapped)
{
	const struct call *c = value_is(v, V_RET) ? function_call(f, v) : NULL;
	*swapped = v.swapped;
	if (!c || !c->role || c->role->kind != ROLE_SWAP)
		return v;
	*swapped = true;
	v = c->args[0];
	if ((v.form == CONTENT || v.form == NEAR_CONTENT) && c->role->len < v.size)
		v.size = (uint8_t)c->role->len;
	return v;
}

/* Does the block compare bytes of input with a constant? */
static bool compares(const struct look *l, const struct function *f, int32_t block,
		     struct compared *out)
{
	const struct block *k = &f->cfg.blocks[block];
	const struct choice *c = &f->choices[block];
	struct value a = c->left, b = c->right;
	if (!k->reached || (k->cond != COND_EQ && k->cond != COND_NE))
		return false;
	if (value_is(a, V_CONST)) {
		a = c->right;
		b = c->left;
	}
	bool swapped;
	a = before_swap(f, a, &swapped);
	if (!value_is(b, V_CONST) || (a.form != CONTENT && a.form != NEAR_CONTENT) || !a.size ||
	    a.size > 8)
		return false;
	*out = (struct compared){.input = input_bytes(l->in, f, a), .where = a, .size = a.size};
	out->value = a.size == 8 ? b.k : b.k & ((UINT64_C(1) << a.size * 8) - 1);
	out->number = l->p->img->big || swapped;
	return out->input.source == SOURCE_NETWORK;
}

static void add_bytes(struct buf *bytes, const struct compared *c)
{
	for (unsigned i = 0; i < c->size; i++)
		buf_byte(bytes, (uint8_t)(c->value >> (c->number ? c->size - 1 - i : i) * 8));
}

/* Equal blocks in a row, about bytes of the same input. Returns the block behind them. */
static int32_t follow(const struct look *l, const struct function *f, int32_t block,
		      struct compared *first, struct buf *bytes, bool *used)
{
	int32_t equal = NO_BLOCK;
	struct compared c;
	for (unsigned n = 0; n < MAX_CHAIN && block != NO_BLOCK && !used[block]; n++) {
		if (!compares(l, f, block, &c) ||
		    (n && (c.where.kind != first->where.kind || c.where.id != first->where.id)))
			break;
		const struct block *k = &f->cfg.blocks[block];
		int32_t to = k->succ[k->cond == COND_EQ ? 1 : 0];
		if (!cfg_edge_owns(&f->cfg, block, to))
			break;
		if (!n)
			*first = c;
		used[block] = true;
		add_bytes(bytes, &c);
		equal = block = to;
	}
	return equal;
}

static bool is_text(struct span b)
{
	for (size_t i = 0; i < b.n; i++)
		if (b.p[i] < 0x20 || b.p[i] >= 0x7f)
			return false;
	return true;
}

/* Types of Ethernet frames and numbers of ports that everybody knows are no secrets. */
static bool odd(struct span b)
{
	static const uint16_t types[] = {0x0800, 0x0806, 0x86dd, 0x8100, 0x888e,
					 0x88cc, 0x8863, 0x8864, 0x88a8, 0x9000};
	bool same = true;
	for (size_t i = 0; i < b.n; i++)
		same = same && b.p[i] == b.p[0];
	if (b.n < 2 || (b.n >= 3 && is_text(b)) || same)
		return false;
	if (b.n == 2) {
		uint16_t v = span_be16(b, 0);
		for (size_t i = 0; i < sizeof types / sizeof *types; i++)
			if (v == types[i])
				return false;
		return v >= 0x400 && (v & 0xff);
	}
	unsigned zeros = 0;
	for (size_t i = 0; i < b.n; i++)
		zeros += b.p[i] == 0;
	return b.n - zeros >= 3 && !bpf_known_word(span_be32(b, 0));
}

/* Was this read from a raw or packet socket? Where the descriptor is lost, the program tells. */
static bool from_raw(const struct look_at *w, const struct compared *c)
{
	const struct look *l = w->l;
	if (strncmp(c->input.via, "pcap", 4) == 0)
		return true;
	for (size_t i = 0; i < l->p->function_count; i++) {
		const struct function *f = l->p->functions[i], *where;
		if (c->input.at < f->start || c->input.at >= f->end)
			continue;
		for (size_t n = 0; n < f->call_count; n++) {
			if (f->calls[n].at != c->input.at)
				continue;
			const struct call *s = descriptor_of(l, f, f->calls[n].args[0], &where);
			return s ? socket_kind(s) != NULL : w->raw_sockets;
		}
	}
	return w->raw_sockets;
}

static const char *hex(const struct look *l, struct span b)
{
	const char *text = "0x";
	for (size_t i = 0; i < b.n && i < 32; i++)
		text = arena_printf(l->arena, "%s%02x", text, b.p[i]);
	return text;
}

static void emit_kill(struct look_at *w, const struct function *f, uint64_t at,
		      const struct compared *c, struct span bytes, const struct harm *h)
{
	struct look *l = w->l;
	const char *literal = hex(l, bytes);
	const char *chain = arena_printf(
	    l->arena, "input by %s at 0x%llx > word with %s at 0x%llx > %s", c->input.via,
	    (unsigned long long)c->input.at, literal, (unsigned long long)at, harm_text(l, h));
	fact_guard(l->out,
		   &(struct fact_guard){.at = look_place(l, at),
					.function = f->name,
					.compare = c->size > 1 ? "word" : "byte",
					.literal = literal,
					.operand = from_raw(w, c) ? "network packet" : "network",
					.sink = harm_word(h->kind),
					.chain = chain,
					.kind = "kill",
					.confidence = bytes.n >= 4 ? "likely" : "hint"});
}

static void emit(struct look_at *w, const struct function *f, uint64_t at, const struct compared *c,
		 struct span bytes, const struct power *p)
{
	struct look *l = w->l;
	bool raw = from_raw(w, c);
	const char *literal = hex(l, bytes);
	const char *chain = arena_printf(
	    l->arena, "input by %s at 0x%llx > %s with %s at 0x%llx > %s", c->input.via,
	    (unsigned long long)c->input.at, c->size > 1 ? "word" : "byte", literal,
	    (unsigned long long)at, power_text(l, p));
	fact_guard(l->out, &(struct fact_guard){.at = look_place(l, at),
						.function = f->name,
						.compare = c->size > 1 ? "word" : "byte",
						.literal = literal,
						.operand = raw ? "network packet" : "network",
						.sink = power_word(p->kind),
						.chain = chain,
						.kind = raw ? "packet" : "trigger",
						.confidence = bytes.n >= 4 ? "certain" : "likely"});
}

/* Do the blocks before compare what stands right before this? Then it is the end of a text. */
static bool ends_text(const struct look *l, const struct function *f, int32_t block,
		      const struct compared *first, struct span bytes)
{
	const struct block *k = &f->cfg.blocks[block];
	struct compared c;
	for (size_t i = 0; i < bytes.n; i++)
		if (bytes.p[i] < 0x20 || bytes.p[i] >= 0x7f)
			return false;
	for (uint32_t i = 0; i < k->pred_count; i++)
		if (compares(l, f, f->cfg.preds[k->pred + i], &c) &&
		    c.where.kind == first->where.kind && c.where.id == first->where.id &&
		    c.where.k + c.size == first->where.k)
			return true;
	return false;
}

/* A text, with or without the zero behind it: look_guard.c tells of those. */
static bool is_whole_text(struct span bytes)
{
	while (bytes.n > 1 && !bytes.p[bytes.n - 1])
		bytes.n--;
	return is_text(bytes);
}

static void look_at_function(struct look_at *w, const struct function *f)
{
	bool *used = arena_array(w->l->arena, f->cfg.block_count + 1, sizeof *used);
	for (size_t b = 0; b < f->cfg.block_count && w->count < MAX_FOUND; b++) {
		struct buf bytes = {.max = MAX_CHAIN * 8};
		struct compared first = {0};
		int32_t equal =
		    used[b] ? NO_BLOCK : follow(w->l, f, (int32_t)b, &first, &bytes, used);
		if (equal != NO_BLOCK && odd(buf_span(&bytes)) &&
		    !ends_text(w->l, f, (int32_t)b, &first, buf_span(&bytes)) &&
		    (!is_whole_text(buf_span(&bytes)) || from_raw(w, &first))) {
			struct power p = power_behind(w->l, f, equal);
			struct harm h = p.kind ? (struct harm){0} : harm_behind(w->l, f, equal);
			if (p.kind)
				emit(w, f, f->block_at[b], &first, buf_span(&bytes), &p);
			else if (h.kind >= HARM_STOP)
				emit_kill(w, f, f->block_at[b], &first, buf_span(&bytes), &h);
			w->count += p.kind || h.kind >= HARM_STOP;
		}
		buf_free(&bytes);
	}
}

void look_for_magic(struct look *l)
{
	struct look_at w = {.l = l};
	for (size_t i = 0; i < l->p->function_count; i++)
		for (size_t n = 0; n < l->p->functions[i]->call_count; n++)
			w.raw_sockets = w.raw_sockets || socket_kind(&l->p->functions[i]->calls[n]);
	for (size_t i = 0; i < l->p->function_count; i++)
		if (l->p->functions[i]->cfg.block_count)
			look_at_function(&w, l->p->functions[i]);
}
