/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Broadcom NVRAM: the settings of BCM47xx and BCM53xx routers, passwords among them, little endian:
 *
 *   0 "FLSH"  4 length(4, with the header)  8 crc(1)  9 version(1)  10 SDRAM init(2)  12 refresh(4)
 *   16 ncdl(4)  20 "name=value" NUL ... NUL
 *
 * Some CPUs write it big endian. It comes out as text, one setting a line.
 * Reference: Linux drivers/firmware/broadcom/bcm47xx_nvram.c.
 */
#include "format/part.h"

enum { HEADER = 20, MOST = 0x40000, LEAST_PAIRS = 4 };

/* Where the settings end (behind the last NUL); 0: they are none. */
static uint64_t settings_end(struct span in, uint64_t end)
{
	uint64_t at = HEADER;
	unsigned pairs = 0;
	while (at < end && in.p[at]) {
		struct span rest = span_cut(in, at, end - at);
		const uint8_t *nul = memchr(rest.p, 0, rest.n);
		size_t n = nul ? (size_t)(nul - rest.p) : rest.n;
		const uint8_t *eq = memchr(rest.p, '=', n);
		if (!eq || eq == rest.p || rest.p[0] <= 0x20 || rest.p[0] >= 0x7f)
			return 0;
		pairs++;
		at += n + 1;
	}
	return pairs >= LEAST_PAIRS ? at : 0;
}

static bool read_nvram(struct span in, uint64_t *end, uint64_t *size)
{
	for (int big = 0; big < 2; big++) {
		if (!(big ? SPAN_IS(in, 0, "HSLF") : SPAN_IS(in, 0, "FLSH")))
			continue;
		*size = span_u32(in, 4, big);
		if (*size <= HEADER || *size > MOST)
			return false;
		*end = settings_end(in, *size < in.n ? *size : in.n);
		return *end != 0;
	}
	return false;
}

static int bid(struct span in, uint64_t *size)
{
	uint64_t end;
	*size = 0;
	return in.n > HEADER && read_nvram(in, &end, size) ? 93 : 0;
}

static enum status nvram_open(struct span in, struct sink *out)
{
	uint64_t end = 0, size = 0;
	struct buf b = {0};
	if (in.n <= HEADER || !read_nvram(in, &end, &size))
		return ST_DAMAGED;
	struct span text = span_cut(in, HEADER, end - HEADER);
	buf_add(&b, text.p, text.n);
	for (size_t i = 0; i < b.n; i++)
		if (b.p[i] == 0)
			b.p[i] = '\n';
	out->used = size < in.n ? size : in.n;
	enum status st =
	    part_made(out, "nvram.txt", HEADER, buf_span(&b), size > in.n ? ST_TRUNCATED : ST_OK);
	buf_free(&b);
	return st;
}

const struct format format_broadcom_nvram = {
    .name = "broadcom-nvram",
    .title = "Broadcom NVRAM settings",
    .reference = "Linux drivers/firmware/broadcom/bcm47xx_nvram.c",
    .tested = "generator in tests",
    .magic = (const struct magic[]){MAGIC(0, "FLSH"), MAGIC(0, "HSLF"), MAGIC_END},
    .bid = bid,
    .open = nvram_open,
};
