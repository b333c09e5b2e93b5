/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tokens of PHP, Perl and the JavaScript of server pages.
 * References: the PHP manual, "Basic syntax" and "Strings"; perlop, "Quote and Quote-like
 * Operators".
 */
#include "script/lex.h"

static size_t skip_to_line_end(struct span s, size_t i)
{
	while (i < s.n && s.p[i] != '\n')
		i++;
	return i;
}

/* Perl: "=pod" at the start of a line up to "=cut". */
static size_t skip_pod(struct span s, size_t i)
{
	size_t end = span_find(s, SPAN_LIT("\n=cut"), i);
	return end == SIZE_MAX ? s.n : skip_to_line_end(s, end + 1);
}

static size_t skip_blank(struct lexer *x, size_t i)
{
	struct span s = x->s;
	bool perl = x->language == SCRIPT_PERL;
	while (i < s.n) {
		int c = lex_at(s, i);
		if (c == '\n' && x->heredoc_at > i) {
			i = x->heredoc_at;
			x->heredoc_at = 0;
		} else if (c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\f') {
			i++;
		} else if ((c == '#' && x->language != SCRIPT_PAGE) ||
			   (!perl && SPAN_IS(s, i, "//"))) {
			i = skip_to_line_end(s, i);
		} else if (!perl && SPAN_IS(s, i, "/*")) {
			size_t end = span_find(s, SPAN_LIT("*/"), i + 2);
			i = end == SIZE_MAX ? s.n : end + 2;
		} else if (perl && c == '=' && (i == 0 || s.p[i - 1] == '\n') &&
			   lex_letter(lex_at(s, i + 1))) {
			i = skip_pod(s, i);
		} else {
			break;
		}
	}
	return i < s.n ? i : s.n;
}

static int closing(int c)
{
	return c == '(' ? ')' : c == '[' ? ']' : c == '{' ? '}' : c == '<' ? '>' : c;
}

/* From behind the opening mark to the closing one; brackets may stand inside each other. */
static struct span delimited(struct span s, size_t *i, int open)
{
	int close = closing(open), level = 1;
	size_t begin = *i, k = begin;
	for (; k < s.n; k++) {
		if (s.p[k] == '\\') {
			k++;
			continue;
		}
		if (s.p[k] == close && --level == 0)
			break;
		if (s.p[k] == open && open != close)
			level++;
	}
	if (k > s.n)
		k = s.n;
	*i = k < s.n ? k + 1 : s.n;
	return span_cut(s, begin, k - begin);
}

static void token(struct lexer *x, enum token_kind kind, size_t at, size_t end, struct span text)
{
	x->t = (struct token){.kind = kind, .at = at, .end = end, .text = text};
	x->pos = end;
	x->after_value = kind != T_OP;
}

static void string(struct lexer *x, size_t at, uint8_t mark)
{
	size_t i = at + 1;
	struct span body = delimited(x->s, &i, x->s.p[at]);
	token(x, mark == '`' ? T_RUN : T_STRING, at, i, body);
	x->t.mark = mark;
}

/* <<EOF, <<"EOF", <<~EOF, <<<EOF: the text begins at the next line. */
static bool heredoc(struct lexer *x, size_t at)
{
	struct span s = x->s;
	size_t i = at + (x->language == SCRIPT_PHP ? 3 : 2);
	if (x->language == SCRIPT_PHP)
		while (lex_at(s, i) == ' ' || lex_at(s, i) == '\t')
			i++;
	else if (lex_at(s, i) == '~')
		i++;
	int quote = lex_at(s, i) == '"' || lex_at(s, i) == '\'' ? lex_at(s, i) : 0;
	struct span word;
	if (quote) {
		i++;
		word = delimited(s, &i, quote);
	} else {
		size_t begin = i;
		while (lex_letter(lex_at(s, i)) || lex_digit(lex_at(s, i)))
			i++;
		word = span_cut(s, begin, i - begin);
	}
	if (!word.n)
		return false;
	size_t pos = x->heredoc_at > i ? x->heredoc_at : skip_to_line_end(s, i) + 1, begin = pos,
	       end = pos;
	struct span line;
	while (span_line(s, &pos, &line)) {
		struct span t = span_trim(line);
		bool closes = x->language == SCRIPT_PHP
				  ? span_is(t, 0, word.p, word.n) && !lex_letter(lex_at(t, word.n))
				  : span_equal(t, word);
		if (closes) {
			if (x->language == SCRIPT_PHP)
				pos = (size_t)(t.p - s.p) + word.n;
			break;
		}
		end = pos;
	}
	token(x, T_STRING, at, i, span_cut(s, begin, end > begin ? end - begin : 0));
	x->t.mark = quote == '\'' ? '\'' : '"';
	if (x->language == SCRIPT_PHP)
		x->pos = pos;
	else
		x->heredoc_at = pos;
	return true;
}

static size_t skip_flags(struct span s, size_t i)
{
	while (lex_letter(lex_at(s, i)) && lex_at(s, i) < 0x80)
		i++;
	return i;
}

