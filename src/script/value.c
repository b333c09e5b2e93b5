/* SPDX-License-Identifier: Apache-2.0 */
/* What expressions are worth: constants, what came from a request, and the results of known
 * functions. */
#include "base/base64.h"
#include "script/flow.h"

enum { MAX_ARGS = 16 };

static const struct value nothing = {.text = {(const uint8_t *)"...", 3}};

/* --- constants are changed on the spot --- */

static struct span reversed(struct flow *f, struct span s)
{
	uint8_t *out = arena_alloc(f->arena, s.n + 1);
	for (size_t i = 0; i < s.n; i++)
		out[i] = s.p[s.n - 1 - i];
	return SPAN(out, s.n);
}

static struct span rotated(struct flow *f, struct span s)
{
	uint8_t *out = arena_alloc(f->arena, s.n + 1);
	for (size_t i = 0; i < s.n; i++) {
		int c = s.p[i], low = c | 32;
		out[i] = (uint8_t)(low >= 'a' && low <= 'z' ? c + (low < 'n' ? 13 : -13) : c);
	}
	return SPAN(out, s.n);
}

static struct span decoded(struct flow *f, struct span s)
{
	struct buf b = {.max = 64 * 1024};
	struct span out = SPAN_LIT("");
	if (base64_decode(&b, s))
		out = span_str(arena_str(f->arena, buf_span(&b)));
	buf_free(&b);
	return out;
}

static struct value changed(struct flow *f, const char *name, struct value v)
{
	if (!v.known)
		return v;
	if (strcmp(name, "base64_decode") == 0 || strcmp(name, "decode_base64") == 0)
		v.text = decoded(f, v.text);
	else if (strcmp(name, "strrev") == 0 || strcmp(name, "reverse") == 0)
		v.text = reversed(f, v.text);
	else if (strcmp(name, "str_rot13") == 0)
		v.text = rotated(f, v.text);
	else if (strcmp(name, "trim") != 0 && strcmp(name, "strval") != 0 &&
		 strcmp(name, "tostring") != 0)
		v.known = false;
	return v;
}

/* --- calls --- */

struct arguments {
	struct value v[MAX_ARGS];
	const struct node *n[MAX_ARGS];
	size_t count;
};

static void take_arguments(struct flow *f, const struct node *n, struct arguments *a)
{
	a->count = 0;
	for (const struct node *k = n; k && a->count < MAX_ARGS && flow_step(f); k = k->next) {
		a->n[a->count] = k;
		a->v[a->count++] = flow_value(f, k);
	}
}

static struct value all_of(struct flow *f, const struct arguments *a, size_t from)
{
	struct value v = nothing;
	for (size_t i = from; i < a->count; i++) {
		if (a->v[i].from && (!v.from || v.clean))
			v = a->v[i];
	}
	v.known = false;
	(void)f;
	return v;
}

/* Arguments are put into "...%s..."; %q and %d make them harmless. */
static struct value format(struct flow *f, struct value how, const struct arguments *a, size_t from)
{
	struct value v = flow_constant(SPAN_LIT(""));
	if (!how.known) {
		struct value all = all_of(f, a, from);
		return all.from ? flow_join(f, how, all) : how;
	}
	size_t begin = 0;
	for (size_t i = 0; i + 1 < how.text.n && flow_step(f); i++) {
		if (how.text.p[i] != '%')
			continue;
		if (how.text.p[i + 1] == '%') {
			i++;
			continue;
		}
		v = flow_join(f, v, flow_constant(span_cut(how.text, begin, i - begin)));
		while (i + 1 < how.text.n && memchr("-+ #0123456789.$'", how.text.p[i + 1], 17))
			i++;
		uint8_t c = i + 1 < how.text.n ? how.text.p[i + 1] : 's';
		struct value one = from < a->count ? a->v[from] : nothing;
		from++;
		if (c != 's' && c != '@')
			one.clean = true;
		v = flow_join(f, v, one);
		begin = i + 2;
		i++;
	}
	return flow_join(f, v, flow_constant(span_from(how.text, begin)));
}

static struct value input(struct flow *f, const struct callee *c, const struct arguments *a,
			  const struct node *n)
{
	struct span name = c->arg >= 0 && (size_t)c->arg < a->count && a->v[c->arg].known
			       ? a->v[c->arg].text
			       : SPAN_LIT("");
	struct value v = flow_request(f, "parameter", name, n->at);
	if (!name.n && !a->count && f->language == SCRIPT_PERL &&
	    c->name[0] != '.') /* "param" of something else */
		return nothing;
	return v;
}

