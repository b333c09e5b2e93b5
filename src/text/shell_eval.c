/* SPDX-License-Identifier: Apache-2.0 */
/* The walk: lists, conditions, loops, functions and scripts that scripts run. */
#include "text/shell_eval.h"

#include <limits.h>

#include "base/hash.h"
#include "base/text.h"

enum {
	BUDGET = 60000,	  /* commands */
	BYTES = 48 << 20, /* of values and syntax trees */
	MAX_DEPTH = 60,	  /* nested constructs, calls and scripts together */
	MAX_VARS = 400,
	MAX_FUNCTIONS = 400,
	MAX_TURNS = 128,
	MAX_VISITS = 200,
	MAX_SEEN = 4096,
	MAX_SAME = 3,
	MAX_SCRIPT = 256 << 10,
	MAX_CHAIN = 600,
};

static const struct shell_result nothing = {TRUTH_YES, FLOW_GO};

void machine_init(struct machine *m, const struct tree *t, struct arena *a)
{
	*m = (struct machine){.tree = t, .arena = a, .budget = BUDGET, .bytes = BYTES};
	m->visits = arena_array(a, t->count ? t->count : 1, 1);
	m->seen = arena_array(a, MAX_SEEN, sizeof *m->seen);
	m->process = arena_alloc(a, sizeof *m->process);
	m->chain = "";
}

static struct shell_result branch(struct machine *m, const struct shell_node *n, const char *text,
				  bool negated)
{
	const struct shell_condition *c = shell_condition(m, text, negated, INT_MAX);
	struct shell_result r = shell_eval_list(m, n);
	if (c)
		shell_condition_end(m, c);
	return r;
}

/* A branch that the tree decides against: shown as "never", and only when a file decided it. */
static void never(struct machine *m, const struct shell_node *n, const char *text)
{
	if (!m->tree_used || m->never || !n)
		return;
	struct shell_snapshot before = shell_snap(m);
	m->never = text;
	shell_eval_list(m, n);
	m->never = NULL;
	shell_restore(m, before);
}

/* Both ways of a condition that is not decided. */
static struct shell_result both_ways(struct machine *m, const char *text,
				     const struct shell_node *yes, const struct shell_node *no)
{
	struct shell_snapshot before = shell_snap(m);
	struct shell_result a = branch(m, yes, text, false);
	struct shell_snapshot after = shell_snap(m);
	shell_restore(m, before);
	struct shell_result b = no ? branch(m, no, text, true) : nothing;
	if (a.flow != FLOW_GO && b.flow != FLOW_GO)
		return (struct shell_result){TRUTH_MAYBE, a.flow < b.flow ? a.flow : b.flow};
	if (a.flow == FLOW_GO && b.flow == FLOW_GO)
		shell_merge(m, after);
	else if (a.flow == FLOW_GO)
		shell_restore(m, after);
	shell_left(m, a.flow, text, true);
	shell_left(m, b.flow, text, false);
	return (struct shell_result){TRUTH_MAYBE, FLOW_GO};
}

static struct shell_result decide(struct machine *m, const struct shell_node *condition,
				  const struct shell_node *yes, const struct shell_node *no)
{
	m->tree_used = false;
	struct shell_result r = shell_eval_list(m, condition);
	if (r.flow != FLOW_GO)
		return r;
	if (r.truth == TRUTH_MAYBE)
		return both_ways(m, shell_condition_text(m, condition), yes, no);
	if (r.truth == TRUTH_NO)
		never(m, yes, shell_condition_text(m, condition));
	const struct shell_node *taken = r.truth == TRUTH_YES ? yes : no;
	return taken ? shell_eval_list(m, taken) : nothing;
}

