/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ELF as a kind of artifact: identified, not opened. Both classes and byte orders.
 *
 *   7f 'E' 'L' 'F'  class(1: 32 bit, 2: 64)  data(1: little, 2: big)  version 1  abi ...
 *   16: type(2) machine(2) version(4) entry(4/8) phoff(4/8) shoff(4/8) flags(4) ehsize(2)
 *       phentsize(2) phnum(2) shentsize(2) shnum(2) shstrndx(2)
 * The length is the furthest end of header, tables, segments and sections.
 * Reference: System V ABI, gABI 4.1, "Object Files"; machine numbers as in <elf.h>.
 */
#include <elf.h>

#include "format/part.h"

/* Numbers that older <elf.h> do not have. */
enum { MACHINE_ARC_V2 = 195, MACHINE_LOONGARCH = 258 };

struct elf {
	struct span in;
	bool wide, big;
	uint16_t type, machine, phnum, phentsize, shnum, shentsize;
	uint64_t phoff, shoff;
	uint32_t flags;
};

/* An address-sized field, at `narrow` in 32-bit files and at `wide` in 64-bit files. */
static uint64_t word(const struct elf *e, uint64_t base, unsigned narrow, unsigned wide)
{
	if (e->wide)
		return e->big ? span_be64(e->in, base + wide) : span_le64(e->in, base + wide);
	return span_u32(e->in, base + narrow, e->big);
}

static bool read_header(struct span in, struct elf *e)
{
	if (in.n < 52 || !SPAN_IS(in, 0, ELFMAG))
		return false;
	*e = (struct elf){.in = in, .wide = in.p[4] == 2, .big = in.p[5] == 2};
	if (in.p[4] - 1u > 1 || in.p[5] - 1u > 1 || in.p[6] != 1 || (e->wide && in.n < 64))
		return false;
	unsigned tail = e->wide ? 48 : 36;
	e->type = span_u16(in, 16, e->big);
	e->machine = span_u16(in, 18, e->big);
	e->phoff = word(e, 0, 28, 32);
	e->shoff = word(e, 0, 32, 40);
	e->flags = span_u32(in, tail, e->big);
	e->phentsize = span_u16(in, tail + 6, e->big);
	e->phnum = span_u16(in, tail + 8, e->big);
	e->shentsize = span_u16(in, tail + 10, e->big);
	e->shnum = span_u16(in, tail + 12, e->big);
	return span_u32(in, 20, e->big) == 1 && span_u16(in, tail + 4, e->big) == (e->wide ? 64 : 52) &&
	       (e->type <= ET_CORE || e->type >= ET_LOOS) && e->machine != EM_NONE;
}

static void reach(uint64_t *end, uint64_t at, uint64_t n)
{
	uint64_t to;
	if (!__builtin_add_overflow(at, n, &to) && to > *end && to <= (UINT64_C(1) << 40))
		*end = to;
}

/* Where the file ends, from its tables. */
static uint64_t length(const struct elf *e)
{
	uint64_t end = e->wide ? 64 : 52;
	if (e->phnum && e->phentsize == (e->wide ? 56 : 32)) {
		reach(&end, e->phoff, (uint64_t)e->phnum * e->phentsize);
		for (unsigned i = 0; i < e->phnum; i++) {
			uint64_t at = e->phoff + (uint64_t)i * e->phentsize;
			if (!span_has(e->in, at, e->phentsize))
				break;
			if (span_u32(e->in, at, e->big) != PT_NULL)
				reach(&end, word(e, at, 4, 8), word(e, at, 16, 32));
		}
	}
	if (e->shoff && e->shentsize == (e->wide ? 64 : 40)) {
		reach(&end, e->shoff, (uint64_t)e->shnum * e->shentsize);
		for (unsigned i = 0; i < e->shnum; i++) {
			uint64_t at = e->shoff + (uint64_t)i * e->shentsize;
			if (!span_has(e->in, at, e->shentsize))
				break;
			uint32_t type = span_u32(e->in, at + 4, e->big);
			if (type != SHT_NULL && type != SHT_NOBITS)
				reach(&end, word(e, at, 16, 24), word(e, at, 20, 32));
		}
	}
	return end;
}

static int bid(struct span in, uint64_t *size)
{
	struct elf e;
	*size = 0;
	if (!read_header(in, &e))
		return 0;
	bool ph = e.phnum && e.phentsize == (e.wide ? 56 : 32) && e.phoff;
	bool sh = e.shnum && e.shentsize == (e.wide ? 64 : 40) && e.shoff;
	if (!ph && !sh)
		return 0;
	*size = length(&e);
	return 95;
}

