/* SPDX-License-Identifier: Apache-2.0 */
/* The walk through a script: names and their values, statements, branches that come together. */
#include "script/flow.h"

enum { LONGEST_NAME = 160, LONGEST_TEXT = 400 };

static uint32_t hash_of(struct span s)
{
	uint32_t h = 2166136261u;
	for (size_t i = 0; i < s.n; i++)
		h = (h ^ s.p[i]) * 16777619u;
	return h;
}

bool flow_step(struct flow *f)
{
	if (++f->steps > FLOW_STEPS)
		f->capped = true;
	return !f->capped;
}

unsigned flow_line(const struct flow *f, uint32_t at)
{
	unsigned line = 1;
	for (size_t i = 0; i < at && i < f->file->bytes.n; i++)
		line += f->file->bytes.p[i] == '\n';
	return line;
}

struct value flow_constant(struct span text)
{
	return (struct value){.known = true, .text = text};
}

struct value flow_request(struct flow *f, const char *what, struct span name, uint32_t at)
{
	struct request *r = arena_alloc(f->arena, sizeof *r);
	char *low = arena_str(f->arena, span_cut(name, 0, 60));
	for (char *c = low; *c; c++)
		if (*c >= 'A' && *c <= 'Z')
			*c = (char)(*c + 32);
	r->what = name.n ? arena_printf(f->arena, "%s '%.*s'", what,
					(int)(name.n < 60 ? name.n : 60), (const char *)name.p)
			 : what;
	r->name = low;
	r->at = at;
	const char *picture = name.n ? arena_printf(f->arena, "{%s}", low) : "{request}";
	return (struct value){.from = r, .whole = true, .text = span_str(picture)};
}

/* --- names --- */

static struct binding *find(struct flow *f, struct span name)
{
	uint32_t h = hash_of(name);
	for (size_t i = f->bound; i-- > 0;)
		if (f->bindings[i].hash == h && span_equal(f->bindings[i].name, name))
			return &f->bindings[i];
	return NULL;
}

void flow_set(struct flow *f, struct span name, struct value v)
{
	if (!name.n)
		return;
	struct binding *b = find(f, name);
	if (!b || (size_t)(b - f->bindings) < f->mark) {
		if (f->bound == FLOW_NAMES) {
			f->capped = true;
			return;
		}
		b = &f->bindings[f->bound++];
		*b = (struct binding){.name = name, .hash = hash_of(name)};
	}
	b->value = v;
}

/* What a request's own names hold: $_GET['cmd'] is parameter 'cmd'. */
static struct value own(struct flow *f, struct span name, uint32_t at)
{
	const char *what = role_of_name(f->language, name);
	size_t dot = name.n;
	while (dot > 0 && name.p[dot - 1] != '.')
		dot--;
	if (!what)
		return (struct value){.path = name, .text = SPAN_LIT("...")};
	struct span last = span_from(name, dot);
	if (f->language == SCRIPT_SHELL)
		last = span_from(name, 1);
	else if (!dot)
		last = SPAN_LIT("");
	return flow_request(f, strcmp(what, "parameter") == 0 ? "parameter" : "variable", last, at);
}

/* $form{cmd} of what a script made of the whole request: its parameter 'cmd'. */
static struct value item_of(struct flow *f, struct value v, struct span key)
{
	bool whole = !strstr(v.from->what, "parameter") && !strstr(v.from->what, "argument") &&
		     !strstr(v.from->name, "http_");
	if (!whole || !key.n || span_eq_str(key, "*") || memchr(key.p, '.', key.n))
		return v;
	struct value item = flow_request(f, "parameter", key, v.from->at);
	item.clean = v.clean;
	item.hashed = v.hashed;
	return item;
}

struct value flow_get(struct flow *f, struct span name, uint32_t at)
{
	struct binding *b = find(f, name);
	if (b)
		return b->value;
	struct value v = own(f, name, at);
	for (size_t dot = name.n; !v.from && dot > 0;) { /* an item of what came from a request */
		while (dot > 0 && name.p[dot - 1] != '.')
			dot--;
		if (!dot || !(b = find(f, span_cut(name, 0, dot - 1)))) {
			dot = dot ? dot - 1 : 0;
			continue;
		}
		if (b->value.from)
			return item_of(f, b->value, span_from(name, dot));
		if (b->value.path.n) {
			v.path =
			    span_str(arena_printf(f->arena, "%.*s.%.*s", (int)b->value.path.n,
						  (const char *)b->value.path.p,
						  (int)(name.n - dot), (const char *)name.p + dot));
			struct value again = own(f, v.path, at);
			return again.from ? again : v;
		}
		break;
	}
	return v;
}

