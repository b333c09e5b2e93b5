/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How fast machine code is analysed: each program through the observer `code`, facts thrown away,
 * and beside it capstone decoding the same bytes without looking at them. Usage: code-speed [-a]
 * FILE ... With -a programs, too, that an audit passes over because they have to do with nothing
 * that matters. Prints for each instruction set: name, files, bytes of code, seconds of postern,
 * seconds of capstone, largest memory for one program.
 */
#include <capstone/capstone.h>
#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "code/observe.h"
#include "collect.h"

struct total {
	const char *name;
	uint64_t files, bytes, peak;
	double postern, capstone;
};

static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static bool open_capstone(const struct elf_image *img, csh *h)
{
	cs_mode big = img->big ? CS_MODE_BIG_ENDIAN : CS_MODE_LITTLE_ENDIAN;
	switch (img->machine) {
	case EM_MIPS:
		return cs_open(CS_ARCH_MIPS, CS_MODE_MIPS32 | big, h) == CS_ERR_OK;
	case EM_ARM:
		return cs_open(CS_ARCH_ARM, (img->entry & 1 ? CS_MODE_THUMB : CS_MODE_ARM) | big,
			       h) == CS_ERR_OK;
	case EM_AARCH64:
		return cs_open(CS_ARCH_ARM64, big, h) == CS_ERR_OK;
	case EM_PPC:
		return cs_open(CS_ARCH_PPC, CS_MODE_32 | big, h) == CS_ERR_OK;
	case EM_386:
		return cs_open(CS_ARCH_X86, CS_MODE_32, h) == CS_ERR_OK;
	case EM_X86_64:
		return cs_open(CS_ARCH_X86, CS_MODE_64, h) == CS_ERR_OK;
	default:
		return false;
	}
}

static void decode_range(csh h, cs_insn *insn, const struct elf_image *img, struct elf_range r,
			 struct total *t)
{
	struct span b = span_cut(elf_bytes(img, r.begin), 0, r.end - r.begin);
	const uint8_t *p = b.p;
	size_t n = b.n;
	uint64_t at = r.begin;
	t->bytes += b.n;
	while (n) {
		if (cs_disasm_iter(h, &p, &n, &at, insn))
			continue;
		size_t skip = isa_of(img)->align < n ? isa_of(img)->align : n;
		p += skip;
		n -= skip;
		at += skip;
	}
}

static void decode(const struct elf_image *img, struct total *t)
{
	csh h;
	if (!open_capstone(img, &h))
		return;
	cs_insn *insn = cs_malloc(h);
	double start = now();
	for (size_t i = 0; i < img->code_count; i++)
		decode_range(h, insn, img, img->code[i], t);
	t->capstone += now() - start;
	cs_free(insn, 1);
	cs_close(&h);
}

static void analyse(const char *path, struct span in, struct total *t, struct arena *a)
{
	struct collect_facts c;
	struct artifact artifact = {
	    .bytes = in, .path = path, .format = "elf", .mode = 0755, .named = true, .arena = a};
	struct elf_image img;
	collect_facts_init(&c);
	double start = now();
	if (elf_image_read(&img, in, a))
		look_at_program(&artifact, &img, &c.facts);
	t->postern += now() - start;
	if (a->used > t->peak)
		t->peak = a->used;
	collect_facts_free(&c);
}

static struct total *total_of(struct total *all, const char *name)
{
	while (all->name && strcmp(all->name, name) != 0)
		all++;
	all->name = name;
	return all;
}

int main(int argc, char **argv)
{
	struct total all[16] = {0};
	bool every = argc > 1 && strcmp(argv[1], "-a") == 0;
	for (int i = every ? 2 : 1; i < argc; i++) {
		struct span in = collect_file(argv[i]);
		struct arena a = {0};
		struct elf_image img;
		if (elf_image_read(&img, in, &a) && isa_of(&img) &&
		    (every || look_is_worth(&img))) {
			struct total *t = total_of(all, isa_of(&img)->name);
			t->files++;
			arena_reset(&a);
			analyse(argv[i], in, t, &a);
			arena_reset(&a);
			if (elf_image_read(&img, in, &a))
				decode(&img, t);
		}
		arena_free(&a);
	}
	for (struct total *t = all; t->name; t++)
		printf("%s %llu %llu %.3f %.3f %llu\n", t->name, (unsigned long long)t->files,
		       (unsigned long long)t->bytes, t->postern, t->capstone,
		       (unsigned long long)t->peak);
	return 0;
}
