/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keys and initial values that are the same in every copy of the program, on their way into a
 * cipher; and keys that are made of numbers which anybody can guess.
 */
#include "code/cipher_names.h"
#include "code/consts.h"

enum { MAX_FACTS_HERE = 60 };

struct cipher_look {
	struct look *l;
	unsigned count;
	const struct call *seed; /* srand(constant or time), NULL: none */
	const struct function *seed_in;
	bool has_random; /* the program knows a proper source */
};

static const struct cipher_use *use_of(const struct call *c)
{
	return c->name ? cipher_use_of(c->name) : NULL;
}

/* Does the program itself have the function? A cipher library, and its tests of itself. */
static bool is_library(const struct look *l)
{
	const struct elf_image *img = l->p->img;
	for (size_t i = 0; i < img->symbol_count; i++)
		if (img->symbols[i].defined && img->symbols[i].function &&
		    cipher_use_of(img->symbols[i].name))
			return true;
	return false;
}

/* EVP_aes_128_cbc(): name of the algorithm, and the length of its keys. */
static const char *algorithm_of(const struct function *f, const struct call *c,
				const struct cipher_use *u, size_t *bytes)
{
	const struct call *type = u->type >= 0 ? function_call(f, c->args[u->type]) : NULL;
	const char *name = type ? look_name(type) : "";
	*bytes = u->bytes;
	if (strncmp(name, "EVP_", 4) != 0)
		return u->algorithm;
	name += 4;
	if (strcmp(u->algorithm, "evp") != 0)
		return u->algorithm;
	*bytes = 16;
	if (strstr(name, "256") || strstr(name, "chacha"))
		*bytes = 32;
	else if (strstr(name, "192") || strstr(name, "ede3"))
		*bytes = 24;
	else if (strncmp(name, "des_", 4) == 0 && !strstr(name, "ede"))
		*bytes = 8;
	return name;
}

/* 0: not known; SIZE_MAX: as long as the text is. */
static size_t key_length(const struct function *f, const struct call *c, const struct cipher_use *u,
			 size_t fixed)
{
	struct value v = u->length >= 0 ? c->args[u->length] : (struct value){0};
	const struct call *from = value_is(v, V_RET) ? function_call(f, v) : NULL;
	if (from && strcmp(look_name(from), "strlen") == 0)
		return SIZE_MAX;
	if (value_is(v, V_CONST) && (v.k & 0xffffffff) == 0xffffffff)
		return SIZE_MAX;
	if (value_is(v, V_CONST) && u->unit && v.k <= 4096)
		return u->unit == 1 ? v.k / 8 : v.k;
	return fixed;
}

static unsigned hex_digit(struct span b, size_t i)
{
	return i % 2 ? b.p[i / 2] & 15u : b.p[i / 2] >> 4;
}

/* Hex digits that count up: 12 34 56 78 ... */
static bool counts_in_hex(struct span b)
{
	size_t steps = 0;
	for (size_t i = 1; i < b.n * 2; i++)
		steps += hex_digit(b, i) == ((hex_digit(b, i - 1) + 1) & 15);
	return steps + 2 >= b.n * 2; /* it may begin again once */
}

/* The same few bytes again and again. */
static bool repeats(struct span b)
{
	for (size_t period = 2; period <= 4 && b.n >= 2 * period; period++)
		if (memcmp(b.p, b.p + period, b.n - period) == 0)
			return true;
	return false;
}

/* Numbers that count up, or are all the same, are what tests and examples use. */
static bool is_pattern(struct span b)
{
	bool up = true, same = true, blank = true;
	for (size_t i = 1; i < b.n; i++) {
		up = up && (uint8_t)(b.p[i] - b.p[i - 1]) == (uint8_t)(b.p[1] - b.p[0]);
		same = same && b.p[i] == b.p[0];
	}
	for (size_t i = 0; i < b.n; i++)
		blank = blank && (b.p[i] < 0x20 || b.p[i] >= 0x7f);
	return b.n < 5 || same || (up && blank) || counts_in_hex(b) || repeats(b);
}

