/* SPDX-License-Identifier: Apache-2.0 */
/* Explaining places of a program: eight bytes of address (little endian), then the program. */
#include <inttypes.h>

#include "code/dwarf_line.h"
#include "code/explain.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span in = SPAN(data, size);
	struct arena arena = {0};
	struct buf out = {.max = 1 << 20};
	struct elf_image img;
	struct source_line line;
	struct artifact a = {.bytes = span_from(in, 8), .path = "x", .arena = &arena};
	uint64_t at = span_le64(in, 0);
	if (elf_image_read(&img, a.bytes, &arena))
		dwarf_line(&img, at, &line);
	const char *places =
	    arena_printf(&arena, "a at 0x%" PRIx64 " > b at 0x%" PRIx64, at, at + 32);
	code_explain(&a, span_str(places), &out);
	buf_free(&out);
	arena_free(&arena);
	return 0;
}
