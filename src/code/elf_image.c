/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ELF, read through its program headers and dynamic section.
 *
 *   ehdr: ident(16) type(2) machine(2) version(4) entry(w) phoff(w) shoff(w) flags(4) ehsize(2)
 *         phentsize(2) phnum(2) shentsize(2) shnum(2) shstrndx(2)            w: 4 or 8 bytes
 *   phdr: 32 bit: type offset vaddr paddr filesz memsz flags align
 *         64 bit: type flags offset vaddr paddr filesz memsz align
 *   dyn:  tag(w) value(w)
 *   sym:  32 bit: name(4) value(4) size(4) info other shndx(2); 64 bit: name(4) info other shndx(2)
 *         value(8) size(8)
 *   rel:  offset(w) info(w); rela adds addend(w)
 *
 * Section headers are used for what program headers cannot tell (which bytes are instructions, the
 * full symbol table) and only where they agree with the segments.
 * References: System V ABI gABI 4.1; the processor supplements for MIPS, ARM, PowerPC, i386, x86-64
 * and AArch64. MIPS: the GOT has DT_MIPS_LOCAL_GOTNO words without relocation, then one word for
 * every dynamic symbol from DT_MIPS_GOTSYM on.
 */
#include "code/elf_object.h"
#include "code/isa_riscv.h"

#include <elf.h>

#include "base/mem.h"
#include "code/elf_static.h"

enum {
	MAX_SEGMENTS = 64,
	MAX_SECTIONS = 4096,
	MAX_SYMBOLS = 200000,
	MAX_FIXUPS = 400000,
	MAX_DYNAMIC = 1024,
	MIPS_GP_BIAS = 0x7ff0,
	FEW_SYMBOLS = 8, /* as a static program has that may be loaded anywhere */
};

struct dynamic {
	uint64_t symtab, strtab, strsz, hash, jmprel, pltrelsz, rel, relsz, rela, relasz, pltgot;
	uint64_t mips_local, mips_gotsym, mips_symbols, ppc_got;
	bool plt_rela, have_pltgot, have_mips;
};

static uint64_t word_at(const struct elf_image *img, uint64_t off)
{
	if (img->wide)
		return img->big ? span_be64(img->in, off) : span_le64(img->in, off);
	return span_u32(img->in, off, img->big);
}

static uint64_t field(const struct elf_image *img, uint64_t base, unsigned narrow, unsigned wide)
{
	return word_at(img, base + (img->wide ? wide : narrow));
}

static uint64_t at_most(uint64_t n, uint64_t limit)
{
	return n < limit ? n : limit;
}

static const struct elf_segment *segment_of(const struct elf_image *img, uint64_t vaddr)
{
	for (size_t i = 0; i < img->segment_count; i++)
		if (vaddr >= img->segments[i].vaddr &&
		    vaddr - img->segments[i].vaddr < img->segments[i].memsz)
			return &img->segments[i];
	return NULL;
}

bool elf_offset(const struct elf_image *img, uint64_t vaddr, uint64_t *offset)
{
	const struct elf_segment *s = segment_of(img, vaddr);
	if (!s || vaddr - s->vaddr >= s->filesz)
		return false;
	*offset = s->offset + (vaddr - s->vaddr);
	return *offset < img->in.n;
}

struct span elf_bytes(const struct elf_image *img, uint64_t vaddr)
{
	const struct elf_segment *s = segment_of(img, vaddr);
	if (!s || vaddr - s->vaddr >= s->filesz)
		return SPAN(img->in.p, 0);
	uint64_t in = vaddr - s->vaddr;
	return span_cut(img->in, s->offset + in, s->filesz - in);
}

bool elf_writable(const struct elf_image *img, uint64_t vaddr)
{
	const struct elf_segment *s = segment_of(img, vaddr);
	return s && s->write;
}

bool elf_mapped(const struct elf_image *img, uint64_t vaddr)
{
	return segment_of(img, vaddr) != NULL;
}

bool elf_is_code(const struct elf_image *img, uint64_t vaddr)
{
	for (size_t i = 0; i < img->code_count; i++)
		if (vaddr >= img->code[i].begin && vaddr < img->code[i].end)
			return true;
	return false;
}

bool elf_word(const struct elf_image *img, uint64_t vaddr, unsigned size, uint64_t *out)
{
	struct span b = elf_bytes(img, vaddr);
	if (b.n < size)
		return false;
	switch (size) {
	case 1:
		*out = b.p[0];
		return true;
	case 2:
		*out = span_u16(b, 0, img->big);
		return true;
	case 4:
		*out = span_u32(b, 0, img->big);
		return true;
	case 8:
		*out = img->big ? span_be64(b, 0) : span_le64(b, 0);
		return true;
	default:
		return false;
	}
}

