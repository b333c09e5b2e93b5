/* SPDX-License-Identifier: Apache-2.0 */
/* Finding compares with constants. */
#include "code/secret.h"

#include "base/buf.h"
#include "code/comparer.h"
#include "code/differ.h"
#include "code/mixed.h"

enum { MIN_INLINE = 3, MAX_LITERAL = 64, RANDOM_NUMBER = 1 << 24 };

static bool all_in(struct span s, const char *set)
{
	for (size_t i = 0; i < s.n; i++)
		if (!strchr(set, s.p[i]))
			return false;
	return true;
}

struct letters {
	unsigned lower, upper, digit, other;
};

static struct letters count_letters(struct span s)
{
	struct letters n = {0};
	for (size_t i = 0; i < s.n; i++) {
		uint8_t c = s.p[i];
		n.lower += c >= 'a' && c <= 'z';
		n.upper += c >= 'A' && c <= 'Z';
		n.digit += c >= '0' && c <= '9';
	}
	n.other = (unsigned)s.n - n.lower - n.upper - n.digit;
	return n;
}

/* sha256, UTF-16LE, aes-128-cbc, iso8859-1: what begins like this is the name of a method. */
static bool names_method(struct span s)
{
	static const char *const begins[] = {
	    "sha",  "md4",   "md5",  "aes",  "des",   "utf",	"iso",	"ipv",	"eth",	  "base",
	    "hmac", "cram",  "rsa",  "ecd",  "ed2",   "curve",	"tls",	"ssl",	"x86",	  "arm",
	    "mips", "http",  "rfc",  "802.", "ucs",   "koi8",	"cp",	"win",	"crc",	  "blake",
	    "cha",  "camel", "aria", "diff", "ntlm",  "pkcs",	"oaep", "x509", "mschap", "gb",
	    "wpa",  "wep",   "ikev", "ext",  "text/", "image/", "appl", "lz",	"zlib",	  "brain"};
	char low[8] = {0};
	for (size_t i = 0; i < s.n && i < 7; i++)
		low[i] = (char)(s.p[i] >= 'A' && s.p[i] <= 'Z' ? s.p[i] | 32 : s.p[i]);
	for (size_t i = 0; i < sizeof begins / sizeof *begins; i++)
		if (strncmp(low, begins[i], strlen(begins[i])) == 0)
			return true;
	return false;
}

/* Letters of both cases, or letters and digits: no word of a protocol. */
static bool mixed(struct span s)
{
	struct letters n = count_letters(s);
	return s.n >= 4 && ((n.lower && n.upper && n.digit) ||
			    (n.digit && n.lower + n.upper >= 2) || (n.upper >= 2 && n.lower >= 2));
}

/* report.txt, index.html, libname.so.4; but not the name of a host, which has more dots */
static bool is_file_name(struct span s)
{
	size_t n = 0, dots = 0;
	for (size_t i = 0; i < s.n; i++)
		dots += s.p[i] == '.';
	if (span_find(s, SPAN_LIT(".so."), 0) != SIZE_MAX)
		return true;
	if (dots > 1 && span_find(s, SPAN_LIT(".tar."), 0) == SIZE_MAX)
		return false;
	while (n < s.n && n < 5 && s.p[s.n - 1 - n] >= 'a' && s.p[s.n - 1 - n] <= 'z')
		n++;
	return n >= 2 && n <= 4 && n < s.n && s.p[s.n - 1 - n] == '.';
}

