/* SPDX-License-Identifier: Apache-2.0 */
/*
 * System calls of Linux. Reference: the kernel's tables of numbers (arch/NAME/kernel/syscalls/
 * syscall*.tbl, include/uapi/asm-generic/unistd.h, include/uapi/linux/net.h) and, for registers,
 * syscall(2). Of one function that has several numbers (32 and 64 bits of time, of user numbers)
 * the name is that of the C library's function.
 */
#include "code/kernel.h"

#include <elf.h>

enum {
	SETS = 7,
	COLUMNS = 6,
	MAX_KERNEL_ARGS = 6,
	MIPS_O32 = 4000,
	OABI = 0x900000,
	AT_CWD = -100,
	FIRST_INSNS = 5
};

struct row {
	const char *name;
	int8_t args;		 /* that the function of the C library hands over as they are */
	int16_t number[COLUMNS]; /* MIPS o32, ARM, AArch64 and RISC-V, PowerPC, x86, x86-64; -1:
				    none */
};

static const struct row rows[] = {
    {"read", 3, {3, 3, 63, 3, 3, 0}},
    {"write", 3, {4, 4, 64, 4, 4, 1}},
    {"open", 1, {5, 5, -1, 5, 5, 2}},
    {"openat", 2, {288, 322, 56, 286, 295, 257}},
    {"close", 1, {6, 6, 57, 6, 6, 3}},
    {"execve", 2, {11, 11, 221, 11, 11, 59}},
    {"fork", 0, {2, 2, -1, 2, 2, 57}},
    {"vfork", 0, {-1, 190, -1, 189, 190, 58}},
    {"clone", 0, {120, 120, 220, 120, 120, 56}},
    {"_exit", 1, {1, 1, 93, 1, 1, 60}},
    {"_exit", 1, {246, 248, 94, 234, 252, 231}},
    {"kill", 2, {37, 37, 129, 37, 37, 62}},
    {"socket", 2, {183, 281, 198, 326, 359, 41}},
    {"bind", 2, {169, 282, 200, 327, 361, 49}},
    {"listen", 1, {174, 284, 201, 329, 363, 50}},
    {"accept", 2, {168, 285, 202, 330, -1, 43}},
    {"accept4", 2, {334, 366, 242, 344, 364, 288}},
    {"connect", 2, {170, 283, 203, 328, 362, 42}},
    {"send", 3, {178, 289, -1, 334, -1, -1}},
    {"sendto", 3, {180, 290, 206, 335, 369, 44}},
    {"sendmsg", 2, {179, 296, 211, 341, 370, 46}},
    {"recv", 3, {175, 291, -1, 336, -1, -1}},
    {"recvfrom", 3, {176, 292, 207, 337, 371, 45}},
    {"recvmsg", 2, {177, 297, 212, 342, 372, 47}},
    {"setsockopt", 3, {181, 294, 208, 339, 366, 54}},
    {"socketcall", 0, {102, 102, -1, 102, 102, -1}},
    {"ioctl", 2, {54, 54, 29, 54, 54, 16}},
    {"setuid", 1, {23, 23, 146, 23, 23, 105}},
    {"setuid", 1, {-1, 213, -1, -1, 213, -1}},
    {"setgid", 1, {46, 46, 144, 46, 46, 106}},
    {"setgid", 1, {-1, 214, -1, -1, 214, -1}},
    {"setreuid", 1, {70, 70, 145, 70, 70, 113}},
    {"setreuid", 1, {-1, 203, -1, -1, 203, -1}},
    {"setresuid", 1, {185, 164, 147, 164, 164, 117}},
    {"setresuid", 1, {-1, 208, -1, -1, 208, -1}},
    {"reboot", 0, {88, 88, 142, 88, 88, 169}},
    {"init_module", 1, {128, 128, 105, 128, 128, 175}},
    {"finit_module", 1, {348, 379, 273, 353, 350, 313}},
    {"delete_module", 1, {129, 129, 106, 129, 129, 176}},
    {"unlink", 1, {10, 10, -1, 10, 10, 87}},
    {"unlinkat", 2, {294, 328, 35, 292, 301, 263}},
    {"rmdir", 1, {40, 40, -1, 40, 40, 84}},
    {"rename", 2, {38, 38, -1, 38, 38, 82}},
    {"renameat", 4, {295, 329, 38, 293, 302, 264}},
    {"chmod", 1, {15, 15, -1, 15, 15, 90}},
    {"fchmodat", 2, {299, 333, 53, 297, 306, 268}},
    {"mount", 2, {21, 21, 40, 21, 21, 165}},
    {"brk", 0, {45, 45, 214, 45, 45, 12}},
    {"mmap", 0, {90, 90, 222, 90, 90, 9}},
    {"mmap", 0, {210, 192, -1, 192, 192, -1}},
    {"munmap", 1, {91, 91, 215, 91, 91, 11}},
    {"dup2", 2, {63, 63, -1, 63, 63, 33}},
    {"dup3", 2, {327, 358, 24, 316, 330, 292}},
    {"pipe", 1, {42, 42, -1, 42, 42, 22}},
    {"pipe", 1, {328, 359, 59, 317, 331, 293}},
    {"time", 1, {13, 13, -1, 13, 13, 201}},
    {"gettimeofday", 1, {78, 78, 169, 78, 78, 96}},
    {"clock_gettime", 2, {263, 263, 113, 246, 265, 228}},
    {"clock_gettime", 2, {403, 403, -1, 403, 403, -1}},
    {"prctl", 1, {192, 172, 167, 171, 172, 157}},
    {"ptrace", 1, {26, 26, 117, 26, 26, 101}},
    {"fcntl", 1, {55, 55, 25, 55, 55, 72}},
    {"fcntl", 1, {220, 221, -1, 204, 221, -1}},
    {"rt_sigaction", 1, {194, 174, 134, 173, 174, 13}},
    {"nanosleep", 1, {166, 162, 101, 162, 162, 35}},
    {"wait4", 1, {114, 114, 260, 114, 114, 61}},
    {"setsid", 0, {66, 66, 157, 66, 66, 112}},
    {"readv", 2, {145, 145, 65, 145, 145, 19}},
    {"writev", 2, {146, 146, 66, 146, 146, 20}},
};

