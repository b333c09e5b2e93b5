/* SPDX-License-Identifier: Apache-2.0 */
#include "key/pem.h"

#include "base/base64.h"
#include "base/text.h"

enum { MAX_BODY = 96 * 1024, MAX_LABEL = 40 };

static const char BEGIN[] = "-----BEGIN ", END[] = "-----END ", DASHES[] = "-----";

/* The text between `in` and five dashes, when it looks like a label. */
static struct span label_of(struct span in)
{
	size_t n = 0;
	while (n < in.n && n <= MAX_LABEL &&
	       ((in.p[n] >= 'A' && in.p[n] <= 'Z') || in.p[n] == ' ' ||
		(in.p[n] >= '0' && in.p[n] <= '9')))
		n++;
	bool good = n > 0 && n <= MAX_LABEL && span_is(in, n, DASHES, 5);
	return SPAN(in.p, good ? n : 0);
}

/* Body bytes with the line ends that a quoted string writes as "\n", '\' at the end or '"' '+'. */
static void unquote(struct span body, struct buf *out)
{
	for (size_t i = 0; i < body.n; i++) {
		uint8_t c = body.p[i], next = i + 1 < body.n ? body.p[i + 1] : 0;
		if (c == '\\' && (next == 'n' || next == 'r')) {
			buf_byte(out, '\n');
			i++;
		} else if (c == '\\' || c == '"' || c == '\'' || c == ',') {
			buf_byte(out, ' ');
		} else {
			buf_byte(out, c);
		}
	}
}

/* Skip "Name: value" lines and the empty line behind them. */
static struct span behind_headers(struct span body, bool *encrypted)
{
	size_t pos = 0, keep = 0;
	struct span line;
	while (span_line(body, &pos, &line)) {
		struct span t = span_trim(line);
		bool header = t.n && memchr(t.p, ':', t.n);
		if (!header && t.n)
			break;
		if (header && text_prefix(t, "Proc-Type:") &&
		    span_find(t, SPAN_LIT("ENCRYPTED"), 0) != SIZE_MAX)
			*encrypted = true;
		keep = pos;
	}
	return span_from(body, keep);
}

bool pem_read(struct span in, struct pem_block *block, struct buf *der)
{
	if (!span_is(in, 0, BEGIN, sizeof BEGIN - 1))
		return false;
	struct span label = label_of(span_from(in, sizeof BEGIN - 1));
	size_t start = sizeof BEGIN - 1 + label.n + 5;
	if (label.n == 0)
		return false;
	struct span near = span_cut(in, 0, MAX_BODY);
	size_t end = span_find(near, SPAN_LIT(DASHES), start);
	size_t tail = end == SIZE_MAX ? 0 : end + sizeof END - 1;
	if (!tail || !span_is(near, end, END, sizeof END - 1) ||
	    !span_is(near, tail, label.p, label.n) || !span_is(near, tail + label.n, DASHES, 5))
		return false;
	*block = (struct pem_block){.label = label, .length = tail + label.n + 5};
	struct buf body = {0};
	unquote(span_cut(near, start, end - start), &body);
	bool good =
	    base64_decode(der, behind_headers(buf_span(&body), &block->encrypted)) && der->n >= 16;
	buf_free(&body);
	return good;
}
