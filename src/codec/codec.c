/* SPDX-License-Identifier: Apache-2.0 */
#include "codec/codec.h"

#include "codec/internal.h"

static const struct {
	const char *name;
	enum status (*stream)(enum codec, struct span, struct codec_out *, uint64_t *);
	enum status (*block)(enum codec, struct span, uint8_t *, size_t, size_t *);
} codecs[CODEC_COUNT] = {
	[CODEC_DEFLATE] = {"deflate", deflate_stream, deflate_block},
	[CODEC_ZLIB] = {"zlib", deflate_stream, deflate_block},
	[CODEC_GZIP] = {"gzip", deflate_stream, deflate_block},
};

const char *codec_name(enum codec c)
{
	return c < CODEC_COUNT && codecs[c].name ? codecs[c].name : "unknown";
}

enum status codec_stream(enum codec c, struct span in, struct codec_out *out, uint64_t *used)
{
	*used = 0;
	if (c >= CODEC_COUNT || !codecs[c].stream)
		return ST_UNSUPPORTED;
	return codecs[c].stream(c, in, out, used);
}

enum status codec_block(enum codec c, struct span in, uint8_t *out, size_t cap, size_t *n)
{
	*n = 0;
	if (c >= CODEC_COUNT || !codecs[c].block)
		return ST_UNSUPPORTED;
	return codecs[c].block(c, in, out, cap, n);
}
