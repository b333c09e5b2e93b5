/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ARM processors before ARMv7-R cannot divide; libgcc brings functions that do (Run-time ABI for
 * the Arm Architecture, IHI 0043, 4.3.1), and they stand in the program without names. They jump
 * into the middle of unrolled loops; it is simpler to know them by how they begin, which has been
 * the same for many years, than to carry them out.
 */
#include "code/arm_division.h"

enum { WORDS = 8 };

static const uint32_t unsigned_begins[] = {
    0xe2512001, /* subs r2, r1, #1 */
    0x012fff1e, /* bxeq lr */
};
static const uint32_t signed_begins[] = {
    0xe020c001, /* eor ip, r0, r1 */
    0x42611000, /* rsbmi r1, r1, #0 */
    0xe2512001, /* subs r2, r1, #1 */
};
static const uint32_t rest_ends[] = {
    0xe8bd4006, /* pop {r1, r2, lr} */
    0xe0030092, /* mul r3, r2, r0 */
    0xe0411003, /* sub r1, r1, r3 */
};

static bool begins(const uint32_t *w, const uint32_t *with, size_t n)
{
	return memcmp(w, with, n * sizeof *w) == 0;
}

static bool words_at(const struct elf_image *img, uint64_t at, uint32_t w[WORDS])
{
	struct span s = elf_bytes(img, at);
	for (unsigned i = 0; i < WORDS && s.n >= sizeof(uint32_t) * WORDS; i++)
		w[i] = span_u32(s, i * 4, img->big);
	return s.n >= sizeof(uint32_t) * WORDS;
}

/* 0: no division, 1: of unsigned numbers, 2: of others */
static unsigned kind_of(const uint32_t w[WORDS])
{
	bool asks = w[0] == 0xe3510000 && (w[1] & 0xff000000) == 0x0a000000; /* is it 0? */
	const uint32_t *on = asks ? w + 2 : w;
	if (begins(on, signed_begins, 3))
		return 2;
	return !asks && begins(w, unsigned_begins, 2) ? 1 : 0;
}

const char *arm_division(const struct elf_image *img, uint64_t at)
{
	uint32_t w[WORDS], to[WORDS];
	if (at % 4 || !words_at(img, at, w))
		return NULL;
	unsigned kind = kind_of(w);
	if (kind)
		return kind == 1 ? "__aeabi_uidiv" : "__aeabi_idiv";
	/* cmp r1, #0; beq; push {r0, r1, lr}; bl */
	if (w[0] != 0xe3510000 || w[2] != 0xe92d4003 || (w[3] & 0xff000000) != 0xeb000000 ||
	    !begins(w + 4, rest_ends, 3))
		return NULL;
	uint64_t by = (uint64_t)(int64_t)(int32_t)(w[3] << 8) >> 8 << 2;
	kind = words_at(img, (at + 12 + 8 + by) & UINT32_MAX, to) ? kind_of(to) : 0;
	return kind == 0 ? NULL : kind == 1 ? "__aeabi_uidivmod" : "__aeabi_idivmod";
}