unsigned secret_weight(struct span s)
{
	struct letters n = count_letters(s);
	if (s.n < 4 || s.p[0] == '/' || s.p[0] == '-' || s.p[0] == '<' || all_in(s, "0123456789."))
		return 0;
	if (is_file_name(s) || span_find(s, SPAN_LIT("HTTP"), 0) != SIZE_MAX ||
	    span_find(s, SPAN_LIT("Content-"), 0) != SIZE_MAX ||
	    span_find(s, SPAN_LIT(": "), 0) != SIZE_MAX || SPAN_IS(s, 0, "urn:") ||
	    SPAN_IS(s, 0, "uuid:") || SPAN_IS(s, 0, "ssdp:") || SPAN_IS(s, 0, "upnp:"))
		return 0;
	if (s.n >= 6 && n.digit && n.lower + n.upper >= 3)
		return names_method(s) || (!n.lower && n.other == 0 && n.digit <= 3) ? 1 : 2;
	if (s.n >= 8 && n.other && n.other < s.n / 2 && n.lower + n.upper >= 4 && n.upper &&
	    n.lower)
		return names_method(s) ? 1 : 2;
	return s.n >= 5 || (mixed(s) && !names_method(s)) ? 1 : 0;
}

static uint8_t cond_of(const struct function *f, int32_t block)
{
	return f->choices[block].soft ? COND_EQ : f->cfg.blocks[block].cond;
}

int32_t way_target(const struct function *f, struct way w)
{
	if (w.block == NO_BLOCK || f->choices[w.block].soft)
		return NO_BLOCK;
	const struct block *k = &f->cfg.blocks[w.block];
	return k->succ[w.edge == 1 ? 1 : 0];
}

bool way_owns(const struct function *f, struct way w, int32_t block)
{
	int32_t to = way_target(f, w);
	return to != NO_BLOCK && block != NO_BLOCK && cfg_edge_owns(&f->cfg, w.block, to) &&
	       cfg_dominates(&f->cfg, to, block);
}

static bool about_result(const struct choice *c, const struct call *of, bool *inverse)
{
	const struct value *v = &c->left;
	if (!value_is(c->right, V_CONST) || c->right.k != 0 || v->id != of->insn || v->k != 0)
		return false;
	*inverse = v->kind == V_IS_ZERO;
	return value_is(*v, V_RET) || value_is(*v, V_IS_ZERO);
}

bool way_of_result(const struct function *f, const struct call *c, bool zero, struct way *out)
{
	bool any = false;
	for (size_t b = 0; b < f->cfg.block_count; b++) {
		uint8_t cond = cond_of(f, (int32_t)b);
		bool inverse;
		if (!f->cfg.blocks[b].reached || (cond != COND_EQ && cond != COND_NE) ||
		    !about_result(&f->choices[b], c, &inverse))
			continue;
		bool zero_taken = (cond == COND_EQ) != inverse;
		struct way w = {(int32_t)b, zero_taken == zero ? 1 : 0};
		int32_t to = way_target(f, w);
		if (!any)
			*out = w;
		any = true;
		if (to != NO_BLOCK && cfg_edge_owns(&f->cfg, w.block, to)) {
			*out = w;
			return true;
		}
	}
	/* kept in a variable, and tested where ways meet */
	for (uint32_t i = 0; i < f->turn_count && !any; i++) {
		const struct turn *t = &f->turns[i];
		bool inverse;
		if (!about_result(&t->choice, c, &inverse))
			continue;
		bool zero_taken = (cond_of(f, t->via) == COND_EQ) != inverse;
		*out = (struct way){t->via, zero_taken == zero ? 1 : 0};
		any = true;
	}
	return any;
}

static const char *hex(const struct look *l, struct span s)
{
	struct buf out = {.max = 256};
	for (size_t i = 0; i < s.n && i < 64; i++) {
		buf_byte(&out, (uint8_t) "0123456789abcdef"[s.p[i] >> 4]);
		buf_byte(&out, (uint8_t) "0123456789abcdef"[s.p[i] & 15]);
	}
	const char *text = arena_str(l->arena, buf_span(&out));
	buf_free(&out);
	return text;
}

/* memcmp with bytes that are no text: a digest, perhaps. */
static bool take_binary(const struct look *l, const struct call *c, struct value b,
			struct secret *s)
{
	uint64_t n = c->role->len >= 0 && value_is(c->args[c->role->len], V_CONST)
			 ? c->args[c->role->len].k
			 : 0;
	struct span bytes = program_bytes(l->p, b, n <= 64 ? n : 0);
	unsigned kinds = 0;
	uint8_t seen[32] = {0};
	if (n < 8 || bytes.n < n)
		return false;
	for (size_t i = 0; i < n; i++) {
		kinds += !(seen[bytes.p[i] >> 3] >> (bytes.p[i] & 7) & 1);
		seen[bytes.p[i] >> 3] |= (uint8_t)(1u << (bytes.p[i] & 7));
	}
	s->literal = hex(l, span_cut(bytes, 0, n));
	s->weight = n >= 16 && kinds >= 10 ? 2 : kinds >= 6 ? 1 : 0;
	return true;
}

