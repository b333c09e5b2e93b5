/* SPDX-License-Identifier: Apache-2.0 */
/* Classic packet filters: reading, checking, disassembling. */
#include "code/bpf.h"

/*
 *   16 code | 8 jt | 8 jf | 32 k      in the byte order of the machine
 *   code: class (3 bits), then for loads size (2) and mode (3), for jumps and arithmetic
 *         operation (4, from bit 4) and source (bit 3: X)
 */
enum {
	LD = 0,
	LDX = 1,
	ST = 2,
	STX = 3,
	ALU = 4,
	JMP = 5,
	RET = 6,
	MISC = 7,
	WORDS = 16, /* of scratch memory */
	MIN_FOUND = 4,
};

static unsigned class_of(const struct bpf_insn *i)
{
	return i->code & 7;
}

static bool valid_load(const struct bpf_insn *i)
{
	switch (i->code) {
	case 0x00: /* ld #k */
	case 0x20: /* ld [k] */
	case 0x28:
	case 0x30:
	case 0x40: /* ld [x + k] */
	case 0x48:
	case 0x50:
	case 0x80: /* ld #len */
	case 0x01:
	case 0x81:
	case 0xb1: /* ldxb 4*([k]&0xf) */
		return true;
	case 0x60: /* ld M[k] */
	case 0x61:
		return i->k < WORDS;
	default:
		return false;
	}
}

static bool valid_alu(const struct bpf_insn *i)
{
	unsigned op = i->code >> 4;
	bool x = i->code & 8;
	if (i->code & 0xff00 || op > 10)
		return false;
	if (op == 8)
		return !x;
	if ((op == 3 || op == 9) && !x && i->k == 0)
		return false;
	return !((op == 6 || op == 7) && !x && i->k >= 32);
}

static bool valid_jump(const struct bpf_insn *i, size_t at, size_t count)
{
	uint64_t left = count - at - 1;
	if (i->code == 0x05)
		return i->k < left;
	unsigned op = i->code >> 4;
	return !(i->code & 0xff00) && op >= 1 && op <= 4 && i->jt < left && i->jf < left;
}

/* `count`: of the program; jumps must stay inside. */
static bool valid(const struct bpf_insn *i, size_t at, size_t count)
{
	switch (class_of(i)) {
	case LD:
	case LDX:
		return valid_load(i);
	case ST:
	case STX:
		return (i->code == 0x02 || i->code == 0x03) && i->k < WORDS;
	case ALU:
		return valid_alu(i);
	case JMP:
		return valid_jump(i, at, count);
	case RET:
		return i->code == 0x06 || i->code == 0x16;
	default:
		return i->code == 0x07 || i->code == 0x87;
	}
}

static struct bpf_insn insn_at(struct span in, size_t at, bool big)
{
	size_t pos = at * BPF_INSN_SIZE;
	return (struct bpf_insn){.code = span_u16(in, pos, big),
				 .jt = in.p[pos + 2],
				 .jf = in.p[pos + 3],
				 .k = span_u32(in, pos + 4, big)};
}

bool bpf_read(struct bpf_program *p, struct span in, size_t count, bool big)
{
	p->count = 0;
	if (!count || count > BPF_MAX_INSNS || in.n / BPF_INSN_SIZE < count)
		return false;
	for (size_t i = 0; i < count; i++) {
		p->insns[i] = insn_at(in, i, big);
		if (!valid(&p->insns[i], i, count))
			return false;
	}
	if (class_of(&p->insns[count - 1]) != RET)
		return false;
	p->count = count;
	return true;
}

/* The furthest instruction that this one may go on to; 0: none. */
static size_t furthest(const struct bpf_insn *i, size_t at)
{
	if (class_of(i) == RET)
		return 0;
	if (class_of(i) != JMP)
		return at + 1;
	if (i->code == 0x05)
		return i->k < BPF_MAX_INSNS ? at + 1 + i->k : BPF_MAX_INSNS;
	return at + 1 + (i->jt > i->jf ? i->jt : i->jf);
}

