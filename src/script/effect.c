/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a script does for whoever asks, and under which tests: commands and code made of a request,
 * shells that a request opens, and logins that a constant opens. Each becomes a guard with the
 * steps that lead to it.
 */
#include "base/text.h"
#include "script/flow.h"

enum { MAX_REPORTED = 200, LONGEST_SHOWN = 120 };

static const char *shown(struct flow *f, struct span s)
{
	size_t n = s.n < LONGEST_SHOWN ? s.n : LONGEST_SHOWN;
	char *t = arena_printf(f->arena, "%.*s%s", (int)n, (const char *)s.p, n < s.n ? "..." : "");
	for (char *c = t; *c; c++)
		if ((unsigned char)*c < ' ')
			*c = ' ';
	return t;
}

static bool reported(struct flow *f, const struct node *n, unsigned what)
{
	uint32_t mark = n->at * 8 + what;
	for (size_t i = 0; i < f->reported_count; i++)
		if (f->reported[i] == mark)
			return true;
	if (f->reported_count == MAX_REPORTED)
		return true;
	f->reported[f->reported_count++] = mark;
	return false;
}

static struct place place_of(const struct node *n)
{
	return (struct place){.offset = n->at, .length = n->length};
}

static const char *where(struct flow *f)
{
	if (f->function && f->function->text.n)
		return shown(f, f->function->text);
	return "the script";
}

static bool has_check(const struct flow *f)
{
	for (size_t i = 0; i < f->test_count; i++)
		if (f->tests[i].kind == TEST_CHECK)
			return true;
	return f->checked;
}

/* Is the constant a secret, and not one of the words that a page sends to say what it wants? */
static bool is_secret(const struct test *t)
{
	bool letter = false, digit = false, upper = false, lower = false, odd = false;
	if (t->kind != TEST_EQUAL)
		return false;
	if (t->hashed || words_of_password(t->from->name))
		return t->literal.n > 2;
	for (size_t i = 0; i < t->literal.n; i++) {
		int c = t->literal.p[i];
		digit |= c >= '0' && c <= '9';
		upper |= c >= 'A' && c <= 'Z';
		lower |= c >= 'a' && c <= 'z';
		odd |= c > ' ' && strchr("!@#$%^&*?~", c);
		letter |= (c | 32) >= 'a' && (c | 32) <= 'z';
	}
	return t->literal.n >= 8 && letter && (digit + (upper && lower) + odd) >= 2;
}

static const struct test *secret_of(const struct flow *f)
{
	for (size_t i = 0; i < f->test_count; i++)
		if (is_secret(&f->tests[i]))
			return &f->tests[i];
	return NULL;
}

/* The last word of a request that decided: a constant, or that a parameter is there. */
static const struct test *word_of(const struct flow *f)
{
	const struct test *found = NULL;
	for (size_t i = 0; i < f->test_count; i++) {
		const struct test *t = &f->tests[i];
		if (t->kind == TEST_CHECK || !t->from || t->from->argument)
			continue;
		if (!found || t->kind == TEST_EQUAL)
			found = t;
	}
	return found;
}

static const char *operand(struct flow *f, const struct request *r)
{
	return r->argument ? r->what : arena_printf(f->arena, "web request: %s", r->what);
}

static const char *literal(struct flow *f, const struct test *t)
{
	return t->kind == TEST_PRESENT ? NULL : shown(f, t->literal);
}

static const char *trigger_step(struct flow *f, const struct test *t)
{
	if (t->kind == TEST_PRESENT)
		return arena_printf(f->arena, "it is there at line %u", flow_line(f, t->at));
	return arena_printf(f->arena, "%s \"%s\" at line %u",
			    t->hashed ? "its digest equals" : "it equals", shown(f, t->literal),
			    flow_line(f, t->at));
}

/* How much of the chain was seen. */
static const char *confidence(const struct flow *f, bool all)
{
	if (has_check(f))
		return "hint";
	if (f->alone)
		return all ? "likely" : "hint";
	if (!all)
		return f->included ? "hint" : "likely";
	return f->served && !f->included ? "certain" : "likely";
}

static const char *less(const char *a, const char *b)
{
	static const char *const order[] = {"hint", "likely", "certain"};
	for (size_t i = 0; i < 3; i++)
		if (strcmp(a, order[i]) == 0 || strcmp(b, order[i]) == 0)
			return order[i];
	return a;
}

static void capability(struct flow *f, const struct node *n, const char *call, struct span text)
{
	fact_capability(f->out,
			&(struct fact_capability){
			    .at = place_of(n),
			    .function = where(f),
			    .what = "exec",
			    .kind = "script",
			    .detail = arena_printf(f->arena, "%s: %s", call, shown(f, text)),
			});
}

/* A request's text in a command or in code. */
static void from_request(struct flow *f, const struct node *n, struct value v, const char *call,
			 bool code)
{
	const struct test *t = secret_of(f);
	const char *what = code ? "code" : "a command";
	const char *input =
	    arena_printf(f->arena, "%s at line %u", v.from->what, flow_line(f, v.from->at));
	const char *payload = arena_printf(f->arena, "%s of \"%s\" at line %u", call,
					   shown(f, v.text), flow_line(f, n->at));
	struct fact_guard g = {
	    .at = place_of(n), .function = where(f), .sink = code ? "code" : "exec"};
	g.operand = operand(f, v.from);
	g.kind = t ? "trigger" : "unguarded";
	g.compare = t ? "script word" : v.whole ? "script whole" : "script part";
	g.literal = t ? literal(f, t) : shown(f, v.text);
	g.confidence = confidence(f, v.whole || t);
	if (!v.whole)
		g.confidence = less(g.confidence, "likely");
	g.chain =
	    t ? arena_printf(f->arena, "%s > %s %s > %s > %s runs", input, t->from->what,
			     trigger_step(f, t), payload, what)
	      : arena_printf(f->arena, "%s > no check of a password or session > %s > %s runs",
			     input, payload, what);
	if (!t && has_check(f))
		g.chain =
		    arena_printf(f->arena, "%s > a check of a login or session > %s > %s runs",
				 input, payload, what);
	fact_guard(f->out, &g);
	capability(f, n, call, v.text);
}

