/* SPDX-License-Identifier: Apache-2.0 */
/*
 * EROFS, little endian.
 *
 *   superblock at 1024: 0 magic e0f5e1e2  4 CRC-32C  8 compatible  12 log block size(1)  14 root(2)
 *               16 inodes(8)  36 blocks  40 block of the inodes  80 incompatible  90 log folder
 * block(1) inode at 32 * number: 0 format(2; bit 0: long, bits 1-3: layout)  2 attributes(2)  4
 * mode(2) short:    8 size(4)  16 place(4)  24 uid(2)  26 gid(2) long:     8 size(8)  16 place(4)
 * 24 uid(4)  28 gid(4)  32 mtime(8) layouts:    0 blocks from `place`  2 the same, the last part
 * behind the inode 1, 3 packed (erofs_packed.c)  4 chunks: a list of their blocks behind the inode
 *   attributes: filter(4) shared(1) unused(7), shared * number(4; in words behind block 44 of the
 *               superblock), then of its own: name length(1) class(1) size(2) name value, to 4 bytes
 *   folder:     in each block entries of 12 bytes: inode(8) name at(2) type(1); then the names
 *
 * Reference: Linux fs/erofs/erofs_fs.h, Documentation/filesystems/erofs.rst.
 */
#include "format/erofs.h"

enum {
	SUPER_AT = 1024,
	SUPER = 128,
	SLOT = 32,
	ENTRY = 12,
	COMPAT_CHECKSUM = 1,
	INCOMPAT_KNOWN = 0x7f,
	INCOMPAT_DEVICES = 8,
	CHUNK_BITS = 0x1f,
	CHUNK_INDEXES = 0x20,
};
#define HOLE UINT32_MAX

static bool inode_read(const struct erofs *fs, uint64_t number, struct erofs_inode *i)
{
	uint64_t at;
	*i = (struct erofs_inode){0};
	if (number > fs->in.n / SLOT || !span_has(fs->in, at = fs->meta + number * SLOT, SLOT))
		return false;
	uint16_t format = span_le16(fs->in, at), attributes = span_le16(fs->in, at + 2);
	bool wide = format & 1;
	if (wide && !span_has(fs->in, at, 2 * SLOT))
		return false;
	i->layout = (enum erofs_layout)(format >> 1 & 7);
	i->mode = span_le16(fs->in, at + 4);
	i->size = wide ? span_le64(fs->in, at + 8) : span_le32(fs->in, at + 8);
	i->where = span_le32(fs->in, at + 16);
	i->uid = wide ? span_le32(fs->in, at + 24) : span_le16(fs->in, at + 24);
	i->gid = wide ? span_le32(fs->in, at + 28) : span_le16(fs->in, at + 26);
	i->mtime = wide ? span_le64(fs->in, at + 32) : span_le64(fs->in, SUPER_AT + 24);
	i->xattrs = i->behind = at + (wide ? 2 * SLOT : SLOT);
	if (attributes)
		i->behind += 12 + (uint64_t)(attributes - 1) * 4;
	return i->layout <= EROFS_CHUNKS;
}

static bool super_read(struct span in, struct erofs *fs)
{
	struct erofs_inode root;
	*fs = (struct erofs){.in = in};
	if (!span_has(in, SUPER_AT, SUPER) || !SPAN_IS(in, SUPER_AT, "\xe2\xe1\xf5\xe0"))
		return false;
	fs->block_bits = in.p[SUPER_AT + 12];
	if (fs->block_bits < 9 || fs->block_bits > 16 || in.p[SUPER_AT + 90])
		return false;
	fs->block = 1u << fs->block_bits;
	fs->size = (uint64_t)span_le32(in, SUPER_AT + 36) << fs->block_bits;
	fs->meta = (uint64_t)span_le32(in, SUPER_AT + 40) << fs->block_bits;
	fs->shared = (uint64_t)span_le32(in, SUPER_AT + 44) << fs->block_bits;
	fs->incompat = span_le32(in, SUPER_AT + 80);
	if (fs->incompat & ~(uint32_t)INCOMPAT_KNOWN || fs->size < SUPER_AT + SUPER ||
	    fs->meta >= fs->size)
		return false;
	return inode_read(fs, span_le16(in, SUPER_AT + 14), &root) &&
	       (root.mode & 0170000) == 0040000;
}