static bool take_compare(const struct look *l, const struct function *f, const struct call *c,
			 struct secret *s)
{
	if (!c->role || (c->role->kind != ROLE_COMPARE && c->role->kind != ROLE_FIND))
		return false;
	unsigned subject = (unsigned)c->role->arg;
	struct value a = c->args[subject], b = c->args[c->role->other];
	struct span text = program_text(l->p, b);
	if (!value_is(b, V_CONST) && value_is(a, V_CONST) && c->role->kind == ROLE_COMPARE) {
		struct value t = a;
		a = b;
		b = t;
		text = program_text(l->p, b);
		subject = (unsigned)c->role->other;
	}
	if (value_is(a, V_CONST) && program_text(l->p, a).n)
		return false;
	if (c->role->len >= 0 && value_is(c->args[c->role->len], V_CONST))
		text = span_cut(text, 0, c->args[c->role->len].k);
	*s = (struct secret){
	    .call = c, .at = c->at, .compare = look_name(c), .operand = a, .text = true};
	s->input = input_argument(l->in, f, c, subject);
	if (text.n) {
		s->literal = arena_str(l->arena, text);
		s->weight = secret_weight(text);
		s->odd = mixed(text) && !names_method(text);
	}
	s->equal.block = NO_BLOCK;
	if (!text.n && !take_binary(l, c, b, s))
		return false;
	s->hidden = program_hides(l->p, b) && s->weight;
	if (s->hidden)
		s->weight = 2;
	/* what answers a question need not choose by itself */
	if (!way_of_result(f, c, c->role->kind == ROLE_COMPARE, &s->equal))
		s->equal.block = NO_BLOCK;
	return true;
}

/* A load from a place that is not known, when what it is compared with is four or eight letters. */
static struct value text_word(uint64_t k)
{
	unsigned size = k >> 32 ? 8 : 4;
	for (unsigned i = 0; i < size; i++)
		if ((uint8_t)(k >> i * 8) < 0x20 || (uint8_t)(k >> i * 8) >= 0x7f)
			return (struct value){0};
	return (struct value){.form = CONTENT, .size = (uint8_t)size};
}

struct run { /* of bytes that are compared one after the other */
	struct buf text;
	bool binary, ended; /* ended: with the byte that ends a text */
};

/* Does the block compare bytes of something with a constant? The bytes go to `run`. */
static bool inline_compare(const struct look *l, const struct function *f, int32_t block,
			   struct value *where, struct input *input, struct run *run, bool any)
{
	const struct block *k = &f->cfg.blocks[block];
	const struct choice *c = &f->choices[block];
	if (!k->reached || c->soft || (k->cond != COND_EQ && k->cond != COND_NE))
		return false;
	struct value a = c->left, b = c->right;
	if (a.form == EXACT && b.form != EXACT) {
		a = c->right;
		b = c->left;
	}
	if (any && value_is(b, V_CONST) && a.kind == V_UNKNOWN)
		a = text_word(b.k);
	if (!value_is(b, V_CONST) || a.form != CONTENT || a.size > 8)
		return false;
	*input = input_bytes(l->in, f, a);
	*where = a;
	if (!input->source && !any)
		return false;
	if (run->text.n && b.k == 0) {
		run->ended = true;
		return true;
	}
	bool down = l->p->img->big != a.swapped; /* the first byte is the highest */
	for (unsigned i = 0; i < a.size; i++) {
		unsigned at = down ? a.size - 1u - i : i;
		uint8_t byte = (uint8_t)(b.k >> at * 8);
		uint64_t rest = down ? b.k & UINT64_MAX >> (56 - at * 8) : b.k >> at * 8;
		if (i && !rest) { /* the end of the text is compared with it */
			run->ended = true;
			break;
		}
		run->binary = run->binary || byte < 0x20 || byte >= 0x7f;
		buf_byte(&run->text, byte);
	}
	return true;
}

