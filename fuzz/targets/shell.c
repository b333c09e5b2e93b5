/* SPDX-License-Identifier: Apache-2.0 */
/* The shell reader: syntax tree, and patterns (the first line against the rest). */
#include "text/shell.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Every node stands inside the text. */
static void check(const struct shell_node *n, struct span text, int depth)
{
	if (depth > 400)
		return;
	for (; n; n = n->next) {
		if (!span_has(text, n->offset, n->source.n))
			abort();
		for (size_t i = 0; i < n->word_count; i++)
			if (n->words[i].p < text.p || n->words[i].n > text.n)
				abort();
		check(n->first, text, depth + 1);
		check(n->second, text, depth + 1);
		check(n->third, text, depth + 1);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span in = SPAN(data, size), line;
	struct arena a = {0};
	size_t pos = 0;
	check(shell_parse(&a, in), in, 0);
	if (size < 4096 && span_line(in, &pos, &line))
		(void)shell_match(line, span_from(in, pos));
	(void)shell_script(in);
	arena_free(&a);
	return 0;
}
