/* SPDX-License-Identifier: Apache-2.0 */
/* Calls carried out by the machine, and texts found in what is known of memory. */
#include "code/evaluate.h"

enum {
	MAX_STEPS = 1500000, /* of all runs for one program */
	MAX_APPLIED = 384,   /* bytes that one call makes known */
	MAX_FAILURES = 6,    /* of one function */
	MIN_TEXT = 3,
	MIN_BYTES = 8, /* that are no text */
	MAX_TEXT = 128,
};

static bool data_pointer(const struct walk *w, struct value v)
{
	uint8_t b;
	if (state_byte(&w->now, w->p->img, v, &b))
		return value_is(v, v.kind);
	return value_is(v, V_CONST) && v.k >= 64 && elf_mapped(w->p->img, v.k) &&
	       !program_function(w->p, v.k);
}

static bool worth(const struct walk *w, const struct call *c)
{
	const struct function *f = c->callee;
	if (w->p->machine_steps > MAX_STEPS || !w->evaluating)
		return false;
	if (c->name || !f) {
		enum role_kind k = c->role ? c->role->kind : ROLE_NONE;
		return c->name && (k == ROLE_COPY || k == ROLE_NUMBER || k == ROLE_PURE) &&
		       (data_pointer(w, c->args[0]) || data_pointer(w, c->args[1]));
	}
	if (f == w->f || !f->loops || f->failures >= MAX_FAILURES || f->call_count > 16)
		return false;
	for (unsigned n = 0; n < 6; n++)
		if (data_pointer(w, c->args[n]))
			return true;
	return false;
}

struct machine *evaluate_start(struct walk *w)
{
	const struct isa *isa = w->p->isa;
	if (!w->p->machine)
		w->p->machine = machine_new(w->p, w->p->arena);
	struct machine *m = w->p->machine;
	machine_reset(m, w->how, &w->now);
	for (uint8_t r = 0; r < REG_FLAGS; r++)
		if (r != isa->zero && r != isa->fixed)
			machine_set(m, r, w->now.regs[r]);
	return m;
}

/* Bytes written that are text, and others. */
static bool only_text(const struct machine *m)
{
	unsigned text = 0;
	for (size_t i = 0; i < MACHINE_PAGES; i++)
		for (unsigned k = 0; k < MACHINE_PAGE && machine_uses(m, i); k++) {
			const struct machine_page *g = &m->pages[i];
			uint8_t b = g->bytes[k];
			if (!(g->written & g->known & UINT64_C(1) << k))
				continue;
			if (b && (b < 0x20 || b >= 0x7f))
				return false;
			text += b != 0;
		}
	return text >= 4;
}

struct target {
	struct walk *w;
	const struct machine *m;
	uint64_t floor; /* the stack pointer of the caller: what is below is gone */
	struct value heap, heap_as;
	unsigned applied;
	bool own; /* code of the program did it, and no function of a library */
};

static bool place_of(const struct target *t, uint64_t at, struct value *where)
{
	*where = machine_value(t->m, at);
	if (where->kind == V_STACK && (int64_t)where->k < (int64_t)t->floor)
		return false;
	if (where->kind != V_RET || where->id < UINT32_MAX / 2)
		return true;
	if (where->id != t->heap.id || t->heap.kind != V_RET)
		return false;
	where->id = t->heap_as.id;
	return true;
}

static unsigned piece(const struct machine_page *g, unsigned at)
{
	uint64_t good = g->written & g->known;
	for (unsigned size = 8; size > 1; size /= 2) {
		uint64_t mask = ((UINT64_C(1) << size) - 1) << at;
		if (at % size == 0 && (good & mask) == mask)
			return size;
	}
	return 1;
}

static void apply_page(struct target *t, const struct machine_page *g)
{
	const struct elf_image *img = t->w->p->img;
	unsigned size = 1;
	for (unsigned k = 0; k < MACHINE_PAGE; k += size) {
		struct value where;
		uint64_t v = 0;
		size = 1;
		if (!(g->written >> k & 1) || !place_of(t, g->at + k, &where))
			continue;
		size = piece(g, k);
		for (unsigned i = 0; i < size; i++)
			v |= (uint64_t)g->bytes[k + i] << (img->big ? size - 1 - i : i) * 8;
		if ((g->known >> k & 1) && t->applied + size <= MAX_APPLIED) {
			state_store(&t->w->now, img, where, value_const(v), size);
			if (t->own)
				state_mark_made(&t->w->now, where, size);
			t->applied += size;
		} else {
			state_forget(&t->w->now, where, size);
		}
	}
}

