/* SPDX-License-Identifier: Apache-2.0 */
/* Tree observer: the programs that are started at boot or by a clock (boot.h does the walk). */
#include "fact/observer.h"
#include "text/boot.h"

static void observe_tree(const struct tree *t, struct arena *a, struct facts *out)
{
	const struct boot *b = boot_walk(t, a, NULL);
	if (b->partial)
		facts_note(out, (struct place){0},
			   "boot scripts: too much to follow, the rest was left out");
	for (size_t i = 0; i < b->count; i++) {
		const struct boot_run *r = &b->runs[i];
		if (r->never)
			continue; /* the tree decides that it does not run */
		fact_autostart(
		    out, &(struct fact_autostart){
			     .at = {.file = r->file, .offset = r->offset, .length = r->length},
			     .program = r->program,
			     .arguments = *r->arguments ? r->arguments : NULL,
			     .how = r->how,
			     .when_ = *r->when ? r->when : NULL,
			     .present = NUM(r->present),
			     .terminal = r->terminal,
			     .chain = r->chain});
	}
}

const struct observer observer_autostart = {
    .name = "autostart",
    .title = "programs that boot starts",
    .wants = WANTS_TREE,
    .observe_tree = observe_tree,
};
