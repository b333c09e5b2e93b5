/* SPDX-License-Identifier: Apache-2.0 */
#include "format/part.h"

enum { CHUNK = 16 * 1024 };

static enum status stop_of(enum status st)
{
	return st == ST_SKIP ? ST_OK : st;
}

/* begin, write, end for bytes that are there. */
static enum status send(struct sink *out, const struct entry *e, struct span bytes, enum status st)
{
	enum status sent = out->begin(out, e);
	if (sent != ST_OK)
		return stop_of(sent);
	if (bytes.n)
		sent = out->write(out, bytes.p, bytes.n);
	enum status ended = out->end(out, sent != ST_OK ? sent : st);
	return stop_of(sent != ST_OK ? sent : ended);
}

enum status part_made(struct sink *out, const char *name, uint64_t at, struct span bytes,
		      enum status st)
{
	struct entry e = {.path = name, .type = ENTRY_PART, .at = at, .size = bytes.n};
	return send(out, &e, bytes, st);
}

static enum status cut(struct sink *out, struct span in, struct entry *e, uint64_t size)
{
	struct span s = span_cut(in, e->at, size);
	if (s.n < size)
		sink_note(out, e->at, "%s: declared length runs past the end (%llu of %llu bytes)",
			  e->path, (unsigned long long)s.n, (unsigned long long)size);
	e->size = s.n;
	if (s.n < size)
		return send(out, e, s, ST_TRUNCATED);
	return stop_of(out->slice(out, e, s));
}

enum status part_slice(struct sink *out, struct span in, const char *name, uint64_t at,
		       uint64_t size)
{
	struct entry e = {.path = name, .type = ENTRY_PART, .at = at};
	/* A part of nothing is left out, and so is one that is wholly missing but for its note. */
	if (size == 0)
		return ST_OK;
	if (at >= in.n) {
		sink_note(out, at, "%s: declared length runs past the end (nothing is there)", name);
		return ST_OK;
	}
	return cut(out, in, &e, size);
}

enum status part_file(struct sink *out, struct span in, const char *path, uint64_t at, uint64_t size)
{
	struct entry e = {.path = path, .type = ENTRY_FILE, .at = at};
	return cut(out, in, &e, size);
}

enum status part_encrypted(struct sink *out, struct span in, const char *name, uint64_t at,
			   uint64_t size)
{
	struct span s = span_cut(in, at, size);
	if (s.n < size)
		sink_note(out, at, "%s: declared length runs past the end", name);
	return s.n ? part_made(out, name, at, s, ST_ENCRYPTED) : ST_OK;
}

enum status part_xor(struct sink *out, struct span in, const char *name, uint64_t at, uint64_t size,
		     struct span key, size_t phase)
{
	struct span s = span_cut(in, at, size);
	struct entry e = {.path = name, .type = ENTRY_PART, .at = at, .size = size};
	uint8_t chunk[CHUNK];
	if (s.n == 0 || key.n == 0)
		return ST_OK;
	if (s.n < size)
		sink_note(out, at, "%s: declared length runs past the end", name);
	enum status st = out->begin(out, &e);
	if (st != ST_OK)
		return stop_of(st);
	for (size_t pos = 0; pos < s.n && st == ST_OK;) {
		size_t n = s.n - pos < CHUNK ? s.n - pos : CHUNK;
		for (size_t i = 0; i < n; i++)
			chunk[i] = s.p[pos + i] ^ key.p[(phase + pos + i) % key.n];
		st = out->write(out, chunk, n);
		pos += n;
	}
	enum status ended = out->end(out, st != ST_OK ? st : s.n < size ? ST_TRUNCATED : ST_OK);
	return stop_of(st != ST_OK ? st : ended);
}

const char *part_text(struct span in, uint64_t at, size_t n, char *out, size_t cap)
{
	struct span s = span_cut(in, at, n);
	size_t k = 0;
	while (k < s.n && k + 1 < cap && s.p[k]) {
		out[k] = s.p[k] >= 0x20 && s.p[k] < 0x7f ? (char)s.p[k] : '?';
		k++;
	}
	while (k && out[k - 1] == ' ')
		k--;
	out[k] = 0;
	return out;
}

const char *part_name(struct span in, uint64_t at, size_t n, char *out, size_t cap)
{
	part_text(in, at, n, out, cap);
	for (char *c = out; *c; c++)
		if (*c == '/' || *c == ' ' || *c == '\\')
			*c = '_';
	return out;
}

bool part_is_text(struct span in, uint64_t at, size_t n, size_t least)
{
	struct span s = span_cut(in, at, n);
	size_t k = 0;
	if (s.n < n)
		return false;
	while (k < n && s.p[k] >= 0x20 && s.p[k] < 0x7f)
		k++;
	if (k < least || (k < n && s.p[k] != 0))
		return false;
	for (size_t i = k; i < n; i++)
		if (s.p[i] != 0 && s.p[i] != 0xff)
			return false;
	return true;
}

bool part_all(struct span in, uint64_t at, uint64_t n, uint8_t byte)
{
	if (!span_has(in, at, n))
		return false;
	struct span s = span_cut(in, at, n);
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] != byte)
			return false;
	return true;
}

uint32_t part_sum8(struct span s)
{
	uint32_t sum = 0;
	for (size_t i = 0; i < s.n; i++)
		sum += s.p[i];
	return sum;
}

uint32_t part_sum16(struct span s, bool big_endian)
{
	uint32_t sum = 0;
	for (size_t i = 0; i + 1 < s.n; i += 2)
		sum += span_u16(s, i, big_endian);
	if (s.n & 1)
		sum += big_endian ? (uint32_t)s.p[s.n - 1] << 8 : s.p[s.n - 1];
	return sum;
}