static struct value replace(struct flow *f, const struct callee *c, const struct arguments *a,
			    const struct node *n, struct value self)
{
	size_t pattern = c->arg == -2 ? 0 : f->language == SCRIPT_LUA ? 1 : 0;
	struct value v = c->arg == -2 ? self : (size_t)c->arg < a->count ? a->v[c->arg] : nothing;
	struct span p = pattern < a->count ? a->v[pattern].text : SPAN_LIT("");
	bool regex = f->language == SCRIPT_PHP && c->name[0] == 'p';
	if (regex && p.n > 2 && pattern < a->count && a->v[pattern].known && a->count > 1) {
		size_t end = p.n;
		while (end > 1 && p.p[end - 1] != p.p[0])
			end--;
		if (end > 1 && memchr(p.p + end, 'e', p.n - end))
			effect_code(f, n, a->v[1], "preg_replace with /e");
	} else if (regex && a->count > 1 && a->v[0].from && a->v[0].whole && !a->v[0].clean) {
		effect_code(f, n, a->v[0], "preg_replace");
	}
	v.known = false;
	if (v.from && (pattern >= a->count || !a->v[pattern].known || pattern_restricts(p)))
		v.clean = true;
	if (v.from && v.whole && !v.clean)
		v.whole = true;
	return v;
}

static struct value compare(struct flow *f, const struct callee *c, const struct arguments *a,
			    const struct node *n)
{
	struct value v = nothing;
	if (a->count < 2)
		return v;
	const struct value *in = a->v[0].from ? &a->v[0] : &a->v[1],
			   *other = in == a->v ? &a->v[1] : &a->v[0];
	if (!in->from)
		return v;
	struct test *t = arena_alloc(f->arena, sizeof *t);
	*t = (struct test){.kind = other->known && other->text.n ? TEST_EQUAL : TEST_CHECK,
			   .from = in->from,
			   .literal = other->text,
			   .at = n->at,
			   .hashed = in->hashed,
			   .negative = c->role == ROLE_COMPARE};
	v.test = t;
	return v;
}

/* open(F, "command |"), open(F, "| command"), open(F, "-|", command) */
static void perl_open(struct flow *f, const struct arguments *a, const struct node *n)
{
	if (a->count < 2)
		return;
	struct span mode = a->v[1].text;
	if (a->count > 2 && (span_eq_str(mode, "-|") || span_eq_str(mode, "|-"))) {
		if (a->count == 3)
			effect_command(f, n, a->v[2], "open of a pipe");
	} else if (a->count == 2 && mode.n) {
		struct span t = span_trim(mode);
		bool pipe = t.n && (t.p[0] == '|' || t.p[t.n - 1] == '|');
		if (pipe)
			effect_command(f, n, a->v[1], "open of a pipe");
	}
}

static void command(struct flow *f, const struct callee *c, const struct arguments *a,
		    const struct node *n)
{
	size_t i = (size_t)c->arg;
	if (i >= a->count)
		return;
	struct value v = a->v[i];
	bool list = f->language == SCRIPT_PERL && a->count > 1; /* no shell in between */
	bool array = f->language == SCRIPT_PERL && a->n[i]->at < f->file->bytes.n &&
		     f->file->bytes.p[a->n[i]->at] == '@';
	if (array || (list && !(v.from && v.whole)))
		return;
	if (a->n[i]->kind == N_LIST &&
	    f->language == SCRIPT_PHP) /* proc_open of a list: no shell */
		return;
	effect_command(f, n, v, c->name[0] == '.' ? c->name + 1 : c->name);
}

/* "sys" . "tem" and what a request names: a function chosen while it runs. */
static void chosen(struct flow *f, struct value v, const struct arguments *a, size_t from,
		   const struct node *n)
{
	if (v.from && v.whole && !v.clean && !v.from->argument)
		effect_code(f, n, v, "a function that the request names");
	if (!v.known)
		return;
	const struct callee *c = role_of_call(f->language, v.text);
	if (!c || from >= a->count)
		return;
	if (c->role == ROLE_COMMAND)
		effect_command(f, n, a->v[from], arena_str(f->arena, span_cut(v.text, 0, 40)));
	if (c->role == ROLE_CODE)
		effect_code(f, n, a->v[from], arena_str(f->arena, span_cut(v.text, 0, 40)));
}