/* first && second, first || second */
static struct shell_result eval_chain(struct machine *m, const struct shell_node *n)
{
	bool is_or = n->kind == SHELL_OR;
	m->tree_used = false;
	struct shell_result r = shell_command(m, n->first);
	if (r.flow != FLOW_GO || !n->second)
		return r;
	if (r.truth == (is_or ? TRUTH_YES : TRUTH_NO)) {
		if (!is_or)
			never(m, n->second, shell_condition_text(m, n->first));
		return r;
	}
	if (r.truth != TRUTH_MAYBE)
		return shell_command(m, n->second);
	struct shell_snapshot before = shell_snap(m);
	const char *text = shell_condition_text(m, n->first);
	const struct shell_condition *c = shell_condition(m, text, is_or, INT_MAX);
	r = shell_command(m, n->second);
	if (c)
		shell_condition_end(m, c);
	if (r.flow == FLOW_GO)
		shell_merge(m, before);
	else
		shell_restore(m, before);
	shell_left(m, r.flow, text, !is_or);
	return (struct shell_result){TRUTH_MAYBE, FLOW_GO};
}

static struct shell_result eval_case(struct machine *m, const struct shell_node *n)
{
	struct shell_value v = {"", false};
	struct shell_snapshot before = shell_snap(m);
	if (n->word_count)
		v = shell_expand_one(m, n->words[0]);
	for (const struct shell_node *i = n->first; i; i = i->next) {
		bool hit = false, sure = v.known;
		for (size_t k = 0; k < i->word_count; k++) {
			struct span w = i->words[k];
			if (w.n > 1 && (w.p[0] == '"' || w.p[0] == '\'' || w.p[0] == '$')) {
				struct shell_value p = shell_expand_one(m, w);
				sure = sure && p.known;
				w = span_str(p.text);
			}
			hit = hit || (shell_spend(m, 16 + w.n * strlen(v.text) / 8) &&
				      shell_match(w, span_str(v.text)));
		}
		if (v.known && sure && !hit)
			continue;
		if (v.known && hit && sure)
			return shell_eval_list(m, i->first);
		const char *text =
		    arena_printf(m->arena, "case %s in %s",
				 n->word_count ? shell_text(m, span_cut(n->words[0], 0, 60)) : "",
				 shell_condition_text(m, i));
		struct shell_snapshot taken;
		struct shell_result r = branch(m, i->first, text, false);
		taken = shell_snap(m);
		shell_restore(m, before);
		if (r.flow == FLOW_GO)
			shell_merge(m, taken);
		shell_left(m, r.flow, text, true);
		before = shell_snap(m);
	}
	return (struct shell_result){TRUTH_MAYBE, FLOW_GO};
}

/* --- loops, functions, scripts --- */

static struct shell_result eval_for(struct machine *m, const struct shell_node *n)
{
	struct shell_words list = {0};
	struct shell_result r = nothing;
	int outer = m->loop_scope;
	if (!n->word_count)
		return r;
	const char *name = shell_text(m, n->words[0]);
	for (size_t i = 1; i < n->word_count; i++)
		shell_expand(m, n->words[i], &list);
	if (n->word_count == 1)
		shell_expand(m, SPAN_LIT("$@"), &list);
	m->loop_scope = ++m->scope;
	for (size_t i = 0; i < list.n && i < MAX_TURNS && r.flow == FLOW_GO; i++) {
		shell_set(m, name, list.v[i]);
		r = shell_eval_list(m, n->first);
		shell_leave(m, m->loop_scope);
		if (r.flow == FLOW_CONTINUE)
			r.flow = FLOW_GO;
	}
	m->scope--;
	m->loop_scope = outer;
	if (r.flow == FLOW_BREAK)
		r.flow = FLOW_GO;
	return r;
}

