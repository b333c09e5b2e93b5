/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One line of a shell script cut into words and operators, without running anything: quotes are
 * removed, "$NAME" and "${NAME}" are replaced where the name holds one constant in the script.
 */
#ifndef TEXT_SHELL_WORDS_H
#define TEXT_SHELL_WORDS_H

#include "base/arena.h"

enum { SHELL_MAX_WORDS = 64, SHELL_MAX_NAMES = 256 };

struct shell_name {
	struct span name, value;
	bool
	    changed; /* assigned again with another value, or from something that is not constant */
};

struct shell_names {
	struct shell_name list[SHELL_MAX_NAMES];
	size_t count;
};

/* Learn the constants that a whole script assigns. */
void shell_learn(struct shell_names *names, struct span script);

struct shell_word {
	struct span text; /* expanded; in the arena */
	bool operator;	  /* | ; & ( ) < > >> */
};

/* The words of a line; the rest of a line with more than SHELL_MAX_WORDS is left out. */
size_t shell_split(const struct shell_names *names, struct arena *a, struct span line,
		   struct shell_word words[SHELL_MAX_WORDS]);

#endif