static struct value known_call(struct flow *f, const struct callee *c, const struct arguments *a,
			       const struct node *n, struct value self)
{
	size_t i = c->arg >= 0 ? (size_t)c->arg : 0;
	struct value v = c->arg == -2 ? self : i < a->count ? a->v[i] : nothing;
	switch (c->role) {
	case ROLE_INPUT:
		return input(f, c, a, n);
	case ROLE_BODY:
		return f->language == SCRIPT_LUA && c->name[0] == 'i' && !f->cgi
			   ? nothing
			   : flow_request(f, "the body of the request", SPAN_LIT(""), n->at);
	case ROLE_VARIABLE:
		return v.known && role_request_variable(v.text)
			   ? flow_request(f, "variable", v.text, n->at)
			   : nothing;
	case ROLE_COMMAND:
		command(f, c, a, n);
		return nothing;
	case ROLE_CODE:
		if (i < a->count)
			effect_code(f, n, a->v[i], c->name);
		return nothing;
	case ROLE_CALLEE:
		if (i < a->count)
			chosen(f, a->v[i], a, i == 0 ? 1 : 0, n);
		return nothing;
	case ROLE_CLEAN:
		v.clean = true;
		v.known = false;
		return v;
	case ROLE_PASS:
		if (f->language == SCRIPT_PERL && a->count == 1 && strcmp(c->name, "split") == 0)
			return flow_get(f, SPAN_LIT("$_"), n->at);
		return c->arg >= 0 && i < a->count && !v.from && a->count > 1 && !v.known
			   ? all_of(f, a, 0)
			   : changed(f, c->name, v);
	case ROLE_FORMAT:
		return format(f, v, a, c->arg == -2 ? 0 : 1);
	case ROLE_REPLACE:
		return replace(f, c, a, n, self);
	case ROLE_HASH:
		v.hashed = true;
		v.clean = true;
		v.known = false;
		return v;
	case ROLE_COMPARE:
	case ROLE_SAME:
		return compare(f, c, a, n);
	case ROLE_TEST:
		v = all_of(f, a, 0);
		v.clean = true;
		return v.from ? v : nothing;
	case ROLE_SESSION:
		effect_verdict(f, n, c->name);
		return nothing;
	case ROLE_REQUIRE:
		return v.known ? (struct value){.path = v.text, .text = v.text} : nothing;
	case ROLE_OPEN:
		perl_open(f, a, n);
		return nothing;
	case ROLE_READ:
		if (f->language == SCRIPT_PERL && a->count > 1 && a->n[0]->kind == N_NAME &&
		    span_eq_str(a->n[0]->text, "STDIN"))
			flow_set(f, flow_name(f, a->n[1]),
				 flow_request(f, "the body of the request", SPAN_LIT(""), n->at));
		return nothing;
	case ROLE_NONE:
	case ROLE_EXIT:
		break;
	}
	return nothing;
}

struct value flow_call(struct flow *f, const struct node *n)
{
	struct arguments a;
	struct value callee = nothing, self = nothing;
	struct span name = flow_name(f, n->a);
	if (n->a && n->a->kind == N_FUNCTION)
		callee.function = n->a;
	else if (n->a && (name.n || n->a->kind != N_NAME))
		callee = name.n ? flow_get(f, name, n->at) : flow_value(f, n->a);
	struct span path = callee.path.n ? callee.path : name;
	if (n->a && n->a->kind == N_INDEX && n->a->a) {
		self = flow_value(f, n->a->a);
		if (!path.n && n->a->b && n->a->b->kind == N_TEXT) /* ("text"):format(...) */
			path = span_str(arena_printf(
			    f->arena, "?.%.*s", (int)(n->a->b->text.n < 60 ? n->a->b->text.n : 60),
			    (const char *)n->a->b->text.p));
	}
	take_arguments(f, n->b, &a);
	const struct node *fn = callee.function ? callee.function : flow_find(f, path);
	bool direct = n->a && n->a->kind == N_INDEX && n->a->a && n->a->a->kind == N_NAME &&
		      role_of_name(f->language, n->a->a->text); /* $_GET['f'](...) */
	bool variable = name.n && name.p[0] == '$' && n->a->kind == N_NAME;
	if (f->language == SCRIPT_PHP && (variable || direct)) {
		chosen(f, callee, &a, 0, n);
		if (!fn)
			return nothing;
	}
	if (fn)
		return flow_function(f, fn, a.v, a.count);
	const struct callee *c = role_of_call(f->language, path);
	if (c)
		return known_call(f, c, &a, n, self);
	if (f->language == SCRIPT_PHP && span_eq_str(path, "parse_str") &&
	    a.count > 1) /* fills its second */
		flow_set(f, flow_name(f, a.n[1]), a.v[0]);
	if (words_of_login(path)) /* requireLogin(); in another file */
		f->checked = true;
	for (size_t i = 0; i < a.count; i++) /* array("system")($x), callbacks */
		if (a.v[i].function && f->inlined < 3)
			flow_function(f, a.v[i].function, NULL, 0);
	return nothing;
}

