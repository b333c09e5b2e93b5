/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bzip2 through libbz2. Streams that follow each other are one file ("BZh", level, then a block
 * head 314159265359 or, for an empty stream, the end mark 177245385090).
 */
#include <bzlib.h>

#include "codec/internal.h"

enum { CHUNK = 128 * 1024, FEED = 1 << 30 };

static enum status of_bzip2(int rc)
{
	if (rc == BZ_MEM_ERROR)
		abort();
	return rc == BZ_STREAM_END ? ST_OK : rc == BZ_OK ? ST_TRUNCATED : ST_DAMAGED;
}

static enum status one_stream(struct span in, struct codec_out *out, uint64_t *used)
{
	char chunk[CHUNK];
	bz_stream z = {0};
	enum status st = ST_OK;
	size_t given = 0;
	int rc = BZ2_bzDecompressInit(&z, 0, 0);
	if (rc != BZ_OK)
		abort();
	do {
		if (z.avail_in == 0 && given < in.n) {
			size_t n = in.n - given < FEED ? in.n - given : FEED;
			z.next_in = (char *)(uintptr_t)(in.p + given);
			z.avail_in = (unsigned)n;
			given += n;
		}
		z.next_out = chunk;
		z.avail_out = CHUNK;
		rc = BZ2_bzDecompress(&z);
		if (z.avail_out < CHUNK)
			st = out->write(out, chunk, CHUNK - z.avail_out);
		else if (rc == BZ_OK && z.avail_in == 0 && given == in.n)
			break;
	} while (st == ST_OK && rc == BZ_OK);
	*used = given - z.avail_in;
	if (st == ST_OK)
		st = of_bzip2(rc);
	BZ2_bzDecompressEnd(&z);
	return st;
}

static bool follows(struct span in, uint64_t at)
{
	struct span s = span_from(in, at);
	return s.n >= 14 && SPAN_IS(s, 0, "BZh") && s.p[3] >= '1' && s.p[3] <= '9' &&
	       (SPAN_IS(s, 4, "1AY&SY") || SPAN_IS(s, 4, "\x17\x72\x45\x38\x50\x90"));
}

enum status bzip2_stream(enum codec c, struct span in, struct codec_out *out, uint64_t *used)
{
	(void)c;
	enum status st = one_stream(in, out, used);
	while (st == ST_OK && follows(in, *used)) {
		uint64_t more = 0;
		st = one_stream(span_from(in, *used), out, &more);
		*used += more;
	}
	return st;
}
