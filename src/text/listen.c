/* SPDX-License-Identifier: Apache-2.0 */
/* Tree observer: services that wait for connections, by command lines and configuration. */
#include "text/listen.h"

bool listen_is_configured(const struct listening *l, const char *name)
{
	for (size_t i = 0; i < l->configured_count; i++)
		if (strcmp(l->configured[i], name) == 0)
			return true;
	return false;
}

void listen_configured(struct listening *l, const char *name)
{
	if (l->configured_count < LISTEN_NAMES && !listen_is_configured(l, name))
		l->configured[l->configured_count++] = name;
}

void listen_start(struct fact_listener *f, const struct boot_run *r)
{
	bool runs = r->started && !r->never;
	f->start = !runs ? "manual" : *r->when ? "condition" : "boot";
	f->when_ = *r->when ? r->when : NULL;
	f->present = NUM(r->present);
}

bool listen_program(struct listening *l, struct fact_listener *f, const char *name)
{
	const struct boot_run *r = boot_started(l->boot, name);
	bool present;
	for (size_t i = 0; !r && i < l->boot->count; i++)
		if (strcmp(l->boot->runs[i].name, name) == 0)
			r = &l->boot->runs[i];
	f->program = boot_program(l->boot, r ? r->program : name, &present);
	if (r)
		listen_start(f, r);
	f->present = NUM(r ? r->present : present);
	return r || present;
}

static void observe_tree(const struct tree *t, struct arena *a, struct facts *out)
{
	struct listening l = {
	    .tree = t, .arena = a, .out = out, .boot = boot_walk(t, a, daemon_in_text)};
	listen_uci(&l);
	listen_files(&l);
	listen_inetd(&l);
	for (size_t i = 0; i < l.boot->count; i++)
		listen_command(&l, &l.boot->runs[i]);
}

const struct observer observer_listeners = {
    .name = "listeners",
    .title = "services that wait for connections",
    .wants = WANTS_TREE,
    .observe_tree = observe_tree,
};