/* --- expressions --- */

static void assign_one(struct flow *f, const struct node *target, struct value v, bool append)
{
	struct span name = flow_name(f, target);
	if (append && name.n) {
		struct value old = flow_get(f, name, target->at);
		if (old.path.n)
			old = flow_constant(SPAN_LIT(""));
		v = flow_join(f, old, v);
	}
	if (name.n && words_of_session(name) && !(v.known && !v.text.n))
		effect_verdict(f, target, "a session is opened");
	flow_set(f, name, v);
	if (target->kind != N_INDEX)
		return;
	struct span base = flow_name(f, target->a);
	bool open = !target->b || (target->b->kind != N_TEXT && target->b->kind != N_NUMBER);
	if (open && v.from && base.n) /* an item whose key is not known: any of them */
		flow_set(f, base, v);
}

static void assign_items(struct flow *f, struct span name, const struct node *list, int depth)
{
	size_t i = 0;
	for (const struct node *k = list->a; k && depth < 4 && flow_step(f); k = k->next) {
		const struct node *value = k->kind == N_ASSIGN ? k->b : k;
		struct span key =
		    k->kind == N_ASSIGN && k->a && (k->a->kind == N_TEXT || k->a->kind == N_NUMBER)
			? k->a->text
			: span_str(arena_printf(f->arena, "%zu", i++));
		if (!value || name.n + key.n > 150)
			continue;
		struct span item =
		    span_str(arena_printf(f->arena, "%.*s.%.*s", (int)name.n, (const char *)name.p,
					  (int)key.n, (const char *)key.p));
		flow_set(f, item, flow_value(f, value));
	}
}

static struct value assign(struct flow *f, const struct node *n)
{
	const struct node *target = n->a, *from = n->b;
	struct value v = nothing;
	if (span_eq_str(n->text, "+")) {
		flow_value(f, from);
		return nothing;
	}
	bool unpack = target && target->kind == N_LIST;
	if (unpack || (target && target->kind == N_CALL && target->a && target->a->kind == N_NAME &&
		       span_eq_str(target->a->text, "list"))) {
		const struct node *source = from && from->kind == N_LIST ? from->a : NULL;
		v = source ? nothing : flow_value(f, from);
		for (const struct node *k = unpack ? target->a : target->b; k && flow_step(f);
		     k = k->next) {
			assign_one(f, k, source ? flow_value(f, source) : v, false);
			source = source ? source->next : NULL;
		}
		return v;
	}
	for (const struct node *k = target; k && flow_step(f); k = k->next) {
		if (from && from->kind == N_LIST && from->a && !flow_name(f, k).n)
			continue;
		v = flow_value(f, from);
		assign_one(f, k, v, span_eq_str(n->text, "."));
		if (from && from->kind == N_LIST)
			assign_items(f, flow_name(f, k), from, 0);
		if (from && from->next)
			from = from->next;
	}
	return v;
}

static struct value list(struct flow *f, const struct node *n)
{
	struct value v = nothing;
	for (const struct node *k = n->a; k && flow_step(f); k = k->next) {
		struct value one =
		    flow_value(f, k->kind == N_ASSIGN && span_eq_str(k->text, ":") ? k->b : k);
		if (one.from && (!v.from || v.clean))
			v = one;
	}
	v.known = false;
	return v;
}

