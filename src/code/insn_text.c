/* SPDX-License-Identifier: Apache-2.0 */
/* Micro-operations written as assignments; registers are r and their number. */
#include "code/insn_text.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

struct out {
	char *p;
	size_t room, n;
};

__attribute__((format(printf, 2, 3))) static void put(struct out *o, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	int n = o->n < o->room ? vsnprintf(o->p + o->n, o->room - o->n, format, args) : 0;
	va_end(args);
	o->n += n > 0 ? (size_t)n : 0;
}

static void put_register(struct out *o, uint8_t r)
{
	if (r == REG_TARGET)
		put(o, "target");
	else if (r >= REG_T0)
		put(o, "t%d", r - REG_T0);
	else if (r >= REG_FLAGS)
		put(o, "flags");
	else
		put(o, "r%d", r);
}

static void put_second(struct out *o, const struct op *p)
{
	if (p->b != REG_NONE)
		put_register(o, p->b);
	else
		put(o, "%" PRId64, p->k);
}

static void put_memory(struct out *o, const struct op *p)
{
	put(o, "%d bytes at ", p->size);
	put_register(o, p->a);
	put(o, " + ");
	put_second(o, p);
}

static void put_op(struct out *o, const struct op *p)
{
	static const char *const signs[] = {
	    [OP_ADD] = "+",   [OP_SUB] = "-",	 [OP_AND] = "&",   [OP_OR] = "|",
	    [OP_XOR] = "^",   [OP_SHL] = "<<",	 [OP_SHR] = ">>",  [OP_SAR] = ">>",
	    [OP_MUL] = "*",   [OP_DIV] = "/",	 [OP_DIVU] = "/",  [OP_CMP] = "compared with",
	    [OP_LESS] = "<",  [OP_LESS_U] = "<", [OP_ROR] = "rotated by",
	};
	if (p->code == OP_STORE) {
		put_memory(o, p);
		put(o, " = ");
		put_register(o, p->d);
		return;
	}
	put_register(o, p->d);
	put(o, " = ");
	if (p->code < sizeof signs / sizeof *signs && signs[p->code]) {
		put_register(o, p->a);
		put(o, " %s ", signs[p->code]);
		put_second(o, p);
	} else if (p->code == OP_CONST) {
		put(o, "0x%" PRIx64, (uint64_t)p->k);
	} else if (p->code == OP_MOVE) {
		put_register(o, p->a);
	} else if (p->code == OP_LOAD) {
		put_memory(o, p);
	} else if (p->code == OP_NOT || p->code == OP_IS_ZERO) {
		put(o, p->code == OP_NOT ? "~" : "!");
		put_register(o, p->a);
	} else if (p->code == OP_ZERO_EXT || p->code == OP_SIGN_EXT) {
		put(o, "%d bytes of ", p->size);
		put_register(o, p->a);
	} else {
		put(o, "?");
	}
}

static void put_flow(struct out *o, const struct insn *i)
{
	static const char *const words[] = {
	    [FLOW_JUMP] = "go to", [FLOW_BRANCH] = "go to", [FLOW_CALL] = "call"};
	static const char *const tests[] = {"",	  "==", "!=", "<", ">=", ">",  "<=",
					    "<", ">=", ">",  "<=", "<",	">="};
	if (i->flow == FLOW_NEXT)
		return;
	put(o, "%s", i->op_count ? "; " : "");
	if (i->flow == FLOW_BRANCH) {
		unsigned test = i->cond == COND_EQ   ? TEST_EQ
				: i->cond == COND_NE ? TEST_NE
						     : i->test;
		put(o, test <= TEST_POSITIVE && test ? "if %s: " : "if so%s: ",
		    test <= TEST_POSITIVE ? tests[test] : "");
	}
	if (i->flow == FLOW_RETURN || i->flow == FLOW_STOP)
		put(o, i->flow == FLOW_RETURN ? "return" : "stop");
	else if (i->indirect)
		put(o, "%s target", words[i->flow]);
	else
		put(o, "%s 0x%" PRIx64, words[i->flow], i->target);
}

void insn_text(const struct insn *i, char *out, size_t room)
{
	struct out o = {.p = out, .room = room};
	if (room)
		out[0] = 0;
	for (unsigned k = 0; k < i->op_count && k < MAX_OPS; k++) {
		put(&o, "%s", k ? "; " : "");
		put_op(&o, &i->ops[k]);
	}
	put_flow(&o, i);
}
