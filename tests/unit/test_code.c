/* SPDX-License-Identifier: Apache-2.0 */
/* Lifting, control flow and values on small pieces of machine code. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "code/cfg.h"
#include "code/isa_riscv.h"
#include "code/names.h"
#include "code/value.h"
#include "collect.h"

enum { BASE = 0x400000 };

struct piece {
	struct elf_image img;
	struct elf_segment segment;
	struct elf_range range;
	struct arena arena;
	uint8_t bytes[256];
};

static void put_words(struct piece *t, const uint32_t *words, size_t n, bool big)
{
	*t = (struct piece){0};
	for (size_t i = 0; i < n; i++)
		for (unsigned k = 0; k < 4; k++)
			t->bytes[i * 4 + k] = (uint8_t)(words[i] >> (big ? 3 - k : k) * 8);
	t->segment =
	    (struct elf_segment){.vaddr = BASE, .filesz = n * 4, .memsz = n * 4, .exec = true};
	t->range = (struct elf_range){BASE, BASE + n * 4};
	t->img = (struct elf_image){.in = SPAN(t->bytes, n * 4),
				    .big = big,
				    .machine = 8,
				    .segments = &t->segment,
				    .segment_count = 1,
				    .code = &t->range,
				    .code_count = 1};
}

/* beqz $a0, L; addiu $v0, $zero, 1; jr $ra; nop; L: jr $ra; addiu $v0, $zero, 2 */
static const uint32_t diamond[] = {0x10800003, 0x24020001, 0x03e00008, 0, 0x03e00008, 0x24020002};

static void cuts_blocks(void **state)
{
	(void)state;
	for (int big = 0; big < 2; big++) {
		struct piece t;
		struct cfg c;
		put_words(&t, diamond, 6, big);
		struct decode how = {.big = big};
		assert_true(cfg_build(&c, &t.img, &isa_mips, &how, BASE, BASE + 24, &t.arena));
		assert_int_equal(c.block_count, 3);
		assert_int_equal(c.blocks[0].cond, COND_EQ);
		assert_int_equal(c.blocks[0].succ[0], 1);
		assert_int_equal(c.blocks[0].succ[1], 2);
		assert_true(cfg_dominates(&c, 0, 2));
		assert_false(cfg_dominates(&c, 1, 2));
		assert_true(cfg_edge_owns(&c, 0, 2));
		arena_free(&t.arena);
	}
}

static void evaluate(struct piece *t, struct state *s, const struct isa *isa)
{
	struct decode how = {.big = t->img.big};
	INSN_ROOM(i);
	for (uint64_t at = BASE; at < t->range.end; at += i.size) {
		how.at = at;
		assert_true(isa->lift(&how, elf_bytes(&t->img, at), &i));
		for (unsigned k = 0; k < i.op_count; k++)
			state_op(s, &t->img, isa, &i.ops[k]);
	}
}

/* A port and a family merged into one word: lui $2, 2; ori $2, $2, 0x2329; sw $2, 24($sp) */
static void mips_merged_word(void **state)
{
	(void)state;
	static const uint32_t words[] = {0x3c020002, 0x34422329, 0xafa20018};
	struct piece t;
	struct state s = {0};
	put_words(&t, words, 3, true);
	s.regs[29] = (struct value){.kind = V_STACK};
	evaluate(&t, &s, &isa_mips);
	struct value at = {.kind = V_STACK, .k = 0x18 + 2};
	struct value port = state_load(&s, &t.img, &isa_mips, at, 2);
	assert_true(value_is(port, V_CONST));
	assert_int_equal(port.k, 9001);
	at.k = 0x18;
	assert_int_equal(state_load(&s, &t.img, &isa_mips, at, 2).k, 2);
	at.k = 0x20;
	assert_false(value_is(state_load(&s, &t.img, &isa_mips, at, 2), V_CONST));
	arena_free(&t.arena);
}

