/* SPDX-License-Identifier: Apache-2.0 */
/* The machine on small functions, and names of library functions by what they do. */
#include <elf.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "code/kernel.h"
#include "code/machine_x86.h"

enum { BASE = 0x400000, DATA = 0x500000, ROOM = 4096 };

struct bench {
	struct elf_image img;
	struct elf_segment segments[2];
	struct elf_range range;
	struct program p;
	struct arena arena;
	struct decode how;
	struct machine *m;
	uint64_t a, b; /* addresses of two texts */
	uint8_t bytes[ROOM];
};

static void begin(struct bench *t, uint16_t machine, bool big, const void *code, size_t n)
{
	*t = (struct bench){.how.big = big};
	assert_true(n <= ROOM);
	memcpy(t->bytes, code, n);
	t->segments[0] = (struct elf_segment){.vaddr = BASE, .filesz = n, .memsz = n, .exec = true};
	t->segments[1] = (struct elf_segment){.vaddr = DATA, .memsz = 64, .write = true};
	t->range = (struct elf_range){BASE, BASE + n};
	t->img = (struct elf_image){.in = SPAN(t->bytes, n),
				    .big = big,
				    .wide = machine == EM_X86_64 || machine == EM_AARCH64,
				    .type = ET_EXEC,
				    .machine = machine,
				    .entry = BASE,
				    .segments = t->segments,
				    .segment_count = 2,
				    .code = &t->range,
				    .code_count = 1};
	t->p = (struct program){.img = &t->img, .isa = isa_of(&t->img), .arena = &t->arena};
	t->m = machine_new(&t->p, &t->arena);
	machine_reset(t->m, &t->how, NULL);
	assert_true(machine_number(t->m, (struct value){.kind = V_PARAM, .id = 0}, &t->a));
	assert_true(machine_number(t->m, (struct value){.kind = V_PARAM, .id = 1}, &t->b));
}

static void begin_words(struct bench *t, uint16_t machine, bool big, const uint32_t *words,
			size_t n)
{
	uint8_t bytes[ROOM];
	for (size_t i = 0; i < n * 4; i++)
		bytes[i] = (uint8_t)(words[i / 4] >> (big ? 3 - i % 4 : i % 4) * 8);
	begin(t, machine, big, bytes, n * 4);
}

/* A text at `at`, with as many known bytes around it as functions may read. */
static void text(struct bench *t, uint64_t at, const char *s)
{
	uint8_t around[64];
	memset(around, 'Z', sizeof around);
	machine_place(t->m, at - 32, SPAN(around, sizeof around));
	machine_place(t->m, at, SPAN((const uint8_t *)s, strlen(s) + 1));
}

static bool call(struct bench *t, uint64_t x, uint64_t y, uint64_t z)
{
	const struct function f = {.start = BASE};
	const uint64_t args[3] = {x, y, z};
	return machine_enter(t->m, &f, args, 3) && machine_exact(t->m);
}

static uint64_t result(const struct bench *t)
{
	assert_true(t->m->known[t->p.isa->result]);
	return t->m->regs[t->p.isa->result];
}

/* for (i = 0; i < n; i++) to[i] = from[i] ^ 0x55, for big-endian MIPS */
static const uint32_t reveal[] = {0x18c00008, 0x00a01025, 0x00a62821, 0x90430000,
				  0x38630055, 0xa0830000, 0x24420001, 0x1445fffb,
				  0x24840001, 0x03e00008, 0};

static void decodes(void **state)
{
	(void)state;
	struct bench t;
	uint64_t v;
	const uint8_t hidden[] = {'d' ^ 0x55, 'o' ^ 0x55, 'o' ^ 0x55, 'r' ^ 0x55, 0x55};
	begin_words(&t, EM_MIPS, true, reveal, sizeof reveal / 4);
	machine_place(t.m, t.b, SPAN(hidden, 5));
	assert_true(call(&t, t.a, t.b, 5));
	assert_true(machine_load(t.m, t.a, 4, &v));
	assert_int_equal(v, 0x646f6f72);
	assert_false(machine_load(t.m, t.a + 5, 1, &v)); /* nobody wrote it */
	arena_free(&t.arena);
}

