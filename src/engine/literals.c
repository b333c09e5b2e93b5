/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/literals.h"

#include <hs.h>

#include "base/hash.h"
#include "base/mem.h"

/* Aho-Corasick: dense transitions over case-folded bytes; exact case is checked on a hit. */
struct state {
	uint32_t next[256];
	uint32_t fail;
	uint32_t output; /* first literal + 1 that ends here */
	uint32_t report; /* next state on the fail chain with an output */
};

struct literals {
	const struct literal *list;
	size_t count;
	hs_database_t *database; /* NULL: the machine below is used */
	hs_scratch_t *scratch;
	struct state *states;
	size_t state_count, state_cap;
	uint32_t *same; /* next literal + 1 with the same folded bytes */
};

static uint8_t fold(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c + 32) : c;
}

static uint32_t new_state(struct literals *l)
{
	l->states = mem_grow(l->states, &l->state_cap, l->state_count + 1, sizeof *l->states);
	l->states[l->state_count] = (struct state){0};
	return (uint32_t)l->state_count++;
}

static void add_literal(struct literals *l, uint32_t index)
{
	const struct literal *lit = &l->list[index];
	uint32_t s = 0;
	for (size_t i = 0; i < lit->n; i++) {
		uint8_t c = fold((uint8_t)lit->bytes[i]);
		if (!l->states[s].next[c]) {
			uint32_t made = new_state(l);
			l->states[s].next[c] = made;
		}
		s = l->states[s].next[c];
	}
	l->same[index] = l->states[s].output;
	l->states[s].output = index + 1;
}

static void link_failures(struct literals *l)
{
	uint32_t *queue = mem_array(l->state_count, sizeof *queue);
	size_t head = 0, tail = 0;
	for (int c = 0; c < 256; c++)
		if (l->states[0].next[c])
			queue[tail++] = l->states[0].next[c];
	while (head < tail) {
		uint32_t s = queue[head++];
		uint32_t f = l->states[s].fail;
		l->states[s].report = l->states[f].output ? f : l->states[f].report;
		for (int c = 0; c < 256; c++) {
			uint32_t to = l->states[s].next[c];
			if (to) {
				l->states[to].fail = l->states[f].next[c];
				queue[tail++] = to;
			} else {
				l->states[s].next[c] = l->states[f].next[c];
			}
		}
	}
	mem_free(queue);
}

static void build_machine(struct literals *l)
{
	l->same = mem_array(l->count, sizeof *l->same);
	new_state(l);
	for (size_t i = l->count; i-- > 0;)
		add_literal(l, (uint32_t)i);
	link_failures(l);
}

static bool exact(const struct literal *lit, const uint8_t *p)
{
	return lit->any_case || memcmp(lit->bytes, p, lit->n) == 0;
}

static void run_machine(const struct literals *l, struct span in,
			void (*hit)(void *, uint32_t, uint64_t), void *user)
{
	uint32_t s = 0;
	for (size_t i = 0; i < in.n; i++) {
		s = l->states[s].next[fold(in.p[i])];
		uint32_t at = l->states[s].output ? s : l->states[s].report;
		for (; at; at = l->states[at].report)
			for (uint32_t k = l->states[at].output; k; k = l->same[k - 1]) {
				const struct literal *lit = &l->list[k - 1];
				uint64_t start = i + 1 - lit->n;
				if (exact(lit, in.p + start))
					hit(user, k - 1, start);
			}
	}
}

/* Every byte as \xNN: the pure-literal interface of vectorscan refuses a leading NUL. */
static char *as_expression(const struct literal *lit)
{
	char *out = mem_array(lit->n * 4 + 1, 1);
	for (size_t i = 0; i < lit->n; i++)
		snprintf(out + 4 * i, 5, "\\x%02x", (uint8_t)lit->bytes[i]);
	return out;
}

