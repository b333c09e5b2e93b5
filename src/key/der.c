/* SPDX-License-Identifier: Apache-2.0 */
#include "key/der.h"

#include "base/hash.h"

struct span der_element(struct span s, uint64_t at, uint8_t tag, uint64_t *total)
{
	struct reader r = reader_of(span_from(s, at), true);
	*total = 0;
	if (read_u8(&r) != tag)
		return SPAN(s.p, 0);
	uint64_t n = read_u8(&r);
	if (n > 0x84 || n == 0x80)
		return SPAN(s.p, 0);
	if (n & 0x80) {
		size_t bytes = n & 7;
		n = 0;
		for (size_t i = 0; i < bytes; i++)
			n = n << 8 | read_u8(&r);
	}
	struct span content = read_bytes(&r, n);
	if (r.bad)
		return SPAN(s.p, 0);
	*total = r.pos;
	return content;
}

void der_put(struct buf *out, uint8_t tag, struct span content)
{
	buf_byte(out, tag);
	if (content.n < 0x80) {
		buf_byte(out, (uint8_t)content.n);
	} else {
		uint8_t count = content.n > 0xffffff ? 4
				: content.n > 0xffff ? 3
				: content.n > 0xff   ? 2
						     : 1;
		buf_byte(out, (uint8_t)(0x80 | count));
		for (int i = count - 1; i >= 0; i--)
			buf_byte(out, (uint8_t)(content.n >> (8 * i)));
	}
	buf_add(out, content.p, content.n);
}

static struct span drop_zeros(struct span number)
{
	while (number.n && number.p[0] == 0)
		number = span_from(number, 1);
	return number;
}

void der_put_unsigned(struct buf *out, struct span number)
{
	struct buf b = {0};
	number = drop_zeros(number);
	if (number.n == 0 || number.p[0] & 0x80)
		buf_byte(&b, 0);
	buf_add(&b, number.p, number.n);
	der_put(out, DER_INTEGER, buf_span(&b));
	buf_free(&b);
}

unsigned der_bits(struct span number)
{
	number = drop_zeros(number);
	if (number.n == 0 || number.n > 1 << 20)
		return 0;
	unsigned bits = (unsigned)(number.n - 1) * 8;
	for (uint8_t c = number.p[0]; c; c >>= 1)
		bits++;
	return bits;
}

void der_spki_fingerprint(struct span algorithm, struct span key, char hex[65])
{
	struct buf body = {0}, bits = {0}, all = {0};
	der_put(&body, DER_SEQUENCE, algorithm);
	buf_byte(&bits, 0);
	buf_add(&bits, key.p, key.n);
	der_put(&body, DER_BITS, buf_span(&bits));
	der_put(&all, DER_SEQUENCE, buf_span(&body));
	uint8_t sum[SHA256_SIZE];
	hash_sha256(buf_span(&all), sum);
	hash_hex(sum, sizeof sum, hex);
	buf_free(&body);
	buf_free(&bits);
	buf_free(&all);
}