/* Block `k` of content that is not packed: empty for a hole; *st tells what is wrong with it. */
static struct span block_of(const struct erofs *fs, const struct erofs_inode *i, uint64_t k,
			    enum status *st)
{
	uint64_t at = ((uint64_t)i->where + k) << fs->block_bits, from = k << fs->block_bits;
	uint64_t want = i->size - from < fs->block ? i->size - from : fs->block;
	*st = ST_OK;
	if (i->layout == EROFS_INLINE && i->size - from <= fs->block) {
		at = i->behind;
	} else if (i->layout == EROFS_CHUNKS) {
		bool wide = i->where & CHUNK_INDEXES;
		unsigned shift = i->where & CHUNK_BITS;
		uint64_t list = (i->behind + (wide ? 7 : 3)) & ~(wide ? UINT64_C(7) : UINT64_C(3));
		uint64_t word = list + (k >> shift) * (wide ? 8 : 4) + (wide ? 4 : 0);
		uint32_t block = span_le32(fs->in, word);
		if (!span_has(fs->in, word, 4) || (wide && span_le16(fs->in, word - 2)))
			*st = span_has(fs->in, word, 4) ? ST_UNSUPPORTED : ST_DAMAGED;
		if (*st != ST_OK || block == HOLE)
			return SPAN(fs->in.p, 0);
		at = (block + (k & ((UINT64_C(1) << shift) - 1))) << fs->block_bits;
	}
	if (!span_has(fs->in, at, want)) {
		*st = at >= fs->size ? ST_DAMAGED : ST_TRUNCATED;
		return SPAN(fs->in.p, 0);
	}
	return span_cut(fs->in, at, want);
}

static void dir_block(struct erofs *fs, uint64_t dir, struct span b)
{
	size_t count = span_le16(b, 8) / ENTRY;
	for (size_t k = 0; k < count; k++) {
		uint64_t at = k * ENTRY, from = span_le16(b, at + 8);
		uint64_t to = k + 1 < count ? span_le16(b, at + ENTRY + 8) : b.n;
		if (!span_has(b, at, ENTRY) || from < count * ENTRY || to < from || to > b.n) {
			sink_note(fs->walk.sink, (uint64_t)(b.p - fs->in.p) + at,
				  "entry of a folder is damaged");
			return;
		}
		struct span name = span_cut(b, from, to - from);
		name.n = strnlen((const char *)name.p, name.n);
		/* Numbers are kept one higher: 0 means "deleted" to names.h. */
		names_add(&fs->names, (struct name){.dir = dir + 1,
						    .ino = span_le64(b, at) + 1,
						    .name = name,
						    .version = 1,
						    .at = (uint64_t)(b.p - fs->in.p) + at});
	}
}

static void list_folder(struct erofs *fs, uint64_t number, uint64_t *room)
{
	struct erofs_inode i;
	enum status st;
	if (!inode_read(fs, number, &i) || (i.mode & 0170000) != 0040000)
		return;
	bool packed = i.layout == EROFS_PACKED || i.layout == EROFS_PACKED_FULL;
	if (packed)
		sink_note(fs->walk.sink, i.behind, "packed folders are not read");
	for (uint64_t k = 0; !packed && k < (i.size + fs->block - 1) >> fs->block_bits; k++) {
		struct span b = block_of(fs, &i, k, &st);
		uint64_t cost = b.n ? b.n : fs->block;
		if (cost > *room) {
			*room = 0;
			return;
		}
		*room -= cost;
		if (st != ST_OK)
			sink_note(fs->walk.sink, i.behind, "block of a folder is %s",
				  status_word(st));
		dir_block(fs, number, b);
	}
}

