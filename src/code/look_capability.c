/* SPDX-License-Identifier: Apache-2.0 */
/* Capabilities: what the functions of a program can do to the device, with constant arguments. */
#include "code/kind.h"
#include "code/observe.h"

enum { PACKET = 17, RAW = 3, PACKET_OLD = 10, INET = 2, INET6 = 10, MAX_FACTS_OF_ONE = 400 };

static const char *socket_word(const struct call *c)
{
	if (!value_is(c->args[0], V_CONST) || !value_is(c->args[1], V_CONST))
		return NULL;
	if (c->args[0].k == PACKET || (c->args[0].k == INET && (c->args[1].k & 15) == PACKET_OLD))
		return "packet-socket";
	if ((c->args[0].k == INET || c->args[0].k == INET6) && (c->args[1].k & 15) == RAW)
		return "raw-socket";
	return NULL;
}

static bool erases(struct span s)
{
	static const char *const words[] = {"mtd erase",    "flash_erase", "flash_eraseall",
					    "mtd -r erase", "rm -rf /",	   "mkfs"};
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (span_find(s, span_str(words[i]), 0) != SIZE_MAX)
			return true;
	return false;
}

static const char *word_of(const struct look *l, const struct call *c)
{
	switch (c->role ? c->role->kind : ROLE_NONE) {
	case ROLE_EXEC:
		return erases(program_text(l->p, c->args[c->role->arg])) ? "erase" : "exec";
	case ROLE_SOCKET:
		return socket_word(c);
	case ROLE_LISTEN:
		return "listen";
	case ROLE_CONNECT:
		return value_is(c->family, V_CONST) && c->family.k == 1 ? NULL : "connect";
	case ROLE_IDENTITY:
		return "setuid";
	case ROLE_REBOOT:
		return "reboot";
	case ROLE_MODULE:
		return "insmod";
	default:
		return NULL;
	}
}

/* The type of frames or protocol that a socket is for; those of frames stand in network order. */
static const char *protocol_text(const struct look *l, const struct call *c)
{
	uint64_t k = c->args[2].k;
	const char *what = socket_word(c);
	if (!what || !value_is(c->args[2], V_CONST))
		return look_value(l, c->args[2]);
	if (strcmp(what, "raw-socket") == 0)
		return arena_printf(l->arena, "protocol %u", (unsigned)(k & 0xffff));
	k = l->p->img->big ? k & 0xffff : __builtin_bswap16((uint16_t)k);
	return k == 3 ? "all frames" : arena_printf(l->arena, "ether type 0x%04x", (unsigned)k);
}

static const char *detail_of(const struct look *l, const struct call *c)
{
	switch (c->role->kind) {
	case ROLE_SOCKET:
		return arena_printf(l->arena, "socket(%s, %s, %s)", look_value(l, c->args[0]),
				    look_value(l, c->args[1]), protocol_text(l, c));
	case ROLE_EXEC:
	case ROLE_IDENTITY:
	case ROLE_REBOOT:
		return arena_printf(l->arena, "%s(%s)", look_name(c),
				    look_value(l, c->args[c->role->arg]));
	default:
		return look_name(c);
	}
}

/* --- what programs of this kind do not do --- */

enum { ENOUGH_PROGRAMS = 8, MAX_STEPS = 6, MAX_ODD = 16, MAX_CALLS = 2000000, USUAL = 10 };

/* A function that is given data from outside: it reads them, or is what a library offers. */
static const char *is_entry(const struct look *l, const struct function *f)
{
	for (size_t i = 0; i < f->call_count; i++) {
		const struct role *r = f->calls[i].role;
		if (r && (r->kind == ROLE_READ || r->kind == ROLE_GET))
			return arena_printf(l->arena, "input by %s at 0x%llx",
					    look_name(&f->calls[i]),
					    (unsigned long long)f->calls[i].at);
	}
	for (size_t i = 0; i < l->p->img->symbol_count; i++) {
		const struct elf_symbol *s = &l->p->img->symbols[i];
		if (s->defined && s->function && (s->value & ~1ull) == (f->start & ~1ull) &&
		    !elf_needs(l->p->img, s->name))
			return arena_printf(l->arena, "data given to %s at 0x%llx", s->name,
					    (unsigned long long)f->start);
	}
	return NULL;
}

/* The nearest function from which `f` is called and that is given data; NULL: none within some
 * steps. */
static const char *input_of(const struct look *l, const struct function *f)
{
	size_t n = l->p->function_count, work = 0;
	uint8_t *step = arena_alloc(l->arena, n + 1);
	const char *entry = is_entry(l, f);
	if (f->index < n)
		step[f->index] = 1;
	for (uint8_t now = 1; !entry && now < MAX_STEPS && work < MAX_CALLS; now++)
		for (size_t i = 0; i < n && !entry; i++) {
			const struct function *from = l->p->functions[i];
			for (size_t k = 0; k < from->call_count && !entry && !step[i];
			     k++, work++) {
				const struct function *to = from->calls[k].callee;
				if (!to || to->index >= n || step[to->index] != now)
					continue;
				step[i] = (uint8_t)(now + 1);
				entry = is_entry(l, from);
			}
		}
	return entry;
}

/* Sets kind, expected and a detail that says why it is odd. */
static void judge(const struct look *l, const struct kind *k, const struct function *f,
		  const struct call *c, struct fact_capability *fact, unsigned *odd)
{
	int share = kind_share(k, fact->what);
	if (!k || share < 0 || k->programs < ENOUGH_PROGRAMS)
		return;
	fact->kind = k->name;
	fact->expected = NUM(share >= USUAL);
	if (share >= USUAL || ++*odd > MAX_ODD)
		return;
	const char *entry = input_of(l, f);
	fact->detail = arena_printf(
	    l->arena, "%s%s%s at 0x%llx; %s of %u programs of the kind \"%s\" do this",
	    entry ? entry : "", entry ? " > " : "", fact->detail ? fact->detail : fact->what,
	    (unsigned long long)c->at, share ? "few" : "none", k->programs, k->name);
}

void look_for_capabilities(struct look *l)
{
	unsigned count = 0, odd = 0;
	const struct kind *kind = NULL;
	for (size_t i = 0; i < l->p->function_count; i++) {
		const struct function *f = l->p->functions[i];
		const char *seen[8];
		size_t seen_count = 0;
		for (size_t n = 0; n < f->call_count; n++) {
			const struct call *c = &f->calls[n];
			const char *what = word_of(l, c);
			bool again = !what;
			for (size_t k = 0; k < seen_count && !again; k++)
				again = strcmp(seen[k], what) == 0;
			if (again || seen_count == 8)
				continue;
			seen[seen_count++] = what;
			if (++count > MAX_FACTS_OF_ONE)
				return;
			if (count == 1) /* what most programs are not asked for */
				kind = kind_of(l->p->img);
			struct fact_capability fact = {.at = look_place(l, c->at),
						       .function = f->name,
						       .what = what,
						       .detail = detail_of(l, c)};
			judge(l, kind, f, c, &fact, &odd);
			fact_capability(l->out, &fact);
		}
	}
}