void effect_code(struct flow *f, const struct node *n, struct value v, const char *call)
{
	if (!v.from || v.clean || v.from->argument || reported(f, n, 1))
		return;
	if (strcmp(call, "include") != 0 || v.whole)
		from_request(f, n, v, call, true);
}

/* A fixed command that only a word of the request leads to: does it open the device? */
static void fixed_command(struct flow *f, const struct node *n, struct value v, const char *call)
{
	bool shell = words_of_shell(v.text), account = words_of_account(v.text);
	const struct test *secret = secret_of(f), *t = secret ? secret : word_of(f);
	if (!t || !t->from || t->from->argument || (!shell && !account && !secret))
		return;
	if (strcmp(call, "the shell") == 0 && !shell && !account &&
	    !(secret && !words_of_login(v.text)))
		return;
	if (has_check(f) && !secret)
		return;
	if (reported(f, n, 2))
		return;
	struct fact_guard g = {
	    .at = place_of(n), .function = where(f), .kind = "trigger", .compare = "script word"};
	g.sink = shell ? "shell" : account ? "account" : "exec";
	g.literal = literal(f, t);
	if (!g.literal)
		g.literal = t->from->name;
	g.operand = operand(f, t->from);
	g.confidence = confidence(f, true);
	if (!shell && !account)
		g.confidence =
		    less(g.confidence, strcmp(call, "the shell") == 0 ? "hint" : "likely");
	g.chain = arena_printf(f->arena, "%s at line %u > %s > %s of \"%s\" at line %u > %s",
			       t->from->what, flow_line(f, t->from->at), trigger_step(f, t), call,
			       shown(f, v.text), flow_line(f, n->at),
			       shell	 ? "a service with a command line is open"
			       : account ? "an account is changed"
					 : "the command runs");
	fact_guard(f->out, &g);
}

void effect_command(struct flow *f, const struct node *n, struct value v, const char *call)
{
	if (v.from && !v.clean && !v.from->argument) {
		if (!reported(f, n, 0))
			from_request(f, n, v, call, false);
		return;
	}
	fixed_command(f, n, v, call);
}

static bool is_user_name(const char *name)
{
	return strstr(name, "user") || strstr(name, "login") || strstr(name, "name") ||
	       strcmp(name, "id") == 0 || strcmp(name, "u") == 0;
}

static void account(struct flow *f, const struct test *password)
{
	struct fact_account a = {.service = "web"};
	a.at = (struct place){.offset = password->at, .length = 1};
	for (size_t i = 0; i < f->test_count; i++) {
		const struct test *t = &f->tests[i];
		if (t != password && t->kind == TEST_EQUAL && t->from &&
		    is_user_name(t->from->name))
			a.user = shown(f, t->literal);
	}
	if (password->hashed) {
		a.hash = shown(f, password->literal);
		a.scheme = password->literal.n == 32   ? "md5-hex"
			   : password->literal.n == 40 ? "sha1-hex"
						       : "digest";
		a.state = "hash";
	} else {
		a.password = shown(f, password->literal);
		a.scheme = "plain";
		a.state = "password";
	}
	fact_account(f->out, &a);
}

static bool holds_word(struct span s, const char *word)
{
	return span_find(s, span_str(word), 0) != SIZE_MAX;
}

/* A session begins, or a judge says yes, and a constant was compared on the way. */
void effect_verdict(struct flow *f, const struct node *n, const char *what)
{
	const struct test *t = NULL;
	bool stored = false;
	for (size_t i = 0; i < f->test_count; i++) {
		const struct test *k = &f->tests[i];
		bool password = k->from && words_of_password(k->from->name) &&
				(!k->from->argument ||
				 (!strstr(k->from->name, "token") && strlen(k->from->name) > 2));
		bool header = k->from && strncmp(k->from->name, "http_", 5) == 0 &&
			      k->literal.n >= 6 && !strstr(k->from->name, "refer") &&
			      !strstr(k->from->name, "host");
		if (k->kind == TEST_EQUAL && (password || header || k->hashed) && k->literal.n > 1)
			t = k;
		stored |= k->kind == TEST_CHECK && k->from && words_of_password(k->from->name);
	}
	bool marks = f->function && (holds_word(f->function->text, "csrf") ||
				     holds_word(f->function->text, "nonce"));
	if (!t || marks || reported(f, n, 3))
		return;
	struct fact_guard g = {
	    .at = place_of(n), .function = where(f), .compare = "script word", .sink = "verdict"};
	g.kind = stored ? "override" : "credential";
	g.literal = shown(f, t->literal);
	g.operand = operand(f, t->from);
	g.confidence = t->from->argument || f->alone || f->included ? "likely"
		       : f->served				    ? "certain"
								    : "likely";
	g.chain =
	    arena_printf(f->arena, "%s at line %u > %s > %s at line %u > logged in", t->from->what,
			 flow_line(f, t->from->at), trigger_step(f, t), what, flow_line(f, n->at));
	fact_guard(f->out, &g);
	account(f, t);
}
