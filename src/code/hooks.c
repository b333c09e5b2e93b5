/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calls that register functions for packets. References: the kernel's include/linux/netfilter.h,
 * include/linux/netdevice.h, include/net/protocol.h, include/linux/netfilter/x_tables.h. The object
 * that is handed over holds a pointer to the function: put there by the file, or by a store before
 * the call. Members before it differ between versions, hence all of the object is looked at.
 */
#include "code/hooks.h"

#include <elf.h>

enum { MAX_WORDS = 16, MAX_SETS = 8, MAX_PASSED = 4 };

static const struct registers {
	const char *name;
	uint8_t object, param, count; /* numbers of arguments; count: of the objects, 0: one */
} registers[] = {
    {"dev_add_pack", 0, 0, 0},
    {"inet6_add_protocol", 0, 0, 0},
    {"inet_add_protocol", 0, 0, 0},
    {"nf_register_hook", 0, 1, 0},
    {"nf_register_hooks", 0, 1, 1},
    {"nf_register_net_hook", 1, 1, 0},
    {"nf_register_net_hooks", 1, 1, 2},
    {"xt_register_match", 0, 0, 0},
    {"xt_register_target", 0, 0, 0},
};

static const struct registers *registers_of(const struct call *c)
{
	for (size_t i = 0; c->name && i < sizeof registers / sizeof *registers; i++)
		if (strcmp(c->name, registers[i].name) == 0)
			return &registers[i];
	return NULL;
}

/* The function whose address the word holds before the call; NULL: none. */
static struct function *pointed(const struct program *p, const struct function *f, uint64_t at)
{
	uint64_t thumb = p->img->machine == EM_ARM, to = 0;
	const struct elf_fixup *known = elf_fixup_at(p->img, at);
	if (known)
		to = known->value;
	else if (!elf_word(p->img, at, p->isa->bits / 8, &to))
		to = 0;
	for (uint32_t i = 0; i < f->store_count; i++)
		if (f->stores[i].address == at)
			to = f->stores[i].value;
	return to ? program_function(p, to & ~thumb) : NULL;
}

/* Functions that one call registers; how many. */
static unsigned registered(const struct program *p, const struct function *f, const struct call *c,
			   struct function **out, unsigned most)
{
	const struct registers *r = registers_of(c);
	unsigned n = 0, word = p->isa->bits / 8, words = MAX_WORDS;
	if (!r || !value_is(c->args[r->object], V_CONST))
		return 0;
	if (r->count && value_is(c->args[r->count], V_CONST) && c->args[r->count].k <= MAX_SETS)
		words *= (unsigned)c->args[r->count].k;
	for (unsigned i = 0; i < words && n < most; i++) {
		struct function *g = pointed(p, f, c->args[r->object].k + (uint64_t)i * word);
		if (g)
			out[n++] = g;
		if (g && !r->count)
			break; /* what stands behind is another object's */
	}
	return n;
}

void hooks_find(struct program *p)
{
	struct function *list[MAX_SETS];
	if (p->img->type != ET_REL)
		return;
	for (size_t i = 0; i < p->function_count; i++) {
		const struct function *f = p->functions[i];
		for (size_t k = 0; k < f->call_count; k++) {
			const struct call *c = &f->calls[k];
			unsigned n = registered(p, f, c, list, MAX_SETS);
			while (n--)
				list[n]->packets |= (uint8_t)(1u << registers_of(c)->param);
			for (unsigned a = 0; f->packets && c->callee && a < MAX_PASSED; a++)
				if (value_is(c->args[a], V_PARAM) && c->args[a].k == 0 &&
				    c->args[a].id < MAX_ARGS &&
				    (f->packets >> c->args[a].id & 1))
					c->callee->packets |= (uint8_t)(1u << a);
		}
	}
}

const struct call *hook_of(const struct program *p, const struct function *hook, unsigned *param)
{
	struct function *list[MAX_SETS];
	for (size_t i = 0; hook->packets && i < p->function_count; i++) {
		const struct function *f = p->functions[i];
		for (size_t k = 0; k < f->call_count; k++) {
			unsigned n = registered(p, f, &f->calls[k], list, MAX_SETS);
			for (unsigned m = 0; m < n; m++)
				if (list[m] == hook) {
					*param = registers_of(&f->calls[k])->param;
					return &f->calls[k];
				}
		}
	}
	return NULL;
}
