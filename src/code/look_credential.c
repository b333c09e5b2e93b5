/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Credentials that stand in code: a user and a password that are compared one after the other, the
 * hash of a password, the header of a web login, and secrets that open keys, services and
 * databases. A credential that is here is not yet a door that can be reached: what it opens is told
 * apart.
 */
#include "base/buf.h"
#include "base/base64.h"
#include "code/verdict.h"

enum { MAX_CREDENTIALS = 40 };

struct found {
	const struct function *f;
	const struct secret *s;
	const char *user, *password, *hash, *scheme, *sink, *service, *confidence;
};

static const char *chain_of(const struct look *l, const struct found *c)
{
	const struct secret *s = c->s;
	const char *from = s->input.source
			       ? arena_printf(l->arena, "input by %s at 0x%llx", s->input.via,
					      (unsigned long long)s->input.at)
			       : arena_printf(l->arena, "value in %s at 0x%llx", c->f->name,
					      (unsigned long long)c->f->start);
	struct effect e = effect_behind(l, c->f, s->equal);
	const char *to = e.word ? effect_chain(l, &e) : "goes on as after a login";
	if (!e.word)
		to = arena_printf(l->arena, "%s at 0x%llx", to,
				  (unsigned long long)(s->equal.block == NO_BLOCK
							   ? s->at
							   : c->f->block_at[s->equal.block]));
	return arena_printf(l->arena, "%s > %s with \"%s\" at 0x%llx > %s", from, s->compare,
			    s->literal, (unsigned long long)s->at, to);
}

static void emit(struct look *l, const struct found *c)
{
	const char *operand = source_word(c->s->input.source);
	if (c->s->input.name.n)
		operand = arena_printf(l->arena, "%s %.*s", operand, (int)c->s->input.name.n,
				       (const char *)c->s->input.name.p);
	fact_guard(l->out, &(struct fact_guard){.at = look_place(l, c->s->at),
						.function = c->f->name,
						.compare = c->s->compare,
						.literal = c->s->literal,
						.operand = operand,
						.sink = c->sink,
						.chain = chain_of(l, c),
						.kind = "credential",
						.confidence = c->confidence});
	fact_account(l->out, &(struct fact_account){.at = look_place(l, c->s->at),
						    .user = c->user,
						    .password = c->password,
						    .hash = c->hash,
						    .scheme = c->scheme,
						    .state = c->hash ? "hash" : "password",
						    .service = c->service});
}

/* crypt() text: $id$salt$hash. */
static const char *hash_scheme(const char *text)
{
	static const struct {
		const char *begin, *scheme;
		size_t least;
	} kinds[] = {{"$1$", "md5", 25},      {"$5$", "sha256", 46},  {"$6$", "sha512", 89},
		     {"$2a$", "bcrypt", 59},  {"$2b$", "bcrypt", 59}, {"$2y$", "bcrypt", 59},
		     {"$y$", "yescrypt", 60}, {"$apr1$", "apr1", 30}};
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (strncmp(text, kinds[i].begin, strlen(kinds[i].begin)) == 0)
			return strlen(text) >= kinds[i].least ? kinds[i].scheme : NULL;
	return NULL;
}

static bool is_des(const char *text)
{
	return strlen(text) == 13 &&
	       strspn(text, "./0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") ==
		   13;
}

static const struct call *maker_of(const struct function *f, struct value v)
{
	const struct call *c = value_is(v, V_RET) && v.k == 0 ? function_call(f, v) : NULL;
	return c && c->role ? c : NULL;
}

static bool take_hash(const struct function *f, const struct secret *s, struct found *c)
{
	const struct call *made = maker_of(f, s->operand);
	bool crypted = made && made->role->kind == ROLE_CRYPT;
	const char *scheme = hash_scheme(s->literal);
	if (!scheme && crypted && is_des(s->literal))
		scheme = "des";
	if (!scheme || !s->text)
		return false;
	c->hash = s->literal;
	c->scheme = scheme;
	c->service = "code";
	c->confidence = crypted ? "likely" : "hint";
	return true;
}