/* The family and a port, stored as one word, in every instruction set: port 4711 is 0x1267. */
static void merged_words(void **state)
{
	(void)state;
	static const struct {
		const struct isa *isa;
		bool big;
		uint8_t sp;
		uint32_t words[4];
		size_t n;
	} sets[] = {
	    /* movw r3, #2; movt r3, #0x6712; str r3, [sp, #24] */
	    {&isa_arm, false, 13, {0xe3003002, 0xe3463712, 0xe58d3018}, 3},
	    /* mov w1, #2; movk w1, #0x6712, lsl #16; str w1, [sp, #24] */
	    {&isa_aarch64, false, 31, {0x52800041, 0x72ace241, 0xb9001be1}, 3},
	    /* lis r10, 2; ori r10, r10, 4711; stw r10, 24(r1) */
	    {&isa_ppc, true, 1, {0x3d400002, 0x614a1267, 0x91410018}, 3},
	    /* lui a5, 0x67120; addiw a5, a5, 2; sw a5, 24(sp) */
	    {&isa_riscv64, false, 2, {0x671207b7, 0x0027879b, 0x00f12c23}, 3},
	    /* lui a5, 0x67120; c.addi a5, 2; c.swsp a5, 24(sp) in two halves */
	    {&isa_riscv32, false, 2, {0x671207b7, 0xcc3e0789}, 2},
	};
	for (size_t i = 0; i < sizeof sets / sizeof *sets; i++) {
		struct piece t;
		struct state s = {0};
		put_words(&t, sets[i].words, sets[i].n, sets[i].big);
		s.regs[sets[i].sp] = (struct value){.kind = V_STACK};
		evaluate(&t, &s, sets[i].isa);
		struct value at = {.kind = V_STACK, .k = 0x18};
		assert_int_equal(state_load(&s, &t.img, sets[i].isa, at, 2).k, 2);
		at.k += 2;
		struct value port = state_load(&s, &t.img, sets[i].isa, at, 2);
		assert_true(value_is(port, V_CONST));
		assert_int_equal(port.k, sets[i].big ? 0x1267 : 0x6712);
		arena_free(&t.arena);
	}
}

/* Any word may stand where code is expected: every lifter takes it or says no, and stays inside. */
static void any_word(void **state)
{
	(void)state;
	const struct isa *const sets[] = {&isa_mips, &isa_arm,	    &isa_aarch64,
					  &isa_ppc,  &isa_riscv32, &isa_riscv64};
	enum { SETS = sizeof sets / sizeof *sets };
	uint32_t w = 12345;
	for (int n = 0; n < 200000; n++) {
		uint8_t b[4] = {(uint8_t)w, (uint8_t)(w >> 8), (uint8_t)(w >> 16),
				(uint8_t)(w >> 24)};
		for (size_t i = 0; i <= SETS; i++) {
			struct decode how = {.at = BASE, .thumb = i == SETS, .big = n & 1};
			INSN_ROOM(out);
			unsigned size = sets[i == SETS ? 1 : i]->lift(&how, SPAN(b, 4), &out);
			assert_true(size == 0 || size == 2 || size == 4);
			assert_true(!size || out.op_count <= MAX_OPS);
			for (unsigned k = 0; size && k < out.op_count; k++)
				assert_true(out.ops[k].d < REG_COUNT || out.ops[k].d == REG_NONE);
		}
		w = w * 1664525 + 1013904223;
	}
}

/* Halves of RISC-V and the words that say the same, as the manual pairs them. */
static void riscv_halves(void **state)
{
	(void)state;
	static const struct {
		uint16_t half;
		uint32_t wide, narrow; /* of RV64 and of RV32; 0: none */
	} pairs[] = {
	    {0x7139, 0xfc010113, 0xfc010113}, /* c.addi16sp -64: addi sp, sp, -64 */
	    {0xfc06, 0x02113c23, 0x02112c27}, /* c.sdsp ra, 56: sd; c.fswsp ft1, 56: fsw */
	    {0x8082, 0x00008067, 0x00008067}, /* c.jr ra: jalr x0, 0(ra) */
	    {0x9702, 0x000700e7, 0x000700e7}, /* c.jalr a4 */
	    {0x87aa, 0x00a007b3, 0x00a007b3}, /* c.mv a5, a0: add a5, x0, a0 */
	    {0x6705, 0x00001737, 0x00001737}, /* c.lui a4, 1 */
	    {0x4398, 0x0007a703, 0x0007a703}, /* c.lw a4, 0(a5) */
	    {0x2785, 0x0017879b, 0x760000ef}, /* c.addiw a5, 1; c.jal */
	    {0xc391, 0x00078263, 0x00078263}, /* c.beqz a5, +4 */
	    {0x0000, 0, 0},		      /* defined to be none */
	};
	for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
		assert_int_equal(riscv_expand(pairs[i].half, true), pairs[i].wide);
		assert_int_equal(riscv_expand(pairs[i].half, false), pairs[i].narrow);
	}
}

