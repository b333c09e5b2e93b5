/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Instructions as everything above the instruction sets sees them: a few micro-operations, then
 * perhaps a transfer of control. One file per instruction set (isa_NAME.c) makes them; nothing else
 * in this room knows an instruction set.
 *
 * Registers are numbers below REG_COUNT, numbered by each instruction set as it likes. From
 * REG_FLAGS on they hold outcomes of compares, from REG_T0 on they are scratch within one
 * instruction. What an instruction does that micro-operations cannot say is OP_CLOBBER.
 */
#ifndef CODE_INSN_H
#define CODE_INSN_H

#include "code/elf_image.h"

enum {
	REG_FLAGS = 44,	 /* 8 of them (PowerPC has cr0..cr7) */
	REG_T0 = 52,	 /* 4 scratch registers */
	REG_TARGET = 57, /* where an indirect transfer goes, kept over a delay slot */
	REG_COUNT = 58,
	REG_NONE = 255,
	MAX_OPS = 12,
	MAX_ARGS = 8,
	LOCAL_ARGS = 5,
};

enum op_code {
	OP_CONST, /* d = k */
	OP_MOVE,  /* d = a */
	OP_ADD,	  /* d = a + b, or a + k when b is REG_NONE; so for all arithmetic */
	OP_SUB,
	OP_AND,
	OP_OR,
	OP_XOR,
	OP_SHL,
	OP_SHR,
	OP_SAR,
	OP_MUL,
	OP_NOT,	     /* d = ~a */
	OP_SWAP16,   /* d = a with the bytes of each half word exchanged */
	OP_SWAP32,   /* d = a with its four bytes in reverse order */
	OP_ZERO_EXT, /* d = low `size` bytes of a */
	OP_SIGN_EXT,
	OP_LOAD,    /* d = size bytes at a + k; b REG_NONE, else the address is a + b */
	OP_STORE,   /* size bytes at a + k = d */
	OP_CLOBBER, /* d is not known any more */
	OP_CMP, /* flags d = compare a with b, or with k when b is REG_NONE; `size` bytes of them */
	OP_IS_ZERO, /* d = (a == 0): keeps what a compare was about */
	OP_IS_SET,  /* d = (flags a == 0), the outcome of a compare as a number */
	/* from here on only the machine (machine.h) knows what they do; to all else d is unknown */
	OP_ROR,	 /* a rotated to the right; size 4 or 8 */
	OP_MULH, /* upper half of the signed product; size 4 or 8 of the operands */
	OP_MULHU,
	OP_DIV,
	OP_DIVU,
	OP_LESS, /* d = (a < b), signed */
	OP_LESS_U,
	OP_LESS_EQ_U,
	OP_TEST, /* d = 1 when the test k holds for the flags a, else 0 */
	OP_CLZ,	 /* d = zero bits above the first one of `size` bytes of a */
	OP_REVERSE_BITS,
	OP_SWAP64, /* the bytes of a in reverse order */
	OP_CARRY,  /* unsigned tests of the flags d go by a: 1 not less, 0 less */
	OP_BITS,   /* flags d are the low bits of a: 8 less, 4 greater, 2 equal */
};

/* The conditions that flags are asked for: exact where enum cond has only COND_OTHER. */
enum test {
	TEST_NONE, /* none, or not known to the lifter */
	TEST_EQ,
	TEST_NE,
	TEST_LT,
	TEST_GE,
	TEST_GT,
	TEST_LE,
	TEST_LT_U,
	TEST_GE_U,
	TEST_GT_U,
	TEST_LE_U,
	TEST_NEGATIVE, /* of the difference */
	TEST_POSITIVE,
};

struct op {
	uint8_t code, size, d, a, b;
	bool is_signed; /* OP_LOAD: sign extended */
	uint8_t
	    when; /* enum test, of the flags that the instruction names: else d stays as it is */
	bool logical; /* OP_CMP: later tests for less and greater are about unsigned numbers */
	int64_t k;
};

enum flow {
	FLOW_NEXT,
	FLOW_JUMP,   /* to target, or to REG_TARGET when indirect */
	FLOW_BRANCH, /* to target when cond holds */
	FLOW_CALL,   /* of target, or of REG_TARGET when indirect; returns behind the instruction */
	FLOW_RETURN,
	FLOW_STOP, /* traps: control does not go on */
};

enum cond { COND_ALWAYS, COND_EQ, COND_NE, COND_OTHER };

struct insn {
	uint64_t at, target;
	uint8_t op_count, size, flow, cond;
	uint8_t flags; /* register that a condition looks at; below REG_FLAGS: is it 0? */
	uint8_t test;  /* what COND_OTHER stands for */
	bool indirect;
	bool delay;	 /* the next instruction is carried out before control goes on */
	bool annul;	 /* ... but only when the branch is taken */
	bool predicated; /* the operations happen only when cond holds */
	bool thumb;	 /* ARM: the target is Thumb code */
	bool kernel; /* a system call; its number, or number + KERNEL_OABI, is the target if that
			is not 0 */
	struct op *ops; /* last: whoever has an instruction lifted gives room for MAX_OPS */
};

