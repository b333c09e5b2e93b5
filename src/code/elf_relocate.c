/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Relocations of objects, as far as calls, addresses of data and pointers need them. Fields that
 * are not known stay as they are. References: ELF for the ARM and the ARM 64-bit architecture;
 * System V ABI supplements for MIPS, PowerPC, i386 and x86-64.
 */
#include <elf.h>

#include "code/elf_object.h"

static uint32_t get(const struct elf_relocation *r)
{
	return span_u32(SPAN(r->p, 4), 0, r->big);
}

static void put(const struct elf_relocation *r, uint32_t v)
{
	for (unsigned i = 0; i < 4; i++)
		r->p[i] = (uint8_t)(v >> (r->big ? 24 - 8 * i : 8 * i));
}

static void put_half(const struct elf_relocation *r, uint64_t v)
{
	r->p[r->big ? 1 : 0] = (uint8_t)v;
	r->p[r->big ? 0 : 1] = (uint8_t)(v >> 8);
}

static uint32_t value(const struct elf_relocation *r, uint64_t inside)
{
	return (uint32_t)(r->symbol + (r->has_addend ? (uint64_t)r->addend : inside));
}

static void field(const struct elf_relocation *r, uint32_t mask, uint32_t v)
{
	put(r, (get(r) & ~mask) | (v & mask));
}

static uint32_t arm_half(uint32_t w)
{
	return (w >> 4 & 0xf000) | (w & 0xfff);
}

static void arm_branch_thumb(const struct elf_relocation *r)
{
	uint32_t off = (uint32_t)(r->symbol - r->at - 4) & 0x1ffffffu, s = off >> 24 & 1;
	uint32_t j1 = !((off >> 23 & 1) ^ s), j2 = !((off >> 22 & 1) ^ s);
	uint16_t a = (uint16_t)(0xf000 | s << 10 | (off >> 12 & 0x3ff));
	uint16_t b = (uint16_t)((span_u16(SPAN(r->p + 2, 2), 0, r->big) & 0xd000) | j1 << 13 |
				j2 << 11 | (off >> 1 & 0x7ff));
	struct elf_relocation second = *r;
	put_half(r, a);
	second.p += 2;
	put_half(&second, b);
}

static void arm_half_thumb(const struct elf_relocation *r)
{
	uint32_t a = span_u16(SPAN(r->p, 2), 0, r->big), b = span_u16(SPAN(r->p + 2, 2), 0, r->big);
	uint32_t in = (a & 15) << 12 | (a >> 10 & 1) << 11 | (b >> 12 & 7) << 8 | (b & 0xff);
	bool top = r->type == R_ARM_THM_MOVT_ABS;
	uint32_t v = value(r, top ? 0 : in);
	v = top ? v >> 16 : v & 0xffff;
	struct elf_relocation second = *r;
	put_half(r, (a & 0xfbf0) | v >> 12 | (v >> 11 & 1) << 10);
	second.p += 2;
	put_half(&second, (b & 0x8f00) | (v >> 8 & 7) << 12 | (v & 0xff));
}

static void arm(const struct elf_relocation *r)
{
	uint32_t w = get(r);
	switch (r->type) {
	case R_ARM_ABS32:
		put(r, value(r, w));
		break;
	case R_ARM_REL32:
		put(r, value(r, w) - (uint32_t)r->at);
		break;
	case R_ARM_PC24:
	case R_ARM_CALL:
	case R_ARM_JUMP24:
		field(r, 0xffffff,
		      (value(r, (uint64_t)((int64_t)(int32_t)(w << 8) >> 6)) - (uint32_t)r->at) >>
			  2);
		break;
	case R_ARM_MOVW_ABS_NC:
	case R_ARM_MOVT_ABS: {
		uint32_t v = value(r, r->type == R_ARM_MOVT_ABS ? 0 : arm_half(w));
		v = r->type == R_ARM_MOVT_ABS ? v >> 16 : v & 0xffff;
		field(r, 0xf0fff, (v & 0xf000) << 4 | (v & 0xfff));
		break;
	}
	case R_ARM_THM_MOVW_ABS_NC:
	case R_ARM_THM_MOVT_ABS:
		arm_half_thumb(r);
		break;
	case R_ARM_THM_PC22:
	case R_ARM_THM_JUMP24:
		arm_branch_thumb(r);
		break;
	default:
		break;
	}
}