const struct elf_fixup *elf_fixup_at(const struct elf_image *img, uint64_t vaddr)
{
	size_t lo = 0, hi = img->fixup_count;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		if (img->fixups[mid].at < vaddr)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < img->fixup_count && img->fixups[lo].at == vaddr ? &img->fixups[lo] : NULL;
}

struct span elf_string(const struct elf_image *img, uint64_t vaddr, size_t max)
{
	struct span b = elf_bytes(img, vaddr);
	size_t n = 0;
	while (n < b.n && n < max &&
	       ((b.p[n] >= 0x20 && b.p[n] < 0x7f) || b.p[n] == '\n' || b.p[n] == '\r' ||
		b.p[n] == '\t'))
		n++;
	if (n >= b.n || (n < max && b.p[n] != 0))
		return SPAN(b.p, 0);
	return SPAN(b.p, n);
}

bool elf_needs(const struct elf_image *img, const char *name)
{
	for (size_t i = 0; i < img->symbol_count; i++)
		if (!img->symbols[i].defined && strcmp(img->symbols[i].name, name) == 0)
			return true;
	return false;
}

static void read_segments(struct elf_image *img, struct arena *a)
{
	uint64_t phoff = field(img, 0, 28, 32);
	unsigned tail = img->wide ? 48 : 36, step = img->wide ? 56 : 32;
	unsigned count = span_u16(img->in, tail + 8, img->big);
	if (span_u16(img->in, tail + 6, img->big) != step)
		return;
	img->segments = arena_array(a, MAX_SEGMENTS, sizeof *img->segments);
	for (unsigned i = 0; i < count && img->segment_count < MAX_SEGMENTS; i++) {
		uint64_t at = phoff + (uint64_t)i * step;
		if (!span_has(img->in, at, step))
			break;
		if (span_u32(img->in, at, img->big) != PT_LOAD)
			continue;
		uint32_t flags = span_u32(img->in, at + (img->wide ? 4 : 24), img->big);
		struct elf_segment s = {.offset = field(img, at, 4, 8),
					.vaddr = field(img, at, 8, 16),
					.filesz = field(img, at, 16, 32),
					.memsz = field(img, at, 20, 40)};
		s.exec = (flags & PF_X) != 0;
		s.write = (flags & PF_W) != 0;
		uint64_t end;
		if (s.memsz < s.filesz)
			s.memsz = s.filesz;
		if (s.offset > img->in.n || __builtin_add_overflow(s.vaddr, s.memsz, &end) ||
		    !s.memsz)
			continue;
		if (s.filesz > img->in.n - s.offset)
			s.filesz = img->in.n - s.offset;
		img->segments[img->segment_count++] = s;
	}
}

static bool find_dynamic(const struct elf_image *img, uint64_t *off, uint64_t *size)
{
	uint64_t phoff = field(img, 0, 28, 32);
	unsigned tail = img->wide ? 48 : 36, step = img->wide ? 56 : 32;
	unsigned count = span_u16(img->in, tail + 8, img->big);
	for (unsigned i = 0; i < count; i++) {
		uint64_t at = phoff + (uint64_t)i * step;
		if (!span_has(img->in, at, step))
			return false;
		if (span_u32(img->in, at, img->big) != PT_DYNAMIC)
			continue;
		*off = field(img, at, 4, 8);
		*size = field(img, at, 16, 32);
		return *off < img->in.n;
	}
	return false;
}

static void take_tag(struct dynamic *d, uint64_t tag, uint64_t v)
{
	switch (tag) {
	case DT_SYMTAB:
		d->symtab = v;
		break;
	case DT_STRTAB:
		d->strtab = v;
		break;
	case DT_STRSZ:
		d->strsz = v;
		break;
	case DT_HASH:
		d->hash = v;
		break;
	case DT_JMPREL:
		d->jmprel = v;
		break;
	case DT_PLTRELSZ:
		d->pltrelsz = v;
		break;
	case DT_PLTREL:
		d->plt_rela = v == DT_RELA;
		break;
	case DT_REL:
		d->rel = v;
		break;
	case DT_RELSZ:
		d->relsz = v;
		break;
	case DT_RELA:
		d->rela = v;
		break;
	case DT_RELASZ:
		d->relasz = v;
		break;
	case DT_PLTGOT:
		d->pltgot = v;
		d->have_pltgot = true;
		break;
	case DT_MIPS_LOCAL_GOTNO:
		d->mips_local = v;
		d->have_mips = true;
		break;
	case DT_MIPS_GOTSYM:
		d->mips_gotsym = v;
		break;
	case DT_PPC_GOT:
		d->ppc_got = v;
		break;
	case DT_MIPS_SYMTABNO:
		d->mips_symbols = v;
		break;
	default:
		break;
	}
}