static bool printable(uint8_t b)
{
	return b >= 0x20 && b < 0x7f;
}

static bool writes(struct machine *m, uint64_t at, uint8_t *out)
{
	uint64_t v;
	if (!machine_wrote(m, at) || !machine_load(m, at, 1, &v))
		return false;
	*out = (uint8_t)v;
	return true;
}

/* A run of bytes that was written to a variable of the program: a text, or what else it is. */
static void remember_run(struct walk *w, struct machine *m, uint64_t at, bool first, bool own)
{
	uint8_t room[MAX_TEXT], b = 0;
	size_t n = 0, text = 0;
	while (n < MAX_TEXT && writes(m, at + n, &b))
		room[n++] = b;
	while (text < n && printable(room[text]))
		text++;
	if (text >= 4 && text < MAX_TEXT)
		program_remember(w->p, at, SPAN(room, text), false, own);
	if (first && n >= MIN_BYTES && own && n < MAX_TEXT)
		program_remember(w->p, at, SPAN(room, n), true, own);
}

/* Variables of the program that now hold text, or bytes: what others read there. */
static void remember_texts(struct walk *w, struct machine *m, bool own)
{
	for (size_t i = 0; i < MACHINE_PAGES; i++)
		for (unsigned k = 0; k < MACHINE_PAGE && machine_uses(m, i); k++) {
			const struct machine_page *g = &m->pages[i];
			uint8_t before;
			bool first = !writes(m, g->at + k - 1, &before);
			if ((g->written >> k & 1) && elf_mapped(w->p->img, g->at + k) &&
			    (first || !printable(before)))
				remember_run(w, m, g->at + k, first, own);
		}
}

bool evaluate_allowed(const struct walk *w, const struct machine *m)
{
	return w->p->machine_steps <= MAX_STEPS && (!m->impure || only_text(m));
}

static void take_result(struct target *t, const struct call *c, struct value *result)
{
	const struct machine *m = t->m;
	uint8_t reg = t->w->p->isa->result;
	if (!m->known[reg])
		return;
	struct value r = machine_value(m, m->regs[reg]);
	if (r.kind == V_RET && r.id >= UINT32_MAX / 2 && r.k == 0) {
		t->heap = r;
		t->heap_as = r = (struct value){.kind = V_RET, .id = c->insn};
	}
	bool own = r.kind == V_RET && r.id >= UINT32_MAX / 2;
	if (!own && (!m->impure || (r.kind == V_CONST && r.k > 4096)))
		*result = r;
}

void evaluate_apply(struct walk *w, struct machine *m, const struct call *c,
		    struct value *result)
{
	struct target t = {.w = w,
			   .m = m,
			   .floor = w->now.regs[w->p->isa->sp].k,
			   .own = !c || !c->name};
	if (c)
		take_result(&t, c, result);
	for (size_t i = 0; i < MACHINE_PAGES; i++)
		if (machine_uses(m, i) && m->pages[i].written)
			apply_page(&t, &m->pages[i]);
	remember_texts(w, m, t.own);
}

static bool run(struct walk *w, const struct call *c, struct machine *m)
{
	const struct isa *isa = w->p->isa;
	if (c->name)
		return machine_library(m, c->name) && !m->failed;
	if (isa->self < REG_COUNT)
		machine_set(m, isa->self, value_const(c->callee->start));
	if (isa->link == REG_NONE) {
		if (!m->known[isa->sp])
			return false;
		m->regs[isa->sp] -= isa->bits / 8u;
		machine_store(m, m->regs[isa->sp], isa->bits / 8u, 0, false);
	}
	m->pc = c->callee->start;
	m->thumb = c->callee->thumb;
	return machine_run(m);
}

