/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The steps of a chain as annotated disassembly, function by function: for `postern show`. The
 * program is analysed again; capstone writes the instructions down.
 */
#include "code/explain.h"

#include <capstone/capstone.h>
#include <elf.h>

#include "base/text.h"
#include "code/dwarf_line.h"
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
	csh handle;
	bool open, thumb;
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

static bool decoder_open(struct listing *d, bool thumb)
{
	const struct elf_image *img = d->l->p->img;
	cs_arch arch = CS_ARCH_MIPS;
	unsigned mode = CS_MODE_MIPS32;
	if (d->open && d->thumb == thumb)
		return true;
	if (d->open)
		cs_close(&d->handle);
	switch (img->machine) {
	case EM_MIPS:
		break;
	case EM_ARM:
		arch = CS_ARCH_ARM;
		mode = thumb ? CS_MODE_THUMB : CS_MODE_ARM;
		break;
	case EM_AARCH64:
		arch = CS_ARCH_ARM64;
		mode = CS_MODE_ARM;
		break;
	case EM_PPC:
		arch = CS_ARCH_PPC;
		mode = CS_MODE_32;
		break;
	case EM_386:
	case EM_X86_64:
		arch = CS_ARCH_X86;
		mode = img->machine == EM_386 ? CS_MODE_32 : CS_MODE_64;
		break;
	default:
		return false;
	}
	if (img->big)
		mode |= CS_MODE_BIG_ENDIAN;
	d->open = cs_open(arch, (cs_mode)mode, &d->handle) == CS_ERR_OK;
	d->thumb = thumb;
	return d->open;
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

static void put_insn(struct listing *d, const struct function *f, const cs_insn *i)
{
	const struct step *s = step_at(d, i->address, i->size);
	char bytes[2 * MAX_INSN + 1] = "";
	for (unsigned k = 0; k < i->size && k < MAX_INSN; k++)
		snprintf(bytes + 2 * k, 3, "%02x", i->bytes[k]);
	buf_printf(d->out, "  %c %8llx  %-16s  %-7s %-24s", s ? '>' : ' ',
		   (unsigned long long)i->address, bytes, i->mnemonic, i->op_str);
	for (size_t k = 0; k < f->call_count; k++)
		if (f->calls[k].at == i->address) {
			put_call(d, &f->calls[k]);
			break;
		}
	put_choice(d, f, i->address);
	struct source_line line;
	for (size_t k = 0; k < d->count; k++)
		if (d->steps[k].at >= i->address && d->steps[k].at < i->address + i->size) {
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

static size_t decode(struct listing *d, const struct function *f, cs_insn **out)
{
	struct span b = span_cut(elf_bytes(d->l->p->img, f->start), 0, f->end - f->start);
	cs_option(d->handle, CS_OPT_SKIPDATA, CS_OPT_ON);
	return cs_disasm(d->handle, b.p, b.n, f->start, MAX_FUNCTION_INSNS, out);
}

static void put_function(struct listing *d, const struct function *f)
{
	cs_insn *list = NULL;
	bool gap = false;
	if (!decoder_open(d, f->thumb))
		return;
	size_t count = decode(d, f, &list);
	uint64_t *at = arena_array(d->l->arena, count + 1, sizeof *at);
	for (size_t i = 0; i < count; i++)
		at[i] = list[i].address;
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
	if (count)
		cs_free(list, count);
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
	if (d.open)
		cs_close(&d.handle);
}