static struct dynamic read_dynamic(struct elf_image *img)
{
	struct dynamic d = {0};
	uint64_t off, size;
	unsigned step = img->wide ? 16 : 8;
	if (!find_dynamic(img, &off, &size))
		return d;
	for (unsigned i = 0; i < MAX_DYNAMIC; i++, off += step) {
		if (!span_has(img->in, off, step) || (uint64_t)i * step >= size)
			break;
		uint64_t tag = word_at(img, off);
		if (tag == DT_NULL)
			break;
		take_tag(&d, tag, word_at(img, off + step / 2));
		if (tag == DT_INIT_ARRAY)
			img->init = word_at(img, off + step / 2);
		if (tag == DT_INIT_ARRAYSZ)
			img->init_size = word_at(img, off + step / 2);
	}
	return d;
}

/* How many dynamic symbols there are: no tag says it, several imply it. */
static uint64_t symbol_total(const struct elf_image *img, const struct dynamic *d)
{
	unsigned step = img->wide ? 24 : 16;
	uint64_t n;
	if (d->have_mips && d->mips_symbols)
		return d->mips_symbols;
	if (d->hash && elf_word(img, d->hash + 4, 4, &n) && n)
		return n;
	return d->strtab > d->symtab ? (d->strtab - d->symtab) / step : 0;
}

static const char *name_at(struct arena *a, struct span strings, uint32_t at)
{
	struct span s = span_from(strings, at);
	size_t n = 0;
	while (n < s.n && n < 255 && s.p[n])
		n++;
	if (n < s.n && s.p[n] == 0)
		return (const char *)s.p;
	return arena_str(a, SPAN(s.p, n));
}

static void add_symbols(struct elf_image *img, struct span table, struct span strings,
			uint64_t count, struct arena *a)
{
	unsigned step = img->wide ? 24 : 16;
	size_t have = img->symbol_count;
	uint64_t fit = table.n / step;
	if (count > fit)
		count = fit;
	if (count > MAX_SYMBOLS - have) {
		count = MAX_SYMBOLS - have;
		img->capped = true;
	}
	struct elf_symbol *all = arena_array(a, have + (size_t)count + 1, sizeof *all);
	if (have)
		memcpy(all, img->symbols, have * sizeof *all);
	for (size_t i = 0; i < count; i++) {
		uint64_t at = (uint64_t)i * step;
		struct elf_symbol *s = &all[have + i];
		uint8_t info = table.p[at + (img->wide ? 4 : 12)];
		uint16_t section = span_u16(table, at + (img->wide ? 6 : 14), img->big);
		s->name = name_at(a, strings, span_u32(table, at, img->big));
		if (img->wide) {
			s->value = img->big ? span_be64(table, at + 8) : span_le64(table, at + 8);
			s->size = img->big ? span_be64(table, at + 16) : span_le64(table, at + 16);
		} else {
			s->value = span_u32(table, at + 4, img->big);
			s->size = span_u32(table, at + 8, img->big);
		}
		s->defined = section != SHN_UNDEF;
		s->function = (info & 15) == STT_FUNC;
	}
	img->symbols = all;
	img->symbol_count = have + (size_t)count;
}

static void add_fixup(struct elf_image *img, uint64_t at, int64_t symbol, uint64_t value)
{
	if (img->fixup_count >= MAX_FIXUPS) {
		img->capped = true;
		return;
	}
	img->fixups[img->fixup_count++] = (struct elf_fixup){at, value, symbol};
}

static bool is_relative(uint16_t machine, uint32_t type)
{
	switch (machine) {
	case EM_386:
		return type == R_386_RELATIVE;
	case EM_X86_64:
		return type == R_X86_64_RELATIVE;
	case EM_ARM:
		return type == R_ARM_RELATIVE;
	case EM_AARCH64:
		return type == R_AARCH64_RELATIVE;
	case EM_PPC:
		return type == R_PPC_RELATIVE;
	case EM_RISCV:
		return type == R_RISCV_RELATIVE;
	default:
		return false;
	}
}