static void emit(struct cipher_look *w, const struct function *f, const struct call *c,
		 const char *what, const char *algorithm, const char *value, const char *chain,
		 const char *confidence)
{
	if (w->count++ >= MAX_FACTS_HERE)
		return;
	fact_cipher(w->l->out, &(struct fact_cipher){.at = look_place(w->l, c->at),
						     .function = f->name,
						     .what = what,
						     .algorithm = algorithm,
						     .value = value,
						     .chain = chain,
						     .confidence = confidence});
}

static const char *place_text(const struct look *l, struct value v)
{
	if (value_is(v, V_CONST))
		return arena_printf(l->arena, "constant at 0x%llx", (unsigned long long)v.k);
	return "constant built on the stack";
}

static bool key_of(struct cipher_look *w, const struct function *f, const struct call *c,
		   const struct cipher_use *u)
{
	struct look *l = w->l;
	struct buf bytes = {.max = 256};
	const struct call *where;
	size_t fixed;
	const char *algorithm = algorithm_of(f, c, u, &fixed);
	size_t n = key_length(f, c, u, fixed);
	bool found =
	    n && const_bytes(l, f, c, c->args[u->key], n == SIZE_MAX ? 0 : n, &bytes, &where);
	if (found && bytes.n) {
		const char *through = "";
		struct value v = where == c ? c->args[u->key] : where->args[c->args[u->key].id];
		if (where != c)
			through = arena_printf(l->arena, " > handed over by the call at 0x%llx",
					       (unsigned long long)where->at);
		const char *chain =
		    arena_printf(l->arena, "%s%s > key of %s at 0x%llx", place_text(l, v), through,
				 look_name(c), (unsigned long long)c->at);
		emit(w, f, c, "constant-key", algorithm, const_text(l, buf_span(&bytes)), chain,
		     is_pattern(buf_span(&bytes)) ? "hint" : "likely");
	}
	buf_free(&bytes);
	return found;
}

static void iv_of(struct cipher_look *w, const struct function *f, const struct call *c,
		  const struct cipher_use *u)
{
	struct look *l = w->l;
	struct buf bytes = {.max = 256};
	const struct call *where;
	size_t fixed;
	const char *algorithm = algorithm_of(f, c, u, &fixed);
	size_t n = strstr(algorithm, "des") ? 8 : 16;
	if (const_bytes(l, f, c, c->args[u->iv], n, &bytes, &where))
		emit(w, f, c, "constant-iv", algorithm, const_text(l, buf_span(&bytes)),
		     arena_printf(l->arena, "constant > initial value of %s at 0x%llx",
				  look_name(c), (unsigned long long)c->at),
		     "hint");
	buf_free(&bytes);
}

static bool named_any(const struct call *c, const char *const *names)
{
	const char *name = look_name(c);
	for (; *names; names++)
		if (strcmp(name, *names) == 0)
			return true;
	return false;
}

static bool guesses(const struct call *c)
{
	static const char *const names[] = {"rand", "random", "lrand48", "mrand48", "rand_r", NULL};
	return c && named_any(c, names);
}

/* srand with the clock or a constant: nobody needs more than a few tries. */
static void find_seeds(struct cipher_look *w)
{
	static const char *const seeds[] = {"srand", "srandom", "srand48", NULL};
	static const char *const proper[] = {"RAND_bytes",
					     "getrandom",
					     "getentropy",
					     "RAND_priv_bytes",
					     "gcry_randomize",
					     "arc4random",
					     "arc4random_buf",
					     "gnutls_rnd",
					     "wc_RNG_GenerateBlock",
					     "RAND_seed",
					     "mbedtls_ctr_drbg_random",
					     NULL};
	for (size_t i = 0; i < w->l->p->function_count; i++) {
		const struct function *f = w->l->p->functions[i];
		for (size_t n = 0; n < f->call_count; n++) {
			const struct call *c = &f->calls[n];
			w->has_random = w->has_random || named_any(c, proper);
			if (w->seed || !named_any(c, seeds))
				continue;
			const struct call *from = function_call(f, c->args[0]);
			if (value_is(c->args[0], V_CONST) ||
			    (from && strcmp(look_name(from), "time") == 0)) {
				w->seed = c;
				w->seed_in = f;
			}
		}
	}
}

