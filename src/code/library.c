/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Functions of a C library by their system calls: one that makes a single kind of system call with
 * its own arguments is the function of that name. Variants for threads, for other sizes of numbers
 * and older ways to enter the kernel look the same from here.
 */
#include "code/library.h"

#include <elf.h>

#include "code/kernel.h"

enum { MAX_CALLS = 16, MAX_SHELL_CALLS = 100 };

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

/* Flags that the kernel does not know are set afterwards. */
static bool makes_socket(const char *name)
{
	return is(name, "socket") || is(name, "accept4") || is(name, "accept");
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
		if (name && is(c->name, "fcntl") && makes_socket(name))
			continue;
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

static bool only_harmless(const struct function *f)
{
	for (size_t i = 0; i < f->call_count; i++) {
		const struct role *r = f->calls[i].role;
		if (r && r->kind != ROLE_NORETURN && r->kind != ROLE_PURE)
			return false;
	}
	return f->call_count <= MAX_CALLS;
}

/* Nothing but calls that matter to nobody, of which one does not return. */
static bool only_ends(const struct program *p, const struct function *f)
{
	if (!f->no_return || f->start == (p->img->entry & ~UINT64_C(1)) || !only_harmless(f))
		return false;
	for (size_t i = 0; i < f->call_count; i++) {
		const struct function *to = f->calls[i].callee;
		if (to && !to->stub && (to->role || !only_harmless(to)))
			return false;
	}
	return true;
}

/* What memory held at the call, as far as it was kept. */
static struct value held(const struct program *p, const struct call *c, struct value at, unsigned n)
{
	unsigned word = p->isa->bits / 8;
	at.k += (uint64_t)n * word;
	if (at.kind != V_STACK || at.form != EXACT || !c->slot_count)
		return (struct value){0};
	return call_memory(p, c, at, word);
}

/* The command that the call gives to a shell: ("/bin/sh", "sh", "-c", command), or such a list in
 * memory. */
static void shell_command(const struct program *p, const struct call *c, struct value *out)
{
	unsigned shell = span_eq_str(program_text(p, c->args[0]), "/bin/sh") ? 0 : 1;
	if (!span_eq_str(program_text(p, c->args[shell]), "/bin/sh"))
		return;
	for (unsigned n = 1; n + 1 < MAX_ARGS; n++)
		if (span_eq_str(program_text(p, c->args[n]), "-c")) {
			*out = c->args[n + 1];
			return;
		}
	for (unsigned n = 1; n < MAX_ARGS; n++)
		if (span_eq_str(program_text(p, held(p, c, c->args[n], 1)), "-c")) {
			*out = held(p, c, c->args[n], 2);
			return;
		}
}

static bool parameter(struct value v, unsigned n)
{
	return value_is(v, V_PARAM) && v.k == 0 && v.id == n;
}

/* As system() starts a shell: (pointer, "/bin/sh", no file actions, attributes, ...). Where the
 * list of arguments stands is not always known. */
static bool spawns_shell(const struct program *p, const struct call *c)
{
	return !c->role && c->args[0].kind == V_STACK && c->args[3].kind == V_STACK &&
	       span_eq_str(program_text(p, c->args[1]), "/bin/sh") &&
	       value_is(c->args[2], V_CONST) && c->args[2].k == 0;
}

/* A function that runs the command in one of its parameters, as system() does. */
static void take_shell(struct program *p, struct function *f)
{
	for (size_t i = 0; i < f->call_count && f->call_count <= MAX_SHELL_CALLS; i++) {
		struct call *c = &f->calls[i];
		struct value v = {0};
		shell_command(p, c, &v);
		if (!value_is(v, V_PARAM) && v.kind != V_CONST && spawns_shell(p, c))
			v = (struct value){.kind = V_PARAM};
		if (!value_is(v, V_PARAM) || v.k || v.id >= MAX_ARGS)
			continue;
		struct role *r = arena_alloc(p->arena, sizeof *r);
		*r = (struct role){"system", ROLE_EXEC, (int8_t)v.id, -1, -1, SOURCE_NONE};
		f->role = r;
		f->telling = true;
		if (v.id == 0)
			library_name(f, "system");
		return;
	}
}

static bool runs_program(const struct call *c)
{
	return c->name && (is(c->name, "execve") || is(c->name, "execv") || is(c->name, "execvp"));
}

/* The relatives of execve, which make a list of arguments, or look for the program. */
static const char *relative_of_exec(const struct program *p, const struct function *f)
{
	const struct call *run = NULL;
	unsigned others = 0;
	for (size_t i = 0; i < f->call_count && f->call_count <= 2 * MAX_CALLS; i++) {
		const struct call *c = &f->calls[i];
		enum role_kind k = c->role ? c->role->kind : ROLE_NONE;
		if (runs_program(c) && (parameter(c->args[0], 0) || c->args[0].kind == V_UNKNOWN))
			run = c;
		else if (c->name && k != ROLE_EXEC && k != ROLE_COPY && k != ROLE_PURE &&
			 k != ROLE_DERIVE && k != ROLE_GET && k != ROLE_NORETURN &&
			 !is(c->name, "mmap") && !is(c->name, "munmap") && k != ROLE_COMPARE)
			return NULL;
		else
			others++;
	}
	if (!run || (run->args[0].kind == V_UNKNOWN && others > 2))
		return NULL;
	bool search = is(run->name, "execvp") || (parameter(run->args[1], 1) && others > 3);
	if (parameter(run->args[1], 1))
		return search ? "execvp" : "execv";
	bool own_list = parameter(held(p, run, run->args[1], 0), 0); /* not a library's function */
	return own_list ? NULL : search ? "execlp" : "execl";
}

void library_walked(struct program *p, struct function *f)
{
	if (!p->whole || f->stub)
		return;
	const char *name = wrapped(f);
	if (f->number && !name) {
		f->telling = true;
		return;
	}
	f->number = 0;
	if (!name)
		name = relative_of_exec(p, f);
	if (!name && only_ends(p, f))
		name = "exit";
	if (name)
		library_name(f, name);
	else
		take_shell(p, f);
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