static const char *arch_of(const struct elf *e)
{
	static const struct {
		uint16_t machine;
		const char *little, *big;
	} names[] = {
		{EM_ARM, "arm", "armeb"},     {EM_AARCH64, "aarch64", "aarch64be"},
		{EM_PPC, "ppcel", "ppc"},     {EM_PPC64, "ppc64le", "ppc64"},
		{EM_386, "x86", "x86"},       {EM_X86_64, "x86-64", "x86-64"},
		{EM_SH, "sh", "sheb"},        {EM_SPARC, "sparc", "sparc"},
		{EM_SPARC32PLUS, "sparc", "sparc"}, {EM_SPARCV9, "sparc64", "sparc64"},
		{EM_ARC_COMPACT, "arc", "arceb"},   {MACHINE_ARC_V2, "arc", "arceb"},
		{EM_ARC, "arc", "arceb"},     {EM_XTENSA, "xtensa", "xtensaeb"},
		{EM_68K, "m68k", "m68k"},     {EM_MICROBLAZE, "microblazeel", "microblaze"},
		{EM_S390, "s390", "s390"},    {EM_ALTERA_NIOS2, "nios2", "nios2"},
		{EM_OPENRISC, "or1k", "or1k"}, {EM_AVR, "avr", "avr"},
		{EM_MSP430, "msp430", "msp430"}, {EM_BLACKFIN, "blackfin", "blackfin"},
		{EM_TRICORE, "tricore", "tricore"}, {EM_V850, "v850", "v850"},
		{EM_CRIS, "cris", "cris"},    {EM_M32R, "m32r", "m32r"},
		{MACHINE_LOONGARCH, "loongarch", "loongarch"}, {EM_QDSP6, "hexagon", "hexagon"},
		{EM_BPF, "bpf", "bpfeb"},     {EM_IA_64, "ia64", "ia64"},
		{EM_ALPHA, "alpha", "alpha"}, {EM_PARISC, "parisc", "parisc"},
	};
	if (e->machine == EM_MIPS || e->machine == EM_MIPS_RS3_LE) {
		bool is64 = e->wide || (e->flags & EF_MIPS_ABI2);
		return is64 ? e->big ? "mips64" : "mips64el" : e->big ? "mips" : "mipsel";
	}
	if (e->machine == EM_RISCV)
		return e->wide ? "riscv64" : "riscv32";
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (names[i].machine == e->machine)
			return e->big ? names[i].big : names[i].little;
	return NULL;
}

/* Has a relocatable file the section that every kernel module has? */
static bool is_module(const struct elf *e)
{
	unsigned strings = span_u16(e->in, e->wide ? 62 : 50, e->big);
	if (e->shentsize != (e->wide ? 64 : 40) || strings >= e->shnum)
		return false;
	uint64_t table = word(e, e->shoff + (uint64_t)strings * e->shentsize, 16, 24);
	for (unsigned i = 0; i < e->shnum; i++) {
		uint64_t at = e->shoff + (uint64_t)i * e->shentsize;
		if (!span_has(e->in, at, e->shentsize))
			break;
		struct span name = span_from(e->in, table + span_u32(e->in, at, e->big));
		if (SPAN_IS(name, 0, ".modinfo\0") || SPAN_IS(name, 0, ".gnu.linkonce.this_module\0"))
			return true;
	}
	return false;
}

/* Programs that may be loaded anywhere are shared objects by type, but they name an interpreter. */
static bool is_program(const struct elf *e)
{
	bool interpreter = false, named = false, pie = false;
	for (unsigned i = 0; i < e->phnum; i++) {
		uint64_t at = e->phoff + (uint64_t)i * e->phentsize;
		if (!span_has(e->in, at, e->phentsize))
			break;
		uint32_t type = span_u32(e->in, at, e->big);
		if (type == PT_INTERP)
			interpreter = true;
		if (type != PT_DYNAMIC)
			continue;
		uint64_t from = word(e, at, 4, 8), n = word(e, at, 16, 32);
		unsigned step = e->wide ? 16 : 8;
		for (uint64_t d = 0; d + step <= n && span_has(e->in, from + d, step); d += step) {
			uint64_t tag = word(e, from + d, 0, 0), value = word(e, from + d, 4, 8);
			if (tag == DT_NULL)
				break;
			named = named || tag == DT_SONAME;
			pie = pie || (tag == DT_FLAGS_1 && (value & DF_1_PIE));
		}
	}
	return pie || (interpreter && !named);
}

static void elf_label(struct span in, struct label *out)
{
	struct elf e;
	if (!read_header(in, &e))
		return;
	out->arch = arch_of(&e);
	switch (e.type) {
	case ET_REL:
		out->type = is_module(&e) ? "kernel module" : "relocatable";
		break;
	case ET_EXEC:
		out->type = "executable";
		break;
	case ET_DYN:
		out->type = is_program(&e) ? "executable" : "shared object";
		break;
	case ET_CORE:
		out->type = "core";
		break;
	default:
		out->type = "other";
		break;
	}
	snprintf(out->text, sizeof out->text, "%d bit %s endian", e.wide ? 64 : 32,
		 e.big ? "big" : "little");
	if (!out->arch)
		snprintf(out->text, sizeof out->text, "machine %u", e.machine);
}

const struct format format_elf = {
	.name = "elf",
	.title = "ELF program, library, object or kernel module",
	.reference = "System V ABI (gABI 4.1), Object Files",
	.tested = "gcc, ld and generator in tests",
	.magic = (const struct magic[]){MAGIC(0, "\177ELF"), MAGIC_END},
	.flags = FORMAT_LEAF,
	.bid = bid,
	.label = elf_label,
};