static void meets(void **state)
{
	(void)state;
	static const struct elf_image img;
	struct state a = {0}, b = {0};
	struct value sp = {.kind = V_STACK, .k = 8};
	struct parents none = {.img = &img};
	a.regs[2] = b.regs[2] = value_const(7);
	a.regs[3] = value_const(1);
	b.regs[3] = value_const(2);
	state_store(&a, &img, sp, value_const(5), 4);
	assert_true(state_meet(&a, &b, &none));
	assert_true(value_is(a.regs[2], V_CONST));
	assert_false(value_is(a.regs[3], V_CONST));
	assert_int_equal(a.slot_count, 0);
	assert_false(state_meet(&a, &b, &none));
}

static void knows_names(void **state)
{
	(void)state;
	static const char *const names[] = {
	    "__bzero",	  "_exit",	"accept", "bind",   "execl",	 "memcmp", "recvfrom",
	    "strcasecmp", "strcasestr", "strcat", "system", "vsnprintf", "write"};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		const struct role *r = role_of(names[i]);
		assert_non_null(r);
		assert_string_equal(r->name, names[i]);
	}
	assert_non_null(role_of("doSystem"));
	assert_null(role_of("check_filesystem"));
	assert_null(role_of("zebra"));
}

/* Bytes that are no program, and a header whose tables lie outside. */
static void damaged_elf(void **state)
{
	(void)state;
	struct arena a = {0};
	struct elf_image img;
	uint8_t head[64] = {0x7f, 'E', 'L', 'F', 1, 2, 1};
	assert_false(elf_image_read(&img, SPAN_LIT("\177ELF"), &a));
	assert_false(elf_image_read(&img, SPAN(head, sizeof head), &a));
	head[17] = 2;
	head[19] = 8;
	memset(head + 28, 0xff, 4);
	head[43] = 32;
	head[45] = 200;
	assert_false(elf_image_read(&img, SPAN(head, sizeof head), &a));
	arena_free(&a);
}

/* A program for another set, or with a part in one: who matters is told so, once. */
static void says_what_is_not_read(void **state)
{
	(void)state;
	extern const struct observer observer_code;
	static const struct {
		uint8_t at, value;
		const char *said;
	} changes[] = {
	    {0, 0x7f, NULL}, {19, 42, "SuperH"}, {36, 0x72, "microMIPS"}, {36, 0x74, "MIPS16e"}};
	struct arena a = {0};
	const char *seeds = getenv("SEEDS");
	assert_non_null(seeds);
	struct span in = collect_file(arena_printf(&a, "%s/observer_code/mips-Os", seeds));
	for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
		struct collect_facts c;
		uint8_t *copy = arena_alloc(&a, in.n);
		memcpy(copy, in.p, in.n);
		copy[changes[i].at] = changes[i].value;
		collect_facts_init(&c);
		collect_observe(&c, &observer_code, "usr/sbin/x", SPAN(copy, in.n));
		assert_int_equal(collect_has(&c, "is not analysed", NULL), changes[i].said != NULL);
		if (changes[i].said)
			assert_true(collect_has(&c, changes[i].said, "is not analysed", NULL));
		collect_facts_free(&c);
	}
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(cuts_blocks),  cmocka_unit_test(mips_merged_word),
	    cmocka_unit_test(merged_words), cmocka_unit_test(any_word),
	    cmocka_unit_test(riscv_halves),
	    cmocka_unit_test(meets),	    cmocka_unit_test(knows_names),
	    cmocka_unit_test(damaged_elf),  cmocka_unit_test(says_what_is_not_read),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
