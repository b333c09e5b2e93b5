/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Functions that decide whether somebody may come in: they compare with something that is stored,
 * or ask a library to, and what they return follows from it.
 */
#ifndef CODE_VERDICT_H
#define CODE_VERDICT_H

#include "code/effect.h"

struct check {
	const struct call *call; /* compares, or decides */
	bool strong; /* with a password hash, a stored password, PAM: nothing else it can be */
	bool tested; /* yes and no are known */
	struct way yes, no;
	struct value subject, other; /* what is compared; `other` for compares only */
};

struct verdict {
	bool decides, strong;
	bool open;    /* it decides, but what it returns then is a guess */
	uint64_t yes; /* what it returns then */
};

enum { MAX_CHECKS = 16 };

struct checks { /* of one function, once all verdicts are known */
	struct check *list;
	uint8_t count;
	bool known;
};

struct verdicts {
	struct verdict *of; /* by function.index; so are */
	bool *gated;	    /* only called after a check said yes */
	struct checks *checks;
	bool complete; /* `of` does not change any more */
};

/* Into l->verdicts. */
void verdicts_find(struct look *l);

/* Does control come to this block only after a check of a password said yes? */
bool behind_check(const struct look *l, const struct function *f, int32_t block);

/* Checks in one function, put into out[MAX_CHECKS]. */
size_t checks_find(const struct look *l, const struct verdicts *v, const struct function *f,
		   struct check *out);

/* Does control that goes this way return by this outcome? */
bool way_leads(const struct function *f, struct way w, const struct outcome *o);

/* Is the value about the same object: the same parameter, result or place? */
bool same_subject(struct value a, struct value b);

#endif