static void stops(void **state)
{
	(void)state;
	struct bench t;
	static const uint32_t forever[] = {0x1000ffff, 0}; /* b . */
	begin_words(&t, EM_MIPS, true, forever, 2);
	t.m->limit = 500;
	assert_false(call(&t, 0, 0, 0));
	assert_true(t.m->steps <= 501);
	arena_free(&t.arena);
	/* bytes that nobody knows decide */
	begin_words(&t, EM_MIPS, true, reveal, sizeof reveal / 4);
	t.m->known[4] = false;
	const struct function f = {.start = BASE};
	assert_true(machine_enter(t.m, &f, NULL, 0));
	assert_false(machine_run(t.m));
	arena_free(&t.arena);
	/* outside of everything that may be written */
	begin_words(&t, EM_MIPS, true, reveal, sizeof reveal / 4);
	machine_place(t.m, t.b, SPAN((const uint8_t *)"abc", 3));
	assert_false(call(&t, BASE, t.b, 3));
	arena_free(&t.arena);
}

/* movs r2, r0, lsl #31; mov r0, #0; orrne r0, r0, #1; orrcs r0, r0, #2; bx lr */
static void arm_carry(void **state)
{
	(void)state;
	static const uint32_t code[] = {0xe1b02f80, 0xe3a00000, 0x13800001, 0x23800002, 0xe12fff1e};
	for (uint64_t n = 0; n < 4; n++) {
		struct bench t;
		begin_words(&t, EM_ARM, false, code, 5);
		assert_true(call(&t, n, 0, 0));
		assert_int_equal(result(&t), n);
		arena_free(&t.arena);
	}
}

/* rbit x0, x0; clz x0, x0; rev x1, x1; add x0, x0, x1; ret */
static void aarch64_bits(void **state)
{
	(void)state;
	static const uint32_t code[] = {0xdac00000, 0xdac01000, 0xdac00c21, 0x8b010000, 0xd65f03c0};
	struct bench t;
	begin_words(&t, EM_AARCH64, false, code, 5);
	assert_true(call(&t, 0x50, UINT64_C(0x0100000000000000), 0));
	assert_int_equal(result(&t), 4 + 1);
	arena_free(&t.arena);
}

/* push edi; mov edi, [esp + 8]; xor eax, eax; mov ecx, -1; cld; repne scasb; not ecx;
 * lea eax, [ecx - 1]; pop edi; ret */
static void x86_strings(void **state)
{
	(void)state;
	static const uint8_t code[] = {0x57, 0x8b, 0x7c, 0x24, 0x08, 0x31, 0xc0, 0xb9,
				       0xff, 0xff, 0xff, 0xff, 0xfc, 0xf2, 0xae, 0xf7,
				       0xd1, 0x8d, 0x41, 0xff, 0x5f, 0xc3};
	struct bench t;
	begin(&t, EM_386, false, code, sizeof code);
	text(&t, t.a, "seven b");
	assert_true(call(&t, t.a, 0, 0));
	assert_int_equal(result(&t), 7);
	arena_free(&t.arena);
}

/* The first zero byte among sixteen: pxor, pcmpeqb, pmovmskb, shr by cl, bsf; -1 when there is
 * none */
static void sse_compare(void **state)
{
	(void)state;
	static const uint8_t code[] = {0x48, 0x89, 0xf8, 0x48, 0x83, 0xe0, 0xf0, 0x66, 0x0f, 0xef,
				       0xc0, 0x66, 0x0f, 0x74, 0x00, 0x66, 0x0f, 0xd7, 0xd0, 0x89,
				       0xf9, 0x83, 0xe1, 0x0f, 0xd3, 0xea, 0x85, 0xd2, 0x74, 0x04,
				       0x0f, 0xbc, 0xc2, 0xc3, 0xb8, 0xff, 0xff, 0xff, 0xff, 0xc3};
	struct bench t;
	begin(&t, EM_X86_64, false, code, sizeof code);
	text(&t, t.a + 3, "word");
	assert_true(call(&t, t.a + 3, 0, 0));
	assert_int_equal(result(&t), 4);
	machine_reset(t.m, &t.how, NULL);
	assert_true(machine_number(t.m, (struct value){.kind = V_PARAM, .id = 0}, &t.a));
	text(&t, t.a, "much more than sixteen bytes");
	assert_true(call(&t, t.a, 0, 0));
	assert_int_equal(result(&t), 0xffffffff);
	arena_free(&t.arena);
}

static uint32_t jal(unsigned word)
{
	return 0x0c000000 | (BASE / 4 + word);
}

enum { START = 0, MAIN = 4, LENGTH = 24, LENGTH1 = 37, COMPARE = 47, EXECVE = 59, SHOUT = 63 };

