/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PE/COFF program, as UEFI firmware and Windows have it, and its terse form (TE), little endian:
 *
 *   PE  0 "MZ"  60 header at(4); there: "PE\0\0"  4 machine(2) sections(2) ... 20 size of the
 * optional header(2) ... 24 optional header: 10b or 20b(2) ... 68 subsystem(2); then the sections
 *   TE  0 "VZ"  2 machine(2) sections(1) subsystem(1) stripped(2) entry(4) base(4) image base(8)
 *       directories(16); then the sections
 *   section, 40 bytes: name(8) ... 16 size in the file(4) at(4) ...
 *
 * Looked for only where something else says that a program stands.
 * Reference: Microsoft PE Format; UEFI Platform Initialization Specification 1.7, volume 1, 15.
 */
#include "format/part.h"

enum { TERSE = 40, SECTION = 40, MAX_SECTIONS = 96 };

struct program {
	uint64_t sections, headers;
	uint16_t machine, count, subsystem;
	uint32_t skew; /* what the terse form took away in front */
};

static bool read_program(struct span in, struct program *p)
{
	if (SPAN_IS(in, 0, "VZ") && in.n > TERSE + SECTION) {
		uint16_t stripped = span_le16(in, 6);
		*p = (struct program){
		    .sections = TERSE, .machine = span_le16(in, 2), .count = in.p[4]};
		p->subsystem = in.p[5];
		p->skew = stripped > TERSE ? stripped - (uint32_t)TERSE : 0;
	} else if (SPAN_IS(in, 0, "MZ") && in.n > 128) {
		uint32_t at = span_le32(in, 60);
		uint16_t kind = span_le16(in, (uint64_t)at + 24);
		if (at < 64 || at > 4096 || !SPAN_IS(in, at, "PE\0\0") ||
		    (kind != 0x10b && kind != 0x20b))
			return false;
		*p = (struct program){.machine = span_le16(in, (uint64_t)at + 4),
				      .count = span_le16(in, (uint64_t)at + 6)};
		p->sections = (uint64_t)at + 24 + span_le16(in, (uint64_t)at + 20);
		p->subsystem = span_le16(in, (uint64_t)at + 92);
	} else {
		return false;
	}
	p->headers = p->sections + (uint64_t)p->count * SECTION;
	return p->count > 0 && p->count <= MAX_SECTIONS && span_has(in, 0, p->headers);
}

static const char *arch_of(uint16_t machine)
{
	switch (machine) {
	case 0x14c:
		return "x86";
	case 0x8664:
		return "x86-64";
	case 0x1c0:
	case 0x1c2:
	case 0x1c4:
		return "arm";
	case 0xaa64:
		return "aarch64";
	case 0x5032:
	case 0x5064:
		return "riscv";
	case 0xebc:
		return "efi-byte-code";
	case 0x200:
		return "ia64";
	default:
		return NULL;
	}
}

static int bid(struct span in, uint64_t *size)
{
	struct program p;
	*size = 0;
	if (!read_program(in, &p) || !arch_of(p.machine) || p.subsystem > 16)
		return 0;
	uint64_t end = p.headers;
	for (unsigned i = 0; i < p.count; i++) {
		uint64_t at = p.sections + (uint64_t)i * SECTION;
		uint64_t stop = (uint64_t)span_le32(in, at + 20) + span_le32(in, at + 16);
		stop = stop > p.skew ? stop - p.skew : 0;
		end = span_le32(in, at + 16) && stop > end ? stop : end;
	}
	/* Signatures stand behind the sections, and alignment: a program owns what it was put into.
	 */
	*size = end < in.n ? in.n : end;
	return end <= in.n + 0x1000 ? 88 : 45;
}

static void label(struct span in, struct label *out)
{
	static const char *const kinds[] = {"", "driver", "windows", "windows, console"};
	static const char *const efi[] = {"EFI application", "EFI boot driver",
					  "EFI runtime driver", "EFI ROM"};
	struct program p;
	if (!read_program(in, &p))
		return;
	out->type = "executable";
	out->arch = arch_of(p.machine);
	bool is_efi = p.subsystem >= 10 && p.subsystem <= 13;
	snprintf(out->text, sizeof out->text, "%s",
		 is_efi		   ? efi[p.subsystem - 10]
		 : p.subsystem < 4 ? kinds[p.subsystem]
				   : "");
}

const struct format format_pe = {
    .name = "pe",
    .title = "PE or TE program (UEFI, Windows)",
    .reference = "Microsoft PE Format; UEFI Platform Initialization Specification 1.7, volume 1",
    .tested = "firmware of EDK II (Debian ovmf); generator in tests",
    .magic = NULL,
    .flags = FORMAT_START | FORMAT_LEAF,
    .bid = bid,
    .label = label,
};
