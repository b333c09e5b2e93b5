/* SPDX-License-Identifier: Apache-2.0 */
/* Which calls are privileged, and what only one way through a function leads to. */
#include "code/effect.h"

enum { MAX_INSIDE = 60, MAX_DEPTH = 2, MAX_SEARCH = 1500, WRITE_ONLY = 1, READ_WRITE = 2 };

static bool has_any(struct span s, const char *const *words)
{
	for (; *words; words++)
		if (span_find(s, span_str(*words), 0) != SIZE_MAX)
			return true;
	return false;
}

/* Files that decide who may log in. */
static bool decides_login(struct span path)
{
	static const char *const words[] = {"etc/passwd",      "etc/shadow",  "/.ssh/",
					    "authorized_keys", "etc/sudoers", NULL};
	return has_any(path, words);
}

/* Settings that open the device. */
static bool opens(struct span name)
{
	static const char *const words[] = {"telnet", "ssh", "passw", "debug",
					    "remote", "pwd", NULL};
	return has_any(name, words);
}

/* The text of a command, or the format that it was made by a little before. */
static struct span command_of(const struct look *l, const struct function *f, const struct call *c)
{
	struct value v = c->args[c->role->arg];
	struct span text = program_text(l->p, v);
	for (size_t i = 0; i < f->call_count && !text.n && v.kind != V_UNKNOWN; i++) {
		const struct call *k = &f->calls[i];
		if (!k->role || k->role->kind != ROLE_FORMAT || k->role->len == LEN_NEW ||
		    !value_same(k->args[k->role->arg], v) ||
		    (k->block == c->block ? k->at > c->at
					  : !cfg_dominates(&f->cfg, k->block, c->block)))
			continue;
		text = program_text(l->p, k->args[k->role->other]);
	}
	return text;
}

/* Does the command start something that stays, or that others can connect to? */
static bool stays(struct span command)
{
	static const char *const words[] = {"--listen", "0.0.0.0", "nc -l",
					    "tcpsvd",	"socat",   NULL};
	struct span s = span_trim(command);
	bool behind = s.n > 2 && s.p[s.n - 1] == '&' && s.p[s.n - 2] != '&';
	return behind || has_any(s, words);
}

static struct effect of_exec(const struct look *l, const struct function *f, const struct call *c)
{
	struct value v = c->args[c->role->arg];
	struct span text = command_of(l, f, c);
	struct input in = input_text(l->in, f, v);
	if (c->role->len == LEN_FORMAT && !in.source)
		in = input_format(l->in, f, c, (unsigned)c->role->arg);
	bool strong = look_opens_shell(text) || (in.source && in.whole);
	if (c->role->other >= 0 && c->role->other < MAX_ARGS) /* execl("/bin/busybox", "telnetd") */
		strong = strong || look_opens_shell(program_text(l->p, c->args[c->role->other]));
	static const char *const words[] = {"reboot", "mtd ",	  "nvram ", "rm -",   "passwd",
					    "mkfs",   "iptables", "flash_", "insmod", "factory",
					    "shadow", "chmod",	  "rmmod",  NULL};
	return (struct effect){.call = c,
			       .word = "exec",
			       .strength = strong ? 2 : 1,
			       .lasting = strong || stays(text) || has_any(text, words)};
}

static struct effect of_file(const struct look *l, const struct function *f, const struct call *c)
{
	struct span path = program_text(l->p, c->args[c->role->arg]);
	struct input in = input_text(l->in, f, c->args[c->role->arg]);
	struct effect e = {.call = c, .strength = 1, .lasting = true};
	struct value how = c->role->other >= 0 ? c->args[c->role->other] : (struct value){0};
	struct span mode = program_text(l->p, how);
	bool writes = (mode.n && memchr("wa", mode.p[0], 2)) ||
		      (value_is(how, V_CONST) && (how.k & 3) >= WRITE_ONLY && how.k < 1 << 20 &&
		       (how.k & 3) <= READ_WRITE);
	switch (c->role->kind) {
	case ROLE_OPEN:
		if (writes && decides_login(path)) {
			e.word = "config";
			e.strength = 2;
		} else if (writes && SPAN_IS(path, 0, "/dev/mtd")) {
			e.word = "flash";
		}
		break;
	case ROLE_DELETE:
		if (SPAN_IS(path, 0, "/etc/") || (in.source && in.whole))
			e.word = "delete";
		break;
	case ROLE_LOAD:
		if (in.source)
			e.strength = 2;
		if (in.source || SPAN_IS(path, 0, "/tmp/") || SPAN_IS(path, 0, "/var/"))
			e.word = "load";
		break;
	default: /* a script; a constant one is the program's own */
		e.strength = in.source ? 2 : 1;
		if (in.source || (!path.n && !value_is(c->args[c->role->arg], V_CONST)))
			e.word = "script";
	}
	return e;
}

/* Permissions with which a program runs as its owner, whoever starts it. */
static bool runs_as_owner(struct value mode)
{
	enum { SET_USER = 04000, EXECUTE = 0111, ALL = 07777 };
	return value_is(mode, V_CONST) && mode.k <= ALL && (mode.k & SET_USER) &&
	       (mode.k & EXECUTE);
}