/* m//, s///, tr///, q//, qq//, qw//, qx// and // itself; `i` stands at the opening mark. */
static bool quote_like(struct lexer *x, size_t at, size_t i, struct span name)
{
	struct span s = x->s;
	int open = lex_at(s, i);
	if (open <= ' ' || lex_letter(open) || lex_digit(open) || open == ',' || open == ';' ||
	    open == ')' || (open == '=' && (lex_at(s, i + 1) == '>' || lex_at(s, i + 1) == ' ')))
		return false;
	bool two = span_eq_str(name, "s") || span_eq_str(name, "tr") || span_eq_str(name, "y");
	size_t k = i + 1;
	struct span body = delimited(s, &k, open), more = SPAN_LIT("");
	if (two) {
		if (closing(open) != open) {
			k = skip_blank(x, k);
			open = lex_at(s, k++);
		}
		if (k > s.n)
			return false;
		more = delimited(s, &k, open);
	}
	enum token_kind kind = T_REGEX;
	if (span_eq_str(name, "q") || span_eq_str(name, "qq"))
		kind = T_STRING;
	else if (span_eq_str(name, "qw"))
		kind = T_WORDS;
	else if (span_eq_str(name, "qx"))
		kind = T_RUN;
	else
		k = skip_flags(s, k);
	token(x, kind, at, k, body);
	x->t.more = more;
	x->t.mark = kind == T_REGEX	     ? (span_eq_str(name, "s") ? 's'
						: two		       ? 'y'
								       : 'm')
		    : span_eq_str(name, "q") ? '\''
					     : '"';
	return true;
}

static bool is_quote_word(struct span name)
{
	static const char *const words[] = {"m", "s", "y", "tr", "q", "qq", "qw", "qx", "qr"};
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (span_eq_str(name, words[i]))
			return true;
	return false;
}

static void name(struct lexer *x, size_t at)
{
	struct span s = x->s;
	size_t i = at;
	bool member = at > 1 && s.p[at - 1] == '>' && s.p[at - 2] == '-';
	while (lex_letter(lex_at(s, i)) || lex_digit(lex_at(s, i)) ||
	       (lex_at(s, i) == '\\' && x->language == SCRIPT_PHP) ||
	       (x->language == SCRIPT_PERL && SPAN_IS(s, i, "::") && lex_letter(lex_at(s, i + 2)) &&
		++i))
		i++;
	struct span word = span_cut(s, at, i - at);
	size_t mark = i;
	while (lex_at(s, mark) == ' ')
		mark++;
	bool key = lex_at(s, mark) == '}' || SPAN_IS(s, mark, "=>") || lex_at(s, at - 1) == '{';
	if (x->language == SCRIPT_PERL && !member && !key && is_quote_word(word) &&
	    quote_like(x, at, mark, word))
		return;
	if (word.n > 1 && word.p[0] == '\\')
		word = span_from(word, 1);
	token(x, T_NAME, at, i, word);
	static const char *const before_value[] = {"return", "and",   "or",   "not", "if",
						   "unless", "split", "grep", "x"};
	for (size_t k = 0; k < sizeof before_value / sizeof *before_value; k++)
		if (span_eq_str(word, before_value[k]))
			x->after_value = false;
}

/* $x, @x, %x, &x: the name gets a '$', so that $form{x} and %form are the same thing. */
static bool variable(struct lexer *x, size_t at)
{
	struct span s = x->s;
	int sigil = lex_at(s, at);
	size_t i = at + 1;
	bool perl = x->language == SCRIPT_PERL;
	if (sigil != '$' && (!perl || (sigil != '@' && (sigil != '%' || x->after_value))))
		return false;
	while (perl &&
	       (lex_at(s, i) == '$' || (lex_at(s, i) == '#' && lex_letter(lex_at(s, i + 1)))))
		i++;
	if (!perl && lex_at(s, i) == '$')
		i++;
	size_t begin = i;
	while (lex_letter(lex_at(s, i)) || lex_digit(lex_at(s, i)) ||
	       (perl && SPAN_IS(s, i, "::") && lex_letter(lex_at(s, i + 2)) && ++i))
		i++;
	if (perl && i == begin && lex_at(s, i) > ' ' && strchr("_/\\,;.&!@0", lex_at(s, i)))
		i++;
	if (i == begin)
		return false;
	char *named =
	    arena_printf(x->m->arena, "$%.*s", (int)(i - begin), (const char *)s.p + begin);
	token(x, T_VARIABLE, at, i, span_str(named));
	x->t.mark = (uint8_t)sigil;
	return true;
}

