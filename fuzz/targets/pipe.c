/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the parent reads from a worker that was taken over: rows, facts, tasks and bundles, and the
 * frames they come in. The first byte chooses; strings must be whole and numbers in their range.
 */
#include "engine/bundle.h"
#include "engine/units.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static volatile size_t sum;

static void use(const char *s)
{
	sum += s ? strlen(s) : 0;
}

static void as_artifact(struct reader *r, struct arena *a)
{
	struct row_artifact row;
	if (!get_artifact(r, a, &row))
		return;
	if (!row.name || row.type > ENTRY_PART)
		abort();
	use(row.name);
	use(row.link);
	use(row.format);
	use(row.kind);
	use(row.arch);
	use(row.detail);
}

static void as_fact(struct reader *r, struct arena *a)
{
	struct row_fact row;
	if (!get_fact(r, a, &row))
		return;
	if (row.table >= TABLE_COUNT)
		abort();
	for (size_t i = 0; i < fact_tables[row.table].count; i++)
		use(row.values[i].text);
}

static void as_task(struct reader *r, struct arena *a)
{
	struct task t;
	if (!get_task(r, a, &t))
		return;
	use(t.chain);
	use(t.name);
	use(t.format);
	use(t.keep);
	for (uint32_t i = 0; i < t.skip_count; i++)
		sum += t.skips[i].id;
}

static void as_bundle(struct span in, struct arena *a)
{
	struct bundle b;
	if (!bundle_read(&b, in, a))
		return;
	for (size_t i = 0; i < b.count; i++)
		for (size_t k = 0; k < b.trees[i].count; k++)
			use(b.trees[i].files[k].path);
}

/* Records as the parent keeps them: it has checked that frames are whole, so cut them to be. */
static void as_frames(struct span in, struct arena *a)
{
	struct unit u = {0};
	size_t pos = 0;
	struct reader p;
	for (size_t at = 0; in.n - at >= FRAME_HEAD;) {
		uint32_t n = span_le32(in, at);
		if (n < 1 || n > in.n - at - 4)
			break;
		buf_add(&u.records, in.p + at, 4 + (size_t)n);
		at += 4 + (size_t)n;
	}
	for (int kind; (kind = unit_frame(&u, &pos, &p));) {
		if (kind == FRAME_ARTIFACT)
			as_artifact(&p, a);
		else if (kind == FRAME_FACT)
			as_fact(&p, a);
	}
	buf_free(&u.records);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = {0};
	if (size == 0)
		return 0;
	struct span in = SPAN(data + 1, size - 1);
	struct reader r = reader_of(in, false);
	if (data[0] % 5 == 0)
		as_artifact(&r, &a);
	else if (data[0] % 5 == 1)
		as_fact(&r, &a);
	else if (data[0] % 5 == 2)
		as_task(&r, &a);
	else if (data[0] % 5 == 3)
		as_bundle(in, &a);
	else
		as_frames(in, &a);
	arena_free(&a);
	return 0;
}
