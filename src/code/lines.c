/* SPDX-License-Identifier: Apache-2.0 */
/* Disassembly for readers: by capstone, or from what the lifters say. */
#include "code/lines.h"

#include <capstone/capstone.h>
#include <elf.h>

#include "code/insn_text.h"

enum { MAX_LINES = 20000, MAX_TEXT = 160 };

static bool decoder_open(const struct elf_image *img, bool thumb, csh *handle)
{
	cs_arch arch = CS_ARCH_MIPS;
	unsigned mode = CS_MODE_MIPS32;
	switch (img->machine) {
	case EM_MIPS:
		break;
	case EM_ARM:
		arch = CS_ARCH_ARM;
		mode = thumb ? CS_MODE_THUMB : CS_MODE_ARM;
		break;
	case EM_AARCH64:
		arch = CS_ARCH_ARM64;
		mode = CS_MODE_ARM;
		break;
	case EM_PPC:
		arch = CS_ARCH_PPC;
		mode = CS_MODE_32;
		break;
	case EM_386:
	case EM_X86_64:
		arch = CS_ARCH_X86;
		mode = img->machine == EM_386 ? CS_MODE_32 : CS_MODE_64;
		break;
	default:
		return false;
	}
	if (img->big)
		mode |= CS_MODE_BIG_ENDIAN;
	return cs_open(arch, (cs_mode)mode, handle) == CS_ERR_OK;
}

static size_t by_capstone(csh handle, struct span b, uint64_t at, struct arena *a,
			  struct line **out)
{
	cs_insn *list = NULL;
	cs_option(handle, CS_OPT_SKIPDATA, CS_OPT_ON);
	size_t count = cs_disasm(handle, b.p, b.n, at, MAX_LINES, &list);
	*out = arena_array(a, count + 1, sizeof **out);
	for (size_t i = 0; i < count; i++)
		(*out)[i] = (struct line){list[i].address, (uint8_t)list[i].size,
					  arena_str(a, span_str(list[i].mnemonic)),
					  arena_str(a, span_str(list[i].op_str))};
	if (count)
		cs_free(list, count);
	return count;
}

static size_t by_lifter(const struct program *p, struct span b, uint64_t at, bool thumb,
			struct arena *a, struct line **out)
{
	struct decode how = {.big = p->img->big, .thumb = thumb};
	size_t count = 0, most = b.n / p->isa->align;
	most = most < MAX_LINES ? most : MAX_LINES;
	*out = arena_array(a, most + 1, sizeof **out);
	while (b.n && count < most) {
		char text[MAX_TEXT] = "";
		INSN_ROOM(i);
		how.at = at;
		unsigned n = p->isa->lift(&how, b, &i);
		if (n)
			insn_text(&i, text, sizeof text);
		unsigned size = n ? n : p->isa->align;
		(*out)[count++] = (struct line){at, (uint8_t)size, n ? "" : ".byte",
						arena_str(a, span_str(text))};
		b = span_from(b, size);
		at += size;
	}
	return count;
}

size_t lines_of(struct program *p, const struct function *f, struct arena *a, struct line **out)
{
	struct span b = span_cut(elf_bytes(p->img, f->start), 0, f->end - f->start);
	csh handle;
	if (!decoder_open(p->img, f->thumb, &handle))
		return by_lifter(p, b, f->start, f->thumb, a, out);
	size_t count = by_capstone(handle, b, f->start, a, out);
	cs_close(&handle);
	return count;
}
