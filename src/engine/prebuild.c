/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A program of the build: compiles the patterns of all formats and observers and writes them as a
 * C table, so that a scan need not. Where that cannot be done the table is empty.
 *
 *	prebuild OUT.c
 */
#include "engine/scanner.h"

static void write_table(FILE *f, const struct buf *b, const uint8_t digest[32])
{
	fprintf(f, "/* made by src/engine/prebuild.c */\n#include \"engine/scanner.h\"\n\n"
		   "static const uint8_t bytes[] = {");
	for (size_t i = 0; i < b->n; i++)
		fprintf(f, "%s%u,", i % 24 ? "" : "\n\t", b->p[i]);
	fprintf(f, "%s\n};\n\nconst struct prebuilt scanner_prebuilt = {\n\tbytes, %zu, {",
		b->n ? "" : "0", b->n);
	for (size_t i = 0; i < 32; i++)
		fprintf(f, "%s%u", i ? ", " : "", digest[i]);
	fprintf(f, "}};\n");
}

int main(int argc, char **argv)
{
	struct buf b = {0};
	uint8_t digest[32] = {0};
	FILE *f = argc == 2 ? fopen(argv[1], "w") : NULL;
	if (!f) {
		fprintf(stderr, "usage: prebuild OUT.c\n");
		return 1;
	}
	if (!scanner_prebuild(&b, digest))
		buf_reset(&b);
	write_table(f, &b, digest);
	buf_free(&b);
	return fclose(f) == 0 ? 0 : 1;
}