/* Bytes that are no text and that nobody comes upon by chance, nor finds in a file's first bytes.
 */
static bool random_bytes(struct span s)
{
	static const char *const known[] = {"\177ELF", "\211PNG", "\320\317\021\340"};
	size_t again = 0, plain = 0;
	for (size_t i = 0; i < s.n; i++) {
		plain += s.p[i] == 0 || s.p[i] == 0xff;
		for (size_t k = 0; k < i; k++)
			again += s.p[i] == s.p[k];
	}
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (span_is(s, 0, known[i], 4))
			return false;
	return s.n >= 4 && plain == 0 && again <= s.n / 6;
}

/* What was compared byte by byte or word by word, as a reader may see it; false: too little. */
static bool take_bytes(const struct look *l, struct secret *s, struct span bytes, bool wide,
		       bool binary)
{
	s->compare = binary ? "bytes" : wide ? "word" : "byte";
	if (bytes.n < MIN_INLINE || (binary && !random_bytes(bytes)))
		return false;
	s->literal = binary ? hex(l, bytes) : arena_str(l->arena, bytes);
	s->weight = binary ? 2 : secret_weight(bytes);
	if (!s->weight && mixed(bytes))
		s->weight = 1;
	return true;
}

/* Words may overlap: what was compared before goes. */
static void overlapping(struct buf *text, size_t before, uint64_t again, unsigned size)
{
	if (!again || again >= size || again >= text->n - before)
		return;
	memmove(text->p + before, text->p + before + again, text->n - before - again);
	text->n -= again;
}

/* From one compare of bytes to the next, as long as each is only about what follows. */
static bool take_inline(const struct look *l, const struct function *f, int32_t block,
			struct secret *s, bool *used, bool unsourced)
{
	struct run run = {.text = {.max = MAX_LITERAL}};
	struct value where = {0}, next = {0};
	struct input input;
	int32_t at = block;
	bool any = false;
	unsigned widest = 0;
	*s = (struct secret){.at = f->block_at[block]};
	while (at != NO_BLOCK && !used[at] && (!run.ended || run.binary)) {
		struct run before = run;
		if (!inline_compare(l, f, at, &next, &input, &run, unsourced) ||
		    (any && (next.kind != where.kind || next.id != where.id))) {
			run.text.n = before.text.n;
			run.binary = before.binary;
			break;
		}
		if (!any) {
			s->operand = next;
			s->input = input;
		}
		overlapping(&run.text, before.text.n, any ? where.k + where.size - next.k : 0,
			    next.size);
		where = next;
		widest = where.size > widest ? where.size : widest;
		const struct block *k = &f->cfg.blocks[at];
		struct way w = {at, k->cond == COND_EQ ? 1 : 0};
		int32_t to = way_target(f, w);
		used[at] = any = true;
		s->equal = w;
		if (!cfg_edge_owns(&f->cfg, at, to))
			break;
		at = to;
	}
	bool enough = any && take_bytes(l, s, buf_span(&run.text), widest > 1, run.binary);
	buf_free(&run.text);
	return enough;
}

/* A number that looks as if nobody had chosen it: bits of both kinds everywhere. */
static bool looks_random(uint64_t k)
{
	unsigned kinds = 0, zero = 0;
	for (unsigned i = 0; i < 4; i++) {
		uint8_t b = (uint8_t)(k >> i * 8);
		zero += b == 0 || b == 0xff;
		for (unsigned n = 0; n < i; n++)
			kinds += b == (uint8_t)(k >> n * 8);
	}
	return k >= RANDOM_NUMBER && k <= UINT32_MAX && !zero && !kinds;
}