static void collect_names(struct erofs *fs, uint64_t root)
{
	size_t slots = fs->in.n / SLOT + 2;
	uint8_t *seen = mem_array(slots, 1);
	uint64_t room = fs->in.n;
	if (root < slots)
		seen[root] = 1;
	list_folder(fs, root, &room);
	for (size_t k = 0; k < fs->names.n && room; k++) {
		uint64_t number = fs->names.v[k].ino - 1;
		if (number >= slots || seen[number])
			continue;
		seen[number] = 1;
		list_folder(fs, number, &room);
	}
	if (!room)
		sink_note(fs->walk.sink, fs->meta, "folders overlap: the rest of them is left out");
	mem_free(seen);
}

static enum status content(struct erofs *fs, const struct erofs_inode *i, enum status *own)
{
	static const uint8_t zeros[65536];
	enum status st = ST_OK, one;
	for (uint64_t k = 0, done = 0; done < i->size && st == ST_OK; k++, done += fs->block) {
		struct span b = block_of(fs, i, k, &one);
		size_t want = i->size - done < fs->block ? (size_t)(i->size - done) : fs->block;
		if (one != ST_OK && *own == ST_OK)
			*own = one;
		if (one != ST_OK && done > fs->in.n)
			break; /* a size without content */
		st = fs->walk.sink->write(fs->walk.sink, b.n == want ? b.p : zeros, want);
	}
	return st;
}

static enum status give_file(struct erofs *fs, const struct entry *e, const struct erofs_inode *i)
{
	struct sink *out = fs->walk.sink;
	enum status own = ST_OK, st = out->begin(out, e);
	if (st != ST_OK)
		return st;
	bool packed = i->layout == EROFS_PACKED || i->layout == EROFS_PACKED_FULL;
	st = packed ? erofs_unpack(fs, i, &own) : content(fs, i, &own);
	if (own != ST_OK)
		sink_note(out, e->at, "content of %.100s is %s", e->path, status_word(own));
	enum status ended = out->end(out, st != ST_OK ? st : own);
	return st != ST_OK ? st : ended;
}

/* One attribute; where the next may stand: nowhere when it is damaged. */
static uint64_t one_attribute(struct erofs *fs, uint64_t at)
{
	uint8_t n = span_has(fs->in, at, 4) ? fs->in.p[at] : 0;
	uint8_t number = span_has(fs->in, at, 4) ? fs->in.p[at + 1] : 0;
	uint16_t size = span_le16(fs->in, at + 2);
	struct span name = span_cut(fs->in, at + 4, n), value = span_cut(fs->in, at + 4 + n, size);
	const char *class = attributes_class(number);
	if (!class || name.n < n || value.n < size ||
	    !attributes_add(&fs->attributes, class, name, value)) {
		sink_note(fs->walk.sink, at, "an extended attribute cannot be read");
		return UINT64_MAX;
	}
	return (at + 4 + n + size + 3) & ~UINT64_C(3);
}

static void read_attributes(struct erofs *fs, const struct erofs_inode *i)
{
	uint64_t at = i->xattrs + 12, end = i->behind < fs->in.n ? i->behind : fs->in.n;
	attributes_reset(&fs->attributes);
	if (i->behind == i->xattrs || !span_has(fs->in, i->xattrs, 12))
		return;
	for (unsigned k = 0; k < fs->in.p[i->xattrs + 4] && at + 4 <= end; k++, at += 4)
		if (one_attribute(fs, fs->shared + 4 * (uint64_t)span_le32(fs->in, at)) == UINT64_MAX)
			return;
	while (at < end && end - at >= 4 && span_le32(fs->in, at))
		at = one_attribute(fs, at);
}

