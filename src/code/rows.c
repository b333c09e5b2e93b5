/* SPDX-License-Identifier: Apache-2.0 */
/* Tables of names and functions: runs of code pointers at equal distances with texts beside them.
 */
#include "code/rows.h"

#include <elf.h>

enum { MIN_ROWS = 3, MAX_MEMBERS = 16, MAX_NAME = 64, MAX_WORDS = 1 << 16, AHEAD = 4 };

bool rows_pointer(const struct elf_image *img, unsigned word, uint64_t at, uint64_t *out)
{
	const struct elf_fixup *f = elf_fixup_at(img, at);
	if (f) {
		*out = f->value;
		return f->symbol < 0 || img->symbols[f->symbol].defined;
	}
	if (!elf_word(img, at, word, out))
		return false;
	return img->type == ET_EXEC || !img->fixup_count || !*out;
}

static uint64_t code_pointer(const struct elf_image *img, uint64_t v)
{
	uint64_t at = img->machine == EM_ARM ? v & ~UINT64_C(1) : v;
	return v && elf_is_code(img, at) ? at : 0;
}

/* A name as programs are asked for something: no sentence. */
static struct span name_text(const struct elf_image *img, uint64_t v)
{
	struct span s = v ? elf_string(img, v, MAX_NAME) : SPAN(NULL, 0);
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] <= ' ')
			s.n = 0;
	if (s.n == MAX_NAME || (s.n < 3 && elf_is_code(img, v)))
		s.n = 0;
	return s;
}

static struct span name_at(const struct elf_image *img, unsigned word, uint64_t at)
{
	uint64_t v;
	return rows_pointer(img, word, at, &v) ? name_text(img, v) : SPAN(NULL, 0);
}

struct span rows_name(const struct elf_image *img, unsigned word, const struct rows *r, size_t row)
{
	return name_at(img, word, r->at + row * r->stride + r->name_at);
}

uint64_t rows_code(const struct elf_image *img, unsigned word, const struct rows *r, size_t row)
{
	uint64_t v;
	if (!rows_pointer(img, word, r->at + row * r->stride + r->code_at, &v))
		return 0;
	return code_pointer(img, v);
}

struct words {
	uint64_t *at;
	size_t count;
};

static int by_address(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;
	return *x < *y ? -1 : *x > *y;
}

/* Words of segments that hold addresses of code, in programs that the loader does not move. */
static void from_segments(struct words *w, const struct elf_image *img, unsigned word)
{
	uint64_t low = img->code_count ? img->code[0].begin : 0;
	uint64_t high = img->code_count ? img->code[img->code_count - 1].end : 0;
	for (size_t i = 0; i < img->segment_count; i++) {
		const struct elf_segment *g = &img->segments[i];
		struct span b = span_cut(elf_bytes(img, g->vaddr), 0, g->filesz);
		for (uint64_t k = 0; k + word <= b.n && w->count < MAX_WORDS; k += word) {
			uint64_t v = word == 4	? span_u32(b, k, img->big)
				     : img->big ? span_be64(b, k)
						: span_le64(b, k);
			uint64_t at = g->vaddr + k;
			if (v < low || v >= high || !code_pointer(img, v) || elf_is_code(img, at) ||
			    (at >= img->got && at < img->got_end))
				continue;
			w->at[w->count++] = at;
		}
	}
}

static void find_words(struct words *w, const struct elf_image *img, unsigned word, struct arena *a)
{
	w->at = arena_array(a, MAX_WORDS, sizeof *w->at);
	for (size_t i = 0; i < img->fixup_count && w->count < MAX_WORDS; i++) {
		const struct elf_fixup *f = &img->fixups[i];
		bool here = f->symbol < 0 || img->symbols[f->symbol].defined;
		if (here && code_pointer(img, f->value) &&
		    !(f->at >= img->got && f->at < img->got_end))
			w->at[w->count++] = f->at;
	}
	if (img->type == ET_EXEC)
		from_segments(w, img, word);
	if (w->count)
		qsort(w->at, w->count, sizeof *w->at, by_address);
}

/* Does the word hold the address of code, or nothing? */
static bool code_or_nothing(const struct elf_image *img, unsigned word, uint64_t at, bool *any)
{
	uint64_t v;
	*any = false;
	if (!rows_pointer(img, word, at, &v))
		return false;
	*any = code_pointer(img, v) != 0;
	return *any || !v;
}