/* NULL: this machine cannot run or make it. */
static hs_database_t *compile(const struct literal *list, size_t count,
			      const hs_platform_info_t *platform)
{
	char **expressions = mem_array(count, sizeof *expressions);
	unsigned *flags = mem_array(count, sizeof *flags);
	unsigned *ids = mem_array(count, sizeof *ids);
	hs_compile_error_t *error = NULL;
	hs_database_t *made = NULL;
	for (size_t i = 0; i < count; i++) {
		expressions[i] = as_expression(&list[i]);
		flags[i] = list[i].any_case ? HS_FLAG_CASELESS : 0;
		ids[i] = (unsigned)i;
	}
	hs_error_t rc = hs_compile_multi((const char *const *)expressions, flags, ids,
					 (unsigned)count, HS_MODE_BLOCK, platform, &made, &error);
	if (rc != HS_SUCCESS) {
		fprintf(stderr, "postern: patterns do not compile: %s\n",
			error ? error->message : "");
		abort(); /* a pattern of ours is wrong */
	}
	for (size_t i = 0; i < count; i++)
		mem_free(expressions[i]);
	mem_free(expressions);
	mem_free(flags);
	mem_free(ids);
	return made;
}

static void digest_of(const struct literal *list, size_t count, uint8_t digest[32])
{
	struct buf b = {0};
	for (size_t i = 0; i < count; i++) {
		buf_printf(&b, "%zu %d ", list[i].n, list[i].any_case);
		buf_add(&b, list[i].bytes, list[i].n);
	}
	hash_sha256(buf_span(&b), digest);
	buf_free(&b);
}

bool literals_prebuild(const struct literal *list, size_t count, struct buf *out,
		       uint8_t digest[32])
{
	static const hs_platform_info_t any = {.tune = HS_TUNE_FAMILY_GENERIC};
	char *bytes = NULL;
	size_t n = 0;
	if (count == 0 || hs_valid_platform() != HS_SUCCESS)
		return false;
	hs_database_t *made = compile(list, count, &any);
	bool ok = hs_serialize_database(made, &bytes, &n) == HS_SUCCESS && buf_add(out, bytes, n);
	hs_free_database(made);
	mem_free(bytes);
	digest_of(list, count, digest);
	return ok;
}

static hs_database_t *load(const struct literal *list, size_t count, const struct prebuilt *made)
{
	uint8_t digest[32];
	hs_database_t *loaded = NULL;
	if (!made || !made->size)
		return NULL;
	digest_of(list, count, digest);
	if (memcmp(digest, made->list, sizeof digest) != 0 ||
	    hs_deserialize_database((const char *)made->bytes, made->size, &loaded) != HS_SUCCESS)
		return NULL;
	return loaded;
}

static bool build_database(struct literals *l, const struct prebuilt *made)
{
	if (l->count == 0 || hs_valid_platform() != HS_SUCCESS)
		return false;
	l->database = load(l->list, l->count, made);
	if (!l->database)
		l->database = compile(l->list, l->count, NULL);
	if (hs_alloc_scratch(l->database, &l->scratch) != HS_SUCCESS)
		abort();
	return true;
}

struct literals *literals_new(const struct literal *list, size_t count, const struct prebuilt *made,
			      bool plain)
{
	struct literals *l = mem_alloc(sizeof *l);
	l->list = list;
	l->count = count;
	if (plain || !build_database(l, made))
		build_machine(l);
	return l;
}

struct call {
	const struct literals *l;
	void (*hit)(void *, uint32_t, uint64_t);
	void *user;
};

static int on_match(unsigned id, unsigned long long from, unsigned long long to, unsigned flags,
		    void *user)
{
	struct call *c = user;
	(void)from;
	(void)flags;
	c->hit(c->user, id, to - c->l->list[id].n);
	return 0;
}

void literals_scan(const struct literals *l, struct span in,
		   void (*hit)(void *user, uint32_t index, uint64_t start), void *user)
{
	if (!l->database) {
		run_machine(l, in, hit, user);
		return;
	}
	/* vectorscan takes 32-bit lengths; no input of a worker comes near that */
	struct call c = {l, hit, user};
	if (in.n > UINT32_MAX)
		in.n = UINT32_MAX;
	if (in.n && hs_scan(l->database, (const char *)in.p, (unsigned)in.n, 0, l->scratch,
			    on_match, &c) != HS_SUCCESS)
		abort();
}

void literals_free(struct literals *l)
{
	if (!l)
		return;
	hs_free_scratch(l->scratch);
	hs_free_database(l->database);
	mem_free(l->states);
	mem_free(l->same);
	mem_free(l);
}
