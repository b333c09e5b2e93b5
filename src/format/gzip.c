/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gzip (RFC 1952):  1f 8b  method=8  flags  mtime(4, LE)  xfl  os  [extra] [name\0] [comment\0] [crc16]
 * deflate data, CRC-32 and length of the content (LE). Members may follow each other.
 */
#include "format/format.h"

enum { FHCRC = 2, FEXTRA = 4, FNAME = 8, FCOMMENT = 16, RESERVED = 0xe0 };

/* The stored name of the first member; empty when there is none. */
static struct span stored_name(struct span in)
{
	struct reader r = reader_of(in, false);
	read_skip(&r, 3);
	uint8_t flags = read_u8(&r);
	read_skip(&r, 6);
	if (flags & FEXTRA)
		read_skip(&r, read_u16(&r));
	if (r.bad || !(flags & FNAME))
		return SPAN(in.p, 0);
	struct span rest = span_cut(in, r.pos, 255);
	const uint8_t *nul = rest.n ? memchr(rest.p, 0, rest.n) : NULL;
	return nul ? SPAN(rest.p, (size_t)(nul - rest.p)) : SPAN(in.p, 0);
}

static int bid(struct span in, uint64_t *size)
{
	*size = 0;
	if (in.n < 18 || !SPAN_IS(in, 0, "\x1f\x8b\x08") || (in.p[3] & RESERVED))
		return 0;
	if (in.p[8] != 0 && in.p[8] != 2 && in.p[8] != 4)
		return 0;
	if (in.p[9] > 13 && in.p[9] != 255)
		return 0;
	return 80;
}

static enum status gzip_open(struct span in, struct sink *out)
{
	char name[256] = "data";
	struct span stored = stored_name(in);
	if (stored.n)
		snprintf(name, sizeof name, "%.*s", (int)stored.n, (const char *)stored.p);
	struct entry e = {.path = name, .type = ENTRY_PART, .mtime = span_le32(in, 4)};
	return sink_stream(out, &e, CODEC_GZIP, in, &out->used);
}

const struct format format_gzip = {
	.name = "gzip",
	.title = "gzip stream",
	.reference = "RFC 1952",
	.tested = "gzip",
	.magic = (const struct magic[]){MAGIC(0, "\x1f\x8b\x08"), MAGIC_END},
	.flags = FORMAT_STREAM | FORMAT_ALERT | FORMAT_WEAK,
	.bid = bid,
	.open = gzip_open,
};
