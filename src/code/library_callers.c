/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Functions of a C library that are too large to be carried out, by how they are called: with the
 * mode of a file, with a format, with a file that was opened. Only calls whose arguments leave no
 * doubt count, and all calls of a function must agree.
 */
#include "code/library.h"

enum { MAX_REACH = 300, MAX_STEPS = 6 };

struct shape {
	unsigned calls, mode, path, no_mode;
	unsigned format, no_format, bounded, no_bounded, scan;
	unsigned fgets, no_fgets;
};

static bool is(const char *name, const char *what)
{
	return strcmp(name, what) == 0;
}

static bool is_mode(struct span s)
{
	if (!s.n || s.n > 5 || !memchr("rwa", s.p[0], 3))
		return false;
	for (size_t i = 1; i < s.n; i++)
		if (!memchr("b+ecmx", s.p[i], 6))
			return false;
	return true;
}

static bool is_path(struct span s)
{
	return s.n > 2 && memchr(s.p, '/', s.n) && !memchr(s.p, ' ', s.n);
}

/* The letter of the first conversion; 0: the text is no format. */
static uint8_t conversion(struct span s)
{
	for (size_t i = 0; i + 1 < s.n; i++) {
		if (s.p[i] != '%')
			continue;
		size_t k = i + 1;
		while (k < s.n && memchr("0123456789.-+ #lhzjt*", s.p[k], 21))
			k++;
		if (k < s.n && memchr("diuxXosScpfgeE[", s.p[k], 15))
			return s.p[k];
		i = s.p[i + 1] == '%' ? i + 1 : i;
	}
	return 0;
}

static bool is_buffer(const struct program *p, struct value v)
{
	return value_is(v, V_STACK) || (value_is(v, V_CONST) && elf_writable(p->img, v.k));
}

static bool is_size(struct value v)
{
	return value_is(v, V_CONST) && v.k > 1 && v.k <= 1 << 16;
}

/* Was the value made by a function that opens a file or starts a program? */
static bool is_file(const struct function *f, struct value v)
{
	const struct call *c = value_is(v, V_RET) && !v.k ? function_call(f, v) : NULL;
	enum role_kind k = c && c->role ? c->role->kind : ROLE_NONE;
	return c && ((k == ROLE_OPEN && c->name && !is(c->name, "open")) ||
		     (k == ROLE_EXEC && c->callee));
}

/* A constant that is no text. */
static bool no_text(const struct program *p, struct value v)
{
	return value_is(v, V_CONST) && !program_text(p, v).n;
}

static void note_call(const struct program *p, const struct function *f, const struct call *c,
		      struct shape *s)
{
	struct span second = program_text(p, c->args[1]), third = program_text(p, c->args[2]);
	uint8_t letter = conversion(second);
	bool buffer = is_buffer(p, c->args[0]);
	s->calls++;
	s->mode += is_mode(second);
	s->path += is_mode(second) && is_path(program_text(p, c->args[0]));
	s->no_mode += value_is(c->args[1], V_CONST) && !is_mode(second);
	s->format += letter && buffer;
	s->no_format += no_text(p, c->args[1]) || (c->args[0].kind == V_CONST && !buffer);
	s->bounded += buffer && is_size(c->args[1]) && conversion(third);
	s->no_bounded += no_text(p, c->args[2]) || second.n != 0;
	bool place = value_is(c->args[2], V_STACK) && letter && letter != 's' && letter != 'p';
	s->scan += place || letter == '[';
	s->fgets += buffer && is_size(c->args[1]) && is_file(f, c->args[2]);
	s->no_fgets += value_is(c->args[1], V_CONST) && !is_size(c->args[1]);
}

/* Does it come to a call of this name in a few steps? */
static bool reaches(const struct function *f, const char *name)
{
	const struct function *list[MAX_REACH];
	size_t n = 1, done = 0;
	list[0] = f;
	for (unsigned step = 0; step < MAX_STEPS; step++)
		for (size_t end = n; done < end; done++)
			for (size_t i = 0; i < list[done]->call_count; i++) {
				const struct call *c = &list[done]->calls[i];
				if (c->name && is(c->name, name))
					return true;
				bool known = !c->callee || c->callee->stub;
				for (size_t k = 0; k < n && !known; k++)
					known = list[k] == c->callee;
				if (!known && n < MAX_REACH)
					list[n++] = c->callee;
			}
	return false;
}

static const char *name_of(const struct function *f, const struct shape *s)
{
	bool runs = f->role && f->role->kind == ROLE_EXEC && f->role->arg == 0;
	bool file = s->mode && !s->no_mode;
	if (runs && file)
		return "popen";
	if (f->role)
		return NULL;
	if (file && s->path && reaches(f, "open"))
		return "fopen";
	if (s->fgets && !s->no_fgets)
		return "fgets";
	if (s->bounded && !s->no_bounded)
		return "snprintf";
	if (s->format && !s->no_format && !s->mode)
		return s->scan ? "sscanf" : "sprintf";
	return NULL;
}

/* A function that hands its first parameter to one that gives it to a shell. */
static bool is_system(const struct function *f)
{
	if (f->stub || !f->role || f->role->kind != ROLE_EXEC || f->role->arg || f->call_count > 3)
		return false;
	for (size_t i = 0; i < f->call_count; i++)
		if (f->calls[i].role && is(f->calls[i].role->name, "system"))
			return true;
	return false;
}

/* Calls of what has a name now. */
static void rename_calls(struct program *p)
{
	for (size_t i = 0; i < p->function_count; i++)
		for (size_t k = 0; k < p->functions[i]->call_count; k++) {
			struct call *c = &p->functions[i]->calls[k];
			if (!c->callee || !c->callee->stub || c->name)
				continue;
			c->name = c->callee->stub;
			c->role = c->callee->role;
		}
}

static bool one_round(struct program *p, struct shape *shapes)
{
	bool any = false;
	memset(shapes, 0, p->function_count * sizeof *shapes);
	for (size_t i = 0; i < p->function_count; i++) {
		const struct function *f = p->functions[i];
		for (size_t k = 0; k < f->call_count; k++) {
			const struct function *to = f->calls[k].callee;
			if (to && !to->stub)
				note_call(p, f, &f->calls[k], &shapes[to->index]);
		}
	}
	for (size_t i = 0; i < p->function_count; i++) {
		struct function *f = p->functions[i];
		const char *name = f->stub ? NULL : name_of(f, &shapes[i]);
		if (!name && is_system(f))
			name = "system";
		if (!name)
			continue;
		library_name(f, name);
		any = true;
	}
	if (any)
		rename_calls(p);
	return any;
}

void library_callers(struct program *p)
{
	if (!p->function_count)
		return;
	struct shape *shapes = arena_array(p->arena, p->function_count, sizeof *shapes);
	for (size_t i = 0; i < p->function_count; i++)
		p->functions[i]->index = (uint32_t)i;
	rename_calls(p);
	for (unsigned round = 0; round < 2 && one_round(p, shapes); round++)
		;
}