struct span flow_name(struct flow *f, const struct node *n)
{
	struct span none = SPAN_LIT("");
	if (!n || !flow_step(f))
		return none;
	if (n->kind == N_NAME)
		return n->text.n < LONGEST_NAME ? n->text : none;
	if (n->kind != N_INDEX || !n->a || f->depth > FLOW_DEPTH)
		return none;
	f->depth++;
	struct span base = flow_name(f, n->a), key = SPAN_LIT("*");
	f->depth--;
	if (n->b && (n->b->kind == N_TEXT || n->b->kind == N_NUMBER))
		key = n->b->text;
	if (!base.n || base.n + key.n >= LONGEST_NAME)
		return none;
	return span_str(arena_printf(f->arena, "%.*s.%.*s", (int)base.n, (const char *)base.p,
				     (int)key.n, (const char *)key.p));
}

struct value flow_join(struct flow *f, struct value a, struct value b)
{
	struct value v = {.known = a.known && b.known};
	bool dirty = b.from && !b.clean && (!a.from || a.clean || a.from->argument);
	v.from = dirty ? b.from : a.from ? a.from : b.from;
	v.clean = v.from && (!a.from || a.clean) && (!b.from || b.clean);
	v.whole = (a.from && a.whole) || (b.from && b.whole && a.known && a.text.n == 0);
	size_t left = a.text.n < LONGEST_TEXT ? a.text.n : LONGEST_TEXT;
	size_t right = b.text.n < LONGEST_TEXT - left ? b.text.n : LONGEST_TEXT - left;
	if (left + right < a.text.n + b.text.n)
		v.known = false;
	v.text =
	    !right ? span_cut(a.text, 0, left)
		   : span_str(arena_printf(f->arena, "%.*s%.*s", (int)left, (const char *)a.text.p,
					   (int)right, (const char *)b.text.p));
	return v;
}

/* --- branches --- */

static bool same(const struct value *a, const struct value *b)
{
	return a->from == b->from && a->clean == b->clean && a->known == b->known &&
	       span_equal(a->text, b->text);
}

/* Of two values that a name may have: the one that matters. */
static struct value either(struct value a, struct value b)
{
	if (same(&a, &b))
		return a;
	struct value v = a.from && !a.clean ? a : b.from && !b.clean ? b : a.from ? a : b;
	v.known = false;
	if (!v.from)
		v.text = SPAN_LIT("...");
	return v;
}

struct branch {
	struct binding *changed;
	size_t n, old_mark;
};

static struct branch begin_branch(struct flow *f)
{
	struct branch b = {.old_mark = f->mark};
	f->mark = f->bound;
	return b;
}

/* Take the branch's changes away, and keep them for later. */
static void end_branch(struct flow *f, struct branch *b)
{
	b->n = f->bound - f->mark;
	b->changed = arena_array(f->arena, b->n ? b->n : 1, sizeof *b->changed);
	for (size_t i = 0; i < b->n; i++)
		b->changed[i] = f->bindings[f->mark + i];
	f->bound = f->mark;
	f->mark = b->old_mark;
}

static const struct binding *in_branch(const struct branch *b, const struct binding *name)
{
	for (size_t i = 0; i < b->n; i++)
		if (b->changed[i].hash == name->hash && span_equal(b->changed[i].name, name->name))
			return &b->changed[i];
	return NULL;
}

/* After an if: only one branch goes on, or both do. */
static void merge(struct flow *f, const struct branch *yes, enum left left_yes,
		  const struct branch *no, enum left left_no)
{
	bool both = left_yes == LEFT_NO && left_no == LEFT_NO;
	for (size_t i = 0; i < yes->n && left_yes == LEFT_NO; i++) {
		const struct binding *b = &yes->changed[i], *other = in_branch(no, b);
		struct value v = b->value;
		if (both)
			v = either(v, other ? other->value : flow_get(f, b->name, 0));
		flow_set(f, b->name, v);
	}
	for (size_t i = 0; i < no->n && left_no == LEFT_NO; i++) {
		const struct binding *b = &no->changed[i];
		if (both && in_branch(yes, b))
			continue;
		flow_set(f, b->name, both ? either(b->value, flow_get(f, b->name, 0)) : b->value);
	}
}

