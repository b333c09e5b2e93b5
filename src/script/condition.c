/* SPDX-License-Identifier: Apache-2.0 */
/* Conditions: what holds of a request when they are true, and when they are not. */
#include "base/text.h"
#include "script/flow.h"

static void add(struct tests *t, struct test one)
{
	if (t->n < sizeof t->list / sizeof *t->list)
		t->list[t->n++] = one;
}

static void add_all(struct tests *t, const struct tests *more)
{
	for (size_t i = 0; i < more->n; i++)
		add(t, more->list[i]);
}

static void add_checks(struct tests *t, const struct tests *more)
{
	for (size_t i = 0; i < more->n; i++)
		if (more->list[i].kind == TEST_CHECK)
			add(t, more->list[i]);
}

void flow_hold(struct flow *f, const struct tests *t)
{
	for (size_t i = 0; i < t->n && f->test_count < FLOW_TESTS; i++)
		f->tests[f->test_count++] = t->list[i];
}

bool flow_mentions_login(const struct flow *f, const struct node *n, int depth)
{
	if (!n || depth > 12 || n->kind == N_FUNCTION)
		return false;
	if (n->kind == N_INDEX && n->a && n->a->kind == N_NAME &&
	    role_of_name(f->language, n->a->text))
		return false; /* $_POST['login'] is no check */
	if (n->kind == N_NAME)
		return words_of_login(n->text);
	if (n->kind == N_INDEX && n->b && n->b->kind == N_TEXT && words_of_login(n->b->text))
		return true;
	if (n->kind == N_CALL && n->a) {
		const struct callee *c =
		    n->a->kind == N_NAME ? role_of_call(f->language, n->a->text) : NULL;
		if (c && c->role == ROLE_INPUT)
			return false;
		if (n->a->kind == N_TEXT && words_of_login(n->a->text)) /* a command of the shell */
			return true;
	}
	if (flow_mentions_login(f, n->a, depth + 1))
		return true;
	for (const struct node *k = n->b; k; k = k->next)
		if (flow_mentions_login(f, k, depth + 1))
			return true;
	return false;
}

/* A variable that passed a check is harmless from here on. */
static void restrict_one(struct flow *f, const struct node *n, struct value v)
{
	struct span name = flow_name(f, n);
	if (!name.n || !v.from)
		return;
	v.clean = true;
	flow_set(f, name, v);
}

static bool is_method(struct span literal)
{
	return span_eq_str(literal, "POST") || span_eq_str(literal, "GET") ||
	       span_eq_str(literal, "PUT") || span_eq_str(literal, "HEAD") ||
	       span_eq_str(literal, "OPTIONS");
}

static bool is_nothing(const struct node *n)
{
	static const char *const words[] = {"null",	 "nil",	 "false", "true",
					    "undefined", "NULL", "FALSE", "TRUE"};
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (n && n->kind == N_NAME && span_eq_str(n->text, words[i]))
			return true;
	return n && n->kind == N_TEXT && n->text.n == 0;
}

/* a == b */
static void equal(struct flow *f, const struct node *n, struct tests *yes, struct tests *no)
{
	struct value a = flow_value(f, n->a), b = flow_value(f, n->b);
	const struct test *t = a.test ? a.test : b.test;
	const struct value *other = a.test ? &b : &a;
	if (t && other->known && span_eq_str(other->text, "0")) { /* strcmp(...) == 0 */
		add(t->negative ? yes : no, *t);
		return;
	}
	const struct value *in = a.from ? &a : &b;
	const struct node *what = a.from ? n->b : n->a;
	other = a.from ? &b : &a;
	if (!in->from || is_method(other->text))
		return;
	if (is_nothing(what)) {
		add(no, (struct test){.kind = TEST_PRESENT, .from = in->from, .at = n->at});
		return;
	}
	struct test one = {
	    .kind = TEST_EQUAL, .from = in->from, .literal = other->text, .at = n->at};
	one.hashed = in->hashed;
	if (!other->known || (other->from && !other->known) || !other->text.n) {
		one.kind = TEST_CHECK; /* with something that is not a constant: a stored password,
					  a list */
		add(no, one);
	}
	add(yes, one);
}

static void match(struct flow *f, const struct node *n, struct tests *yes)
{
	struct value v = flow_value(f, n->a);
	if (!v.from)
		return;
	struct span p = n->text;
	bool plain = p.n > 2;
	for (size_t i = 0; i < p.n; i++)
		plain &= p.p[i] != '[' && p.p[i] != '\\' && p.p[i] != '(';
	if (plain)
		add(yes,
		    (struct test){.kind = TEST_EQUAL, .from = v.from, .literal = p, .at = n->at});
	restrict_one(f, n->a, v);
}

static bool is_role(const struct flow *f, const struct node *n, enum role role)
{
	if (n->kind != N_CALL || !n->a)
		return false;
	struct flow copy = *f;
	struct span name = flow_name(&copy, n->a);
	const struct callee *c = role_of_call(f->language, name);
	return c && c->role == role;
}

