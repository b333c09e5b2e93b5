/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Programs that are linked statically. Reference: System V ABI, MIPS supplement (.reginfo, GOT);
 * the GNU extensions PT_GNU_RELRO and R_*_IRELATIVE: relocations that the program's own start
 * carries out. Those stand in a table that only section headers tell, which may be gone; it is
 * found by what its entries look like.
 */
#include "code/elf_static.h"

#include <elf.h>
#include <stdlib.h>

enum {
	MIPS_REGINFO = 0x70000000, /* PT_MIPS_REGINFO */
	GP_IN_REGINFO = 20,
	MIPS_GP_BIAS = 0x7ff0,
	MAX_GOT = 0x10000,
	SMALL = 0x10000,
	MAX_HEADERS = 64,
	MAX_CHOSEN = 256,
	LOOK_AT = 0x10000, /* bytes of the file in which the table begins */
};

struct header {
	uint64_t offset, vaddr, size;
};

/* The program header of this type; false: none. */
static bool find_header(const struct elf_image *img, uint32_t type, struct header *out)
{
	uint64_t phoff = img->wide ? (img->big ? span_be64(img->in, 32) : span_le64(img->in, 32))
				   : span_u32(img->in, 28, img->big);
	unsigned step = img->wide ? 56 : 32,
		 count = span_u16(img->in, img->wide ? 56 : 44, img->big);
	for (unsigned i = 0; i < count && i < MAX_HEADERS; i++) {
		uint64_t at = phoff + (uint64_t)i * step;
		if (!span_has(img->in, at, step))
			return false;
		if (span_u32(img->in, at, img->big) != type)
			continue;
		uint64_t v[3];
		for (unsigned k = 0; k < 3; k++) { /* offset, virtual address, size in the file */
			uint64_t from =
			    at + (img->wide ? 8 : 4) + (k == 2 ? 3 : k) * (img->wide ? 8u : 4u);
			v[k] = !img->wide ? span_u32(img->in, from, img->big)
			       : img->big ? span_be64(img->in, from)
					  : span_le64(img->in, from);
		}
		*out = (struct header){v[0], v[1], v[2]};
		return true;
	}
	return false;
}

/* Does a GOT begin here? Its first two words are reserved by the GNU linker. */
static bool is_got(const struct elf_image *img, uint64_t at)
{
	uint64_t v[3];
	for (unsigned i = 0; i < 3; i++)
		if (!elf_word(img, at + i * 4, 4, &v[i]))
			return false;
	return v[0] == 0 && v[1] == 0x80000000 && elf_mapped(img, v[2]);
}

static uint64_t search_got(const struct elf_image *img)
{
	for (size_t i = 0; i < img->segment_count; i++) {
		const struct elf_segment *s = &img->segments[i];
		uint64_t k = (0 - s->vaddr) & 15;
		for (; s->write && k + 12 <= s->filesz; k += 16)
			if (is_got(img, s->vaddr + k))
				return s->vaddr + k;
	}
	return 0;
}

static void mips_got(struct elf_image *img)
{
	struct header h;
	uint64_t v, gp = 0;
	if (find_header(img, MIPS_REGINFO, &h) && span_has(img->in, h.offset, 24))
		gp = span_u32(img->in, h.offset + GP_IN_REGINFO, img->big);
	uint64_t got = gp > MIPS_GP_BIAS && is_got(img, gp - MIPS_GP_BIAS) ? gp - MIPS_GP_BIAS
									   : search_got(img);
	if (!got)
		return;
	img->got = got;
	img->gp = got + MIPS_GP_BIAS;
	uint64_t low = UINT64_MAX, high = 0;
	for (size_t i = 0; i < img->segment_count; i++) {
		const struct elf_segment *s = &img->segments[i];
		low = s->vaddr < low ? s->vaddr : low;
		high = s->vaddr + s->memsz > high ? s->vaddr + s->memsz : high;
	}
	for (img->got_end = got + 8; img->got_end - got < MAX_GOT; img->got_end += 4)
		if (!elf_word(img, img->got_end, 4, &v) ||
		    (v >= SMALL && v <= UINT32_MAX - SMALL && v - low >= high - low + SMALL))
			break; /* small numbers are places in the thread's own memory */
}

static uint32_t chosen_type(uint16_t machine)
{
	switch (machine) {
	case EM_X86_64:
		return R_X86_64_IRELATIVE;
	case EM_386:
		return R_386_IRELATIVE;
	case EM_AARCH64:
		return R_AARCH64_IRELATIVE;
	case EM_ARM:
		return R_ARM_IRELATIVE;
	case EM_PPC:
		return R_PPC_IRELATIVE;
	default:
		return 0;
	}
}

/* An entry of the table: which word, and the function that tells what goes there. */
static bool read_entry(const struct elf_image *img, uint64_t at, bool rela, struct elf_fixup *out)
{
	uint64_t info, resolver = 0;
	unsigned word = img->wide ? 8 : 4;
	if (!elf_word(img, at, word, &out->at) || !elf_word(img, at + word, word, &info) ||
	    info != chosen_type(img->machine) || !elf_writable(img, out->at))
		return false;
	if (!elf_word(img, rela ? at + 2 * word : out->at, word, &resolver))
		return false;
	out->value = resolver;
	out->symbol = -1;
	return elf_is_code(img, resolver & ~UINT64_C(1));
}

static void read_chosen(struct elf_image *img, struct arena *a)
{
	unsigned word = img->wide ? 8 : 4;
	bool rela = img->machine != EM_386 && img->machine != EM_ARM;
	if (!chosen_type(img->machine) || !img->segment_count)
		return;
	img->chosen = arena_array(a, MAX_CHOSEN, sizeof *img->chosen);
	const struct elf_segment *s = &img->segments[0];
	for (uint64_t k = 0; k < s->filesz && k < LOOK_AT && img->chosen_count < MAX_CHOSEN;) {
		bool fits = read_entry(img, s->vaddr + k, rela, &img->chosen[img->chosen_count]);
		img->chosen_count += fits;
		k += fits ? word * (rela ? 3u : 2u) : word;
	}
}

void elf_static_read(struct elf_image *img, bool dynamic, struct arena *a)
{
	struct header h;
	if (dynamic) {
		/* the loader's tables tell */
	} else if (img->machine == EM_MIPS && !img->wide) {
		mips_got(img);
	} else if (img->machine != EM_MIPS && find_header(img, PT_GNU_RELRO, &h)) {
		img->got = h.vaddr;
		img->got_end = h.vaddr + h.size;
	}
	read_chosen(img, a);
}

static int by_address(const void *a, const void *b)
{
	const struct elf_fixup *x = a, *y = b;
	return x->at < y->at ? -1 : x->at > y->at;
}

void elf_static_chosen(struct elf_image *img, struct arena *a)
{
	size_t n = img->fixup_count;
	struct elf_fixup *all = arena_array(a, n + img->chosen_count + 1, sizeof *all);
	if (n)
		memcpy(all, img->fixups, n * sizeof *all);
	for (size_t i = 0; i < img->chosen_count; i++)
		if (!elf_fixup_at(img, img->chosen[i].at))
			all[n++] = img->chosen[i];
	if (n)
		qsort(all, n, sizeof *all, by_address);
	img->fixups = all;
	img->fixup_count = n;
}