static enum left walk_if(struct flow *f, const struct node *n)
{
	struct tests yes = {0}, no = {0};
	size_t held = f->test_count;
	enum left left_yes = LEFT_NO, left_no = LEFT_NO;
	if (n->a)
		flow_condition(f, n->a, &yes, &no);
	struct branch a = begin_branch(f);
	flow_hold(f, &yes);
	left_yes = flow_statement(f, n->b);
	end_branch(f, &a);
	f->test_count = held;
	struct branch b = begin_branch(f);
	flow_hold(f, &no);
	left_no = flow_statement(f, n->c);
	end_branch(f, &b);
	f->test_count = held;
	merge(f, &a, left_yes, &b, left_no);
	if (left_yes != LEFT_NO && left_no == LEFT_NO)
		flow_hold(f, &no);
	else if (left_no != LEFT_NO && left_yes == LEFT_NO)
		flow_hold(f, &yes);
	return left_yes < left_no ? left_yes : left_no;
}

static void walk_loop(struct flow *f, const struct node *n)
{
	struct value v = {.text = SPAN_LIT("...")};
	const struct value *piped = f->piped;
	for (const struct node *k = n->a; k && flow_step(f); k = k->next)
		v = either(flow_value(f, k), v);
	if (n->text.n) /* shell: | while read x */
		f->piped = &v;
	struct tests yes = {0}, no = {0};
	size_t held = f->test_count;
	if (!n->c && n->a && !n->text.n)
		flow_condition(f, n->a, &yes, &no);
	for (const struct node *k = n->c; k && flow_step(f); k = k->next) {
		const struct node *names = k->kind == N_LIST ? k->a : k;
		for (; names && flow_step(f); names = k->kind == N_LIST ? names->next : NULL)
			flow_set(f, flow_name(f, names), v);
	}
	struct branch b = begin_branch(f), none = {0};
	flow_hold(f, &yes);
	flow_statement(f, n->b);
	end_branch(f, &b);
	f->test_count = held;
	merge(f, &b, LEFT_NO, &none, LEFT_NO);
	f->piped = piped;
}

static void define(struct flow *f, const struct node *n)
{
	for (size_t i = 0; i < f->function_count; i++)
		if (f->functions[i] == n)
			return;
	if (f->function_count < FLOW_FUNCTIONS)
		f->functions[f->function_count++] = n;
}

const struct node *flow_find(struct flow *f, struct span name)
{
	size_t dot = name.n;
	while (dot > 0 && name.p[dot - 1] != '.')
		dot--;
	name = span_from(name, dot);
	if (name.n && name.p[0] == '$' && f->language == SCRIPT_PHP)
		return NULL;
	for (size_t i = f->function_count; i-- > 0 && name.n;)
		if (span_equal(f->functions[i]->text, name))
			return f->functions[i];
	return NULL;
}

static bool says_yes(struct flow *f, const struct node *n)
{
	struct span t = n->kind == N_NAME || n->kind == N_NUMBER ? n->text : SPAN_LIT("");
	bool zero = f->language == SCRIPT_SHELL;
	if (n->kind == N_LIST && n->a)
		return false;
	return zero ? n->kind == N_TEXT && span_eq_str(n->text, "0")
		    : (t.n == 4 && strncasecmp((const char *)t.p, "true", 4) == 0) ||
			  span_eq_str(t, "1");
}

/* A function that judges a login answers. */
static void verdict(struct flow *f, const struct node *n)
{
	if (!n->a || !f->function || !words_of_login(f->function->text))
		return;
	size_t held = f->test_count;
	struct tests yes = {0}, no = {0};
	bool judged = n->a->kind == N_OR || n->a->kind == N_EQUAL || n->a->kind == N_AND;
	if (judged) {
		flow_condition(f, n->a, &yes, &no);
		flow_hold(f, &yes);
	}
	if (judged || says_yes(f, n->a))
		effect_verdict(f, n, "the login is accepted");
	f->test_count = held;
}

static enum left walk_block(struct flow *f, const struct node *n)
{
	size_t mark = f->test_count;
	for (const struct node *k = n->a; k; k = k->next)
		if (k->kind == N_FUNCTION)
			define(f, k);
	enum left left = LEFT_NO;
	for (const struct node *k = n->a; k && left == LEFT_NO && flow_step(f); k = k->next)
		left = flow_statement(f, k);
	if (left != LEFT_NO)
		f->test_count = mark < f->test_count ? mark : f->test_count;
	return left;
}

static void printed(struct flow *f, struct value v)
{
	if (f->language == SCRIPT_SHELL && (v.from || v.known))
		f->output = f->output.text.n ? either(v, f->output) : v;
}