/* Relocations that put a symbol's address into a word: pointers, GOT and PLT slots. */
static bool is_address(uint16_t machine, uint32_t type)
{
	switch (machine) {
	case EM_386:
		return type == R_386_32 || type == R_386_GLOB_DAT || type == R_386_JMP_SLOT;
	case EM_X86_64:
		return type == R_X86_64_64 || type == R_X86_64_GLOB_DAT ||
		       type == R_X86_64_JUMP_SLOT;
	case EM_ARM:
		return type == R_ARM_ABS32 || type == R_ARM_GLOB_DAT || type == R_ARM_JUMP_SLOT;
	case EM_AARCH64:
		return type == R_AARCH64_ABS64 || type == R_AARCH64_GLOB_DAT ||
		       type == R_AARCH64_JUMP_SLOT;
	case EM_PPC:
		return type == R_PPC_ADDR32 || type == R_PPC_GLOB_DAT || type == R_PPC_JMP_SLOT;
	case EM_RISCV:
		return type == R_RISCV_32 || type == R_RISCV_64 || type == R_RISCV_JUMP_SLOT;
	case EM_MIPS:
		return type == R_MIPS_REL32 || type == R_MIPS_32 || type == R_MIPS_JUMP_SLOT;
	default:
		return false;
	}
}

static void add_relocations(struct elf_image *img, uint64_t table, uint64_t size, bool rela,
			    uint64_t dynamic_symbols)
{
	unsigned step = (rela ? 3 : 2) * (img->wide ? 8 : 4);
	struct span t = span_cut(elf_bytes(img, table), 0, size);
	for (uint64_t at = 0; at + step <= t.n && !img->capped; at += step) {
		uint64_t base = (uint64_t)(t.p - img->in.p) + at;
		uint64_t where = field(img, base, 0, 0), info = field(img, base, 4, 8);
		uint32_t type = (uint32_t)(img->wide ? info & 0xffffffff : info & 0xff);
		uint64_t symbol = img->wide ? info >> 32 : info >> 8;
		uint64_t addend = 0;
		if (rela)
			addend = field(img, base, 8, 16);
		else if (!elf_word(img, where, img->wide ? 8 : 4, &addend))
			addend = 0;
		if (is_relative(img->machine, type) || (is_address(img->machine, type) && !symbol))
			add_fixup(img, where, -1, addend);
		else if (is_address(img->machine, type) && symbol < dynamic_symbols)
			add_fixup(img, where, (int64_t)symbol,
				  img->symbols[symbol].value + (rela ? addend : 0));
	}
}

static void add_mips_got(struct elf_image *img, const struct dynamic *d, uint64_t dynamic_symbols)
{
	unsigned size = img->wide ? 8 : 4;
	if (!d->have_mips || !d->have_pltgot || d->mips_gotsym > dynamic_symbols ||
	    d->mips_local > MAX_SYMBOLS)
		return;
	img->got = d->pltgot;
	img->gp = d->pltgot + MIPS_GP_BIAS;
	uint64_t at = d->pltgot + d->mips_local * size;
	for (uint64_t i = d->mips_gotsym; i < dynamic_symbols; i++, at += size)
		add_fixup(img, at, (int64_t)i, img->symbols[i].value);
	img->got_end = at;
}

static int by_address(const void *a, const void *b)
{
	const struct elf_fixup *x = a, *y = b;
	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	return x->symbol < y->symbol ? -1 : x->symbol > y->symbol;
}

static void sort_fixups(struct elf_image *img)
{
	if (!img->fixup_count)
		return;
	qsort(img->fixups, img->fixup_count, sizeof *img->fixups, by_address);
	size_t k = 1;
	for (size_t i = 1; i < img->fixup_count; i++)
		if (img->fixups[i].at != img->fixups[k - 1].at)
			img->fixups[k++] = img->fixups[i];
	img->fixup_count = k;
}

static int by_begin(const void *a, const void *b)
{
	const struct elf_range *x = a, *y = b;
	return x->begin < y->begin ? -1 : x->begin > y->begin;
}

static void merge_code(struct elf_image *img)
{
	size_t k = 0;
	qsort(img->code, img->code_count, sizeof *img->code, by_begin);
	for (size_t i = 0; i < img->code_count; i++) {
		struct elf_range r = img->code[i];
		if (k && r.begin < img->code[k - 1].end)
			r.begin = img->code[k - 1].end;
		if (r.begin < r.end)
			img->code[k++] = r;
	}
	img->code_count = k;
}

