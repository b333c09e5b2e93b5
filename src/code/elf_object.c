/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Relocatable objects have sections and no addresses. Here each section that would be loaded gets
 * one, in the order of the file; symbols of other files get addresses behind them, where fixups
 * tell their names; and relocations are carried out in a copy of the bytes.
 * Reference: System V ABI gABI 4.1, chapter 4.
 */
#include "code/elf_object.h"

#include <elf.h>

enum { MAX_PARTS = 256, MAX_SYMBOLS = 60000, MAX_FIXUPS = 200000, EXTERNAL_STEP = 16 };

#define FIRST_ADDRESS 0x100000
#define MAX_OBJECT    (32u << 20)

struct section {
	uint32_t type, link, info;
	uint64_t flags, offset, size, align, address; /* address 0: not loaded */
};

struct object {
	struct elf_image *img;
	struct arena *arena;
	uint8_t *copy;
	struct section *sections;
	size_t count;
	uint64_t *symbol_at; /* addresses of the symbols of the table at work */
	uint64_t next;	     /* free address */
};

static uint64_t field(const struct elf_image *img, uint64_t base, unsigned narrow, unsigned wide)
{
	if (!img->wide)
		return span_u32(img->in, base + narrow, img->big);
	return img->big ? span_be64(img->in, base + wide) : span_le64(img->in, base + wide);
}

static uint64_t round_up(uint64_t v, uint64_t align)
{
	if (align < 1 || align > 65536 || (align & (align - 1)))
		align = 16;
	return (v + align - 1) & ~(align - 1);
}

static void read_sections(struct object *o)
{
	const struct elf_image *img = o->img;
	uint64_t at = field(img, 0, 32, 40);
	unsigned tail = img->wide ? 48 : 36, step = img->wide ? 64 : 40;
	unsigned count = span_u16(img->in, tail + 12, img->big);
	if (span_u16(img->in, tail + 10, img->big) != step)
		return;
	o->sections = arena_array(o->arena, count + 1u, sizeof *o->sections);
	for (unsigned i = 0; i < count && span_has(img->in, at, step); i++, at += step) {
		struct section *s = &o->sections[o->count++];
		s->type = span_u32(img->in, at + 4, img->big);
		s->flags = field(img, at, 8, 8);
		s->offset = field(img, at, 16, 24);
		s->size = field(img, at, 20, 32);
		s->link = span_u32(img->in, at + (img->wide ? 40 : 24), img->big);
		s->info = span_u32(img->in, at + (img->wide ? 44 : 28), img->big);
		s->align = field(img, at, 32, 48);
	}
}

static void place_sections(struct object *o)
{
	struct elf_image *img = o->img;
	img->segments = arena_array(o->arena, MAX_PARTS, sizeof *img->segments);
	img->code = arena_array(o->arena, MAX_PARTS, sizeof *img->code);
	for (size_t i = 0; i < o->count && img->segment_count < MAX_PARTS; i++) {
		struct section *s = &o->sections[i];
		bool bits = s->type == SHT_PROGBITS, zeros = s->type == SHT_NOBITS;
		if (!(s->flags & SHF_ALLOC) || (!bits && !zeros) || !s->size ||
		    s->size > MAX_OBJECT || (bits && !span_has(img->in, s->offset, s->size)))
			continue;
		s->address = round_up(o->next, s->align < 16 ? 16 : s->align);
		o->next = s->address + s->size;
		struct elf_segment *g = &img->segments[img->segment_count++];
		*g = (struct elf_segment){.vaddr = s->address,
					  .offset = bits ? s->offset : 0,
					  .filesz = bits ? s->size : 0,
					  .memsz = s->size};
		g->exec = s->flags & SHF_EXECINSTR;
		g->write = s->flags & SHF_WRITE;
		if (g->exec && bits)
			img->code[img->code_count++] =
			    (struct elf_range){s->address, s->address + s->size};
	}
}