/* Input that one of the arguments of the call points to. */
static struct input argument_input(const struct look *l, const struct function *f,
				   const struct call *c)
{
	struct input in = {0};
	for (unsigned i = 0; i < 3 && !in.source; i++)
		in = input_text(l->in, f, c->args[i]);
	return in;
}

/* So many bytes were read, though there was room for more, and they were not what was asked for. */
static bool odd_length(const struct call *c, uint64_t number)
{
	if (!c->role || c->role->kind != ROLE_READ || c->role->source != SOURCE_NETWORK ||
	    c->role->len < 0)
		return false;
	struct value room = c->args[c->role->len];
	return value_is(room, V_CONST) && number + 1 < room.k;
}

/* What a CRC of 32 bits leaves when it is right: that is asked of any packet. */
static bool is_residue(uint64_t k)
{
	return k == 0xdebb20e3 || k == 0x2144df1c || k == 0xc704dd7b || k == 0xb798b438 ||
	       k == 0x48674bc7;
}

/* A number computed from bytes of input in the function itself: a hash, or a word put together. */
static bool take_mixed(const struct look *l, const struct function *f, int32_t block,
		       struct secret *s)
{
	const struct block *k = &f->cfg.blocks[block];
	struct choice c = f->choices[block];
	uint8_t cond = cond_of(f, block);
	bool hash;
	if (value_is(c.left, V_CONST))
		c = (struct choice){.left = c.right, .right = c.left};
	if (!k->reached || (cond != COND_EQ && cond != COND_NE) || !value_is(c.right, V_CONST) ||
	    !value_is(c.left, V_MIXED))
		return false;
	uint64_t number = c.right.k;
	struct value bytes = mixed_bytes(c.left, &number, &hash);
	if (!looks_random(number) || is_residue(number))
		return false;
	*s = (struct secret){.at = f->block_at[block],
			     .compare = hash ? "hash" : "bytes",
			     .operand = bytes,
			     .equal = {block, cond == COND_EQ ? 1 : 0},
			     .weight = 2,
			     .hidden = hash,
			     .input = input_bytes(l->in, f, bytes),
			     .literal = arena_printf(l->arena, "0x%llx",
						     (unsigned long long)number)};
	return s->input.source != SOURCE_NONE;
}

/* A number made of input by a function, or the length of input, compared with a constant. */
static bool take_number(const struct look *l, const struct function *f, int32_t block,
			struct secret *s)
{
	const struct block *k = &f->cfg.blocks[block];
	const struct choice *c = &f->choices[block];
	uint8_t cond = cond_of(f, block);
	if (!k->reached || (cond != COND_EQ && cond != COND_NE) || !value_is(c->right, V_CONST) ||
	    !value_is(c->left, V_RET) || c->left.k != 0)
		return false;
	const struct call *made = function_call(f, c->left);
	uint64_t number = c->right.k;
	bool word = made && made->role && made->role->kind == ROLE_SWAP && made->role->len == 4;
	if (number >> 31 == UINT64_MAX >> 31)
		number &= UINT32_MAX;
	if (!made)
		return false;
	*s = (struct secret){.call = made,
			     .at = f->block_at[block],
			     .operand = c->left,
			     .equal = {block, cond == COND_EQ ? 1 : 0},
			     .input = argument_input(l, f, made)};
	bool length = (made->name && strcmp(made->name, "strlen") == 0) || odd_length(made, number);
	if (length && number >= 4 && number < 4096) {
		s->compare = "length";
		s->literal = arena_printf(l->arena, "%llu bytes", (unsigned long long)number);
		return s->input.source != SOURCE_NONE;
	}
	if (word && looks_random(number & UINT32_MAX)) {
		s->input = input_bytes(l->in, f, made->args[0]);
		s->compare = "bytes";
		s->weight = 2;
		s->literal =
		    arena_printf(l->arena, "0x%llx", (unsigned long long)(number & UINT32_MAX));
		return s->input.source != SOURCE_NONE;
	}
	bool own = made->callee && !made->callee->stub && !made->role;
	bool sum = made->name && strncmp(made->name, "crc", 3) == 0;
	if (!looks_random(number) || is_residue(number) || (!own && !sum))
		return false;
	s->compare = "hash";
	s->hidden = true;
	s->weight = 2;
	s->literal = arena_printf(l->arena, "0x%llx", (unsigned long long)number);
	return s->input.source != SOURCE_NONE;
}

