/* SPDX-License-Identifier: Apache-2.0 */
/* The ELF reader of the code analysis: its tables, and questions about addresses in and around
 * them. */
#include <stdlib.h>

#include "code/elf_image.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void ask(const struct elf_image *img, uint64_t at)
{
	uint64_t offset, word;
	if (elf_offset(img, at, &offset) && offset >= img->in.n)
		abort();
	struct span b = elf_bytes(img, at), s = elf_string(img, at, 64);
	if (b.n > img->in.n || s.n > 64 ||
	    (b.n && (b.p < img->in.p || b.p + b.n > img->in.p + img->in.n)))
		abort();
	for (unsigned n = 1; n <= 8; n *= 2)
		elf_word(img, at, n, &word);
	const struct elf_fixup *f = elf_fixup_at(img, at);
	if (f && (f->at != at || (f->symbol >= 0 && (uint64_t)f->symbol >= img->symbol_count)))
		abort();
	(void)(elf_writable(img, at) || elf_mapped(img, at) || elf_is_code(img, at));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = {0};
	struct elf_image img;
	if (elf_image_read(&img, SPAN(data, size), &a)) {
		for (size_t i = 0; i < img.segment_count; i++) {
			ask(&img, img.segments[i].vaddr);
			ask(&img, img.segments[i].vaddr + img.segments[i].filesz - 1);
			ask(&img, img.segments[i].vaddr + img.segments[i].memsz);
		}
		for (size_t i = 0; i < img.code_count; i++) {
			ask(&img, img.code[i].begin);
			ask(&img, img.code[i].end);
			if (img.code[i].begin >= img.code[i].end ||
			    (i && img.code[i - 1].end > img.code[i].begin))
				abort();
		}
		for (size_t i = 0; i < img.fixup_count && i < 1000; i++)
			ask(&img, img.fixups[i].at);
		for (size_t i = 0; i < img.symbol_count && i < 1000; i++)
			ask(&img, img.symbols[i].value);
		elf_needs(&img, "system");
		ask(&img, img.gp);
	}
	arena_free(&a);
	return 0;
}
