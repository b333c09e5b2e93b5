/* SPDX-License-Identifier: Apache-2.0 */
/* What the observer of code is made of. Each part looks at the whole program and emits facts. */
#ifndef CODE_OBSERVE_H
#define CODE_OBSERVE_H

#include "code/input.h"
#include "fact/observer.h"

struct answers;
struct verdicts;

struct look {
	struct program *p;
	struct inputs *in;
	struct answers *answers;   /* see secret.h */
	struct verdicts *verdicts; /* see verdict.h */
	uint64_t told[64];	   /* compares that a fact was written about */
	unsigned told_count;
	struct facts *out;
	struct arena *arena;
	const char *path; /* of the artifact */
};

/* Has this program to do with networks, commands or identities? */
bool look_is_worth(const struct elf_image *img);

/* All observations about one program. */
void look_at_program(const struct artifact *a, struct elf_image *img, struct facts *out);

void look_for_listeners(struct look *l);
void look_for_capabilities(struct look *l);
void look_for_guards(struct look *l);
void look_for_blind(struct look *l);
void look_for_pages(struct look *l);
void look_for_parts(struct look *l);
void look_for_handlers(struct look *l);
void look_for_filters(struct look *l);
void look_for_magic(struct look *l);
void look_for_shells(struct look *l);
void look_for_verdicts(struct look *l);
void look_for_credentials(struct look *l);
void look_for_daily(struct look *l);
void look_for_keys(struct look *l);
void look_for_checks(struct look *l);
void look_for_kills(struct look *l);

/* The place of an instruction or of data. */
struct place look_place(const struct look *l, uint64_t vaddr);

/* A value as a reader may see it: "text", number, or what is known of it. Arena text. */
const char *look_value(const struct look *l, struct value v);

/* Name of what is called, for a reader. */
const char *look_name(const struct call *c);

/* Does the command open a shell or a login service? */
bool look_opens_shell(struct span command);

#endif