struct answer {
	struct secret word;
	bool any, yes_is_zero;
};

/* Several looks ask for the compares of a function: they are found once. */
struct compares {
	struct secret *list;
	uint8_t count;
	bool known;
};

struct answers {
	struct answer *of;	      /* by function.index; so is */
	struct compares *compares[2]; /* of input, of anything */
};

static bool leads(const struct function *f, const struct secret *s, const struct outcome *o)
{
	return (o->by.block == s->equal.block && o->by.edge == s->equal.edge) ||
	       way_owns(f, s->equal, o->by.block);
}

/* Does the function return one thing when the word is equal, and another thing otherwise? */
static bool answers_by(const struct function *f, const struct secret *s, bool *yes_is_zero)
{
	bool yes = false, no = false;
	uint64_t k = 0;
	for (uint32_t i = 0; i < f->outcome_count; i++) {
		const struct outcome *o = &f->outcomes[i];
		bool about = s->text && s->call->role && s->call->role->kind == ROLE_COMPARE &&
			     o->value.id == s->call->insn && o->value.k == 0;
		if (about && (value_is(o->value, V_RET) || value_is(o->value, V_IS_ZERO))) {
			*yes_is_zero = o->value.kind == V_RET;
			return true;
		}
		bool led = leads(f, s, o);
		if (!value_is(o->value, V_CONST) || (led && yes && o->value.k != k))
			return false;
		if (led) {
			k = o->value.k;
			yes = true;
		}
	}
	for (uint32_t i = 0; yes && i < f->outcome_count; i++) {
		bool led = leads(f, s, &f->outcomes[i]);
		no = no || !led;
		if (!led && (f->outcomes[i].value.k == 0) == (k == 0))
			return false;
	}
	*yes_is_zero = k == 0;
	return yes && no;
}

/* A call of a function that tells whether something equals its word. */
static bool take_answer(const struct look *l, const struct function *f, const struct call *c,
			struct secret *s)
{
	if (!l->answers || !c->callee || c->callee->stub || c->callee == f ||
	    (c->role && c->role->kind != ROLE_NONE) || !l->answers->of[c->callee->index].any)
		return false;
	const struct answer *a = &l->answers->of[c->callee->index];
	const struct value *v = &a->word.operand;
	*s = a->word;
	s->call = c;
	s->operand = (struct value){0};
	if (v->kind == V_PARAM && v->id < MAX_ARGS && v->form == EXACT) {
		s->operand = c->args[v->id];
		s->operand.k += v->k;
		s->input = input_text(l->in, f, c->args[v->id]);
	}
	return way_of_result(f, c, a->yes_is_zero, &s->equal);
}

struct answers *answers_find(const struct look *l)
{
	enum { MOST_CALLS = 12, MOST_WORDS = 3 };
	struct answers *a = arena_alloc(l->arena, sizeof *a);
	struct secret *all = arena_array(l->arena, MAX_SECRETS, sizeof *all);
	a->of = arena_array(l->arena, l->p->function_count + 1, sizeof *a->of);
	for (int any = 0; any < 2; any++)
		a->compares[any] =
		    arena_array(l->arena, l->p->function_count + 1, sizeof *a->compares[any]);
	for (size_t i = 0; i < l->p->function_count; i++) {
		const struct function *f = l->p->functions[i];
		struct answer *mine = &a->of[f->index];
		if (f->stub || f->call_count > MOST_CALLS || !f->outcome_count)
			continue;
		size_t n = secrets_find(l, f, all);
		for (size_t k = 0; k < n && n <= MOST_WORDS && !mine->any; k++)
			if (all[k].weight && answers_by(f, &all[k], &mine->yes_is_zero)) {
				mine->word = all[k];
				mine->any = true;
			}
	}
	return a;
}

