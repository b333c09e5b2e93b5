/* SPDX-License-Identifier: Apache-2.0 */
/*
 * MikroTik NPK, packages of RouterOS, little endian:
 *
 *   0 1e f1 d0 ba  4 length of what follows(4)  8 items: type(2) length(4) content
 *
 * types: 1 header (name(16) version(4) build time(4) ...), 2 description, 3 requirements, 4 files
 * (zlib), 7 and 8 scripts, 9 signature, 16 architecture, 21 SquashFS, 23 signature, 24 channel.
 * Unpacked files: mode(2) zeros(6) time(4) version(12) size(4) name length(2) name content.
 * Reference: npkpy (botlabsDev), mikrotik-npk (dumpnpk.py).
 */
#include "format/part.h"

enum { HEADER = 8, ITEM = 6, MAX_ITEMS = 4096, FILE_HEADER = 30, MAX_PLAIN = 64 << 20 };

struct item {
	uint16_t type;
	struct span content;
	uint64_t at, next;
};

static bool read_item(struct span in, uint64_t at, struct item *i)
{
	if (!span_has(in, at, ITEM))
		return false;
	uint32_t n = span_le32(in, at + 2);
	i->type = span_le16(in, at);
	i->at = at + ITEM;
	i->content = span_cut(in, i->at, n);
	i->next = i->at + n;
	return i->type <= 64;
}

static int bid(struct span in, uint64_t *size)
{
	struct item i;
	uint64_t end = HEADER + (uint64_t)span_le32(in, 4), at = HEADER;
	*size = 0;
	if (!SPAN_IS(in, 0, "\x1e\xf1\xd0\xba") || end < HEADER + ITEM)
		return 0;
	struct span all = span_cut(in, 0, end);
	for (int n = 0; n < MAX_ITEMS && at < end && read_item(all, at, &i); n++)
		at = i.next;
	*size = end;
	if (at == end)
		return 95;
	return at > HEADER && all.n < end ? 60 : 0; /* cut */
}

struct to_buf {
	struct codec_out out;
	struct buf *b;
};

static enum status to_buf(struct codec_out *out, const void *p, size_t n)
{
	return buf_add(((struct to_buf *)out)->b, p, n) ? ST_OK : ST_LIMIT;
}

static enum status open_file(struct span files, uint64_t at, uint64_t item, struct sink *out)
{
	struct span h = span_cut(files, at, FILE_HEADER);
	uint16_t mode = span_le16(h, 0), name_n = span_le16(h, 28);
	struct span content = span_cut(files, at + FILE_HEADER + name_n, span_le32(h, 24));
	struct arena a = {0};
	enum status st, sent;
	struct entry e = {.path = arena_str(&a, span_cut(files, at + FILE_HEADER, name_n)),
			  .at = item,
			  .size = content.n,
			  .mtime = span_le32(h, 8),
			  .mode = mode & 07777,
			  .type = (mode & 0170000) == 0040000   ? ENTRY_DIR
				  : (mode & 0170000) == 0120000 ? ENTRY_SYMLINK
								: ENTRY_FILE,
			  .owned = true};
	if (e.type == ENTRY_SYMLINK)
		e.link = arena_str(&a, content);
	if (e.type != ENTRY_FILE) {
		st = out->slice(out, &e, SPAN(files.p, 0));
	} else if ((st = out->begin(out, &e)) == ST_OK) {
		st = out->write(out, content.p, content.n);
		sent = out->end(out, st != ST_OK			? st
				     : content.n < span_le32(h, 24) ? ST_TRUNCATED
								    : ST_OK);
		st = st != ST_OK ? st : sent;
	}
	arena_free(&a);
	return st == ST_SKIP ? ST_OK : st;
}

static enum status open_files(const struct item *i, struct sink *out)
{
	struct buf b = {.max = MAX_PLAIN};
	struct to_buf to = {.out = {.write = to_buf}, .b = &b};
	uint64_t used = 0, at = 0;
	enum status packed = codec_stream(CODEC_ZLIB, i->content, &to.out, &used), st = ST_OK;
	struct span files = buf_span(&b);
	if (packed != ST_OK)
		sink_note(out, i->at, "packed files are %s", status_word(packed));
	while (st == ST_OK && span_has(files, at, FILE_HEADER)) {
		uint16_t name_n = span_le16(files, at + 28);
		if (name_n == 0 || !span_has(files, at, (uint64_t)FILE_HEADER + name_n))
			break;
		st = open_file(files, at, i->at, out);
		at += (uint64_t)FILE_HEADER + name_n + span_le32(files, at + 24);
	}
	buf_free(&b);
	return st;
}

static enum status npk_open(struct span in, struct sink *out)
{
	struct item i;
	uint64_t end = HEADER + (uint64_t)span_le32(in, 4), at = HEADER;
	struct span all = span_cut(in, 0, end);
	enum status st = ST_OK;
	for (int n = 0; n < MAX_ITEMS && st == ST_OK && at < end && read_item(all, at, &i); n++) {
		uint64_t size = i.next - i.at;
		if (i.type == 4)
			st = open_files(&i, out);
		else if (i.type == 7 || i.type == 8)
			st = part_slice(out, all, i.type == 7 ? "oninstall" : "onuninstall", i.at, size);
		else if (i.type == 21)
			st = part_slice(out, all, "squashfs", i.at, size);
		else if (i.type == 2)
			st = part_slice(out, all, "description", i.at, size);
		at = i.next;
	}
	out->used = all.n;
	return st;
}

static void npk_label(struct span in, struct label *out)
{
	struct item i;
	uint64_t at = HEADER;
	char name[17] = "", arch[24] = "";
	unsigned version[3] = {0};
	for (int n = 0; n < MAX_ITEMS && read_item(in, at, &i); n++, at = i.next) {
		if ((i.type == 1 || i.type == 18) && !*name) {
			part_text(i.content, 0, 16, name, sizeof name);
			version[0] = i.content.n > 19 ? i.content.p[19] : 0;
			version[1] = i.content.n > 19 ? i.content.p[18] : 0;
			version[2] = i.content.n > 19 ? i.content.p[16] : 0;
		}
		if (i.type == 16)
			part_text(i.content, 0, i.content.n, arch, sizeof arch);
	}
	snprintf(out->text, sizeof out->text, "%s %u.%u.%u %s", name, version[0], version[1], version[2],
		 arch);
}

const struct format format_mikrotik_npk = {
	.name = "mikrotik-npk",
	.title = "MikroTik RouterOS package (NPK)",
	.reference = "npkpy, mikrotik-npk dumpnpk.py",
	.tested = "createnpk.py, OpenWrt npk_pack_kernel.c, followed in tests; generator in tests",
	.magic = (const struct magic[]){MAGIC(0, "\x1e\xf1\xd0\xba"), MAGIC_END},
	.flags = FORMAT_TREE,
	.bid = bid,
	.open = npk_open,
	.label = npk_label,
};
