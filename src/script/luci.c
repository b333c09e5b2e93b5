/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Functions that LuCI's dispatcher calls: entry({"path", ...}, call("name")) in a controller. Nodes
 * below "admin" are behind a login; the rest of the address becomes the function's arguments.
 */
#include "script/flow.h"

static const struct node *text_of(const struct node *n)
{
	return n && n->kind == N_TEXT ? n : NULL;
}

void flow_entry(struct flow *f, const struct node *n)
{
	if (!n->a || n->a->kind != N_NAME || !span_eq_str(n->a->text, "entry") || !n->b)
		return;
	const struct node *path = n->b, *what = path->next;
	if (path->kind != N_LIST || !what || what->kind != N_CALL || !what->a ||
	    what->a->kind != N_NAME)
		return;
	struct span how = what->a->text;
	if (!span_eq_str(how, "call") && !span_eq_str(how, "post"))
		return;
	const struct node *name = text_of(what->b), *first = text_of(path->a);
	if (!name || f->handler_count == sizeof f->handlers / sizeof *f->handlers)
		return;
	bool login =
	    !first || span_eq_str(first->text, "admin") || span_eq_str(first->text, "mini");
	f->handlers[f->handler_count++] = (struct handler){name->text, login};
}

void flow_handler(struct flow *f, const struct node *fn, struct value *args, size_t count)
{
	for (size_t i = 0; i < f->handler_count; i++) {
		if (!span_equal(f->handlers[i].name, fn->text))
			continue;
		const struct node *k = fn->a;
		for (size_t n = 0; n < count && k; n++, k = k->next)
			args[n] = flow_request(f, "part of the address", k->text, k->at);
		if (f->handlers[i].login)
			f->checked = true;
		f->alone = false;
		return;
	}
}