static struct value change(struct flow *f, const struct node *n)
{
	struct value v = flow_value(f, n->a);
	if (n->b && f->language == SCRIPT_PERL)
		flow_value(f, n->b);
	if (v.from && pattern_restricts(n->text))
		v.clean = true;
	v.known = false;
	if (f->language == SCRIPT_PERL)
		flow_set(f, flow_name(f, n->a), v);
	return v;
}

static struct value include(struct flow *f, const struct node *n)
{
	struct value v = flow_value(f, n->a);
	f->included = true;
	if (words_of_login(v.text))
		f->checked = true;
	if (v.from && v.whole)
		effect_code(f, n, v, "include");
	return nothing;
}

static struct value shell_output(struct flow *f, const struct node *n)
{
	struct value kept = f->output;
	f->output = flow_constant(SPAN_LIT(""));
	flow_statement(f, n->b);
	struct value v = f->output;
	f->output = kept;
	if (v.known && !v.text.n)
		v = nothing;
	return v;
}

static struct value either_of(struct value a, struct value b)
{
	struct value v = a.from && !a.clean ? a : b.from ? b : a.from ? a : a.known ? b : a;
	v.known = v.known && a.known && b.known && span_equal(a.text, b.text);
	return v;
}

static struct value operation(struct flow *f, const struct node *n)
{
	struct value a = flow_value(f, n->a), b = n->b ? flow_value(f, n->b) : nothing;
	if (f->language == SCRIPT_LUA && span_eq_str(n->text, "%") &&
	    a.known) { /* LuCI: "..." % value */
		struct arguments args = {.count = 1};
		args.v[0] = b;
		return format(f, a, &args, 0);
	}
	return nothing;
}

static struct value evaluate(struct flow *f, const struct node *n)
{
	struct value v;
	switch (n->kind) {
	case N_TEXT:
	case N_NUMBER:
		return flow_constant(n->text);
	case N_NAME:
		return flow_get(f, n->text, n->at);
	case N_INDEX: {
		struct span name = flow_name(f, n);
		if (name.n)
			return flow_get(f, name, n->at);
		v = flow_value(f, n->a);
		v.known = false;
		return v.from ? v : nothing;
	}
	case N_CALL:
		return f->language == SCRIPT_SHELL ? flow_shell_call(f, n) : flow_call(f, n);
	case N_JOIN:
		v = flow_value(f, n->a);
		return flow_join(f, v, n->b ? flow_value(f, n->b) : nothing);
	case N_AND:
	case N_OR:
	case N_PICK: {
		struct tests yes = {0}, no = {0};
		size_t held = f->test_count;
		flow_condition(f, n->a, &yes, &no);
		flow_hold(f, n->kind == N_OR ? &no : &yes);
		const struct node *first = n->kind == N_OR ? n->a : n->b;
		struct value b = n->b ? flow_value(f, n->b) : nothing;
		f->test_count = held;
		if (n->kind == N_PICK)
			return either_of(b, n->c ? flow_value(f, n->c) : nothing);
		return n->kind == N_AND ? b : either_of(flow_value(f, first), b);
	}
	case N_NOT:
	case N_EQUAL:
	case N_DIFFER:
	case N_MATCH: {
		struct tests yes = {0}, no = {0};
		flow_condition(f, n, &yes, &no);
		return nothing;
	}
	case N_OP:
		return operation(f, n);
	case N_CAST:
		v = flow_value(f, n->a);
		v.clean = true;
		return v;
	case N_CHANGE:
		return change(f, n);
	case N_LIST:
		return list(f, n);
	case N_RUN:
		effect_command(f, n, n->a ? flow_value(f, n->a) : nothing, "`...`");
		return nothing;
	case N_OUTPUT:
		return shell_output(f, n);
	case N_INPUT:
		return f->cgi ? flow_request(f, "the body of the request", SPAN_LIT(""), n->at)
			      : nothing;
	case N_ASSIGN:
		return assign(f, n);
	case N_FUNCTION:
		v = nothing;
		v.function = n;
		return v;
	case N_INCLUDE:
		return include(f, n);
	case N_IF:
	case N_LOOP:
	case N_BLOCK:
	case N_RETURN:
	case N_EXIT:
		flow_statement(f, n);
		break;
	}
	return nothing;
}

struct value flow_value(struct flow *f, const struct node *n)
{
	if (!n || f->depth > FLOW_DEPTH || !flow_step(f))
		return nothing;
	f->depth++;
	struct value v = evaluate(f, n);
	f->depth--;
	return v;
}