static void aarch64(const struct elf_relocation *r)
{
	uint64_t v = r->symbol + (uint64_t)r->addend;
	uint32_t pages = (uint32_t)((v >> 12) - (r->at >> 12));
	unsigned scale = 0;
	switch (r->type) {
	case R_AARCH64_ABS32:
		put(r, (uint32_t)v);
		return;
	case R_AARCH64_PREL32:
		put(r, (uint32_t)(v - r->at));
		return;
	case R_AARCH64_ADR_PREL_PG_HI21:
		field(r, 0x60ffffe0, (pages & 3) << 29 | (pages >> 2 & 0x7ffff) << 5);
		return;
	case R_AARCH64_JUMP26:
	case R_AARCH64_CALL26:
		field(r, 0x3ffffff, (uint32_t)((v - r->at) >> 2));
		return;
	case R_AARCH64_LDST16_ABS_LO12_NC:
		scale = 1;
		break;
	case R_AARCH64_LDST32_ABS_LO12_NC:
		scale = 2;
		break;
	case R_AARCH64_LDST64_ABS_LO12_NC:
		scale = 3;
		break;
	case R_AARCH64_LDST128_ABS_LO12_NC:
		scale = 4;
		break;
	case R_AARCH64_ADD_ABS_LO12_NC:
	case R_AARCH64_LDST8_ABS_LO12_NC:
		break;
	default:
		return;
	}
	field(r, 0x3ffc00, (uint32_t)((v & 0xfff) >> scale) << 10);
}

static void powerpc(const struct elf_relocation *r)
{
	uint32_t v = (uint32_t)(r->symbol + (uint64_t)r->addend);
	switch (r->type) {
	case R_PPC_ADDR32:
		put(r, v);
		break;
	case R_PPC_REL32:
		put(r, v - (uint32_t)r->at);
		break;
	case R_PPC_ADDR16_LO:
		put_half(r, v);
		break;
	case R_PPC_ADDR16_HI:
		put_half(r, v >> 16);
		break;
	case R_PPC_ADDR16_HA:
		put_half(r, (v + 0x8000) >> 16);
		break;
	case R_PPC_REL24:
	case R_PPC_PLTREL24:
		field(r, 0x3fffffc, v - (uint32_t)r->at);
		break;
	case R_PPC_REL14:
		field(r, 0xfffc, v - (uint32_t)r->at);
		break;
	default:
		break;
	}
}

static void x86(const struct elf_relocation *r)
{
	uint32_t w = get(r);
	if (r->type == R_386_32)
		put(r, value(r, w));
	else if (r->type == R_386_PC32 || r->type == R_386_PLT32)
		put(r, value(r, w) - (uint32_t)r->at);
}

static void x86_64(const struct elf_relocation *r)
{
	if (r->type == R_X86_64_32 || r->type == R_X86_64_32S)
		put(r, value(r, 0));
	else if (r->type == R_X86_64_PC32 || r->type == R_X86_64_PLT32)
		put(r, value(r, 0) - (uint32_t)r->at);
}

static void mips(const struct elf_relocation *r)
{
	uint32_t w = get(r), v = (uint32_t)r->symbol;
	switch (r->type) {
	case R_MIPS_32:
		put(r, value(r, w));
		break;
	case R_MIPS_26:
		field(r, 0x3ffffff, (r->has_addend ? v + (uint32_t)r->addend : v + (w << 2)) >> 2);
		break;
	case R_MIPS_HI16: /* the addend was put together with the lower half */
		field(r, 0xffff, (v + (uint32_t)r->addend + 0x8000) >> 16);
		break;
	case R_MIPS_LO16:
		field(r, 0xffff, v + (r->has_addend ? (uint32_t)r->addend : w));
		break;
	default:
		break;
	}
}

bool elf_relocates_word(uint16_t machine, uint32_t type)
{
	switch (machine) {
	case EM_386:
		return type == R_386_32;
	case EM_X86_64:
		return type == R_X86_64_64;
	case EM_ARM:
		return type == R_ARM_ABS32;
	case EM_AARCH64:
		return type == R_AARCH64_ABS64;
	case EM_PPC:
		return type == R_PPC_ADDR32;
	case EM_MIPS:
		return type == R_MIPS_32;
	default:
		return false;
	}
}

void elf_relocate(uint16_t machine, const struct elf_relocation *r)
{
	switch (machine) {
	case EM_386:
		x86(r);
		break;
	case EM_X86_64:
		x86_64(r);
		break;
	case EM_ARM:
		arm(r);
		break;
	case EM_AARCH64:
		aarch64(r);
		break;
	case EM_PPC:
		powerpc(r);
		break;
	case EM_MIPS:
		mips(r);
		break;
	default:
		break;
	}
}
