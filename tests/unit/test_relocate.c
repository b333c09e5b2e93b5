/* SPDX-License-Identifier: Apache-2.0 */
/* Relocations of objects, one word at a time: what the linker's own tables of fields say. */
#include <elf.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "code/elf_object.h"

struct row {
	uint16_t machine;
	bool big, has_addend;
	uint32_t type, before;
	uint64_t at, symbol;
	int64_t addend;
	uint32_t after;
};

static const struct row rows[] = {
    /* jal: 26 bits of words; the addend stands in the field, or beside it */
    {EM_MIPS, true, false, R_MIPS_26, 0x0c000000, 0x1000, 0x2040, 0, 0x0c000810},
    {EM_MIPS, false, true, R_MIPS_26, 0x0c000000, 0x1000, 0x2040, 8, 0x0c000812},
    /* lui and addiu: the lower half counts as signed */
    {EM_MIPS, true, true, R_MIPS_HI16, 0x3c040000, 0, 0x12349abc, 0, 0x3c041235},
    {EM_MIPS, true, true, R_MIPS_LO16, 0x24840000, 0, 0x12349abc, 0, 0x24849abc},
    {EM_MIPS, false, false, R_MIPS_32, 0x10, 0, 0x2000, 0, 0x2010},
    /* bl: the addend of -8 stands in the field */
    {EM_ARM, false, false, R_ARM_CALL, 0xebfffffe, 0x1000, 0x2000, 0, 0xeb0003fe},
    {EM_ARM, false, false, R_ARM_ABS32, 4, 0, 0x2000, 0, 0x2004},
    {EM_ARM, false, false, R_ARM_MOVW_ABS_NC, 0xe3000000, 0, 0x1234abcd, 0, 0xe30a0bcd},
    {EM_ARM, false, false, R_ARM_MOVT_ABS, 0xe3400000, 0, 0x1234abcd, 0, 0xe3410234},
    {EM_AARCH64, false, true, R_AARCH64_CALL26, 0x94000000, 0x1000, 0x2000, 0, 0x94000400},
    {EM_AARCH64, false, true, R_AARCH64_ADR_PREL_PG_HI21, 0x90000000, 0x1000, 0x5678, 0,
     0x90000020},
    {EM_AARCH64, false, true, R_AARCH64_ADD_ABS_LO12_NC, 0x91000000, 0, 0x5678, 0, 0x9119e000},
    {EM_AARCH64, false, true, R_AARCH64_LDST64_ABS_LO12_NC, 0xf9400000, 0, 0x5678, 0, 0xf9433c00},
    {EM_PPC, true, true, R_PPC_REL24, 0x48000001, 0x1000, 0x2000, 0, 0x48001001},
    {EM_PPC, true, true, R_PPC_REL24, 0x48000001, 0x2000, 0x1000, 0, 0x4bfff001},
    {EM_386, false, false, R_386_PC32, 0xfffffffc, 0x1001, 0x2000, 0, 0xffb},
    {EM_386, false, false, R_386_32, 8, 0, 0x2000, 0, 0x2008},
    {EM_X86_64, false, true, R_X86_64_PLT32, 0, 0x1001, 0x2000, -4, 0xffb},
    {EM_X86_64, false, true, R_X86_64_32S, 0, 0, 0x2000, 16, 0x2010},
    /* what is not known stays as it is */
    {EM_MIPS, true, false, 250, 0x12345678, 0, 0x2000, 0, 0x12345678},
    {EM_X86_64, false, true, 250, 0x12345678, 0, 0x2000, 0, 0x12345678},
    {EM_SPARC, true, true, 1, 0x12345678, 0, 0x2000, 0, 0x12345678},
};

static void words(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct row *t = &rows[i];
		uint8_t b[8] = {0};
		for (unsigned k = 0; k < 4; k++)
			b[k] = (uint8_t)(t->before >> (t->big ? 3 - k : k) * 8);
		const struct elf_relocation r = {.p = b,
						 .at = t->at,
						 .symbol = t->symbol,
						 .addend = t->addend,
						 .has_addend = t->has_addend,
						 .big = t->big,
						 .type = t->type};
		elf_relocate(t->machine, &r);
		uint32_t after = span_u32(SPAN(b, 4), 0, t->big);
		if (after != t->after)
			fail_msg("row %zu: 0x%x, not 0x%x", i, after, t->after);
		assert_int_equal(span_u32(SPAN(b, 8), 4, false), 0);
	}
}

/* lis and addi: half words inside of an instruction */
static void halves(void **state)
{
	(void)state;
	uint8_t b[8] = {0};
	struct elf_relocation r = {
	    .p = b, .symbol = 0x1234abcd, .has_addend = true, .big = true, .type = R_PPC_ADDR16_HA};
	elf_relocate(EM_PPC, &r);
	assert_int_equal(span_be16(SPAN(b, 8), 0), 0x1235);
	r.type = R_PPC_ADDR16_LO;
	elf_relocate(EM_PPC, &r);
	assert_int_equal(span_be16(SPAN(b, 8), 0), 0xabcd);
}

/* bl in Thumb: two half words, the sign in both */
static void thumb_call(void **state)
{
	(void)state;
	uint8_t b[4] = {0xff, 0xf7, 0xfe, 0xff};
	const struct elf_relocation r = {
	    .p = b, .at = 0x1000, .symbol = 0x2000, .type = R_ARM_THM_PC22};
	elf_relocate(EM_ARM, &r);
	assert_int_equal(span_le16(SPAN(b, 4), 0), 0xf000);
	assert_int_equal(span_le16(SPAN(b, 4), 2), 0xfffe);
}

static void pointers(void **state)
{
	(void)state;
	assert_true(elf_relocates_word(EM_X86_64, R_X86_64_64));
	assert_true(elf_relocates_word(EM_MIPS, R_MIPS_32));
	assert_false(elf_relocates_word(EM_X86_64, R_X86_64_PC32));
	assert_false(elf_relocates_word(EM_SPARC, 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(words), cmocka_unit_test(halves),
					   cmocka_unit_test(thumb_call),
					   cmocka_unit_test(pointers)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
