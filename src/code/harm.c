/* SPDX-License-Identifier: Apache-2.0 */
/* Calls and commands that take a device or its service away. */
#include "code/harm.h"

enum {
	MAX_DEPTH = 2,
	MAX_CALLS = 1500,
	SET_FLAGS = 0x8914, /* SIOCSIFFLAGS */
	FLAGS_AT = 16,	    /* of struct ifreq */
	UP = 1,		    /* IFF_UP */
	KILL = 9,
	TERMINATE = 15,
};

static bool has(struct span s, const char *what)
{
	return span_find(s, span_str(what), 0) != SIZE_MAX;
}

static bool has_any(struct span s, const char *const *words)
{
	for (; *words; words++)
		if (has(s, *words))
			return true;
	return false;
}

/* rm -rf of the root or of what the system is made of; of a folder for scratch it is harmless. */
static bool removes_system(struct span s)
{
	static const char *const roots[] = {"etc", "bin",  "usr", "lib", "sbin",
					    "dev", "boot", "www", "*"};
	size_t at = span_find(s, SPAN_LIT("rm -rf /"), 0);
	if (at == SIZE_MAX)
		at = span_find(s, SPAN_LIT("rm -fr /"), 0);
	if (at == SIZE_MAX)
		return false;
	struct span rest = span_from(s, at + 8);
	if (!rest.n || rest.p[0] == ' ' || rest.p[0] == ';')
		return true;
	for (size_t i = 0; i < sizeof roots / sizeof *roots; i++) {
		size_t n = strlen(roots[i]);
		if (span_is(rest, 0, roots[i], n) &&
		    (rest.n == n || rest.p[n] == ' ' || rest.p[n] == ';' ||
		     (rest.p[n] == '/' && (rest.n == n + 1 || rest.p[n + 1] == '*'))))
			return true;
	}
	return false;
}

static enum harm_kind of_command(struct span s)
{
	static const char *const erases[] = {"mtd erase",
					     "mtd -r erase",
					     "flash_erase",
					     "mkfs.",
					     "ubiformat",
					     "dd if=/dev/zero of=/dev/",
					     "dd if=/dev/urandom of=/dev/",
					     NULL};
	static const char *const links[] = {"wl down",	     "radio off",	"RadioOn=0",
					    "txpower off",   "rfkill block",	"ifdown ",
					    "-P INPUT DROP", "-P FORWARD DROP", NULL};
	static const char *const stops[] = {"poweroff", "halt", "killall ", "shutdown -h", NULL};
	if (has_any(s, erases) || removes_system(s))
		return HARM_ERASE;
	if (has_any(s, links) || ((has(s, "ifconfig ") || has(s, "ip link ")) && has(s, " down")))
		return HARM_LINK;
	if (has_any(s, stops) && !has(s, "killall -HUP") && !has(s, "killall -USR"))
		return HARM_STOP;
	return has(s, "reboot") ? HARM_RESTART : HARM_NONE;
}

/* MEMERASE and MEMERASE64, as the instruction sets write them. */
static bool erases_flash(uint64_t request)
{
	request &= 0xffffffff;
	return request == 0x40084d02 || request == 0x80084d02 || request == 0x40104d14 ||
	       request == 0x80104d14;
}

static enum harm_kind of_ioctl(const struct look *l, const struct call *c)
{
	if (!value_is(c->args[1], V_CONST))
		return HARM_NONE;
	if (erases_flash(c->args[1].k))
		return HARM_ERASE;
	if ((c->args[1].k & 0xffff) != SET_FLAGS || c->args[2].form != EXACT)
		return HARM_NONE;
	struct value at = c->args[2];
	at.k += FLAGS_AT;
	struct value flags = call_memory(l->p, c, at, 2);
	return value_is(flags, V_CONST) && !(flags.k & UP) ? HARM_LINK : HARM_NONE;
}

static enum harm_kind of_call(const struct look *l, const struct call *c)
{
	const char *name = look_name(c);
	if (strcmp(name, "ioctl") == 0)
		return of_ioctl(l, c);
	if (strcmp(name, "kill") == 0)
		return value_is(c->args[1], V_CONST) &&
			       (c->args[1].k == KILL || c->args[1].k == TERMINATE)
			   ? HARM_STOP
			   : HARM_NONE;
	if (strcmp(name, "exit") == 0 || strcmp(name, "_exit") == 0 || strcmp(name, "abort") == 0)
		return HARM_EXIT;
	if (!c->role)
		return HARM_NONE;
	if (c->role->kind == ROLE_REBOOT)
		return HARM_RESTART;
	if (c->role->kind == ROLE_FLASH && strstr(c->role->name, "erase"))
		return HARM_ERASE;
	if (c->role->kind != ROLE_EXEC || c->role->arg < 0)
		return HARM_NONE;
	return of_command(program_text(l->p, c->args[c->role->arg]));
}

static struct harm search(const struct look *l, const struct function *f, int32_t block, int depth,
			  unsigned *budget)
{
	struct harm worst = {0};
	for (size_t i = 0; i < f->call_count && *budget; i++) {
		const struct call *c = &f->calls[i];
		--*budget;
		if (!cfg_dominates(&f->cfg, block, c->block))
			continue;
		struct harm h = {of_call(l, c), c};
		if (!h.kind && c->callee && !c->callee->stub && c->callee != f && depth < MAX_DEPTH)
			h = search(l, c->callee, 0, depth + 1, budget);
		if (h.kind > worst.kind)
			worst = h;
	}
	return worst;
}

struct harm harm_behind(const struct look *l, const struct function *f, int32_t block)
{
	unsigned budget = MAX_CALLS;
	return search(l, f, block, 0, &budget);
}

const char *harm_word(enum harm_kind k)
{
	static const char *const words[] = {"", "exit", "reboot", "stop", "link-down", "erase"};
	return words[k];
}

const char *harm_text(const struct look *l, const struct harm *h)
{
	const struct call *c = h->call;
	int8_t arg = c->role && c->role->arg >= 0 ? c->role->arg : 0;
	if (strcmp(look_name(c), "ioctl") == 0)
		arg = 1;
	return arena_printf(l->arena, "%s(%s) at 0x%llx", look_name(c), look_value(l, c->args[arg]),
			    (unsigned long long)c->at);
}