struct effect effect_of(const struct look *l, const struct function *f, const struct call *c)
{
	static const char *const words[] = {[ROLE_LISTEN] = "listen",
					    [ROLE_REBOOT] = "reboot",
					    [ROLE_MODULE] = "insmod",
					    [ROLE_FLASH] = "flash",
					    [ROLE_SETTING] = "config"};
	struct effect e = {.call = c, .strength = 1, .lasting = true};
	enum role_kind kind = c->role ? c->role->kind : ROLE_NONE;
	switch (kind) {
	case ROLE_EXEC:
		return of_exec(l, f, c);
	case ROLE_OPEN:
	case ROLE_DELETE:
	case ROLE_LOAD:
	case ROLE_SCRIPT:
		return of_file(l, f, c);
	case ROLE_IDENTITY:
		if (c->role->arg < 0 || (value_is(c->args[0], V_CONST) && c->args[0].k == 0))
			e.word = "setuid";
		break;
	case ROLE_MODE:
		if (runs_as_owner(c->args[c->role->other]))
			e = (struct effect){
			    .call = c, .strength = 2, .lasting = true, .word = "setuid"};
		break;
	case ROLE_SETTING:
		if (c->role->arg >= 0 && opens(program_text(l->p, c->args[c->role->arg])))
			e.strength = 2;
		e.word = words[kind];
		break;
	case ROLE_LISTEN:
	case ROLE_REBOOT:
	case ROLE_MODULE:
	case ROLE_FLASH:
		e.word = words[kind];
		e.lasting = kind != ROLE_LISTEN;
		break;
	default:
		break;
	}
	return e;
}

/* Of equals, what runs a program counts: another identity alone is often the way back to it. */
static bool stronger(const struct effect *e, const struct effect *than)
{
	bool runs = e->call->role && e->call->role->kind == ROLE_EXEC;
	bool before = than->word && strcmp(than->word, "setuid") == 0;
	return e->strength > than->strength || (e->strength == than->strength && runs && before);
}

static void take(struct effect *best, struct effect e)
{
	if (e.word && stronger(&e, best))
		*best = e;
}

/* A call inside of a function, with what the caller hands over in place of parameters. */
static struct call handed(const struct call *k, const struct call *outer)
{
	struct call c = *k;
	for (unsigned i = 0; i < MAX_ARGS; i++) {
		struct value *v = &c.args[i];
		if (value_is(*v, V_PARAM) && v->id < MAX_ARGS && v->k == 0)
			*v = outer->args[v->id];
		else if (!value_is(*v, V_CONST))
			*v = (struct value){0};
	}
	return c;
}

struct search {
	const struct look *l;
	const struct function
	    *f; /* in which the arguments that are handed over have their meaning */
	struct effect best;
	unsigned left;
};

static void search_inside(struct search *s, const struct call *first, const struct call *outer,
			  unsigned depth)
{
	const struct function *g = outer->callee;
	if (!g || g->stub || g == s->f || g->call_count > (size_t)MAX_INSIDE >> depth)
		return;
	for (size_t i = 0; i < g->call_count && s->left; i++, s->left--) {
		const struct call *k = &g->calls[i];
		struct call c = handed(k, outer);
		struct effect own = effect_of(s->l, g, k), e = effect_of(s->l, s->f, &c);
		bool better = e.strength > own.strength && e.word;
		if (better)
			own = e;
		if (own.word && stronger(&own, &s->best)) {
			struct call *kept = arena_alloc(s->l->arena, sizeof *kept);
			*kept = better ? c : *k;
			struct call *by = arena_alloc(s->l->arena, sizeof *by);
			*by = *outer;
			s->best = own;
			s->best.call = first;
			s->best.middle = depth ? by : NULL;
			s->best.inside = kept;
		} else if (!own.word && depth < MAX_DEPTH) {
			search_inside(s, first, &c, depth + 1);
		}
	}
}

struct effect effect_behind(const struct look *l, const struct function *f, struct way w)
{
	struct search s = {.l = l, .f = f, .left = MAX_SEARCH};
	int32_t to = way_target(f, w);
	bool owns = to != NO_BLOCK && cfg_edge_owns(&f->cfg, w.block, to);
	for (size_t i = 0; i < f->call_count; i++) {
		const struct call *c = &f->calls[i];
		bool by_way = c->on_edge && c->block == w.block && c->on_edge == w.edge + 1;
		if (!by_way && !(owns && cfg_dominates(&f->cfg, to, c->block)))
			continue;
		struct effect e = effect_of(l, f, c);
		take(&s.best, e);
		if (!e.word && c->callee)
			search_inside(&s, c, c, 0);
	}
	return s.best;
}

const char *effect_chain(const struct look *l, const struct effect *e)
{
	const struct call *last = e->inside ? e->inside : e->call;
	const char *argument =
	    last->role && last->role->arg >= 0 ? look_value(l, last->args[last->role->arg]) : "";
	const char *through = "";
	if (e->inside)
		through = arena_printf(l->arena, "call of %s at 0x%llx > ", look_name(e->call),
				       (unsigned long long)e->call->at);
	if (e->middle)
		through = arena_printf(l->arena, "%scall of %s at 0x%llx > ", through,
				       look_name(e->middle), (unsigned long long)e->middle->at);
	return arena_printf(l->arena, "%s%s(%s) at 0x%llx", through, look_name(last), argument,
			    (unsigned long long)last->at);
}