/* "Basic dXNlcjpwYXNz", or what follows the word: a user and a password. */
static bool take_basic(const struct look *l, const char *text, const char **user,
		       const char **password)
{
	struct buf out = {.max = 128};
	struct span s = span_str(text);
	bool ok = false, basic = SPAN_IS(s, 0, "Basic ");
	if (basic)
		s = span_from(s, 6);
	if (s.n >= 8 && s.n % 4 == 0 && base64_decode(&out, s) && out.n >= 5) {
		struct span plain = buf_span(&out);
		size_t colon = span_find(plain, SPAN_LIT(":"), 0);
		ok = colon != SIZE_MAX && colon > 0 && colon + 1 < plain.n;
		for (size_t i = 0; i < plain.n && ok; i++)
			ok = plain.p[i] > 0x20 && plain.p[i] < 0x7f;
		if (ok) {
			*user = arena_str(l->arena, span_cut(plain, 0, colon));
			*password = arena_str(l->arena, span_from(plain, colon + 1));
		}
	}
	buf_free(&out);
	return ok;
}

static bool names(struct span name, const char *const *words)
{
	for (; *words; words++)
		for (size_t i = 0; i + strlen(*words) <= name.n; i++)
			if (strncasecmp((const char *)name.p + i, *words, strlen(*words)) == 0)
				return true;
	return false;
}

static bool is_user_name(const char *text)
{
	static const char *const usual[] = {
	    "admin", "root",  "super",	 "support", "user",  "tech", "service", "operator",
	    "guest", "debug", "manager", "telecom", "cisco", "oem",  "factory", "test"};
	for (size_t i = 0; i < sizeof usual / sizeof *usual; i++)
		if (strncasecmp(text, usual[i], strlen(usual[i])) == 0)
			return strlen(text) < 24;
	return false;
}

/* "********": what a form shows in place of a password. */
static bool is_mask(const char *text)
{
	return strlen(text) < 4 || strspn(text, (char[]){text[0], 0}) == strlen(text);
}

/* Does being equal alone make a difference that a login makes? */
static bool decisive(const struct look *l, const struct function *f, const struct secret *s)
{
	bool yes = false, no = false;
	uint64_t k = 0;
	if (effect_behind(l, f, s->equal).word)
		return true;
	for (uint32_t i = 0; i < f->outcome_count; i++) {
		const struct outcome *o = &f->outcomes[i];
		if (s->call && o->value.id == s->call->insn && s->text &&
		    (value_is(o->value, V_RET) || value_is(o->value, V_IS_ZERO)))
			return true;
		if (value_is(o->value, V_CONST) && way_leads(f, s->equal, o)) {
			yes = true;
			k = o->value.k;
		}
	}
	for (uint32_t i = 0; i < f->outcome_count && yes && !no; i++)
		no = value_is(f->outcomes[i].value, V_CONST) && f->outcomes[i].value.k != k &&
		     !way_leads(f, s->equal, &f->outcomes[i]);
	return yes && no;
}

static bool is_word(const struct secret *s)
{
	return s->text || strcmp(s->compare, "word") == 0 || strcmp(s->compare, "byte") == 0;
}

static bool take_word(const struct look *l, const struct function *f, const struct secret *all,
		      size_t n, const struct secret *s, struct found *c)
{
	static const char *const secret[] = {"passw", "pwd", "psw", "passphrase", NULL};
	static const char *const login[] = {"user", "login", "account", NULL};
	bool outside = s->input.source == SOURCE_NETWORK || s->input.source == SOURCE_WEB;
	bool named = names(s->input.name, secret);
	const struct secret *user = NULL;
	for (size_t i = 0; i < n; i++)
		if (&all[i] != s && is_word(&all[i]) && way_owns(f, all[i].equal, s->equal.block) &&
		    !same_subject(all[i].operand, s->operand))
			user = &all[i];
	if (!is_word(s) || is_mask(s->literal) || s->literal[0] == '/' || s->literal[0] == '-' ||
	    (!named && !user))
		return false;
	bool pair = user && (is_user_name(user->literal) || names(user->input.name, login));
	if ((!pair && !named) || (!pair && !s->weight) || !decisive(l, f, s))
		return false;
	c->user = user ? user->literal : NULL;
	c->password = s->literal;
	c->scheme = "plain";
	c->service = "code";
	bool known = outside || (s->operand.kind == V_PARAM && s->weight == 2);
	c->confidence = (pair && known && (s->weight || named)) || (named && s->weight && outside)
			    ? "likely"
			    : "hint";
	if (behind_check(l, f, s->equal.block))
		c->confidence = "hint";
	return true;
}

