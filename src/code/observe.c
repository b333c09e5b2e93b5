/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The observer of machine code: listeners, capabilities and guards of one program. Programs that
 * have nothing to do with networks, commands or identities are not taken apart.
 */
#include <elf.h>

#include "code/verdict.h"

#include "code/cipher_names.h"

#include "code/explain.h"
#include "code/library.h"

struct place look_place(const struct look *l, uint64_t vaddr)
{
	struct place at = {.length = 4, .vaddr = NUM(vaddr)};
	if (!elf_offset(l->p->img, vaddr, &at.offset))
		at.length = 0;
	return at;
}

const char *look_name(const struct call *c)
{
	return c->name ? c->name : c->callee ? c->callee->name : c->role ? c->role->name : "?";
}

const char *look_value(const struct look *l, struct value v)
{
	struct span text = program_text(l->p, v);
	if (text.n)
		return arena_printf(l->arena, "\"%.*s\"", (int)(text.n < 120 ? text.n : 120),
				    (const char *)text.p);
	if (value_is(v, V_CONST))
		return v.k < 4096 ? arena_printf(l->arena, "%llu", (unsigned long long)v.k)
				  : arena_printf(l->arena, "0x%llx", (unsigned long long)v.k);
	return "...";
}

static bool has(struct span s, const char *what)
{
	return span_find(s, span_str(what), 0) != SIZE_MAX;
}

/* "/bin/sh", "/bin/sh -i", "/bin/sh;/sbin/sh": a shell that is given nothing to do. */
static bool bare_shell(struct span s)
{
	static const char *const shells[] = {"/bin/sh",	 "/bin/bash", "/bin/ash",
					     "/sbin/sh", "sh",	      "bash"};
	for (size_t i = 0; i < sizeof shells / sizeof *shells; i++) {
		size_t n = strlen(shells[i]);
		if (!span_is(s, 0, shells[i], n))
			continue;
		struct span rest = span_from(s, n);
		while (rest.n && rest.p[0] == ' ')
			rest = span_from(rest, 1);
		if (!rest.n || memchr(";&|<>", rest.p[0], 5) || SPAN_IS(rest, 0, "-i"))
			return true;
	}
	return false;
}

bool look_opens_shell(struct span command)
{
	if (has(command, "kill"))
		return false;
	return has(command, "telnetd") || has(command, "utelnetd") || has(command, "dropbear") ||
	       has(command, "/bin/sh -i") || bare_shell(command) || has(command, "/bin/login") ||
	       has(command, "sbin/sshd") || has(command, "-e /bin/sh");
}

/* Kernel code that sees packets, talks to programs, or runs them. */
static bool kernel_matters(const char *name)
{
	static const char *const begins[] = {
	    "nf_register",  "dev_add_pack",	   "call_usermodehelper",
	    "commit_creds", "prepare_kernel_cred", "netlink_",
	    "__netlink",    "genl_register",	   "kernel_",
	    "sock_create",  "proc_create",	   "misc_register",
	    "filp_open"};
	for (size_t i = 0; i < sizeof begins / sizeof *begins; i++)
		if (strncmp(name, begins[i], strlen(begins[i])) == 0)
			return true;
	return false;
}

/* Only what can listen, be asked, run commands or change identity is worth the time. */
bool look_is_worth(const struct elf_image *img)
{
	bool modes = false, owners = false;
	for (size_t i = 0; i < img->symbol_count; i++) {
		const struct role *r =
		    img->symbols[i].defined ? NULL : role_of(img->symbols[i].name);
		modes = modes || (r && r->kind == ROLE_MODE);
		owners = owners || (r && r->kind == ROLE_OWNER);
		if (!img->symbols[i].defined && img->type == ET_REL &&
		    kernel_matters(img->symbols[i].name))
			return true;
		if (!img->symbols[i].defined && cipher_use_of(img->symbols[i].name))
			return true;
		switch (r ? r->kind : ROLE_NONE) {
		case ROLE_EXEC:
		case ROLE_BIND:
		case ROLE_SOCKET:
		case ROLE_IDENTITY:
		case ROLE_REBOOT:
		case ROLE_MODULE:
		case ROLE_CHECK:
		case ROLE_CRYPT:
		case ROLE_ACCOUNT:
		case ROLE_SETTING:
		case ROLE_FLASH:
		case ROLE_SCRIPT:
			return true;
		default:
			break;
		}
	}
	return (modes && owners) || library_inside(img);
}

void look_at_program(const struct artifact *a, struct elf_image *img, struct facts *out)
{
	struct program *p = arena_alloc(a->arena, sizeof *p);
	if (!program_read(p, img, a->arena))
		return;
	struct look l = {.p = p, .out = out, .arena = a->arena, .path = a->path ? a->path : ""};
	l.in = inputs_find(p, a->arena);
	l.answers = answers_find(&l);
	verdicts_find(&l);
	look_for_listeners(&l);
	look_for_capabilities(&l);
	look_for_guards(&l);
	look_for_blind(&l);
	look_for_pages(&l);
	look_for_parts(&l);
	look_for_handlers(&l);
	look_for_filters(&l);
	look_for_magic(&l);
	look_for_shells(&l);
	look_for_verdicts(&l);
	look_for_credentials(&l);
	look_for_daily(&l);
	look_for_keys(&l);
	look_for_checks(&l);
	look_for_kills(&l);
	if (p->capped || img->capped)
		facts_note(out, (struct place){0},
			   "limit reached: part of the code was not analysed");
}

static void observe(const struct artifact *a, struct facts *out)
{
	struct elf_image *img = arena_alloc(a->arena, sizeof *img);
	if (!elf_image_read(img, a->bytes, a->arena) || !look_is_worth(img))
		return;
	const char *other = isa_not_read(img);
	if (other)
		facts_note(out, (struct place){0}, "machine code for %s is not analysed", other);
	if (isa_of(img))
		look_at_program(a, img, out);
}

const struct observer observer_code = {
    .name = "code",
    .title = "Listeners, capabilities and guarded effects in machine code",
    .wants = WANTS_CODE,
    .observe = observe,
    .explain = code_explain,
};