/* Sections: instructions and the full symbol table, where addresses and offsets agree. */
static void read_sections(struct elf_image *img, struct arena *a)
{
	uint64_t shoff = field(img, 0, 32, 40);
	unsigned tail = img->wide ? 48 : 36, step = img->wide ? 64 : 40;
	unsigned count = span_u16(img->in, tail + 12, img->big);
	if (!shoff || span_u16(img->in, tail + 10, img->big) != step || count > MAX_SECTIONS)
		return;
	for (unsigned i = 0; i < count; i++) {
		uint64_t at = shoff + (uint64_t)i * step, where, off;
		if (!span_has(img->in, at, step))
			return;
		uint32_t type = span_u32(img->in, at + 4, img->big);
		uint64_t flags = field(img, at, 8, 8), size = field(img, at, 20, 32);
		where = field(img, at, 12, 16);
		off = field(img, at, 16, 24);
		uint64_t real;
		if (type == SHT_PROGBITS && (flags & SHF_EXECINSTR) &&
		    img->code_count < MAX_SEGMENTS && elf_offset(img, where, &real) &&
		    real == off && size <= elf_bytes(img, where).n)
			img->code[img->code_count++] = (struct elf_range){where, where + size};
		uint32_t link = span_u32(img->in, at + (img->wide ? 40 : 24), img->big);
		if (type != SHT_SYMTAB || link >= count)
			continue;
		uint64_t strings = shoff + (uint64_t)link * step;
		if (span_has(img->in, strings, step))
			add_symbols(img, span_cut(img->in, off, size),
				    span_cut(img->in, field(img, strings, 16, 24),
					     field(img, strings, 20, 32)),
				    UINT64_MAX, a);
	}
}

static void read_code(struct elf_image *img, struct arena *a)
{
	img->code = arena_array(a, MAX_SEGMENTS + 1, sizeof *img->code);
	read_sections(img, a);
	if (!img->code_count)
		for (size_t i = 0; i < img->segment_count; i++)
			if (img->segments[i].exec && img->segments[i].filesz)
				img->code[img->code_count++] = (struct elf_range){
				    img->segments[i].vaddr,
				    img->segments[i].vaddr + img->segments[i].filesz};
	merge_code(img);
}

bool elf_image_read(struct elf_image *img, struct span in, struct arena *a)
{
	*img = (struct elf_image){.in = in};
	if (in.n < 52 || !SPAN_IS(in, 0, ELFMAG) || in.p[4] - 1u > 1 || in.p[5] - 1u > 1)
		return false;
	img->wide = in.p[4] == ELFCLASS64;
	img->big = in.p[5] == ELFDATA2MSB;
	if (img->wide && in.n < 64)
		return false;
	img->type = span_u16(in, 16, img->big);
	img->machine = span_u16(in, 18, img->big);
	img->entry = field(img, 0, 24, 24);
	img->flags = span_u32(in, img->wide ? 48 : 36, img->big);
	if (img->type == ET_REL)
		return elf_object_read(img, a);
	if (img->type != ET_EXEC && img->type != ET_DYN)
		return false;
	read_segments(img, a);
	if (!img->segment_count)
		return false;
	struct dynamic d = read_dynamic(img);
	uint64_t total = d.symtab ? symbol_total(img, &d) : 0;
	add_symbols(img, elf_bytes(img, d.symtab),
		    d.strsz ? span_cut(elf_bytes(img, d.strtab), 0, d.strsz)
			    : elf_bytes(img, d.strtab),
		    total, a);
	uint64_t dynamic_symbols = img->symbol_count;
	uint64_t most = dynamic_symbols + at_most(d.pltrelsz, in.n) / 8 +
			at_most(d.relsz, in.n) / 8 + at_most(d.relasz, in.n) / 8;
	img->fixups = arena_array(a, (size_t)at_most(most, MAX_FIXUPS) + 1, sizeof *img->fixups);
	add_relocations(img, d.jmprel, d.pltrelsz, d.plt_rela, dynamic_symbols);
	add_relocations(img, d.rel, d.relsz, false, dynamic_symbols);
	add_relocations(img, d.rela, d.relasz, true, dynamic_symbols);
	if (img->machine == EM_386)
		img->gp = d.pltgot;
	else if (img->machine == EM_PPC)
		img->gp = d.ppc_got;
	else if (img->machine == EM_RISCV)
		img->gp = riscv_global_pointer(elf_bytes(img, img->entry), img->entry);
	else
		add_mips_got(img, &d, dynamic_symbols);
	sort_fixups(img);
	read_code(img, a);
	uint64_t at, size;
	bool dynamic = find_dynamic(img, &at, &size);
	if (!dynamic || dynamic_symbols <= FEW_SYMBOLS)
		elf_static_read(img, dynamic, a);
	return img->code_count > 0;
}