/* A call of a function of the program's own that compares texts. */
static bool take_comparer(const struct look *l, const struct function *f, const struct call *c,
			  struct secret *s)
{
	bool zero;
	struct value a = c->args[0], b = c->args[1];
	if (!program_text(l->p, b).n) {
		a = c->args[1];
		b = c->args[0];
	}
	struct span text = program_text(l->p, b);
	if (!text.n || program_text(l->p, a).n || !call_compares(c, &zero))
		return false;
	*s = (struct secret){.call = c,
			     .at = c->at,
			     .compare = look_name(c),
			     .operand = a,
			     .text = true,
			     .literal = arena_str(l->arena, text),
			     .weight = secret_weight(text),
			     .input = input_text(l->in, f, a)};
	return way_of_result(f, c, zero, &s->equal);
}

/* Words that are compared all at once. */
static bool take_differ(const struct look *l, const struct function *f, int32_t block,
			struct secret *s, bool any)
{
	const struct choice *c = &f->choices[block];
	struct differ words[MAX_DIFFER_WORDS];
	struct buf text = {.max = MAX_LITERAL};
	uint8_t cond = cond_of(f, block);
	bool binary = false;
	if (!f->cfg.blocks[block].reached || (cond != COND_EQ && cond != COND_NE) ||
	    !value_is(c->left, V_DIFFERS) || !value_is(c->right, V_CONST) || c->right.k)
		return false;
	size_t n = differ_words(f, c->left, words);
	for (size_t i = 0; i < n; i++)
		for (unsigned k = 0; k < words[i].where.size && k < 8; k++) {
			unsigned at = l->p->img->big ? words[i].where.size - 1u - k : k;
			uint8_t byte = (uint8_t)(words[i].k >> at * 8);
			binary = binary || ((byte < 0x20 || byte >= 0x7f) && byte);
			if (byte || binary)
				buf_byte(&text, byte);
		}
	*s = (struct secret){.at = f->block_at[block],
			     .operand = words[0].where,
			     .input = input_bytes(l->in, f, words[0].where),
			     .equal = {block, cond == COND_EQ ? 1 : 0}};
	bool enough =
	    n && (any || s->input.source) && take_bytes(l, s, buf_span(&text), true, binary);
	buf_free(&text);
	return enough;
}

static size_t find(const struct look *l, const struct function *f, struct secret *out, bool any)
{
	size_t n = 0;
	bool *used = arena_array(l->arena, f->cfg.block_count + 1, sizeof *used);
	for (size_t i = 0; i < f->call_count && n < MAX_SECRETS; i++)
		n += take_compare(l, f, &f->calls[i], &out[n]) ||
		     take_answer(l, f, &f->calls[i], &out[n]) ||
		     take_comparer(l, f, &f->calls[i], &out[n]);
	for (size_t b = 0; b < f->cfg.block_count && n < MAX_SECRETS; b++)
		n += take_number(l, f, (int32_t)b, &out[n]) ||
		     take_differ(l, f, (int32_t)b, &out[n], any) ||
		     take_mixed(l, f, (int32_t)b, &out[n]) ||
		     (!used[b] && take_inline(l, f, (int32_t)b, &out[n], used, any));
	return n;
}

static size_t kept(const struct look *l, const struct function *f, struct secret *out, bool any)
{
	if (!f->choices || !f->call_count)
		return 0;
	if (!l->answers) /* which functions answer is not known yet */
		return find(l, f, out, any);
	struct compares *k = &l->answers->compares[any][f->index];
	if (!k->known) {
		k->count = (uint8_t)find(l, f, out, any);
		k->list = arena_array(l->arena, k->count, sizeof *out);
		memcpy(k->list, out, k->count * sizeof *out);
		k->known = true;
	} else if (k->count) {
		memcpy(out, k->list, k->count * sizeof *out);
	}
	return k->count;
}

size_t secrets_find(const struct look *l, const struct function *f, struct secret *out)
{
	return kept(l, f, out, false);
}

size_t secrets_find_any(const struct look *l, const struct function *f, struct secret *out)
{
	return kept(l, f, out, true);
}
