/* SPDX-License-Identifier: Apache-2.0 */
/* Tokens of a shell script (POSIX.1-2017, Shell Command Language 2.2, 2.3 and 2.7.4). */
#include "text/shell_lex.h"

#include "base/text.h"

enum { MAX_NESTING = 24 };

static int at(struct span s, size_t i)
{
	return i < s.n ? s.p[i] : -1;
}

static bool one_of(int c, const char *set)
{
	return c > 0 && strchr(set, c);
}

/* From the first byte behind an opening bracket to behind the closing one. */
static size_t skip_brackets(struct span s, size_t i, int open, int close, int depth)
{
	int level = 1;
	while (i < s.n && level) {
		int c = at(s, i);
		if (c == '\\') {
			i += 2;
		} else if (c == '\'' || c == '"' || c == '`' || c == '$') {
			i = shell_skip(s, i, depth + 1);
		} else {
			level += c == open;
			level -= c == close;
			i++;
		}
	}
	return i < s.n ? i : s.n;
}

static size_t skip_double(struct span s, size_t i, int depth)
{
	for (i++; i < s.n && at(s, i) != '"';) {
		int c = at(s, i);
		if (c == '\\')
			i += 2;
		else if (c == '`' || c == '$')
			i = shell_skip(s, i, depth + 1);
		else
			i++;
	}
	return i < s.n ? i + 1 : s.n;
}

static size_t skip_to(struct span s, size_t i, int end, bool escapes)
{
	for (i++; i < s.n && at(s, i) != end; i++)
		if (escapes && at(s, i) == '\\')
			i++;
	return i < s.n ? i + 1 : s.n;
}

size_t shell_skip(struct span s, size_t i, int depth)
{
	int c = at(s, i);
	if (depth > MAX_NESTING)
		return i + 1;
	if (c == '\'')
		return skip_to(s, i, '\'', false);
	if (c == '`')
		return skip_to(s, i, '`', true);
	if (c == '"')
		return skip_double(s, i, depth);
	if (c == '$' && at(s, i + 1) == '(')
		return skip_brackets(s, i + 2, '(', ')', depth);
	if (c == '$' && at(s, i + 1) == '{')
		return skip_brackets(s, i + 2, '{', '}', depth);
	return i + 1;
}

static size_t skip_word(struct span s, size_t i)
{
	while (i < s.n) {
		int c = at(s, i);
		if (one_of(c, " \t\r\n;&|()<>"))
			break;
		if (c == '\\')
			i += at(s, i + 1) == '\r' && at(s, i + 2) == '\n' ? 3 : 2;
		else if (one_of(c, "'\"`$"))
			i = shell_skip(s, i, 0);
		else
			i++;
	}
	return i < s.n ? i : s.n;
}

/* Pass over the here-documents that were announced on the line that ended at `i`. */
static size_t skip_heredocs(struct shell_lexer *x, size_t i)
{
	for (size_t k = 0; k < x->heredocs; k++) {
		struct span line;
		bool more;
		while ((more = span_line(x->text, &i, &line))) {
			while (line.n && line.p[0] == '\t')
				line = span_from(line, 1);
			if (span_equal(line, x->heredoc[k]))
				break;
		}
		if (!more)
			break;
	}
	x->heredocs = 0;
	return i;
}

static void remember_heredoc(struct shell_lexer *x, struct span word)
{
	while (word.n && one_of(word.p[0], "'\"\\"))
		word = span_from(word, 1);
	while (word.n && one_of(word.p[word.n - 1], "'\""))
		word.n--;
	if (word.n && x->heredocs < SHELL_HEREDOCS)
		x->heredoc[x->heredocs++] = word;
}

/* A redirection at `i` ('<' or '>'): returns behind its target. */
static size_t skip_redirection(struct shell_lexer *x, size_t i)
{
	struct span s = x->text;
	bool here = at(s, i) == '<' && at(s, i + 1) == '<' && at(s, i + 2) != '<';
	while (one_of(at(s, i), "<>|&"))
		i++;
	if (here && at(s, i) == '-')
		i++;
	while (one_of(at(s, i), " \t"))
		i++;
	size_t end = skip_word(s, i);
	if (here)
		remember_heredoc(x, span_cut(s, i, end - i));
	return end;
}

static size_t skip_blanks(struct span s, size_t i)
{
	for (;;) {
		if (one_of(at(s, i), " \t\r"))
			i++;
		else if (at(s, i) == '\\' && at(s, i + 1) == '\n')
			i += 2;
		else if (at(s, i) == '\\' && at(s, i + 1) == '\r' && at(s, i + 2) == '\n')
			i += 3;
		else
			return i;
	}
}