static void op(struct lexer *x, size_t at)
{
	static const char *const list[] = {
	    "<=>", "===",  "!==", "**=", "...", "<<=", ">>=", "&&=", "||=", "//=",
	    "?->", "?\?=", "==",  "!=",	 "<>",	"<=",  ">=",  "&&",  "||",  "->",
	    "=>",  "::",   "=~",  "!~",	 ".=",	"+=",  "-=",  "*=",  "/=",  "%=",
	    "|=",  "&=",   "^=",  "++",	 "--",	"..",  "?\?", "<<",  ">>",  "**"};
	size_t n = 1;
	for (size_t i = 0; i < sizeof list / sizeof *list && n == 1; i++)
		if (span_is(x->s, at, list[i], strlen(list[i])))
			n = strlen(list[i]);
	struct span text = span_cut(x->s, at, n);
	token(x, T_OP, at, at + n, text);
	x->after_value = n == 1 && (text.p[0] == ')' || text.p[0] == ']' || text.p[0] == '}');
}

static bool perl_token(struct lexer *x, size_t at)
{
	struct span s = x->s;
	int c = lex_at(s, at), d = lex_at(s, at + 1);
	if (x->after_value)
		return false;
	if (c == '/')
		return quote_like(x, at, at, SPAN_LIT("m"));
	if (c == '<' && d == '<' &&
	    (lex_letter(lex_at(s, at + 2)) || lex_at(s, at + 2) == '"' ||
	     lex_at(s, at + 2) == '\'' || lex_at(s, at + 2) == '~'))
		return heredoc(x, at);
	if (c == '<' && (lex_letter(d) || d == '$' || d == '>')) {
		size_t i = at + 1;
		struct span inside = delimited(s, &i, '<');
		if (inside.n > 40 || memchr(inside.p, ' ', inside.n))
			return false;
		token(x, T_READ, at, i, inside);
		return true;
	}
	return false;
}

void lex_c_next(struct lexer *x)
{
	struct span s = x->s;
	size_t at = x->pos = skip_blank(x, x->pos);
	int c = lex_at(s, at);
	bool ends = x->language == SCRIPT_PERL && (at == 0 || s.p[at - 1] == '\n') &&
		    (SPAN_IS(s, at, "__END__") || SPAN_IS(s, at, "__DATA__"));
	if (c < 0 || ends || x->m->full) {
		token(x, T_END, s.n, s.n, SPAN_LIT(""));
		return;
	}
	if (x->language == SCRIPT_PERL && perl_token(x, at))
		return;
	if (x->language == SCRIPT_PHP && SPAN_IS(s, at, "<<<") && heredoc(x, at))
		return;
	if ((c == '$' || c == '@' || c == '%') && variable(x, at))
		return;
	if (c == '"' || c == '\'' || (c == '`' && x->language != SCRIPT_PAGE)) {
		string(x, at, (uint8_t)c);
	} else if (lex_letter(c) ||
		   (x->language == SCRIPT_PHP && c == '\\' && lex_letter(lex_at(s, at + 1)))) {
		name(x, at);
	} else if (lex_digit(c)) {
		size_t i = at;
		while (lex_letter(lex_at(s, i)) || lex_digit(lex_at(s, i)) ||
		       (lex_at(s, i) == '.' && lex_digit(lex_at(s, i + 1))))
			i++;
		token(x, T_NUMBER, at, i, span_cut(s, at, i - at));
	} else {
		op(x, at);
	}
}

static unsigned hex_value(int c)
{
	return lex_digit(c) ? (unsigned)c - '0' : (unsigned)(c | 32) - 'a' + 10;
}

static bool hex_digit(int c)
{
	return lex_digit(c) || ((c | 32) >= 'a' && (c | 32) <= 'f');
}

struct span lex_decode(struct arena *a, struct span raw, bool all)
{
	if (!memchr(raw.p, '\\', raw.n))
		return raw;
	uint8_t *out = arena_alloc(a, raw.n + 1);
	size_t n = 0;
	for (size_t i = 0; i < raw.n; i++) {
		int c = raw.p[i], d = lex_at(raw, i + 1);
		if (c != '\\' || d < 0) {
			out[n++] = (uint8_t)c;
			continue;
		}
		i++;
		if (!all && d != '\'' && d != '\\') {
			out[n++] = '\\';
			out[n++] = (uint8_t)d;
		} else if (all && d == 'x' && hex_digit(lex_at(raw, i + 1))) {
			unsigned v = hex_value(raw.p[++i]);
			if (hex_digit(lex_at(raw, i + 1)))
				v = v * 16 + hex_value(raw.p[++i]);
			out[n++] = (uint8_t)v;
		} else if (all && d >= '0' && d <= '7') {
			unsigned v = (unsigned)d - '0';
			for (int k = 0;
			     k < 2 && lex_at(raw, i + 1) >= '0' && lex_at(raw, i + 1) <= '7'; k++)
				v = v * 8 + (unsigned)raw.p[++i] - '0';
			out[n++] = (uint8_t)v;
		} else {
			out[n++] = (uint8_t)(d == 'n'	? '\n'
					     : d == 't' ? '\t'
					     : d == 'r' ? '\r'
							: d);
		}
	}
	return SPAN(out, n);
}