/* A program without names: its start, main, and functions that main calls. */
static void make_program(uint32_t *w)
{
	static const uint32_t length[] = {
	    0x80820000, 0x10400009, 0,		0x00001025, 0x24420001, 0x00821821, 0x80630000,
	    0x1460fffc, 0,	    0x03e00008, 0,	    0x03e00008, 0x00001025};
	static const uint32_t length1[] = {0x80820000, 0x10400006, 0x00001025, 0x24420001,
					   0x00821821, 0x80630000, 0x1460fffc, 0,
					   0x03e00008, 0x24420001};
	static const uint32_t compare[] = {0x90820000, 0x10400007, 0,	       0x90a30000,
					   0x14620005, 0x24840001, 0x90820000, 0x1440fffb,
					   0x24a50001, 0x90a30000, 0x03e00008, 0x00431023};
	/* li v0, 4011; syscall; jr ra */
	static const uint32_t run[] = {0x24020fab, 0x0000000c, 0x03e00008, 0};
	/* li a0, 1; li v0, 4004; syscall; jr ra: write() with a descriptor of its own */
	static const uint32_t shout[] = {0x24040001, 0x24020fa4, 0x0000000c, 0x03e00008, 0};
	static const uint32_t end[] = {0x8fbf001c, 0x03e00008, 0x27bd0020};
	static const unsigned called[] = {LENGTH, LENGTH1, COMPARE, EXECVE, SHOUT};
	w[START] = jal(MAIN);
	w[START + 2] = 0x03e00008;
	w[MAIN] = 0x27bdffe0;
	w[MAIN + 1] = 0xafbf001c;
	for (unsigned i = 0; i < 5; i++)
		w[MAIN + 2 + 2 * i] = jal(called[i]);
	memcpy(w + MAIN + 12, end, sizeof end);
	memcpy(w + LENGTH, length, sizeof length);
	memcpy(w + LENGTH1, length1, sizeof length1);
	memcpy(w + COMPARE, compare, sizeof compare);
	memcpy(w + EXECVE, run, sizeof run);
	memcpy(w + SHOUT, shout, sizeof shout);
}

static const char *name_at(const struct bench *t, unsigned word)
{
	const struct function *f = program_function(&t->p, BASE + 4 * word);
	assert_non_null(f);
	return f->stub ? f->stub : "";
}

static void names_by_behaviour(void **state)
{
	(void)state;
	struct bench t;
	uint32_t words[SHOUT + 5] = {0};
	make_program(words);
	begin_words(&t, EM_MIPS, true, words, SHOUT + 5);
	assert_true(program_read(&t.p, &t.img, &t.arena));
	assert_true(t.p.whole);
	assert_string_equal(name_at(&t, LENGTH), "strlen");
	assert_string_equal(name_at(&t, LENGTH1), ""); /* one more than strlen() */
	assert_string_equal(name_at(&t, COMPARE), "strcmp");
	assert_string_equal(name_at(&t, EXECVE), "execve");
	assert_string_equal(name_at(&t, SHOUT), "");
	assert_string_equal(name_at(&t, MAIN), "");
	arena_free(&t.arena);
}

/* Without a system call that matters there is nothing to look at. */
static void nothing_to_look_at(void **state)
{
	(void)state;
	struct bench t;
	uint32_t words[SHOUT + 5] = {0};
	make_program(words);
	words[EXECVE] = 0x24020fa6; /* close() */
	begin_words(&t, EM_MIPS, true, words, SHOUT + 5);
	assert_false(program_read(&t.p, &t.img, &t.arena));
	arena_free(&t.arena);
}

static void numbers(void **state)
{
	(void)state;
	static const struct {
		uint16_t machine;
		unsigned number;
		const char *name;
	} cases[] = {
	    {EM_MIPS, 4003, "read"},   {EM_MIPS, 4183, "socket"}, {EM_ARM, 281, "socket"},
	    {EM_AARCH64, 63, "read"},  {EM_PPC, 11, "execve"},	  {EM_386, 102, "socketcall"},
	    {EM_X86_64, 59, "execve"}, {EM_X86_64, 49, "bind"},	  {EM_386, 363, "listen"}};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const struct elf_image img = {.machine = cases[i].machine,
					      .wide = cases[i].machine == EM_X86_64 ||
						      cases[i].machine == EM_AARCH64};
		const char *name = kernel_name(&img, cases[i].number);
		assert_non_null(name);
		assert_string_equal(name, cases[i].name);
		assert_null(kernel_name(&img, 100000));
	}
	assert_int_equal(kernel_arguments("recv"), 3);
	assert_int_equal(kernel_arguments("strcmp"), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(decodes),
	    cmocka_unit_test(stops),
	    cmocka_unit_test(arm_carry),
	    cmocka_unit_test(aarch64_bits),
	    cmocka_unit_test(x86_strings),
	    cmocka_unit_test(sse_compare),
	    cmocka_unit_test(names_by_behaviour),
	    cmocka_unit_test(nothing_to_look_at),
	    cmocka_unit_test(numbers),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
