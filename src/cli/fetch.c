/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/fetch.h"

#include "engine/engine.h"

struct fetching {
	struct engine_sink sink;
	struct fetched *list;
	size_t count;
};

static void no_source(struct engine_sink *s, const struct source_info *i)
{
	(void)s;
	(void)i;
}

static void no_artifact(struct engine_sink *s, const struct final_artifact *a)
{
	(void)s;
	(void)a;
}

static void no_region(struct engine_sink *s, uint32_t a, uint64_t at, uint64_t n, const char *what,
		      uint32_t e)
{
	(void)s, (void)a, (void)at, (void)n, (void)what, (void)e;
}

static void no_note(struct engine_sink *s, uint32_t a, uint64_t at, const char *what)
{
	(void)s, (void)a, (void)at, (void)what;
}

static void no_fact(struct engine_sink *s, uint32_t a, const struct row_fact *f)
{
	(void)s, (void)a, (void)f;
}

static void take(struct engine_sink *sink, const char *path, const struct row_artifact *row,
		 uint64_t at, struct span piece)
{
	struct fetching *f = (struct fetching *)sink;
	(void)row;
	for (size_t i = 0; i < f->count; i++) {
		struct fetched *one = &f->list[i];
		if (one->places || strcmp(one->path, path) != 0 || at != one->bytes.n)
			continue;
		buf_add(&one->bytes, piece.p, piece.n);
		one->found = true;
	}
}

static void take_explanation(struct engine_sink *sink, uint32_t line, struct span text)
{
	struct fetching *f = (struct fetching *)sink;
	if (line >= f->count || !f->list[line].places || f->list[line].found)
		return;
	buf_add(&f->list[line].bytes, text.p, text.n);
	f->list[line].found = true;
}

bool fetch_artifacts(const char *image, struct fetched *list, size_t count)
{
	struct fetching f = {
	    {no_source, no_artifact, no_region, no_note, no_fact, take, take_explanation},
	    list,
	    count};
	struct buf keep = {0};
	for (size_t i = 0; i < count; i++)
		if (list[i].places)
			buf_printf(&keep, "%s\t%s\t%s\n", list[i].path, list[i].observer,
				   list[i].places);
		else
			buf_printf(&keep, "%s\n", list[i].path);
	struct engine_options options = {.keep = buf_text(&keep), .open_only = true};
	struct engine_outcome outcome = engine_scan(&image, 1, &options, &f.sink);
	buf_free(&keep);
	return !outcome.failed;
}
