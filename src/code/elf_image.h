/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An ELF program or shared object as the loader would see it: segments, symbols, and the words
 * that relocation fills in. Works without section headers; every table may be damaged, and what
 * lies outside of the file is left out. All pointers live as long as the bytes and the arena.
 *
 * Addresses are those of the file (base 0 for position-independent files).
 */
#ifndef CODE_ELF_IMAGE_H
#define CODE_ELF_IMAGE_H

#include "base/arena.h"

struct elf_segment {
	uint64_t vaddr, offset, filesz, memsz;
	bool exec, write;
};

struct elf_range { /* addresses that hold instructions */
	uint64_t begin, end;
};

struct elf_symbol {
	const char *name;
	uint64_t value, size;
	bool defined, function;
};

/* A word that the loader fills in: with a symbol's address (symbol >= 0) or with `value`. */
struct elf_fixup {
	uint64_t at, value;
	int64_t symbol;
};

struct elf_image {
	struct span in;
	bool wide, big;
	uint16_t type, machine;
	uint32_t flags;
	uint64_t entry;
	struct elf_segment *segments;
	size_t segment_count;
	struct elf_range *code; /* sorted, not overlapping */
	size_t code_count;
	struct elf_symbol *symbols; /* dynamic symbols first: fixups refer to these */
	size_t symbol_count;
	struct elf_fixup *fixups; /* sorted by address, unique */
	size_t fixup_count;
	uint64_t got, got_end;	  /* MIPS: the GOT, whose local words stand in the file */
	uint64_t init, init_size; /* pointers to functions that run when the file is loaded */
	uint64_t gp;		  /* MIPS: what $gp holds; x86 and PowerPC: the GOT; 0: unknown */
	struct elf_fixup *chosen; /* words of a static program that hold what the function at
				     `value` returns when the program starts (R_*_IRELATIVE) */
	size_t chosen_count;
	bool capped; /* a table was larger than what is kept */
};

/* False when it is no ELF program that can be looked at. The sections of relocatable objects get
 * addresses, and img->in is a relocated copy then. */
bool elf_image_read(struct elf_image *img, struct span in, struct arena *a);

bool elf_offset(const struct elf_image *img, uint64_t vaddr, uint64_t *offset);
struct span elf_bytes(const struct elf_image *img, uint64_t vaddr); /* to the end of the segment */
bool elf_writable(const struct elf_image *img, uint64_t vaddr);
bool elf_mapped(const struct elf_image *img, uint64_t vaddr); /* in a segment, file bytes or not */
bool elf_is_code(const struct elf_image *img, uint64_t vaddr);

/* An unsigned integer of 1, 2, 4 or 8 bytes as it stands in the file. */
bool elf_word(const struct elf_image *img, uint64_t vaddr, unsigned size, uint64_t *out);

/* What the loader puts at this address; NULL: nothing. */
const struct elf_fixup *elf_fixup_at(const struct elf_image *img, uint64_t vaddr);

/* The text at an address, up to its NUL: printable, 1..max bytes; empty when it is none. */
struct span elf_string(const struct elf_image *img, uint64_t vaddr, size_t max);

/* Is there a symbol of this name that the file needs from elsewhere? */
bool elf_needs(const struct elf_image *img, const char *name);

#endif