static const char *name_at(struct object *o, const struct section *strings, uint32_t at)
{
	struct span s = span_from(span_cut(o->img->in, strings->offset, strings->size), at);
	size_t n = 0;
	while (n < s.n && n < 255 && s.p[n])
		n++;
	return arena_str(o->arena, SPAN(s.p, n));
}

static void external(struct object *o, size_t symbol)
{
	struct elf_image *img = o->img;
	if (img->fixup_count >= MAX_FIXUPS)
		return;
	o->next = round_up(o->next, EXTERNAL_STEP) + EXTERNAL_STEP;
	img->symbols[symbol].value = o->next;
	img->fixups[img->fixup_count++] =
	    (struct elf_fixup){.at = o->next, .value = o->next, .symbol = (int64_t)symbol};
}

static void read_symbol(struct object *o, const struct section *strings, uint64_t at, size_t i)
{
	struct elf_image *img = o->img;
	struct elf_symbol *y = &img->symbols[i];
	struct span byte = span_cut(img->in, at + (img->wide ? 4 : 12), 1);
	uint8_t info = byte.n ? byte.p[0] : 0;
	uint16_t section = span_u16(img->in, at + (img->wide ? 6 : 14), img->big);
	y->name = name_at(o, strings, span_u32(img->in, at, img->big));
	y->value = field(img, at, 4, 8);
	y->size = field(img, at, 8, 16);
	y->function = (info & 15) == STT_FUNC;
	y->defined = section != SHN_UNDEF;
	if (!y->defined && y->name[0])
		external(o, i);
	else if (section < o->count && o->sections[section].address)
		y->value += o->sections[section].address;
	else
		y->value = 0;
}

static void read_symbols(struct object *o)
{
	struct elf_image *img = o->img;
	unsigned step = img->wide ? 24 : 16;
	for (size_t i = 0; i < o->count; i++) {
		const struct section *s = &o->sections[i];
		if (s->type != SHT_SYMTAB || s->link >= o->count ||
		    !span_has(img->in, s->offset, s->size))
			continue;
		uint64_t n = s->size / step < MAX_SYMBOLS ? s->size / step : MAX_SYMBOLS;
		img->symbols = arena_array(o->arena, (size_t)n + 1, sizeof *img->symbols);
		for (uint64_t k = 0; k < n; k++)
			read_symbol(o, &o->sections[s->link], s->offset + k * step, (size_t)k);
		img->symbol_count = (size_t)n;
		return;
	}
}

/* The addend of a MIPS HI16 has its lower half in the LO16 of the same symbol behind it. */
static int64_t mips_addend(const struct object *o, const struct section *r,
			   const struct section *to, uint64_t entry, uint64_t symbol, uint32_t word)
{
	for (uint64_t k = entry + 8; k + 8 <= r->size && k < entry + 8 * 64; k += 8) {
		uint32_t info = span_u32(o->img->in, r->offset + k + 4, o->img->big);
		uint32_t where = span_u32(o->img->in, r->offset + k, o->img->big);
		if ((info & 0xff) == R_MIPS_LO16 && info >> 8 == symbol) {
			uint32_t low = span_u32(o->img->in, to->offset + where, o->img->big);
			return (int64_t)(uint32_t)(word << 16) + (int16_t)(low & 0xffff);
		}
	}
	return (int64_t)(uint32_t)(word << 16);
}

static void pointer(struct object *o, const struct elf_relocation *r, size_t symbol)
{
	struct elf_image *img = o->img;
	uint64_t inside = img->wide ? 0 : span_u32(SPAN(r->p, 4), 0, img->big);
	uint64_t v = r->symbol + (r->has_addend ? (uint64_t)r->addend : inside);
	bool import = !img->symbols[symbol].defined;
	if (img->fixup_count < MAX_FIXUPS)
		img->fixups[img->fixup_count++] = (struct elf_fixup){
		    .at = r->at, .value = v, .symbol = import ? (int64_t)symbol : -1};
	for (unsigned i = 0; img->wide && i < 8; i++)
		r->p[i] = (uint8_t)(v >> (img->big ? 56 - 8 * i : 8 * i));
}