/* Order of the members of union socketcall: include/uapi/linux/net.h. */
static const char *const socket_calls[] = {
    NULL,	  "socket",	"bind",	   "connect", "listen", "accept",   "getsockname",
    NULL,	  "socketpair", "send",	   "recv",    "sendto", "recvfrom", "shutdown",
    "setsockopt", "getsockopt", "sendmsg", "recvmsg", "accept4"};

struct set {
	uint16_t machine;
	uint8_t column; /* of the numbers */
	uint8_t number, args[MAX_KERNEL_ARGS], arg_count;
};

static const struct set sets[SETS] = {
    {EM_MIPS, 0, 2, {4, 5, 6, 7}, 4},	       {EM_ARM, 1, 7, {0, 1, 2, 3, 4, 5}, 6},
    {EM_AARCH64, 2, 8, {0, 1, 2, 3, 4, 5}, 6}, {EM_RISCV, 2, 17, {10, 11, 12, 13, 14, 15}, 6},
    {EM_PPC, 3, 0, {3, 4, 5, 6, 7, 8}, 6},     {EM_386, 4, 0, {3, 1, 2, 6, 7, 5}, 6},
    {EM_X86_64, 5, 0, {7, 6, 2, 10, 8, 9}, 6},
};

static int set_of(const struct elf_image *img)
{
	for (int i = 0; i < SETS; i++)
		if (sets[i].machine == img->machine)
			return i;
	return -1;
}

uint8_t kernel_register(const struct elf_image *img)
{
	int set = set_of(img);
	return set < 0 ? REG_NONE : sets[set].number;
}

const char *kernel_name(const struct elf_image *img, uint64_t number)
{
	int set = set_of(img);
	if (img->machine == EM_MIPS)
		number -= MIPS_O32;
	for (size_t i = 0; set >= 0 && number < 1000 && i < sizeof rows / sizeof *rows; i++)
		if (rows[i].number[sets[set].column] == (int)number)
			return rows[i].name;
	return NULL;
}

int kernel_arguments(const char *name)
{
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (strcmp(rows[i].name, name) == 0)
			return rows[i].args;
	return -1;
}

static bool is(const char *name, const char *what)
{
	return strcmp(name, what) == 0;
}

static bool is_const(struct value v, int64_t k)
{
	return value_is(v, V_CONST) && (int32_t)v.k == k;
}

static void drop_first(struct call *c)
{
	memmove(&c->args[0], &c->args[1], (MAX_ARGS - 1) * sizeof *c->args);
	c->args[MAX_ARGS - 1] = (struct value){0};
}