bool evaluate_call(struct walk *w, const struct call *c, struct value *result)
{
	if (!worth(w, c))
		return false;
	struct machine *m = evaluate_start(w);
	bool ok = run(w, c, m);
	w->p->machine_steps += m->steps + 20;
	ok = ok && evaluate_allowed(w, m);
	if (!ok) {
		if (c->callee)
			c->callee->failures++;
		return false;
	}
	evaluate_apply(w, m, c, result);
	return true;
}

struct known { /* of memory */
	uint8_t bytes[MAX_TEXT];
	size_t n, made; /* made: by code that was carried out */
};

static bool another(const struct walk *w, struct value *v, struct known *k)
{
	if (k->n == MAX_TEXT || !state_byte(&w->now, w->p->img, *v, &k->bytes[k->n]))
		return false;
	k->made += state_made(&w->now, *v);
	k->n++;
	v->k++;
	return true;
}

/* Text that stands in memory at `v`, as far as the state knows; false: none. */
static bool text_at(const struct walk *w, struct value v, struct known *k)
{
	unsigned word = w->p->isa->bits / 8;
	*k = (struct known){0};
	if (!value_is(v, v.kind) || v.kind == V_UNKNOWN || v.swapped)
		return false;
	struct value first = state_load(&w->now, w->p->img, w->p->isa, v, word);
	bool pointer = value_is(first, V_CONST) && elf_mapped(w->p->img, first.k);
	while (another(w, &v, k)) {
		if (!k->bytes[k->n - 1]) {
			k->n--;
			return k->n >= MIN_TEXT && !(pointer && k->n < word);
		}
		if (!printable(k->bytes[k->n - 1]))
			break;
	}
	return false;
}

/* The argument that is written to, -1: all are read, -2: nothing is known about them. */
static int written_argument(const struct call *c)
{
	switch (c->role ? c->role->kind : ROLE_NONE) {
	case ROLE_NONE:
	case ROLE_PURE:
	case ROLE_READ:
	case ROLE_FILL:
	case ROLE_BIND:
	case ROLE_ACCEPT:
	case ROLE_CONNECT:
	case ROLE_SOCKET:
	case ROLE_CLOCK:
		return -2;
	case ROLE_COPY:
	case ROLE_FORMAT:
	case ROLE_DIGEST:
		return c->role->arg;
	default:
		return -1;
	}
}

/* Bytes of a known number that stand in memory at `v`; a constant for them. */
static struct value bytes_at(const struct walk *w, struct value v, uint64_t n)
{
	struct known k = {0};
	bool text = true, file = value_is(v, V_CONST) && !elf_writable(w->p->img, v.k);
	if (n < MIN_TEXT || n > MAX_TEXT || v.form != EXACT || v.kind == V_UNKNOWN || v.swapped || file)
		return (struct value){0};
	while (k.n < n) {
		if (!another(w, &v, &k))
			return (struct value){0};
		text = text && printable(k.bytes[k.n - 1]);
	}
	return program_literal(w->p, SPAN(k.bytes, k.n), !text, k.made > k.n / 2);
}

/* What is compared with a number of bytes need not end as a text does. */
static void counted_bytes(struct walk *w, struct call *c)
{
	const struct role *r = c->role;
	if (!r || r->kind != ROLE_COMPARE || r->len < 0 || !value_is(c->args[r->len], V_CONST) ||
	    r->name[0] == 's') /* strncmp ends with the text */
		return;
	for (int k = 0; k < 2; k++) {
		struct value *v = &c->args[k ? r->other : r->arg];
		struct value made = bytes_at(w, *v, c->args[r->len].k);
		if (made.kind != V_UNKNOWN && !program_text(w->p, *v).n)
			*v = made;
	}
}

void evaluate_texts(struct walk *w, struct call *c)
{
	struct known k;
	int written = written_argument(c);
	if (written < -1)
		return;
	for (int n = 0; n < MAX_ARGS; n++)
		if (n != written && text_at(w, c->args[n], &k))
			c->args[n] = program_literal(w->p, SPAN(k.bytes, k.n), false,
						     k.made > k.n / 2);
	counted_bytes(w, c);
}