/* Words in a format that makes a secret of its number. */
static bool about_secret(struct span s)
{
	static const char *const words[] = {"session", "Session", "SESSION",  "token",
					    "Token",   "sid=",	  "cookie",   "Cookie",
					    "passw",   "secret",  "auth_key", "apikey"};
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (span_find(s, span_str(words[i]), 0) != SIZE_MAX)
			return true;
	return false;
}

static void weak(struct cipher_look *w, const struct function *f, const struct call *c,
		 const struct call *number, const char *use)
{
	struct look *l = w->l;
	bool clock = function_call(w->seed_in, w->seed->args[0]) != NULL;
	const char *chain = arena_printf(
	    l->arena, "%s(%s) at 0x%llx > %s at 0x%llx > %s at 0x%llx", look_name(w->seed),
	    clock ? "time" : "constant", (unsigned long long)w->seed->at, look_name(number),
	    (unsigned long long)number->at, look_name(c), (unsigned long long)c->at);
	emit(w, f, c, "weak-random", look_name(number), use, chain,
	     w->has_random ? "hint" : "likely");
}

/* Does anything but the cipher see the buffer of the key? Then that may have filled it. */
static bool filled_elsewhere(const struct function *f, const struct call *cipher, struct value key)
{
	for (size_t n = 0; n < f->call_count; n++) {
		const struct call *c = &f->calls[n];
		if (c == cipher || use_of(c) || (c->role && c->role->kind == ROLE_FILL))
			continue;
		for (unsigned k = 0; k < MAX_ARGS; k++)
			if (value_same(c->args[k], key))
				return true;
	}
	return false;
}

/* A number that can be guessed, written into a text about sessions, or filled into a key. */
static void random_of(struct cipher_look *w, const struct function *f)
{
	const struct call *number = NULL;
	for (size_t n = 0; n < f->call_count; n++) {
		const struct call *c = &f->calls[n];
		const struct cipher_use *u = use_of(c);
		if (guesses(c))
			number = c;
		if (c->role && c->role->kind == ROLE_FORMAT &&
		    about_secret(program_text(w->l->p, c->args[c->role->other]))) {
			for (int k = c->role->other + 1; k < MAX_ARGS; k++) {
				const struct call *from = function_call(f, c->args[k]);
				if (guesses(from)) {
					weak(w, f, c, from, "session");
					break;
				}
			}
		}
		if (u && u->key >= 0 && number && !filled_elsewhere(f, c, c->args[u->key]) &&
		    (value_is(c->args[u->key], V_STACK) ||
		     (value_is(c->args[u->key], V_CONST) &&
		      elf_writable(w->l->p->img, c->args[u->key].k))))
			weak(w, f, c, number, "key");
	}
}

void look_for_keys(struct look *l)
{
	struct cipher_look w = {.l = l};
	if (is_library(l))
		return;
	find_seeds(&w);
	for (size_t i = 0; i < l->p->function_count; i++) {
		const struct function *f = l->p->functions[i];
		for (size_t n = 0; n < f->call_count; n++) {
			const struct call *c = &f->calls[n];
			const struct cipher_use *u = use_of(c);
			if (u && u->key >= 0)
				key_of(&w, f, c, u);
			if (u && u->iv >= 0)
				iv_of(&w, f, c, u);
		}
		if (w.seed)
			random_of(&w, f);
	}
}
