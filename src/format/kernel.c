/* SPDX-License-Identifier: Apache-2.0 */
#include "format/kernel.h"

enum { TRIALS = 48, TRIAL_OUT = 128 * 1024, BANNER_MAX = 110, LOOK = 32 << 20, SAMPLE = 2 << 20 };

static const struct {
	const char *magic;
	size_t n;
	enum codec codec;
} packers[] = {
	{"\x1f\x8b\x08", 3, CODEC_GZIP},
	{"\xfd" "7zXZ\0", 6, CODEC_XZ},
	{"\x5d\0\0", 3, CODEC_LZMA_ALONE},
	{"\x89LZO\0\r\n\x1a\n", 9, CODEC_LZOP},
	{"\x02\x21\x4c\x18", 4, CODEC_LZ4_LEGACY},
	{"\x28\xb5\x2f\xfd", 4, CODEC_ZSTD},
	{"BZh91AY&SY", 10, CODEC_BZIP2},
};
enum { PACKERS = sizeof packers / sizeof *packers };

struct counter {
	struct codec_out out;
	uint64_t n;
};

static enum status count(struct codec_out *out, const void *p, size_t n)
{
	struct counter *c = (struct counter *)out;
	(void)p;
	c->n += n;
	return c->n >= TRIAL_OUT ? ST_LIMIT : ST_OK;
}

static bool decodes(struct span in, enum codec c)
{
	struct counter to = {{count}, 0};
	uint64_t used;
	codec_stream(c, in, &to.out, &used);
	return to.n >= TRIAL_OUT;
}

bool kernel_packed(struct span in, enum codec *c, unsigned *trials)
{
	for (size_t k = 0; k < PACKERS; k++) {
		if (!span_is(in, 0, packers[k].magic, packers[k].n))
			continue;
		++*trials;
		*c = packers[k].codec;
		return decodes(in, *c);
	}
	return false;
}

bool kernel_payload(struct span in, uint64_t from, uint64_t *at, enum codec *c)
{
	unsigned trials = 0;
	for (uint64_t i = from; i < in.n && trials < TRIALS; i++)
		for (size_t k = 0; k < PACKERS; k++) {
			if (in.p[i] != (uint8_t)packers[k].magic[0] ||
			    !span_is(in, i, packers[k].magic, packers[k].n))
				continue;
			trials++;
			if (decodes(span_from(in, i), packers[k].codec)) {
				*at = i;
				*c = packers[k].codec;
				return true;
			}
		}
	return false;
}

struct span kernel_banner(struct span in)
{
	struct span look = span_cut(in, 0, LOOK), text = SPAN_LIT("Linux version ");
	for (size_t at = 0; (at = span_find(look, text, at)) != SIZE_MAX; at++) {
		struct span s = span_cut(in, at, BANNER_MAX);
		bool number = s.n > text.n + 2 && s.p[text.n] >= '1' && s.p[text.n] <= '9' &&
			      (s.p[text.n + 1] == '.' || s.p[text.n + 2] == '.');
		size_t n = 0;
		while (n < s.n && s.p[n] >= ' ' && s.p[n] < 0x7f)
			n++;
		if (number && n > text.n + 8)
			return SPAN(s.p, n);
	}
	return SPAN(in.p, 0);
}

const char *kernel_machine(struct span in)
{
	static const struct {
		const char *name;
		uint32_t word, mask; /* the return instruction, as a little-endian word */
	} machines[] = {
		{"mips", 0x0800e003, UINT32_MAX},    {"mipsel", 0x03e00008, UINT32_MAX},
		{"arm", 0xe12fff1e, UINT32_MAX},     {"arm", 0xe89da000, 0xfffff000},
		{"arm", 0xe8bd8000, 0xffff8000},     {"armeb", 0x1eff2fe1, UINT32_MAX},
		{"armeb", 0x00a09de8, 0x00f0ffff},   {"aarch64", 0xd65f03c0, UINT32_MAX},
		{"ppc", 0x2000804e, UINT32_MAX},     {"riscv64", 0x00008067, UINT32_MAX},
	};
	/* of the words above whose last byte is given; of the others the first is e8 */
	static const bool last_byte[256] = {
		[0x03] = true, [0x08] = true, [0x1e] = true, [0xe1] = true,
		[0xe8] = true, [0xc0] = true, [0x4e] = true, [0x67] = true,
	};
	enum { MACHINES = sizeof machines / sizeof *machines, LEAST = 64 };
	uint64_t seen[MACHINES] = {0}, best = 0, second = 0;
	const char *name = NULL;
	struct span s = span_cut(in, 0, SAMPLE);
	for (size_t at = 0; at + 4 <= s.n; at += 4) {
		uint32_t word = span_le32(s, at);
		if (!last_byte[word & 255] && word >> 24 != 0xe8)
			continue; /* none of them, as nearly always */
		for (size_t k = 0; k < MACHINES; k++)
			if ((word & machines[k].mask) == machines[k].word)
				seen[k]++;
	}
	for (size_t k = 0; k < MACHINES; k++) {
		uint64_t n = seen[k];
		for (size_t i = k + 1; i < MACHINES && strcmp(machines[i].name, machines[k].name) == 0;
		     i++)
			n += seen[i];
		if (n > best) {
			if (!name || strcmp(name, machines[k].name) != 0)
				second = best;
			best = n;
			name = machines[k].name;
		} else if (n > second && strcmp(name ? name : "", machines[k].name) != 0) {
			second = n;
		}
	}
	return best >= LEAST && best > 8 * second ? name : NULL;
}