/* The body once. What it assigns is not known behind the loop. */
static struct shell_result eval_while(struct machine *m, const struct shell_node *n)
{
	int outer = m->loop_scope;
	m->loop_scope = ++m->scope;
	struct shell_result r = shell_eval_list(m, n->first), body = nothing;
	enum truth stop = n->kind == SHELL_UNTIL ? TRUTH_YES : TRUTH_NO;
	struct shell_snapshot before = shell_snap(m);
	if (r.flow == FLOW_GO && r.truth == TRUTH_MAYBE)
		body =
		    branch(m, n->second, shell_condition_text(m, n->first), n->kind == SHELL_UNTIL);
	else if (r.flow == FLOW_GO && r.truth != stop)
		body = shell_eval_list(m, n->second);
	shell_merge(m, before);
	shell_leave(m, m->loop_scope);
	m->scope--;
	m->loop_scope = outer;
	if (r.flow > FLOW_BREAK)
		return r;
	if (body.flow > FLOW_BREAK && r.truth != TRUTH_MAYBE)
		return body;
	return (struct shell_result){TRUTH_MAYBE, FLOW_GO};
}

struct shell_result shell_call(struct machine *m, const struct shell_function *f,
			       const struct shell_value *args, size_t n)
{
	struct shell_process *p = m->process;
	const struct tree_file *file = m->file;
	const struct shell_value *old = p->args;
	size_t old_count = p->arg_count;
	bool old_known = p->args_known, fixed = m->fixed;
	uint64_t offset = m->offset, length = m->length;
	int outer = m->function_scope, loop = m->loop_scope;
	m->file = f->file;
	m->fixed = m->fixed && f->file == file;
	p->args = args;
	p->arg_count = n;
	p->args_known = true;
	m->function_scope = ++m->scope;
	struct shell_result r = shell_command(m, f->body);
	if (shell_maybe_left(m, m->function_scope))
		r.truth = TRUTH_MAYBE;
	shell_leave(m, m->function_scope);
	m->scope--;
	m->function_scope = outer;
	m->loop_scope = loop;
	m->file = file;
	m->fixed = fixed;
	m->offset = offset;
	m->length = length;
	p->args = old;
	p->arg_count = old_count;
	p->args_known = old_known;
	if (r.flow != FLOW_EXIT)
		r.flow = FLOW_GO;
	return r;
}

bool shell_is_script(const struct tree_file *f)
{
	return f && f->type == TREE_FILE && f->kept && f->bytes.n && f->bytes.n <= MAX_SCRIPT &&
	       (SPAN_IS(f->bytes, 0, "#!") ? shell_script(f->bytes) : text_looks(f->bytes));
}

bool shell_is_rc(const struct tree_file *f)
{
	struct span line;
	size_t pos = 0;
	return shell_is_script(f) && span_line(f->bytes, &pos, &line) &&
	       span_find(line, SPAN_LIT("/etc/rc.common"), 0) != SIZE_MAX;
}

bool shell_rc_enabled(const struct tree *t, const struct tree_file *f)
{
	const char *name = path_base(f->path);
	size_t begin, end;
	tree_below(t, "etc/rc.d", &begin, &end);
	for (size_t i = begin; i < end; i++) {
		const char *link = path_base(t->files[i].path);
		if (link[0] == 'S' && link[1] && link[2] && strcmp(link + 3, name) == 0)
			return true;
	}
	return false;
}

/* The text of a file in the current process. */
static void walk(struct machine *m, const struct tree_file *f)
{
	const struct tree_file *file = m->file;
	const char *chain = m->chain;
	uint64_t offset = m->offset, length = m->length;
	bool fixed = m->fixed;
	if (strlen(chain) < MAX_CHAIN)
		m->chain = arena_printf(m->arena, "%s%s%s", chain, *chain ? " > " : "", f->path);
	m->file = f;
	m->fixed = false;
	m->depth++;
	if (m->depth < MAX_DEPTH && shell_spend(m, f->bytes.n * 8 + 4096))
		shell_eval_list(m, shell_parse(m->arena, f->bytes));
	m->depth--;
	m->file = file;
	m->chain = chain;
	m->fixed = fixed;
	m->offset = offset;
	m->length = length;
}

void shell_source(struct machine *m, const struct tree_file *f)
{
	if (!shell_is_script(f) || m->never || m->alone || m->depth > MAX_DEPTH / 2)
		return;
	int outer = m->function_scope;
	m->function_scope = ++m->scope; /* "return" leaves a sourced file */
	walk(m, f);
	shell_leave(m, m->function_scope);
	m->scope--;
	m->function_scope = outer;
}