static void relocate(struct object *o, const struct section *s, const struct section *to,
		     uint64_t entry)
{
	struct elf_image *img = o->img;
	uint64_t base = s->offset + entry, where = field(img, base, 0, 0);
	uint64_t info = field(img, base, 4, 8), symbol = img->wide ? info >> 32 : info >> 8;
	struct elf_relocation r = {.has_addend = s->type == SHT_RELA, .big = img->big};
	r.type = (uint32_t)(img->wide ? info & 0xffffffff : info & 0xff);
	bool word = elf_relocates_word(img->machine, r.type);
	unsigned size = img->wide && word ? 8 : 4;
	/* halves of PowerPC stand inside of a word */
	if (symbol >= img->symbol_count || where > to->size ||
	    to->size - where < (size == 8 ? 8 : 2) || !span_has(img->in, to->offset + where, size))
		return;
	if (r.has_addend)
		r.addend = (int64_t)field(img, base, 8, 16);
	if (r.has_addend && !img->wide)
		r.addend = (int32_t)r.addend;
	r.p = o->copy + to->offset + where;
	r.at = to->address + where;
	r.symbol = img->symbols[symbol].value;
	if (img->machine == EM_MIPS && r.type == R_MIPS_HI16 && !r.has_addend)
		r.addend = mips_addend(o, s, to, entry, symbol, span_u32(SPAN(r.p, 4), 0, r.big));
	if (word)
		pointer(o, &r, (size_t)symbol);
	elf_relocate(img->machine, &r);
}

static int by_address(const void *a, const void *b)
{
	const struct elf_fixup *x = a, *y = b;
	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	return x->symbol < y->symbol ? -1 : x->symbol > y->symbol;
}

static void carry_out(struct object *o)
{
	struct elf_image *img = o->img;
	for (size_t i = 0; i < o->count; i++) {
		const struct section *s = &o->sections[i];
		if ((s->type != SHT_REL && s->type != SHT_RELA) || s->info >= o->count ||
		    !o->sections[s->info].address || !span_has(img->in, s->offset, s->size))
			continue;
		unsigned step = (s->type == SHT_RELA ? 3 : 2) * (img->wide ? 8 : 4);
		for (uint64_t k = 0; k + step <= s->size; k += step)
			relocate(o, s, &o->sections[s->info], k);
	}
	if (img->fixup_count)
		qsort(img->fixups, img->fixup_count, sizeof *img->fixups, by_address);
	size_t k = 0;
	for (size_t i = 0; i < img->fixup_count; i++)
		if (!k || img->fixups[i].at != img->fixups[k - 1].at)
			img->fixups[k++] = img->fixups[i];
	img->fixup_count = k;
}

bool elf_object_read(struct elf_image *img, struct arena *a)
{
	struct object o = {.img = img, .arena = a, .next = FIRST_ADDRESS};
	if (img->in.n > MAX_OBJECT)
		return false;
	read_sections(&o);
	place_sections(&o);
	if (!img->code_count)
		return false;
	size_t most = img->in.n / 8 < MAX_FIXUPS ? img->in.n / 8 : MAX_FIXUPS;
	img->fixups =
	    arena_array(a, MAX_FIXUPS < most + MAX_SYMBOLS ? MAX_FIXUPS : most + MAX_SYMBOLS,
			sizeof *img->fixups);
	read_symbols(&o);
	o.copy = arena_alloc(a, img->in.n);
	memcpy(o.copy, img->in.p, img->in.n);
	carry_out(&o);
	img->in = SPAN(o.copy, img->in.n);
	img->entry = 0;
	return true;
}
