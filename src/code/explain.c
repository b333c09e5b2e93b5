/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The steps of a chain as annotated disassembly, function by function: for `postern show`. The
 * program is analysed again; lines.h writes the instructions down.
 */
#include "code/explain.h"

#include "base/text.h"
#include "code/dwarf_line.h"
#include "code/lines.h"
#include "code/observe.h"

enum { MAX_STEPS = 32, AROUND = 6, MAX_INSN = 16, MAX_WINDOW = 48 };

struct step {
	uint64_t at;
	struct span words; /* of the chain, without the address */
	const struct function *f;
};

struct listing {
	struct look *l;
	struct step steps[MAX_STEPS];
	size_t count;
	struct buf *out;
};

static uint64_t hex(struct span s, size_t *used)
{
	uint64_t v = 0;
	size_t i = 0;
	for (; i < s.n && i < 16; i++) {
		const char *digits = "0123456789abcdef", *d = memchr(digits, s.p[i], 16);
		if (!d)
			break;
		v = v << 4 | (uint64_t)(d - digits);
	}
	*used = i;
	return v;
}

/* The function whose code holds an address. */
static const struct function *function_around(const struct program *p, uint64_t at)
{
	for (size_t i = 0; i < p->function_count; i++)
		if (at >= p->functions[i]->start && at < p->functions[i]->end)
			return p->functions[i];
	return NULL;
}

/* "WORDS at 0xADDRESS > WORDS at 0xADDRESS ..." */
static void read_steps(struct listing *d, struct span chain)
{
	static const struct span mark = SPAN_LIT("at 0x");
	size_t from = 0;
	for (size_t at; d->count < MAX_STEPS && (at = span_find(chain, mark, from)) != SIZE_MAX;) {
		size_t digits;
		struct span words = span_trim(span_cut(chain, from, at - from));
		uint64_t k = hex(span_from(chain, at + mark.n), &digits);
		if (words.n && words.p[0] == '>')
			words = span_trim(span_from(words, 1));
		from = at + mark.n + digits;
		const struct function *f = function_around(d->l->p, k);
		if (f)
			d->steps[d->count++] = (struct step){k, words, f};
	}
}

/* Text that a call gets and gives, as far as it is known. */
static void put_call(struct listing *d, const struct call *c)
{
	enum { SHOWN = 4 };
	unsigned last = 0;
	for (unsigned i = 0; i < SHOWN; i++)
		if (value_is(c->args[i], V_CONST))
			last = i + 1;
	buf_printf(d->out, "  ; %s(", look_name(c));
	for (unsigned i = 0; i < last; i++) {
		buf_str(d->out, i ? ", " : "");
		text_terminal(d->out, span_str(look_value(d->l, c->args[i])));
	}
	buf_byte(d->out, ')');
}

static void put_operand(struct listing *d, const struct function *f, struct value v)
{
	const struct call *c = function_call(f, v);
	if (c)
		buf_printf(d->out, "result of %s at 0x%llx", look_name(c),
			   (unsigned long long)c->at);
	else
		text_terminal(d->out, span_str(look_value(d->l, v)));
}

/* What a branch decides by. */
static void put_choice(struct listing *d, const struct function *f, uint64_t at)
{
	for (size_t b = 0; b < f->cfg.block_count; b++) {
		const struct choice *c = &f->choices[b];
		if (f->block_at[b] != at || f->cfg.blocks[b].cond == COND_ALWAYS ||
		    (c->left.kind == V_UNKNOWN && c->right.kind == V_UNKNOWN))
			continue;
		buf_str(d->out, "  ; compares ");
		put_operand(d, f, c->left);
		buf_str(d->out, " with ");
		put_operand(d, f, c->right);
		return;
	}
}

static const struct step *step_at(const struct listing *d, uint64_t at, unsigned size)
{
	for (size_t i = 0; i < d->count; i++)
		if (d->steps[i].at >= at && d->steps[i].at < at + size)
			return &d->steps[i];
	return NULL;
}

static void put_insn(struct listing *d, const struct function *f, const struct line *i)
{
	const struct step *s = step_at(d, i->at, i->size);
	struct span b = span_cut(elf_bytes(d->l->p->img, i->at), 0, i->size);
	char bytes[2 * MAX_INSN + 1] = "";
	for (unsigned k = 0; k < b.n && k < MAX_INSN; k++)
		snprintf(bytes + 2 * k, 3, "%02x", b.p[k]);
	buf_printf(d->out, "  %c %8llx  %-16s  %-7s %-24s", s ? '>' : ' ',
		   (unsigned long long)i->at, bytes, i->mnemonic, i->operands);
	for (size_t k = 0; k < f->call_count; k++)
		if (f->calls[k].at == i->at) {
			put_call(d, &f->calls[k]);
			break;
		}
	put_choice(d, f, i->at);
	struct source_line line;
	for (size_t k = 0; k < d->count; k++)
		if (d->steps[k].at >= i->at && d->steps[k].at < i->at + i->size) {
			buf_printf(d->out, "  <-- step %zu: ", k + 1);
			text_terminal(d->out, d->steps[k].words);
			if (dwarf_line(d->l->p->img, d->steps[k].at, &line)) {
				buf_str(d->out, ", source ");
				text_terminal(d->out, line.file);
				buf_printf(d->out, ":%llu", (unsigned long long)line.line);
			}
		}
	buf_byte(d->out, '\n');
}

/* Is one of the steps within some instructions of here? Instructions of a window by number. */
static bool near_step(const struct listing *d, const uint64_t *at, size_t count, size_t i)
{
	size_t from = i > AROUND ? i - AROUND : 0, to = i + AROUND < count ? i + AROUND : count - 1;
	for (size_t k = from; k <= to; k++)
		if (step_at(d, at[k], k + 1 < count ? (unsigned)(at[k + 1] - at[k]) : 1))
			return true;
	return false;
}

static void put_function(struct listing *d, const struct function *f)
{
	struct line *list;
	bool gap = false;
	size_t count = lines_of(d->l->p, f, d->l->arena, &list);
	uint64_t *at = arena_array(d->l->arena, count + 1, sizeof *at);
	for (size_t i = 0; i < count; i++)
		at[i] = list[i].at;
	buf_printf(d->out, "  %s, 0x%llx to 0x%llx\n", f->name, (unsigned long long)f->start,
		   (unsigned long long)f->end);
	for (size_t i = 0; i < count; i++) {
		bool show = near_step(d, at, count, i) || i == 0;
		if (show && gap)
			buf_str(d->out, "        ...\n");
		if (show)
			put_insn(d, f, &list[i]);
		gap = !show;
	}
}

void code_explain(const struct artifact *a, struct span places, struct buf *out)
{
	struct program *p = arena_alloc(a->arena, sizeof *p);
	struct elf_image *img = arena_alloc(a->arena, sizeof *img);
	struct look l = {.p = p, .arena = a->arena, .path = a->path ? a->path : ""};
	struct listing d = {.l = &l, .out = out};
	if (!elf_image_read(img, a->bytes, a->arena) || !program_read(p, img, a->arena))
		return;
	read_steps(&d, places);
	for (size_t i = 0; i < d.count; i++) {
		bool before = false;
		for (size_t k = 0; k < i; k++)
			before = before || d.steps[k].f == d.steps[i].f;
		if (!before)
			put_function(&d, d.steps[i].f);
	}
}