/* Fields that an instruction does not use are 0 in programs that people or compilers wrote. */
static bool tidy(const struct bpf_insn *i)
{
	unsigned c = class_of(i);
	if (c != JMP || i->code == 0x05)
		if (i->jt || i->jf)
			return false;
	if (c == LD &&
	    (i->code >> 5 == 1 || i->code >> 5 == 2)) /* of packets, or what Linux adds */
		return i->k < 2048 || i->k >= 0xfffff000;
	if (c == MISC || (c == ALU && i->code & 8))
		return i->k == 0;
	return c != JMP || i->code == 0x05 || i->jt != i->jf;
}

bool bpf_find(struct bpf_program *p, struct span in, bool big)
{
	size_t reach = 0, loads = 0, choices = 0, returns = 0;
	size_t most = in.n / BPF_INSN_SIZE < BPF_MAX_INSNS ? in.n / BPF_INSN_SIZE : BPF_MAX_INSNS;
	bool reached[BPF_MAX_INSNS + 1] = {true};
	p->count = 0;
	for (size_t i = 0; i < most; i++) {
		struct bpf_insn n = insn_at(in, i, big);
		if (!reached[i] || !valid(&n, i, most) || !tidy(&n))
			return false;
		p->insns[i] = n;
		unsigned c = class_of(&n);
		loads += c == LD && n.code != 0;
		returns += c == RET;
		if (c == JMP && n.code != 0x05) {
			choices++;
			reached[i + 1 + n.jt] = reached[i + 1 + n.jf] = true;
		} else if (c != RET) {
			reached[n.code == 0x05 ? i + 1 + n.k : i + 1] = true;
		}
		size_t to = furthest(&n, i);
		reach = to > reach ? to : reach;
		if (c == RET && i >= reach) {
			p->count = i + 1;
			return loads && choices && returns >= 2 && p->count >= MIN_FOUND;
		}
	}
	return false;
}

static void operand(struct buf *b, const struct bpf_insn *i)
{
	switch (i->code >> 5) {
	case 0:
		buf_printf(b, " #0x%x", i->k);
		break;
	case 1:
		buf_printf(b, " [%d]", (int)i->k);
		break;
	case 2:
		buf_printf(b, " [x + %d]", (int)i->k);
		break;
	case 3:
		buf_printf(b, " M[%u]", i->k);
		break;
	case 4:
		buf_str(b, " #len");
		break;
	default:
		buf_printf(b, " 4*([%u]&0xf)", i->k);
		break;
	}
}

static void source(struct buf *b, const struct bpf_insn *i)
{
	if (i->code & 8)
		buf_str(b, " x");
	else
		buf_printf(b, " #0x%x", i->k);
}

static void one(struct buf *b, const struct bpf_insn *i, size_t at)
{
	static const char *const alu[] = {"add", "sub", "mul", "div", "or", "and",
					  "lsh", "rsh", "neg", "mod", "xor"};
	static const char *const jump[] = {"ja", "jeq", "jgt", "jge", "jset"};
	static const char *const size[] = {"", "h", "b", ""};
	unsigned op = i->code >> 4;
	switch (class_of(i)) {
	case LD:
	case LDX:
		buf_printf(b, "ld%s%s", class_of(i) == LDX ? "x" : "", size[i->code >> 3 & 3]);
		operand(b, i);
		break;
	case ST:
	case STX:
		buf_printf(b, "st%s M[%u]", class_of(i) == STX ? "x" : "", i->k);
		break;
	case ALU:
		buf_str(b, alu[op <= 10 ? op : 8]);
		if (op != 8)
			source(b, i);
		break;
	case JMP:
		if (i->code == 0x05) {
			buf_printf(b, "ja %zu", at + 1 + i->k);
			break;
		}
		buf_str(b, jump[op <= 4 ? op : 0]);
		source(b, i);
		buf_printf(b, " %zu %zu", at + 1 + i->jt, at + 1 + i->jf);
		break;
	case RET:
		if (i->code == 0x16)
			buf_str(b, "ret a");
		else
			buf_printf(b, "ret #%u", i->k);
		break;
	default:
		buf_str(b, i->code == 0x07 ? "tax" : "txa");
		break;
	}
}

void bpf_text(const struct bpf_program *p, struct buf *out)
{
	for (size_t i = 0; i < p->count; i++) {
		buf_printf(out, i ? "; %zu " : "%zu ", i);
		one(out, &p->insns[i], i);
	}
}
