/* SPDX-License-Identifier: Apache-2.0 */
/* Tokens of a shell script; only the shell reader itself uses this. */
#ifndef TEXT_SHELL_LEX_H
#define TEXT_SHELL_LEX_H

#include "text/shell.h"

enum shell_token {
	TOKEN_END,
	TOKEN_WORD,
	TOKEN_NEWLINE, /* also ';' */
	TOKEN_AND,     /* && */
	TOKEN_OR,      /* || */
	TOKEN_PIPE,
	TOKEN_BACKGROUND,
	TOKEN_OPEN,	/* ( */
	TOKEN_CLOSE,	/* ) */
	TOKEN_CASE_END, /* ;; */
};

enum { SHELL_HEREDOCS = 8 };

struct shell_lexer {
	struct span text;
	size_t pos;
	enum shell_token token; /* the current one */
	struct span word;	/* of TOKEN_WORD */
	size_t begin, end;	/* of the current token; end of the one before it in `last` */
	size_t last;
	bool line_end;			     /* TOKEN_NEWLINE: a line end and not ';' */
	struct span heredoc[SHELL_HEREDOCS]; /* delimiters whose texts begin at the next line */
	size_t heredocs;
};

/* Go to the next token. Comments, continuations, redirections and here-documents are passed over.
 */
void shell_next(struct shell_lexer *x);

#endif