static enum left walk(struct flow *f, const struct node *n)
{
	switch (n->kind) {
	case N_BLOCK:
		return walk_block(f, n);
	case N_IF:
		return walk_if(f, n);
	case N_LOOP:
		walk_loop(f, n);
		return LEFT_NO;
	case N_FUNCTION:
		define(f, n);
		return LEFT_NO;
	case N_RETURN:
		verdict(f, n);
		if (n->a)
			f->returned = either(flow_value(f, n->a), f->returned);
		return LEFT_BLOCK;
	case N_EXIT:
		if (n->a)
			flow_value(f, n->a);
		for (size_t i = 0; i < f->test_count && f->inlined; i++)
			f->checked |= f->tests[i].kind == TEST_CHECK;
		return LEFT_SCRIPT;
	default:
		printed(f, flow_value(f, n));
		return n->kind == N_CALL && span_eq_str(flow_name(f, n->a), "os.exit") ? LEFT_SCRIPT
										       : LEFT_NO;
	}
}

enum left flow_statement(struct flow *f, const struct node *n)
{
	if (!n || f->depth > FLOW_DEPTH || !flow_step(f))
		return LEFT_NO;
	f->depth++;
	enum left left = walk(f, n);
	f->depth--;
	return left;
}

/* A function of the file is walked with what it is given. */
struct value flow_function(struct flow *f, const struct node *fn, const struct value *args,
			   size_t count)
{
	struct value all = {.text = SPAN_LIT("...")}, kept = f->returned;
	const struct node *function = f->function;
	size_t i = 0, held = f->test_count;
	if (f->inlined >= 6 || !flow_step(f))
		return all;
	for (const struct node *k = fn->a; k && flow_step(f); k = k->next, i++)
		flow_set(f, k->text, i < count ? args[i] : all);
	for (i = 0; i < count && (f->language == SCRIPT_SHELL || f->language == SCRIPT_PERL); i++) {
		if (f->language == SCRIPT_SHELL)
			flow_set(f, span_str(arena_printf(f->arena, "$%zu", i + 1)), args[i]);
		all = i ? either(args[i], all) : args[i];
	}
	flow_set(f, SPAN_LIT("$@"), all);
	flow_set(f, SPAN_LIT("$*"), all);
	if (f->language == SCRIPT_PERL)
		flow_set(f, SPAN_LIT("$_"), all);
	f->returned = (struct value){.text = SPAN_LIT("...")};
	f->function = fn;
	f->inlined++;
	flow_statement(f, fn->b);
	f->inlined--;
	f->function = function;
	f->test_count = held < f->test_count ? held : f->test_count;
	struct value v = f->returned;
	f->returned = kept;
	return v;
}

/* --- the whole script --- */

static void collect(struct flow *f, const struct node *n, int depth)
{
	for (; n && depth < FLOW_DEPTH && flow_step(f); n = n->next) {
		if (n->kind == N_FUNCTION)
			define(f, n);
		if (n->kind == N_CALL && f->language == SCRIPT_LUA)
			flow_entry(f, n);
		collect(f, n->a, depth + 1);
		collect(f, n->b, depth + 1);
		collect(f, n->c, depth + 1);
	}
}

/* A function that nobody in the file calls: its parameters are what is given to a login's judge. */
static void walk_alone(struct flow *f, const struct node *fn)
{
	struct value args[16];
	size_t n = 0;
	bool judge = words_of_login(fn->text);
	for (const struct node *k = fn->a; k && n < 16; k = k->next, n++) {
		args[n] = (struct value){.text = SPAN_LIT("...")};
		if (!judge)
			continue;
		args[n] = flow_request(f, "argument", k->text, k->at);
		struct request *r = arena_alloc(f->arena, sizeof *r);
		*r = *args[n].from;
		r->argument = true;
		args[n].from = r;
	}
	f->mark = 0;
	f->test_count = 0;
	f->alone = true;
	f->checked = false;
	flow_handler(f, fn, args, n);
	flow_function(f, fn, args, n);
	f->alone = false;
}

void flow_run(struct flow *f, const struct node *script)
{
	collect(f, script, 0);
	f->steps = 0;
	f->capped = false;
	flow_statement(f, script);
	size_t bound = f->bound;
	struct binding *globals = arena_array(f->arena, bound ? bound : 1, sizeof *globals);
	for (size_t i = 0; i < bound; i++)
		globals[i] = f->bindings[i];
	for (size_t i = 0; i < f->function_count && !f->capped; i++) {
		walk_alone(f, f->functions[i]);
		for (size_t k = 0; k < bound;
		     k++) /* what the file itself assigns holds in all functions */
			f->bindings[k] = globals[k];
		f->bound = bound;
	}
}