static enum status visit(struct walk *w, const struct name *name, const char *path,
			 const char *first)
{
	struct erofs *fs = (struct erofs *)w;
	struct erofs_inode i;
	struct entry e = {.path = path, .owned = true};
	e.at = fs->meta + (name->ino - 1) * SLOT;
	if (!inode_read(fs, name->ino - 1, &i) || !entry_mode(&e, i.mode)) {
		sink_note(w->sink, name->at, "inode of %.100s is damaged", path);
		return ST_OK;
	}
	e.uid = i.uid;
	e.gid = i.gid;
	e.mtime = (int64_t)i.mtime;
	if (first && e.type != ENTRY_DIR) {
		e.type = ENTRY_HARDLINK;
		e.link = first;
		return sink_bare(w->sink, &e);
	}
	read_attributes(fs, &i);
	attributes_give(&fs->attributes, &e);
	if (e.type == ENTRY_FILE) {
		e.size = i.size;
		return give_file(fs, &e, &i);
	}
	struct arena a = {0};
	if (e.type == ENTRY_SYMLINK) {
		enum status st;
		e.link = arena_str(&a, block_of(fs, &i, 0, &st));
		if (st != ST_OK)
			sink_note(w->sink, e.at, "target of a link is %s", status_word(st));
	} else if (e.type == ENTRY_CHAR || e.type == ENTRY_BLOCK) {
		entry_device(&e, i.where);
	}
	enum status st = sink_bare(w->sink, &e);
	arena_free(&a);
	return st;
}

static uint32_t crc32c(uint32_t crc, struct span s)
{
	for (size_t i = 0; i < s.n; i++) {
		crc ^= s.p[i];
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0x82f63b78u : 0);
	}
	return crc;
}

static void check_super(const struct erofs *fs)
{
	static const uint8_t zero[4];
	if (!(span_le32(fs->in, SUPER_AT + 8) & COMPAT_CHECKSUM) || fs->block < 2 * SUPER_AT)
		return;
	uint32_t crc = crc32c(~0u, span_cut(fs->in, SUPER_AT, 4));
	crc = crc32c(crc, SPAN(zero, 4));
	crc = crc32c(crc, span_cut(fs->in, SUPER_AT + 8, fs->block - SUPER_AT - 8));
	if (crc != span_le32(fs->in, SUPER_AT + 4))
		sink_note(fs->walk.sink, SUPER_AT + 4, "checksum of the superblock is wrong");
}

static enum status erofs_open(struct span in, struct sink *out)
{
	struct erofs fs;
	if (!super_read(in, &fs))
		return ST_DAMAGED;
	fs.in = span_cut(in, 0, fs.size);
	fs.walk = (struct walk){.visit = visit, .sink = out};
	out->used = fs.size;
	if (fs.in.n < fs.size)
		sink_note(out, fs.in.n, "%llu bytes of the file system are missing",
			  (unsigned long long)(fs.size - fs.in.n));
	if (fs.incompat & INCOMPAT_DEVICES)
		sink_note(out, SUPER_AT,
			  "content may stand on other devices or be packed in two ways");
	check_super(&fs);
	uint64_t root = span_le16(in, SUPER_AT + 14);
	collect_names(&fs, root);
	enum status st = names_walk(&fs.names, root + 1, &fs.walk);
	names_free(&fs.names);
	attributes_free(&fs.attributes);
	return st == ST_SKIP ? ST_OK : st;
}

static int bid(struct span in, uint64_t *size)
{
	struct erofs fs;
	if (!super_read(in, &fs))
		return 0;
	*size = fs.size;
	return 90;
}

static void label(struct span in, struct label *out)
{
	out->type = "file system";
	snprintf(out->text, sizeof out->text, "%llu inodes, volume %.16s",
		 (unsigned long long)span_le64(in, SUPER_AT + 16),
		 (const char *)in.p + SUPER_AT + 64);
}

const struct format format_erofs = {
    .name = "erofs",
    .title = "EROFS",
    .reference = "Linux Documentation/filesystems/erofs.rst",
    .tested = "mkfs.erofs 1.5",
    .magic = (const struct magic[]){MAGIC(SUPER_AT, "\xe2\xe1\xf5\xe0"), MAGIC_END},
    .flags = FORMAT_TREE | FORMAT_SPLIT,
    .bid = bid,
    .open = erofs_open,
    .label = label,
};
