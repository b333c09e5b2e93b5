/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One observer (TARGET). Artifact observers get the bytes as several files, or as the file that a
 * first line "@@ path" names; tree observers get a tree: the input is cut at "\n@@ path\n" lines.
 */
#include "collect.h"

extern const struct observer TARGET;
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void run_tree(struct span in, struct collect_facts *c)
{
	struct arena arena = {0};
	struct tree_file files[64];
	size_t n = 0, pos = 0, start = 0;
	struct span line;
	const char *path = "etc/inittab";
	while (n < 64) {
		size_t before = pos;
		bool more = span_line(in, &pos, &line);
		if (more && !SPAN_IS(line, 0, "@@ "))
			continue;
		files[n] = (struct tree_file){.path = path, .bytes = span_cut(in, start, before - start),
					       .id = (uint32_t)n, .mode = 0755, .kept = true};
		n++;
		if (!more)
			break;
		path = path_clean(&arena, span_from(line, 3), NULL);
		start = pos;
	}
	struct tree t = tree_make(files, n);
	TARGET.observe_tree(&t, &arena, &c->facts);
	arena_free(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const names[] = {"etc/passwd", "etc/shadow", "etc/config/system", "x.sh",
					    "etc/server.key"};
	struct span in = SPAN(data, size);
	struct collect_facts c;
	collect_facts_init(&c);
	c.text.max = 1 << 20;
	struct span line;
	size_t pos = 0;
	if (TARGET.observe && SPAN_IS(in, 0, "@@ ") && span_line(in, &pos, &line)) {
		struct arena arena = {0};
		collect_observe(&c, &TARGET, path_clean(&arena, span_from(line, 3), NULL), span_from(in, pos));
		arena_free(&arena);
	} else if (TARGET.observe)
		for (size_t i = 0; i < sizeof names / sizeof *names; i++)
			collect_observe(&c, &TARGET, names[i], in);
	if (TARGET.observe_tree)
		run_tree(in, &c);
	collect_facts_free(&c);
	return 0;
}
