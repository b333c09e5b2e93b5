/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Functions of a C library by their system calls: one that makes a single kind of system call with
 * its own arguments is the function of that name. Variants for threads, for other sizes of numbers
 * and older ways to enter the kernel look the same from here.
 */
#include "code/library.h"

#include <elf.h>

#include "code/kernel.h"

enum { MAX_CALLS = 16 };

static bool is(const char *name, const char *what)
{
	return strcmp(name, what) == 0;
}

/* What compilers refer to in every program, and need not be there. */
static bool optional(const char *name)
{
	return !name[0] || strncmp(name, "_ITM_", 5) == 0 || strncmp(name, "__", 2) == 0 ||
	       is(name, "_Jv_RegisterClasses");
}

bool library_inside(const struct elf_image *img)
{
	if ((img->type != ET_EXEC && img->type != ET_DYN) ||
	    !elf_is_code(img, img->entry & ~UINT64_C(1)))
		return false;
	for (size_t i = 0; i < img->symbol_count; i++)
		if (!img->symbols[i].defined && !optional(img->symbols[i].name))
			return false;
	return true;
}

/* Does it hand on its own arguments in their order? */
static bool as_it_got_them(const struct call *c)
{
	int n = kernel_arguments(c->name);
	for (int i = 0; i < n; i++)
		if (!value_is(c->args[i], V_PARAM) || c->args[i].id != (uint32_t)i || c->args[i].k)
			return false;
	return n >= 0;
}

static bool makes_process(const char *name)
{
	return is(name, "fork") || is(name, "vfork") || is(name, "clone");
}

/* The name of a function that does nothing but this system call; NULL: it does more. */
static const char *wrapped(const struct function *f)
{
	const char *name = NULL;
	bool same = false, others = false;
	for (size_t i = 0; i < f->call_count && f->call_count <= MAX_CALLS; i++) {
		const struct call *c = &f->calls[i];
		if (!c->kernel)
			continue;
		if (is(c->name, "syscall")) {
			others = true;
			continue;
		}
		if (name && !is(name, c->name))
			return NULL;
		name = c->name;
		same = same || as_it_got_them(c);
	}
	return same && (!others || makes_process(name)) ? name : NULL;
}

void library_name(struct function *f, const char *name)
{
	f->done = true;
	f->stub = f->name = name;
	f->role = role_of(name);
	f->telling = true;
}

void library_walked(struct program *p, struct function *f)
{
	if (!p->whole || f->stub || f->number)
		return;
	const char *name = wrapped(f);
	if (name)
		library_name(f, name);
}

bool library_is_worth(const struct program *p)
{
	for (size_t i = 0; i < p->function_count; i++) {
		const struct function *f = p->functions[i];
		if (f->number)
			return true; /* which it makes is for those to say that call it */
		for (size_t k = 0; k < f->call_count; k++) {
			const struct role *r = f->calls[k].role;
			switch (r && f->calls[k].kernel ? r->kind : ROLE_NONE) {
			case ROLE_EXEC:
			case ROLE_BIND:
			case ROLE_IDENTITY:
			case ROLE_REBOOT:
			case ROLE_MODULE:
				return true;
			default:
				break;
			}
		}
	}
	return false;
}