/* The arguments of socketcall(2) stand in memory. */
static const char *spread(const struct walk *w, struct call *c)
{
	struct value at = c->args[1];
	unsigned word = w->p->isa->bits / 8;
	uint64_t n = value_is(c->args[0], V_CONST) ? c->args[0].k : 0;
	if (n >= sizeof socket_calls / sizeof *socket_calls || !socket_calls[n])
		return NULL;
	for (unsigned k = 0; k < MAX_KERNEL_ARGS; k++, at.k += word)
		c->args[k] = at.form == EXACT && at.kind == V_STACK
				 ? state_load(&w->now, w->p->img, w->p->isa, at, word)
				 : (struct value){0};
	return socket_calls[n];
}

/* Newer system calls do what older functions did, with one argument more. */
static const char *older(struct call *c, const char *name)
{
	enum {
		REMOVE_DIRECTORY = 0x200,
		SIGNAL_CHILD = 17,
		SIGNAL_CHILD_MIPS = 18,
		SHARED = 0x4100
	};
	bool here = is_const(c->args[0], AT_CWD);
	if (is(name, "reboot")) { /* two numbers against mistakes come first */
		drop_first(c);
		drop_first(c);
	}
	if (is(name, "accept4") && is_const(c->args[3], 0))
		return "accept";
	if (is(name, "dup3") && is_const(c->args[2], 0))
		return "dup2";
	if (is(name, "recvfrom") && is_const(c->args[4], 0))
		return "recv";
	if (is(name, "sendto") && is_const(c->args[4], 0))
		return "send";
	if (is(name, "clone") && value_is(c->args[0], V_CONST)) {
		unsigned signal = c->args[0].k & 0xff;
		bool child = signal == SIGNAL_CHILD || signal == SIGNAL_CHILD_MIPS;
		return !child ? name : (c->args[0].k & SHARED) == SHARED ? "vfork" : "fork";
	}
	if (here && is(name, "renameat")) {
		c->args[1] = c->args[3];
		drop_first(c);
		return "rename";
	}
	if (!here || (!is(name, "openat") && !is(name, "unlinkat") && !is(name, "fchmodat")))
		return name;
	drop_first(c);
	if (is(name, "unlinkat"))
		return is_const(c->args[1], REMOVE_DIRECTORY) ? "rmdir" : "unlink";
	return is(name, "openat") ? "open" : "chmod";
}

static void take_number(struct walk *w, struct call *c, struct value number)
{
	const char *name = NULL;
	c->kernel = true;
	c->name = "syscall";
	c->role = NULL;
	if (w->recording && value_is(number, V_PARAM) && number.k == 0 &&
	    number.id <= KERNEL_NUMBER)
		w->f->number = (uint8_t)(number.id + 1);
	if (value_is(number, V_CONST))
		name = kernel_name(w->p->img, number.k);
	if (name && is(name, "socketcall"))
		name = spread(w, c);
	if (!name)
		return;
	c->name = older(c, name);
	c->role = role_of(c->name);
}

void kernel_call(struct walk *w, const struct insn *i, struct call *c)
{
	int set = set_of(w->p->img);
	const struct isa *isa = w->p->isa;
	if (set < 0)
		return;
	struct value number = w->now.regs[sets[set].number], at = w->now.regs[isa->sp];
	if (i->target >= OABI)
		number = value_const(i->target - OABI);
	else if (number.kind == V_UNKNOWN && w->f->kernel && c->insn < FIRST_INSNS)
		number = (struct value){.kind = V_PARAM, .id = KERNEL_NUMBER}; /* a part of it */
	for (unsigned n = 0; n < sets[set].arg_count; n++)
		c->args[n] = w->now.regs[sets[set].args[n]];
	for (unsigned n = sets[set].arg_count; n < MAX_KERNEL_ARGS && value_is(at, V_STACK); n++) {
		struct value where = at;
		where.k += n * 4u;
		c->args[n] = state_load(&w->now, w->p->img, isa, where, 4);
	}
	take_number(w, c, number);
}

/* The number comes before the arguments, or, on MIPS, behind them. */
void kernel_indirect(struct walk *w, struct call *c)
{
	enum { BEHIND_ARGS = 3 };
	unsigned n = c->callee->number - 1u;
	struct value number = {0};
	if (n == KERNEL_NUMBER)
		number = w->now.regs[kernel_register(w->p->img)];
	else if (n < MAX_ARGS)
		number = c->args[n];
	for (unsigned k = 0; n < BEHIND_ARGS && k <= n; k++)
		drop_first(c);
	take_number(w, c, number);
}
