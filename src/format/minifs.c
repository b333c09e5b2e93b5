/* SPDX-License-Identifier: Apache-2.0 */
/*
 * MINIFS, a read-only file system of TP-Link devices. Big endian.
 *
 * header  "MINIFS" 0(10) ?(4) files(4) ?(4) names_size(4)
 * names   NUL-terminated, one behind the other
 * file    folder(4) name(4) (both: places in names) blob(4) at(4) (in the decoded blob) size(4)
 * blob    at(4) size(4) decoded_size(4); at counts from behind this table; as many as files name
 * then the blobs, LZMA with a 13-byte header
 *
 * Reference: the TP-Link MINIFS description of BANG (tplink_minifs.ksy), arXiv 2407.05064.
 */
#include "format/format.h"

enum { HEADER = 32, FILE_SIZE = 20, BLOB_SIZE = 12, MAX_BLOB = 64 << 20 };

struct minifs {
	struct span in, names;
	uint64_t files, file_at, blobs, blob_at, data_at, end;
	struct sink *sink;
	uint8_t *decoded;  /* of blob `current` */
	size_t n;
	uint64_t current;
	enum status status;
};

static bool layout_of(struct span in, struct minifs *m)
{
	uint32_t names = span_be32(in, 28);
	*m = (struct minifs){.in = in, .files = span_be32(in, 20)};
	m->file_at = HEADER + (uint64_t)names;
	m->names = span_cut(in, HEADER, names);
	if (!SPAN_IS(in, 0, "MINIFS\0\0\0\0\0\0\0\0\0\0") || !m->files || !names ||
	    !span_has(in, m->file_at, m->files * FILE_SIZE) || m->names.p[names - 1])
		return false;
	for (uint64_t i = 0; i < m->files; i++) {
		struct span f = span_cut(in, m->file_at + i * FILE_SIZE, FILE_SIZE);
		if (span_be32(f, 0) >= names || span_be32(f, 4) >= names)
			return false;
		if (span_be32(f, 8) >= m->blobs)
			m->blobs = span_be32(f, 8) + 1ULL;
	}
	m->blob_at = m->file_at + m->files * FILE_SIZE;
	m->end = m->data_at = m->blob_at + m->blobs * BLOB_SIZE;
	if (m->data_at > in.n)
		return false;
	for (uint64_t i = 0; i < m->blobs; i++) {
		struct span b = span_cut(in, m->blob_at + i * BLOB_SIZE, BLOB_SIZE);
		uint64_t end = m->data_at + span_be32(b, 0) + span_be32(b, 4);
		if (end > m->end)
			m->end = end;
	}
	return true;
}

static int bid(struct span in, uint64_t *size)
{
	struct minifs m;
	*size = 0;
	if (!layout_of(in, &m))
		return 0;
	*size = m.end;
	return 90;
}

static void decode(struct minifs *m, uint64_t blob)
{
	struct span b = span_cut(m->in, m->blob_at + blob * BLOB_SIZE, BLOB_SIZE);
	struct span data = span_cut(m->in, m->data_at + span_be32(b, 0), span_be32(b, 4));
	size_t size = span_be32(b, 8);
	if (m->decoded && m->current == blob)
		return;
	mem_free(m->decoded);
	m->current = blob;
	m->n = 0;
	m->decoded = NULL;
	m->status = size > MAX_BLOB ? ST_LIMIT : ST_OK;
	if (m->status == ST_OK) {
		m->decoded = mem_alloc(size + 1);
		m->status = codec_block(CODEC_LZMA_ALONE, data, m->decoded, size, &m->n);
	}
	if (m->status == ST_OK && m->n < size)
		m->status = ST_DAMAGED;
	if (m->status != ST_OK)
		sink_note(m->sink, m->data_at + span_be32(b, 0), "blob %llu: %s",
			  (unsigned long long)blob, status_word(m->status));
}

static enum status write_file(struct minifs *m, const struct entry *e, struct span f)
{
	enum status st = m->sink->begin(m->sink, e);
	if (st != ST_OK)
		return st == ST_SKIP ? ST_OK : st;
	decode(m, span_be32(f, 8));
	struct span content = span_cut(SPAN(m->decoded, m->n), span_be32(f, 12), e->size);
	if (content.n)
		st = m->sink->write(m->sink, content.p, content.n);
	enum status whole = content.n == e->size ? ST_OK
			    : m->status != ST_OK ? m->status : ST_DAMAGED;
	enum status ended = m->sink->end(m->sink, st != ST_OK ? st : whole);
	return st != ST_OK ? st : ended;
}

static enum status minifs_open(struct span in, struct sink *out)
{
	struct minifs m;
	enum status st = ST_OK;
	if (!layout_of(in, &m))
		return ST_DAMAGED;
	m.sink = out;
	out->used = m.end;
	for (uint64_t i = 0; i < m.files && st == ST_OK; i++) {
		struct span f = span_cut(in, m.file_at + i * FILE_SIZE, FILE_SIZE);
		/* Every name ends with a NUL inside `names`: its last byte is one. */
		const char *folder = (const char *)m.names.p + span_be32(f, 0);
		const char *name = (const char *)m.names.p + span_be32(f, 4);
		struct buf path = {.max = 4096};
		while (*folder == '/')
			folder++;
		buf_printf(&path, "%s%s%s", folder, *folder ? "/" : "", name);
		struct span blob = span_cut(in, m.blob_at + span_be32(f, 8) * (uint64_t)BLOB_SIZE, 4);
		struct entry e = {.path = buf_text(&path), .size = span_be32(f, 16),
				  .at = m.data_at + span_be32(blob, 0)};
		st = write_file(&m, &e, f);
		buf_free(&path);
	}
	mem_free(m.decoded);
	return st;
}

const struct format format_minifs = {
	.name = "minifs",
	.title = "TP-Link MINIFS file system",
	.reference = "BANG tplink_minifs.ksy; arXiv 2407.05064",
	.tested = "generator in tests",
	.magic = (const struct magic[]){MAGIC(0, "MINIFS\0\0\0\0\0\0\0\0\0\0"), MAGIC_END},
	.flags = FORMAT_TREE | FORMAT_SPLIT,
	.bid = bid,
	.open = minifs_open,
};