static void take(struct shell_lexer *x, enum shell_token token, size_t n)
{
	x->token = token;
	x->end = x->pos = x->pos + n;
}

static void take_operator(struct shell_lexer *x, int c, int next)
{
	x->line_end = c == '\n';
	if (c == '\n') {
		take(x, TOKEN_NEWLINE, 1);
		x->pos = skip_heredocs(x, x->pos);
	} else if (c == ';') {
		bool two = next == ';';
		take(x, two ? TOKEN_CASE_END : TOKEN_NEWLINE, two ? 2 : 1);
	} else if (c == '&') {
		take(x, next == '&' ? TOKEN_AND : TOKEN_BACKGROUND, next == '&' ? 2 : 1);
	} else if (c == '|') {
		take(x, next == '|' ? TOKEN_OR : TOKEN_PIPE, next == '|' || next == '&' ? 2 : 1);
	} else {
		take(x, c == '(' ? TOKEN_OPEN : TOKEN_CLOSE, 1);
	}
}

/* Digits directly before '<' or '>' belong to the redirection. */
static bool is_descriptor(struct span word, int next)
{
	if (!one_of(next, "<>") || word.n > 2)
		return false;
	for (size_t i = 0; i < word.n; i++)
		if (word.p[i] < '0' || word.p[i] > '9')
			return false;
	return word.n > 0;
}

void shell_next(struct shell_lexer *x)
{
	struct span s = x->text;
	x->last = x->end;
	for (;;) {
		x->pos = skip_blanks(s, x->pos);
		x->begin = x->pos;
		int c = at(s, x->pos);
		if (c < 0) {
			take(x, TOKEN_END, 0);
			return;
		}
		if (c == '#') {
			while (x->pos < s.n && at(s, x->pos) != '\n')
				x->pos++;
		} else if (c == '<' || c == '>' || (c == '&' && at(s, x->pos + 1) == '>')) {
			x->pos = skip_redirection(x, x->pos);
		} else if (one_of(c, "\n;&|()")) {
			take_operator(x, c, at(s, x->pos + 1));
			return;
		} else {
			size_t end = skip_word(s, x->pos);
			x->word = span_cut(s, x->pos, end - x->pos);
			if (is_descriptor(x->word, at(s, end))) {
				x->pos = skip_redirection(x, end);
				continue;
			}
			take(x, TOKEN_WORD, x->word.n ? x->word.n : 1);
			return;
		}
	}
}

bool shell_script(struct span text)
{
	struct span line;
	size_t pos = 0;
	if (!SPAN_IS(text, 0, "#!") || !span_line(text, &pos, &line))
		return false;
	line = span_trim(span_from(line, 2));
	struct span program = text_field(&line, ' ');
	return text_suffix(program, "sh") ||
	       (text_suffix(program, "busybox") && text_prefix(line, "sh")) ||
	       (text_suffix(program, "env") && text_suffix(line, "sh"));
}

/* One bracket expression at `i` ("[a-z]") against c; *end is set behind it. */
static bool match_set(struct span p, size_t i, int c, size_t *end)
{
	bool invert = at(p, i + 1) == '!' || at(p, i + 1) == '^', hit = false;
	size_t k = i + 1 + invert, start = k;
	for (; k < p.n && (p.p[k] != ']' || k == start); k++) {
		int from = p.p[k], to = from;
		if (at(p, k + 1) == '-' && k + 2 < p.n && p.p[k + 2] != ']') {
			to = p.p[k + 2];
			k += 2;
		}
		hit = hit || (c >= from && c <= to);
	}
	*end = k < p.n ? k + 1 : i + 1;
	return k < p.n ? hit != invert : c == '[';
}

bool shell_match(struct span p, struct span t)
{
	size_t i = 0, k = 0, star = SIZE_MAX, mark = 0;
	while (k < t.n) {
		size_t next = i + 1;
		bool ok = false;
		if (at(p, i) == '*') {
			star = i++;
			mark = k;
			continue;
		}
		if (at(p, i) == '[')
			ok = match_set(p, i, t.p[k], &next);
		else if (at(p, i) == '\\' && i + 1 < p.n)
			ok = p.p[i + 1] == t.p[k], next = i + 2;
		else if (i < p.n)
			ok = p.p[i] == '?' || p.p[i] == t.p[k];
		if (ok) {
			i = next;
			k++;
		} else if (star != SIZE_MAX) {
			i = star + 1;
			k = ++mark;
		} else {
			return false;
		}
	}
	while (at(p, i) == '*')
		i++;
	return i >= p.n;
}
