/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/candidate.h"

#include "engine/region.h"

enum { SETTLED = 90 };

static bool magic_fits(const struct format *f, struct span in)
{
	if (!f->magic)
		return true;
	for (const struct magic *m = f->magic; m->n; m++)
		if (span_is(in, m->at, m->bytes, m->n))
			return true;
	return false;
}

/* Equal bids: the first in the list of formats. */
static bool better(const struct candidate *a, const struct candidate *b)
{
	return a->bid != b->bid ? a->bid > b->bid : a->index < b->index;
}

void candidates_ask(struct span in, uint32_t index, struct candidate *list, size_t *count)
{
	const struct format *f = formats[index];
	uint64_t size = 0;
	if (!magic_fits(f, in))
		return;
	int bid = f->bid(in, &size);
	if (bid <= 0)
		return;
	struct candidate made = {f, index, bid, size};
	size_t i = *count < MAX_CANDIDATES ? (*count)++ : MAX_CANDIDATES - 1;
	if (i == MAX_CANDIDATES - 1 && list[i].format && !better(&made, &list[i]))
		return;
	while (i && better(&made, &list[i - 1])) {
		list[i] = list[i - 1];
		i--;
	}
	list[i] = made;
}

bool candidate_owns(const struct candidate *k, struct span in)
{
	return k->size && (k->size >= in.n || region_is_padding(span_from(in, k->size)));
}

/*
 * Formats without a magic have to look at much more than a few bytes: they are not asked when the
 * others have settled it.
 */
size_t candidates_at_start(struct span in, struct candidate *list)
{
	size_t count = 0;
	memset(list, 0, MAX_CANDIDATES * sizeof *list);
	for (uint32_t i = 0; i < format_count; i++)
		if (formats[i]->magic)
			candidates_ask(in, i, list, &count);
	if (count && list[0].bid >= SETTLED && candidate_owns(&list[0], in))
		return count;
	for (uint32_t i = 0; i < format_count; i++)
		if (!formats[i]->magic)
			candidates_ask(in, i, list, &count);
	return count;
}
