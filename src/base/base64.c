/* SPDX-License-Identifier: Apache-2.0 */
#include "base/base64.h"

static int value_of(uint8_t c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

bool base64_decode(struct buf *out, struct span text)
{
	uint32_t bits = 0;
	size_t digits = 0, padding = 0;
	for (size_t i = 0; i < text.n; i++) {
		uint8_t c = text.p[i];
		if (c == ' ' || c == '\t' || c == '\r' || c == '\n')
			continue;
		if (c == '=') {
			padding++;
			continue;
		}
		int v = value_of(c);
		if (v < 0 || padding)
			return false;
		bits = (bits << 6 | (uint32_t)v) & 0xffffff;
		if (++digits % 4 == 0) {
			uint8_t three[3] = {(uint8_t)(bits >> 16), (uint8_t)(bits >> 8),
					    (uint8_t)bits};
			buf_add(out, three, 3);
		}
	}
	size_t rest = digits % 4;
	if (rest == 1 || padding > 2 || (padding && (rest + padding) % 4 != 0))
		return false;
	bits <<= 6 * (4 - rest);
	uint8_t last[2] = {(uint8_t)(bits >> 16), (uint8_t)(bits >> 8)};
	if (rest >= 2)
		buf_add(out, last, rest - 1);
	return true;
}
