/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What leaves a worker besides facts: content that somebody asked for, explanations of places in
 * it, and small texts for the observers of file trees.
 */
#include "base/text.h"
#include "engine/budget.h"
#include "engine/job.h"

static void put_content(struct job *j, struct node *n)
{
	enum { PIECE = 1 << 16 };
	size_t at = 0;
	do {
		struct span piece = span_cut(n->bytes, at, PIECE);
		out_begin(j->out, FRAME_CONTENT);
		put_u32(j->out, n->id);
		put_u64(j->out, at);
		put_bytes(j->out, piece);
		out_end(j->out);
		at += PIECE;
	} while (at < n->bytes.n);
}

/* Is the chain one of the lines of task.keep that ask for bytes? */
static bool wanted(const struct job *j, const struct node *n, bool opened)
{
	struct span rest = span_str(j->task.keep);
	if (!j->task.keep)
		return false;
	if (span_eq_str(rest, "*"))
		return !opened;
	while (rest.n)
		if (span_eq_str(text_field(&rest, '\n'), n->chain))
			return true;
	return false;
}

/* Lines "CHAIN tab OBSERVER tab PLACES" ask an observer to explain places of the artifact. */
static void explain(struct job *j, struct node *n)
{
	struct span rest = span_str(j->task.keep);
	struct artifact a = {.bytes = n->bytes, .path = n->e.path, .arena = &j->scratch};
	for (uint32_t line = 0; rest.n; line++) {
		struct span places = text_field(&rest, '\n');
		struct buf text = {.max = MAX_EXPLAINED};
		bool here = span_eq_str(text_field(&places, '\t'), n->chain) && places.n;
		struct span name = text_field(&places, '\t');
		for (uint32_t i = 0; here && i < observer_count; i++)
			if (observers[i]->explain && span_eq_str(name, observers[i]->name) &&
			    job_step(j, n, STAGE_OBSERVER + i, observers[i]->name))
				observers[i]->explain(&a, places, &text);
		if (text.n) {
			out_begin(j->out, FRAME_EXPLANATION);
			put_u32(j->out, line);
			put_bytes(j->out, buf_span(&text));
			out_end(j->out);
		}
		arena_reset(&j->scratch);
		buf_free(&text);
	}
}

void node_deliver(struct job *j, struct node *n, bool opened)
{
	if (!j->task.keep)
		return;
	if (wanted(j, n, opened))
		put_content(j, n);
	explain(j, n);
}

/* Text that a tree observer may want: not pages and translations, which are many and large. */
void node_keep_text(struct job *j, const struct node *n, bool text)
{
	static const char *const not_these[] = {".html", ".htm", ".js",	 ".css", ".svg",
						".po",	 ".lng", ".asp", ".map", ".txt",
						".h",	 ".c",	 ".xsd"};
	if (!n->member || !text || n->e.type != ENTRY_FILE || n->bytes.n > KEEP_TEXT)
		return;
	for (size_t i = 0; i < sizeof not_these / sizeof *not_these; i++)
		if (text_suffix(span_str(n->e.path), not_these[i]))
			return;
	out_begin(j->out, FRAME_TEXT);
	put_u32(j->out, n->id);
	put_bytes(j->out, n->bytes);
	out_end(j->out);
}