static unsigned by_compares(struct look *l, const struct function *f, struct secret *all)
{
	size_t n = secrets_find(l, f, all);
	unsigned count = 0;
	for (size_t i = 0; i < n; i++) {
		struct found c = {.f = f, .s = &all[i], .sink = "login"};
		bool told = false;
		for (unsigned k = 0; k < l->told_count; k++)
			told = told || l->told[k] == all[i].at;
		if (told)
			continue;
		if (take_basic(l, all[i].literal, &c.user, &c.password)) {
			c.scheme = "plain";
			c.service = "web";
			c.confidence = all[i].input.source && all[i].input.source != SOURCE_STREAM
					   ? "likely"
					   : "hint";
		} else if (!take_hash(f, &all[i], &c) && !take_word(l, f, all, n, &all[i], &c)) {
			continue;
		}
		emit(l, &c);
		count++;
	}
	return count;
}

static const char *opened_by(const struct call *c)
{
	const char *name = look_name(c);
	if (strstr(name, "PEM") || strstr(name, "PKCS12") || strstr(name, "SSL"))
		return "key";
	if (strstr(name, "mysql") || strncmp(name, "PQ", 2) == 0)
		return "sql";
	return strstr(name, "ldap") ? "ldap" : "radius";
}

/* "host=... password=...": the password of a text of settings. */
static const char *password_in(const struct look *l, struct span text)
{
	size_t at = span_find(text, SPAN_LIT("password="), 0);
	if (at == SIZE_MAX)
		return arena_str(l->arena, text);
	struct span rest = span_from(text, at + 9);
	size_t n = 0;
	while (n < rest.n && rest.p[n] != ' ' && rest.p[n] != '&')
		n++;
	return arena_str(l->arena, span_cut(rest, 0, n));
}

static unsigned by_calls(struct look *l, const struct function *f)
{
	unsigned count = 0;
	for (size_t i = 0; i < f->call_count; i++) {
		const struct call *c = &f->calls[i];
		if (!c->role || c->role->kind != ROLE_PASSPHRASE)
			continue;
		struct span text = program_text(l->p, c->args[c->role->other]);
		struct span user =
		    c->role->arg >= 0 ? program_text(l->p, c->args[c->role->arg]) : SPAN(text.p, 0);
		bool settings = strcmp(look_name(c), "PQconnectdb") == 0;
		if (!text.n || (settings && span_find(text, SPAN_LIT("password="), 0) == SIZE_MAX))
			continue;
		const char *password = password_in(l, text), *what = opened_by(c);
		fact_guard(l->out, &(struct fact_guard){
				       .at = look_place(l, c->at),
				       .function = f->name,
				       .compare = "none",
				       .literal = password,
				       .operand = "constant",
				       .sink = what,
				       .kind = "credential",
				       .confidence = "hint",
				       .chain = arena_printf(
					   l->arena, "constant \"%s\" > %s at 0x%llx", password,
					   look_name(c), (unsigned long long)c->at)});
		fact_account(l->out, &(struct fact_account){
					 .at = look_place(l, c->at),
					 .user = user.n ? arena_str(l->arena, user) : NULL,
					 .password = password,
					 .scheme = "plain",
					 .state = "password",
					 .service = what});
		count++;
	}
	return count;
}

void look_for_credentials(struct look *l)
{
	struct secret *all = arena_array(l->arena, MAX_SECRETS, sizeof *all);
	unsigned count = 0;
	for (size_t i = 0; i < l->p->function_count && count < MAX_CREDENTIALS; i++) {
		const struct function *f = l->p->functions[i];
		if (!f->call_count)
			continue;
		count += by_compares(l, f, all);
		count += by_calls(l, f);
	}
}
