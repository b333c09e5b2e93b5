/* SPDX-License-Identifier: Apache-2.0 */
/* The first byte chooses a codec; the rest is decoded as a block and as a stream. */
#include "codec/codec.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct count {
	struct codec_out out;
	size_t n;
};

static enum status count(struct codec_out *out, const void *p, size_t n)
{
	struct count *c = (struct count *)out;
	static volatile uint8_t sum;
	for (size_t i = 0; i < n; i++)
		sum = (uint8_t)(sum + ((const uint8_t *)p)[i]);
	c->n += n;
	return c->n > (4u << 20) ? ST_LIMIT : ST_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	enum codec c = (enum codec)(data[0] % CODEC_COUNT);
	struct span in = SPAN(data + 1, size - 1);
	struct count to = {.out = {count}};
	size_t cap = 64 * 1024, n = 0;
	uint64_t used = 0;
	uint8_t *block = malloc(cap);
	codec_block(c, in, block, cap, &n);
	if (n > cap)
		abort();
	codec_stream(c, in, &to.out, &used);
	if (used > in.n)
		abort();
	free(block);
	return 0;
}