/* An init script of OpenWrt: its functions are called by /etc/rc.common. */
static void run_rc(struct machine *m, const struct tree_file *f, const char *action)
{
	const struct shell_function *fn = shell_function(m, action);
	const char *chain = m->chain;
	if (!fn && strcmp(action, "boot") == 0)
		fn = shell_function(m, "start");
	if (!fn)
		fn = shell_function(m, "start_service");
	if (!fn || (strcmp(action, "boot") != 0 && strcmp(action, "start") != 0))
		return;
	m->chain = arena_printf(m->arena, "%s%s%s", chain, *chain ? " > " : "", f->path);
	shell_call(m, fn, NULL, 0);
	m->chain = chain;
}

/* Was this script walked with these arguments often enough? */
static bool walked(struct machine *m, const struct tree_file *f, const struct shell_value *args,
		   size_t count)
{
	uint8_t *visits = &m->visits[f - m->tree->files];
	uint32_t hash = hash_crc32(0, span_str(f->path));
	size_t same = 0;
	for (size_t i = 0; i < count && i < 8; i++)
		hash = hash_crc32(hash, span_str(args[i].text));
	for (size_t i = 0; i < m->seen_count; i++)
		same += m->seen[i] == hash;
	if (same >= MAX_SAME || *visits >= MAX_VISITS || m->seen_count >= MAX_SEEN)
		return true;
	m->seen[m->seen_count++] = hash;
	++*visits;
	return false;
}

bool shell_run_file(struct machine *m, const struct tree_file *f, const struct shell_value *args,
		    size_t count)
{
	if (!shell_is_script(f) || m->depth > MAX_DEPTH / 2)
		return false;
	if (walked(m, f, args, count))
		return true;
	struct shell_process fresh = {.args = args, .arg_count = count, .args_known = args != NULL};
	struct shell_process *outer = m->process;
	int script = m->script_scope, function = m->function_scope, loop = m->loop_scope;
	m->process = &fresh;
	m->script_scope = m->function_scope = m->loop_scope = ++m->scope;
	walk(m, f);
	if (shell_is_rc(f))
		run_rc(m, f, count && args && args[0].known ? args[0].text : "start");
	shell_leave(m, m->script_scope);
	m->scope--;
	m->script_scope = script;
	m->function_scope = function;
	m->loop_scope = loop;
	m->process = outer;
	return true;
}

void shell_run_text(struct machine *m, struct span text, uint64_t offset, uint64_t length)
{
	bool fixed = m->fixed;
	uint64_t old_offset = m->offset, old_length = m->length;
	if (m->depth > MAX_DEPTH / 2 || !shell_spend(m, text.n * 8 + 4096))
		return;
	m->fixed = true;
	m->offset = offset;
	m->length = length;
	m->depth++;
	shell_eval_list(m, shell_parse(m->arena, text));
	m->depth--;
	m->fixed = fixed;
	m->offset = old_offset;
	m->length = old_length;
}

/* --- commands --- */

static bool assignment(struct span w, size_t *equals)
{
	size_t i = 0;
	for (; i < w.n; i++) {
		uint8_t c = w.p[i];
		bool letter = c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
		if (!letter && !(i && c >= '0' && c <= '9'))
			break;
	}
	*equals = i;
	return i && i < w.n && w.p[i] == '=';
}

static struct shell_result eval_simple(struct machine *m, const struct shell_node *n)
{
	struct shell_words w = {0};
	size_t i = 0, equals;
	if (!m->fixed) {
		m->offset = n->offset;
		m->length = n->source.n;
	}
	while (i < n->word_count && assignment(n->words[i], &equals))
		i++;
	bool only = i == n->word_count;
	for (size_t k = 0; only && k < n->word_count; k++) {
		assignment(n->words[k], &equals);
		shell_set(m, shell_text(m, span_cut(n->words[k], 0, equals)),
			  shell_expand_one(m, span_from(n->words[k], equals + 1)));
	}
	if (only)
		return nothing;
	for (; i < n->word_count; i++)
		shell_expand(m, n->words[i], &w);
	return w.n ? shell_words_run(m, &w) : nothing;
}