/* An instruction with room for its operations: INSN_ROOM(i); lift(..., &i) */
#define INSN_ROOM(i_)                                                                              \
	struct op i_##_ops[MAX_OPS];                                                               \
	struct insn i_ = {.ops = i_##_ops}

/* The state that decoding depends on besides the bytes. */
struct decode {
	uint64_t at;
	bool big, thumb;
	uint8_t it_left, it_cond, it_mask; /* Thumb: instructions left in an IT block */
	void *handle;			   /* of the decoder library, for sets that use it */
};

struct isa {
	const char *name;
	uint8_t bits;  /* of an address */
	uint8_t align; /* of instructions */
	uint8_t sp, result, link;
	uint8_t args[MAX_ARGS];
	uint8_t arg_count;
	uint8_t stack_arg;   /* where arguments beyond the registers stand, from sp, at a call */
	uint8_t entry_stack; /* the same as seen by the callee at its first instruction */
	/* Where compilers put the first parameters of functions that only the program itself calls,
	 * when others come by the stack: they count as parameters LOCAL_ARGS and following. */
	uint8_t local_args[3], local_count;
	uint8_t self;  /* register that holds the function's own address at entry, or REG_NONE */
	uint8_t fixed; /* register that holds elf_image.gp all the time, or REG_NONE */
	uint8_t got;   /* register that holds the GOT in stubs of imports, or REG_NONE */
	uint8_t zero;  /* register that is always 0, or REG_NONE */
	uint64_t kept; /* bit set of registers that a call preserves */
	/* Bytes used; 0: not an instruction. The bytes reach to the end of the segment. */
	unsigned (*lift)(struct decode *d, struct span bytes, struct insn *out);
	/* Does a function look likely to begin here? */
	bool (*prologue)(const struct decode *d, struct span bytes);
	/* A helper that returns its return address in a register; REG_NONE: it is none. May be
	 * NULL. */
	uint8_t (*pc_thunk)(struct span bytes);
	bool (*open)(struct decode *d); /* may be NULL */
	void (*close)(struct decode *d);
};

/* NULL: not an instruction set that postern reads. */
const struct isa *isa_of(const struct elf_image *img);

/* Name of an instruction set of the program whose code is not read; NULL: all of it is. */
const char *isa_not_read(const struct elf_image *img);

extern const struct isa isa_mips, isa_arm, isa_aarch64, isa_ppc, isa_riscv32, isa_riscv64, isa_x86,
    isa_x86_64;

/* The opposite of a condition. */
static inline enum test test_inverse(enum test t)
{
	static const uint8_t other[] = {
	    TEST_NONE, TEST_NE,	  TEST_EQ,   TEST_GE,	TEST_LT,       TEST_LE,	     TEST_GT,
	    TEST_GE_U, TEST_LT_U, TEST_LE_U, TEST_GT_U, TEST_POSITIVE, TEST_NEGATIVE};
	return t <= TEST_POSITIVE ? (enum test)other[t] : TEST_NONE;
}

/* For the lifters: an instruction without operations yet. */
static inline void insn_begin(struct insn *i, const struct decode *d, uint8_t size, uint8_t flags)
{
	memset(i, 0, offsetof(struct insn, ops));
	i->at = d->at;
	i->size = size;
	i->flags = flags;
}

/* For the lifters: add an operation; too many become a mark that the instruction is not understood.
 */
static inline struct op *add_op(struct insn *i, enum op_code code, uint8_t d, uint8_t a, uint8_t b,
				int64_t k)
{
	struct op *o = &i->ops[i->op_count < MAX_OPS ? i->op_count++ : MAX_OPS - 1];
	*o = (struct op){.code = (uint8_t)code, .size = 4, .d = d, .a = a, .b = b, .k = k};
	return o;
}

static inline void add_const(struct insn *i, uint8_t d, uint64_t k)
{
	add_op(i, OP_CONST, d, REG_NONE, REG_NONE, (int64_t)k);
}

static inline void add_clobber(struct insn *i, uint8_t d)
{
	add_op(i, OP_CLOBBER, d, REG_NONE, REG_NONE, 0);
}

static inline void add_load(struct insn *i, uint8_t d, uint8_t base, int64_t k, uint8_t size,
			    bool is_signed)
{
	struct op *o = add_op(i, OP_LOAD, d, base, REG_NONE, k);
	o->size = size;
	o->is_signed = is_signed;
}

static inline void add_store(struct insn *i, uint8_t what, uint8_t base, int64_t k, uint8_t size)
{
	add_op(i, OP_STORE, what, base, REG_NONE, k)->size = size;
}

#endif
