/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lengths of x86 instructions, compared with capstone: the code of this program and of its C
 * library, random bytes, and all programs that are named as arguments.
 */
#include <elf.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <capstone/capstone.h>
#include <cmocka.h>
#include <unistd.h>

#include "code/elf_image.h"
#include "code/isa_x86.h"
#include "collect.h"

enum { SHOWN = 20, SOME_CODE = 2 << 20 };

struct compared {
	csh handle;
	cs_insn *insn;
	bool wide;
	uint64_t same, other, only_here, only_there;
};

static void begin(struct compared *c, bool wide)
{
	*c = (struct compared){.wide = wide};
	assert_int_equal(cs_open(CS_ARCH_X86, wide ? CS_MODE_64 : CS_MODE_32, &c->handle),
			 CS_ERR_OK);
	c->insn = cs_malloc(c->handle);
}

static void end(struct compared *c)
{
	cs_free(c->insn, 1);
	cs_close(&c->handle);
}

static void show(const struct compared *c, struct span b, unsigned ours, unsigned theirs)
{
	if (c->other > SHOWN)
		return;
	printf("# %u bits, here %u, capstone %u %s %s:", c->wide ? 64 : 32, ours, theirs,
	       theirs ? c->insn->mnemonic : "", theirs ? c->insn->op_str : "");
	for (size_t i = 0; i < b.n && i < 16; i++)
		printf(" %02x", b.p[i]);
	printf("\n");
}

/* capstone does not count the ModRM of ud0 and ud1, and reads short jumps in 64-bit mode as AMD
 * does. */
static bool processors_differ(const struct compared *c, const struct x86_fields *x)
{
	bool jump = c->wide && x->narrow && (x->opcode & 0xfe) == 0xe8;
	return jump || c->insn->id == X86_INS_UD0 || c->insn->id == X86_INS_UD2B;
}

/* Compare one place; returns how far to go on. */
static unsigned compare(struct compared *c, struct span b)
{
	struct x86_fields x;
	const uint8_t *p = b.p;
	size_t n = b.n < 16 ? b.n : 16;
	uint64_t at = 0x1000;
	unsigned ours = x86_decode(b, c->wide, &x) ? x.length : 0;
	unsigned theirs = cs_disasm_iter(c->handle, &p, &n, &at, c->insn) ? c->insn->size : 0;
	if (ours == theirs)
		c->same++;
	else if (ours && theirs)
		c->other += !processors_differ(c, &x);
	else if (ours)
		c->only_here++;
	else
		c->only_there++;
	if (ours && theirs && ours != theirs)
		show(c, b, ours, theirs);
	return theirs ? theirs : ours ? ours : 1;
}

static void compare_program(const char *path, uint64_t most)
{
	struct arena a = {0};
	struct elf_image img;
	if (elf_image_read(&img, collect_file(path), &a) &&
	    (img.machine == EM_386 || img.machine == EM_X86_64)) {
		struct compared c;
		uint64_t done = 0;
		begin(&c, img.machine == EM_X86_64);
		for (size_t r = 0; r < img.code_count && done < most; r++) {
			struct span b = span_cut(elf_bytes(&img, img.code[r].begin), 0,
						 img.code[r].end - img.code[r].begin);
			for (size_t n; b.n && done < most; b = span_from(b, n), done += n)
				n = compare(&c, b);
		}
		printf(
		    "# %s: %llu the same, %llu other lengths, %llu only here, %llu only capstone\n",
		    path, (unsigned long long)c.same, (unsigned long long)c.other,
		    (unsigned long long)c.only_here, (unsigned long long)c.only_there);
		end(&c);
		assert_int_equal(c.other, 0);
		assert_true(c.only_there * 1000 <= c.same);
	}
	arena_free(&a);
}

static void own_code(void **state)
{
	(void)state;
	compare_program("/proc/self/exe", SOME_CODE);
	static const char *const libraries[] = {"/lib/x86_64-linux-gnu/libc.so.6",
						"/lib/i386-linux-gnu/libc.so.6",
						"/usr/i686-linux-gnu/lib/libc.so.6"};
	for (size_t i = 0; i < sizeof libraries / sizeof *libraries; i++)
		if (access(libraries[i], R_OK) == 0)
			compare_program(libraries[i], SOME_CODE);
}

static void random_bytes(void **state)
{
	(void)state;
	for (int wide = 0; wide < 2; wide++) {
		struct compared c;
		uint64_t w = 88172645463325252;
		begin(&c, wide);
		for (int n = 0; n < 300000; n++) {
			uint8_t b[24];
			for (size_t i = 0; i < sizeof b; i++) {
				w ^= w << 13;
				w ^= w >> 7;
				w ^= w << 17;
				b[i] = (uint8_t)(w >> 32);
			}
			compare(&c, SPAN(b, sizeof b));
		}
		printf("# random bytes: %llu the same, %llu other lengths, %llu only here, %llu "
		       "only capstone\n",
		       (unsigned long long)c.same, (unsigned long long)c.other,
		       (unsigned long long)c.only_here, (unsigned long long)c.only_there);
		end(&c);
		assert_int_equal(c.other, 0);
	}
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(own_code),
	    cmocka_unit_test(random_bytes),
	};
	for (int i = 1; i < argc; i++)
		compare_program(argv[i], UINT64_MAX);
	return argc > 1 ? 0 : cmocka_run_group_tests(tests, NULL, NULL);
}