struct shell_result shell_words_run(struct machine *m, struct shell_words *w)
{
	struct shell_result r = {TRUTH_MAYBE, FLOW_GO};
	const struct shell_function *f;
	if (!w->n)
		return nothing;
	if (shell_builtin(m, w, &r))
		return r;
	f = w->v[0].known ? shell_function(m, w->v[0].text) : NULL;
	if (f)
		return shell_call(m, f, w->v + 1, w->n - 1);
	const struct tree_file *script = w->v[0].known ? tree_find(m->tree, w->v[0].text) : NULL;
	if (script && w->n == 2 && shell_is_rc(script) && shell_is(w->v[1], "enabled")) {
		r.truth = shell_rc_enabled(m->tree, script) ? TRUTH_YES : TRUTH_NO;
		return r;
	}
	shell_program(m, w->v, w->n, false);
	return r;
}

static struct shell_result eval_pipe(struct machine *m, const struct shell_node *n)
{
	struct shell_result r = nothing;
	bool piped = m->piped;
	for (const struct shell_node *i = n->first; i; i = i->next) {
		m->piped = piped || i != n->first;
		r = shell_command(m, i);
	}
	m->piped = piped;
	return (struct shell_result){r.truth, FLOW_GO};
}

/* A process of its own: what it assigns is lost and it can leave only itself. */
static struct shell_result eval_apart(struct machine *m, const struct shell_node *list)
{
	struct shell_snapshot before = shell_snap(m);
	int script = m->script_scope;
	m->script_scope = ++m->scope;
	struct shell_result r = shell_eval_list(m, list);
	shell_leave(m, m->script_scope);
	m->scope--;
	m->script_scope = script;
	shell_restore(m, before);
	r.flow = FLOW_GO;
	return r;
}

struct shell_result shell_command(struct machine *m, const struct shell_node *n)
{
	struct shell_result r = nothing;
	if (!n || !m->budget || m->depth >= MAX_DEPTH)
		return r;
	m->budget--;
	m->depth++;
	switch (n->kind) {
	case SHELL_SIMPLE:
		r = eval_simple(m, n);
		break;
	case SHELL_AND:
	case SHELL_OR:
		r = eval_chain(m, n);
		break;
	case SHELL_NOT:
		r = shell_command(m, n->first);
		if (r.truth != TRUTH_MAYBE)
			r.truth = r.truth == TRUTH_NO ? TRUTH_YES : TRUTH_NO;
		break;
	case SHELL_PIPE:
		r = eval_pipe(m, n);
		break;
	case SHELL_BACKGROUND:
		eval_apart(m, n->first);
		break;
	case SHELL_GROUP:
		r = shell_eval_list(m, n->first);
		break;
	case SHELL_SUBSHELL:
		r = eval_apart(m, n->first);
		break;
	case SHELL_IF:
		r = decide(m, n->first, n->second, n->third);
		break;
	case SHELL_CASE:
		r = eval_case(m, n);
		break;
	case SHELL_ITEM:
		break;
	case SHELL_FOR:
		r = eval_for(m, n);
		break;
	case SHELL_WHILE:
	case SHELL_UNTIL:
		r = eval_while(m, n);
		break;
	case SHELL_FUNCTION:
		shell_define(m, n);
		break;
	}
	m->depth--;
	return r;
}

struct shell_result shell_eval_list(struct machine *m, const struct shell_node *n)
{
	struct shell_result r = nothing;
	for (; n && m->budget; n = n->next) {
		r = shell_command(m, n);
		if (r.flow != FLOW_GO)
			break;
	}
	return r;
}