/* Functions that test what they are given: it is harmless afterwards. */
static void tested(struct flow *f, const struct node *n)
{
	for (const struct node *k = n->b; k && flow_step(f); k = k->next)
		restrict_one(f, k, flow_value(f, k));
	if (n->a && n->a->kind == N_INDEX)
		restrict_one(f, n->a->a, flow_value(f, n->a->a));
}

/* echo "$QUERY_STRING" | grep -q word */
static bool shell_grep(struct flow *f, const struct node *n, struct tests *yes)
{
	struct span name =
	    n->kind == N_CALL && n->a && n->a->kind == N_TEXT ? n->a->text : SPAN_LIT("");
	if (f->language != SCRIPT_SHELL || !n->c ||
	    (!span_eq_str(name, "grep") && !span_eq_str(name, "egrep")))
		return false;
	struct value v = flow_value(f, n->c);
	for (const struct node *k = n->b; k && v.from; k = k->next) {
		if (k->kind != N_TEXT || !k->text.n || k->text.p[0] == '-')
			continue;
		if (!memchr(k->text.p, '[', k->text.n))
			add(yes, (struct test){.kind = TEST_EQUAL,
					       .from = v.from,
					       .literal = k->text,
					       .at = n->at});
		else /* what stands before the pipe was checked */
			add(yes, (struct test){.kind = TEST_CHECK, .from = v.from, .at = n->at});
		break;
	}
	return true;
}

static void other(struct flow *f, const struct node *n, struct tests *yes, struct tests *no)
{
	if (shell_grep(f, n, yes))
		return;
	struct value v = flow_value(f, n);
	if (is_role(f, n, ROLE_TEST)) {
		tested(f, n);
	} else if (v.test) {
		add(v.test->negative ? no : yes, *v.test);
	} else if (v.from) {
		add(yes, (struct test){.kind = TEST_PRESENT, .from = v.from, .at = n->at});
	} else if (n->kind == N_CALL && n->a && n->a->kind == N_NAME &&
		   span_eq_str(n->a->text, "isset") && n->b) {
		v = flow_value(f, n->b);
		if (v.from)
			add(yes, (struct test){.kind = TEST_PRESENT, .from = v.from, .at = n->at});
	}
}

static void block(struct flow *f, const struct node *n, struct tests *yes, struct tests *no)
{
	for (const struct node *k = n->a; k && flow_step(f); k = k->next)
		if (k->next)
			flow_statement(f, k);
		else
			flow_condition(f, k, yes, no);
}

void flow_condition(struct flow *f, const struct node *n, struct tests *yes, struct tests *no)
{
	if (!n || f->depth > FLOW_DEPTH || !flow_step(f))
		return;
	f->depth++;
	struct tests y[2] = {0}, o[2] = {0};
	switch (n->kind) {
	case N_NOT:
		flow_condition(f, n->a, no, yes);
		break;
	case N_AND:
	case N_OR:
		flow_condition(f, n->a, &y[0], &o[0]);
		flow_condition(f, n->b, &y[1], &o[1]);
		add_all(yes, &y[0]);
		add_all(yes, &y[1]);
		if (n->kind == N_OR) {
			add_all(no, &o[0]);
			add_all(no, &o[1]);
		} else {
			add_checks(no, &o[0]);
			add_checks(no, &o[1]);
		}
		break;
	case N_IF: /* shell: a && b */
		flow_condition(f, n->a, &y[0], &o[0]);
		flow_condition(f, n->b ? n->b : n->c, &y[1], &o[1]);
		add_all(yes, &y[0]);
		add_all(yes, &y[1]);
		break;
	case N_BLOCK:
		block(f, n, yes, no);
		break;
	case N_EQUAL:
		equal(f, n, yes, no);
		break;
	case N_DIFFER:
		equal(f, n, no, yes);
		break;
	case N_MATCH:
		match(f, n, yes);
		break;
	case N_LIST:
		for (const struct node *k = n->a; k && flow_step(f); k = k->next)
			flow_condition(f, k, yes, no);
		break;
	default:
		other(f, n, yes, no);
		break;
	}
	if ((n->kind != N_AND && n->kind != N_OR && n->kind != N_NOT) &&
	    flow_mentions_login(f, n, 0)) {
		bool constant = false; /* $pass == "x" in check_login: the trigger itself */
		for (size_t i = 0; i < yes->n; i++)
			constant |= yes->list[i].kind == TEST_EQUAL;
		for (size_t i = 0; i < no->n; i++)
			constant |= no->list[i].kind == TEST_EQUAL;
		if (!constant) {
			struct test check = {.kind = TEST_CHECK, .at = n->at};
			add(yes, check);
			add(no, check);
		}
	}
	f->depth--;
}