struct candidate {
	uint64_t code; /* address of the first row's function pointer */
	unsigned stride;
	int64_t name; /* from there */
	size_t count, named;
};

/* How far the table goes with names at this place. */
static void measure(const struct elf_image *img, unsigned word, struct candidate *c)
{
	uint64_t before = 0, name;
	size_t rows = 0, with_code = 0, other = 0;
	for (; rows < MAX_ROWS; rows++) {
		uint64_t at = c->code + rows * c->stride;
		bool any;
		if (!code_or_nothing(img, word, at, &any) ||
		    !rows_pointer(img, word, at + (uint64_t)c->name, &name) ||
		    !name_text(img, name).n)
			break;
		with_code += any;
		other += name != before;
		before = name;
	}
	while (rows) { /* a table does not end with names that nothing belongs to */
		bool any;
		if (code_or_nothing(img, word, c->code + (rows - 1) * c->stride, &any) && any)
			break;
		rows--;
	}
	c->count = with_code >= MIN_ROWS && with_code * 2 >= rows ? rows : 0;
	c->named = other;
}

/* The best column of names for function pointers at this distance. */
static bool best_names(const struct elf_image *img, unsigned word, struct candidate *c)
{
	struct candidate best = {0};
	for (int64_t d = (int64_t)word - c->stride; d < (int64_t)c->stride; d += word) {
		struct candidate now = *c;
		now.name = d;
		if (d == 0 || !name_at(img, word, c->code + (uint64_t)d).n)
			continue;
		measure(img, word, &now);
		if (now.count && now.named * 3 >= now.count * 2 && now.named > best.named)
			best = now;
	}
	/* A name behind the function may belong to the next one: what stands before a table may be
	 * the address of a function, too. */
	if (best.count && best.name > 0) {
		struct candidate next = best;
		next.code += c->stride;
		next.name -= c->stride;
		measure(img, word, &next);
		if (next.count >= best.count)
			best = next;
	}
	*c = best;
	return best.count != 0;
}

/* Every second, third or fourth row of a table looks like a table, too. */
static void try_smaller(const struct elf_image *img, unsigned word, struct candidate *c)
{
	for (unsigned by = 4; by > 1; by--) {
		struct candidate small = {.code = c->code, .stride = c->stride / by};
		if (c->stride % by || small.stride % word || small.stride < 2 * word ||
		    !best_names(img, word, &small) || small.count <= c->count)
			continue;
		*c = small;
		return;
	}
}

static struct rows rows_of(const struct candidate *c)
{
	uint64_t name = c->code + (uint64_t)c->name;
	uint64_t at = name < c->code ? name : c->code;
	return (struct rows){.at = at,
			     .count = c->count,
			     .stride = c->stride,
			     .name_at = (unsigned)(name - at),
			     .code_at = (unsigned)(c->code - at)};
}

static bool different_code(const struct elf_image *img, unsigned word, const struct rows *r)
{
	uint64_t first = 0;
	for (size_t i = 0; i < r->count; i++) {
		uint64_t v = rows_code(img, word, r, i);
		if (v && first && v != first)
			return true;
		first = v ? v : first;
	}
	return false;
}

size_t rows_find(const struct elf_image *img, const struct isa *isa, struct rows **out,
		 struct arena *a)
{
	struct words w = {0};
	unsigned word = isa->bits / 8;
	struct rows *list = arena_array(a, MAX_TABLES, sizeof *list);
	size_t n = 0;
	uint64_t claimed = 0;
	find_words(&w, img, word, a);
	for (size_t i = 0; i < w.count && n < MAX_TABLES; i++) {
		for (size_t k = i + 1; k < w.count && k <= i + AHEAD; k++) {
			uint64_t stride = w.at[k] - w.at[i];
			struct candidate c = {.code = w.at[i], .stride = (unsigned)stride};
			if (w.at[i] < claimed || stride > MAX_MEMBERS * word)
				break;
			if (stride < 2 * word || stride % word || !best_names(img, word, &c))
				continue;
			try_smaller(img, word, &c);
			struct rows r = rows_of(&c);
			if (!different_code(img, word, &r))
				continue;
			list[n++] = r;
			claimed = c.code + (uint64_t)c.count * c.stride;
			break;
		}
	}
	*out = list;
	return n;
}
