/* SPDX-License-Identifier: Apache-2.0 */
/* Which instruction sets are read, and what those are called that are not. */
#include <elf.h>

#include "code/insn.h"

enum { MICROMIPS = 0x02000000, MIPS16 = 0x04000000 }; /* flags of a MIPS program */
enum { ARC_COMPACT2 = 195 };

const struct isa *isa_of(const struct elf_image *img)
{
	switch (img->machine) {
	case EM_MIPS:
		return img->wide || (img->flags & (EF_MIPS_ABI2 | MICROMIPS)) ? NULL : &isa_mips;
	case EM_ARM:
		return &isa_arm;
	case EM_386:
		return &isa_x86;
	case EM_X86_64:
		return img->wide ? &isa_x86_64 : NULL;
	case EM_AARCH64:
		return img->big || !img->wide ? NULL : &isa_aarch64;
	case EM_PPC:
		return img->big && !img->wide ? &isa_ppc : NULL;
	case EM_RISCV:
		return img->big ? NULL : img->wide ? &isa_riscv64 : &isa_riscv32;
	default:
		return NULL;
	}
}

static const char *variant(const struct elf_image *img)
{
	switch (img->machine) {
	case EM_MIPS:
		return img->flags & MICROMIPS ? "microMIPS"
		       : img->wide	      ? "64-bit MIPS"
					      : "MIPS n32";
	case EM_X86_64:
		return "x32";
	case EM_AARCH64:
		return img->big ? "AArch64 with big-endian data" : "AArch64 with 32-bit addresses";
	case EM_PPC:
		return "PowerPC with little-endian data";
	case EM_RISCV:
		return "RISC-V with big-endian data";
	default:
		return NULL;
	}
}

const char *isa_not_read(const struct elf_image *img)
{
	static const struct {
		uint16_t machine;
		const char *name;
	} others[] = {
	    {EM_PPC64, "64-bit PowerPC"},
	    {EM_SH, "SuperH"},
	    {EM_SPARC, "SPARC"},
	    {EM_SPARCV9, "64-bit SPARC"},
	    {EM_68K, "m68k"},
	    {EM_ARC, "ARC"},
	    {EM_ARC_COMPACT, "ARC"},
	    {ARC_COMPACT2, "ARC"},
	    {EM_XTENSA, "Xtensa"},
	    {EM_ALTERA_NIOS2, "Nios II"},
	    {EM_MICROBLAZE, "MicroBlaze"},
	    {EM_S390, "S/390"},
	    {EM_OPENRISC, "OpenRISC"},
	    {EM_CSKY, "C-SKY"},
	    {EM_LOONGARCH, "LoongArch"},
	};
	if (isa_of(img))
		return img->machine == EM_MIPS && (img->flags & MIPS16) ? "MIPS16e" : NULL;
	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		if (others[i].machine == img->machine)
			return others[i].name;
	const char *name = variant(img);
	return name ? name : "this processor";
}
