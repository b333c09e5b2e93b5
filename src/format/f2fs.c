/* SPDX-License-Identifier: Apache-2.0 */
/*
 * F2FS (flash-friendly file system), little-endian, blocks of 4096 bytes, segments of 512 blocks.
 *
 * superblock at 1024: magic f2f52010, log_sectorsize 8, log_sectors_per_block 12, log_blocksize
 *   16, log_blocks_per_seg 20, block_count(8) 36, segments of checkpoint, SIT, NAT, SSA, main area
 *   at 52, first blocks of segment 0, checkpoint, SIT, NAT, SSA, main area at 72, numbers of three
 *   inodes 96
 * checkpoint, two packs, a segment apart: version(8) 0, flags 132, blocks of the pack 136, first
 *   summary block 140, size of the SIT bitmap 156, of the NAT bitmap 160, place of the checksum
 *   164, bitmaps from 192
 * NAT block: 455 entries of version(1) inode(4) block(4); each block exists twice, the bitmap tells
 *   which counts. Entries changed last stand in a journal of the summary blocks: count(2), then
 *   number of the node(4) and an entry
 * inode: mode 0, inline(1) 3, uid 4, gid 8, links 12, size(8) 16, mtime(8) 48, flags 80, 923 block
 *   numbers from 360 (fewer when more attributes or inline ones stand among them), five node
 *   numbers at 4052. Node footer at 4072: number, inode
 * folder block: bitmap(27) pad(3), 214 entries of hash(4) inode(4) length(2) type(1), 214 slots of
 *   8 bytes for the names
 *
 * Reference: Linux include/linux/f2fs_fs.h, fs/f2fs/f2fs.h, Documentation/filesystems/f2fs.rst.
 */
#include "base/hash.h"
#include "format/names.h"

enum {
	MAGIC_F2FS = (int)0xf2f52010,
	BLOCK = 4096,
	PER_SEGMENT = 512,
	PER_NAT_BLOCK = 455,
	NAT_ENTRY = 9,
	JOURNAL_ENTRY = 13,
	JOURNAL = 507, /* bytes of a journal */
	PER_NODE = 1018,
	INODE_ADDRS = 360,
	INODE_SLOTS = 923,
	INODE_NODES = 4052,
	XATTR_SLOTS = 50,
	FLAG_UMOUNT = 1,
	FLAG_COMPACT = 4,
	FLAG_LARGE_BITMAP = 0x400,
	INLINE_XATTR = 1,
	INLINE_DATA = 2,
	INLINE_FOLDER = 4,
	EXTRA_ATTR = 0x20,
	ENCRYPTED = 4,
};

#define NEW_BLOCK        0xffffffffu /* set aside, never written */
#define COMPRESSED_BLOCK 0xfffffffeu /* begins a cluster that is compressed */

struct super {
	uint64_t blocks;
	uint32_t segments[5], first[6]; /* in the order of the superblock */
	uint32_t root, payload;
};

enum { CHECKPOINT = 0, SIT, NAT, SSA, MAIN };

struct f2fs {
	struct walk walk;
	struct span in;
	struct super s;
	struct span bitmap, journal;
	struct names names;
	size_t budget; /* nodes that may still be read: none belongs to two files */
	bool full;
};

/* Gets the blocks of a file one after another; number 0: a hole. */
struct receiver {
	enum status (*take)(struct receiver *, struct span block, uint64_t want, bool hole);
	uint64_t left; /* bytes of the file that are still to come */
};

static bool super_of(struct span in, struct super *s)
{
	struct span b = span_cut(in, 1024, 3072);
	if (b.n < 3072 || span_le32(b, 0) != (uint32_t)MAGIC_F2FS)
		return false;
	uint32_t sector = span_le32(b, 8);
	*s = (struct super){.blocks = span_le64(b, 36), .root = span_le32(b, 96),
			    .payload = span_le32(b, 1664)};
	for (unsigned i = 0; i < 5; i++)
		s->segments[i] = span_le32(b, 52 + 4 * i);
	for (unsigned i = 0; i < 6; i++)
		s->first[i] = span_le32(b, 72 + 4 * i);
	if (sector < 9 || sector > 12 || sector + span_le32(b, 12) != 12 || span_le32(b, 16) != 12 ||
	    span_le32(b, 20) != 9 || s->first[0] != s->first[1] || s->root < 3)
		return false;
	for (unsigned i = 0; i < 4; i++) /* the areas stand one behind the other */
		if (s->segments[i] >> 20 ||
		    s->first[i + 1] + s->segments[i] * PER_SEGMENT != s->first[i + 2])
			return false;
	uint64_t end = s->first[5] + (uint64_t)s->segments[MAIN] * PER_SEGMENT;
	return s->segments[NAT] >= 2 && s->blocks >> 32 == 0 && s->blocks >= end;
}

static int bid(struct span in, uint64_t *size)
{
	struct super s;
	*size = 0;
	if (!super_of(in, &s))
		return 0;
	*size = s.blocks * BLOCK;
	return 95;
}

static struct span block_at(const struct f2fs *f, uint64_t number)
{
	return span_cut(f->in, number * BLOCK, BLOCK);
}

/* Is the first block of a pack of the checkpoint what was written last, and whole? */
static bool pack_is_whole(const struct f2fs *f, uint64_t at)
{
	struct span b = block_at(f, at);
	uint32_t sum = span_le32(b, 164), blocks = span_le32(b, 136);
	if (b.n < BLOCK || sum < 192 || sum > BLOCK - 4 || blocks < 2 || blocks > PER_SEGMENT)
		return false;
	struct span last = block_at(f, at + blocks - 1);
	return hash_crc32_raw((uint32_t)MAGIC_F2FS, span_cut(b, 0, sum)) == span_le32(b, sum) &&
	       last.n == BLOCK && span_le64(last, 0) == span_le64(b, 0);
}

static void read_journal(struct f2fs *f, uint64_t pack, struct span b)
{
	uint32_t flags = span_le32(b, 132);
	if (flags & FLAG_COMPACT) {
		f->journal = span_cut(block_at(f, pack + span_le32(b, 140)), 0, JOURNAL);
		return;
	}
	/* the summary of hot data: the first of six, or of three, before the last block */
	uint64_t back = (flags & FLAG_UMOUNT ? 6 : 3) + 1;
	struct span summary = block_at(f, pack + span_le32(b, 136) - back);
	f->journal = span_cut(summary, BLOCK - 5 - JOURNAL, JOURNAL);
}

static bool read_checkpoint(struct f2fs *f)
{
	uint64_t one = f->s.first[1], two = one + PER_SEGMENT, at = one;
	bool first = pack_is_whole(f, one), second = pack_is_whole(f, two);
	if (!first && !second)
		return false;
	if (second && (!first || span_le64(block_at(f, two), 0) > span_le64(block_at(f, one), 0)))
		at = two;
	struct span b = block_at(f, at);
	uint64_t bits = 192;
	if (span_le32(b, 132) & FLAG_LARGE_BITMAP)
		bits += 4;
	else if (!f->s.payload)
		bits += span_le32(b, 156);
	f->bitmap = span_cut(f->in, at * BLOCK + bits, span_le32(b, 160));
	read_journal(f, at, b);
	return true;
}

/* Entry of the node address table: inode and block of a node; false: there is none. */
static bool nat_entry(const struct f2fs *f, uint64_t nid, uint32_t *ino, uint32_t *block)
{
	uint64_t n = nid / PER_NAT_BLOCK, segment = n / PER_SEGMENT;
	uint64_t changed = f->journal.n >= 2 ? span_le16(f->journal, 0) : 0;
	struct span e = {0};
	for (uint64_t i = 0; i < changed && !e.n; i++) {
		struct span j = span_cut(f->journal, 2 + i * JOURNAL_ENTRY, JOURNAL_ENTRY);
		if (j.n < JOURNAL_ENTRY)
			break;
		if (span_le32(j, 0) == nid)
			e = span_from(j, 4);
	}
	if (!e.n) {
		uint64_t at = f->s.first[3] + segment * 2 * PER_SEGMENT + n % PER_SEGMENT;
		if (segment >= f->s.segments[NAT] / 2)
			return false;
		if (n / 8 < f->bitmap.n && (f->bitmap.p[n / 8] >> (7 - n % 8) & 1))
			at += PER_SEGMENT;
		e = span_cut(block_at(f, at), nid % PER_NAT_BLOCK * NAT_ENTRY, NAT_ENTRY);
	}
	*ino = span_le32(e, 1);
	*block = span_le32(e, 5);
	return e.n == NAT_ENTRY && *block >= f->s.first[5] && *block < f->s.blocks;
}

static struct span node(const struct f2fs *f, uint64_t nid)
{
	uint32_t ino, block;
	struct span none = {0};
	if (!nid || !nat_entry(f, nid, &ino, &block))
		return none;
	struct span b = block_at(f, block);
	return b.n == BLOCK && span_le32(b, 4072) == nid && span_le32(b, 4076) == ino ? b : none;
}

static struct span inode(const struct f2fs *f, uint64_t ino)
{
	struct span b = node(f, ino), none = {0};
	return b.n && span_le32(b, 4076) == ino ? b : none;
}

static enum status give(struct f2fs *f, struct receiver *r, uint32_t place)
{
	uint64_t want = r->left < BLOCK ? r->left : BLOCK;
	bool hole = place == 0 || place == NEW_BLOCK;
	if (place == COMPRESSED_BLOCK)
		return ST_UNSUPPORTED;
	r->left -= want;
	return r->take(r, hole ? (struct span){0} : span_cut(block_at(f, place), 0, want), want,
		       hole);
}

/* A node `level` levels above those that list blocks. Depth at most 2. */
static enum status descend(struct f2fs *f, struct receiver *r, uint32_t nid, unsigned level)
{
	enum status st = ST_OK;
	struct span b = node(f, nid);
	uint64_t covers = (uint64_t)PER_NODE * BLOCK;
	for (unsigned i = 0; i < level; i++)
		covers *= PER_NODE;
	if (!nid) {
		uint64_t want = covers < r->left ? covers : r->left;
		r->left -= want;
		return r->take(r, (struct span){0}, want, true);
	}
	if (!b.n || !f->budget)
		return ST_DAMAGED;
	f->budget--;
	for (unsigned i = 0; i < PER_NODE && r->left && st == ST_OK; i++) {
		uint32_t next = span_le32(b, 4 * i);
		st = level ? descend(f, r, next, level - 1) : give(f, r, next);
	}
	return st;
}

/* Block numbers of an inode: where they begin, and how many there are. */
static unsigned slots_of(struct span i, uint64_t *at)
{
	unsigned extra = i.p[3] & EXTRA_ATTR ? span_le16(i, 360) / 4u : 0, attrs = 0;
	if (i.p[3] & INLINE_XATTR)
		attrs = extra ? span_le16(i, 362) : XATTR_SLOTS;
	if (i.p[3] & INLINE_XATTR && !attrs)
		attrs = XATTR_SLOTS;
	*at = INODE_ADDRS + 4 * (uint64_t)extra;
	return extra + attrs < INODE_SLOTS ? INODE_SLOTS - extra - attrs : 0;
}

/* What stands in the inode itself instead of block numbers. */
static struct span inline_part(struct span i)
{
	uint64_t at;
	unsigned slots = slots_of(i, &at);
	return span_cut(i, at + 4, slots ? 4 * (uint64_t)(slots - 1) : 0);
}

static enum status read_blocks(struct f2fs *f, struct span i, struct receiver *r)
{
	static const uint8_t levels[5] = {0, 0, 1, 1, 2};
	enum status st = ST_OK;
	uint64_t at;
	unsigned slots = slots_of(i, &at);
	r->left = span_le64(i, 16);
	if (i.p[3] & INLINE_DATA) {
		struct span b = span_cut(inline_part(i), 0, r->left);
		return r->take(r, b, r->left, false);
	}
	for (unsigned k = 0; k < slots && r->left && st == ST_OK; k++)
		st = give(f, r, span_le32(i, at + 4 * k));
	for (unsigned k = 0; k < 5 && r->left && st == ST_OK; k++)
		st = descend(f, r, span_le32(i, INODE_NODES + 4 * k), levels[k]);
	return st;
}

/* `count` entries, their bitmap, and the slots of their names. */
static bool take_names(struct f2fs *f, uint64_t dir, unsigned count, struct span bitmap,
		       struct span entries, struct span slots)
{
	for (unsigned k = 0; k < count;) {
		struct span e = span_cut(entries, 11 * (uint64_t)k, 11);
		uint16_t n = span_le16(e, 8);
		struct span name = span_cut(slots, 8 * (uint64_t)k, n);
		if (e.n < 11 || k / 8 >= bitmap.n || !(bitmap.p[k / 8] >> k % 8 & 1)) {
			k++;
			continue;
		}
		if (f->names.n > f->in.n / 16 + 1024) {
			f->full = true;
			return false;
		}
		if (!n || name.n < n)
			return false;
		names_add(&f->names, (struct name){dir, span_le32(e, 4), 0,
						   (uint64_t)(e.p - f->in.p), name});
		k += (n + 7u) / 8u;
	}
	return true;
}

struct folder {
	struct receiver r;
	struct f2fs *f;
	uint64_t ino;
};

static enum status take_entries(struct receiver *r, struct span b, uint64_t want, bool hole)
{
	enum { ENTRIES = 214, BITMAP = 27, FIRST = 30, SLOTS = 2384 };
	struct folder *d = (struct folder *)r;
	(void)want;
	if (hole)
		return ST_OK;
	bool whole = b.n == BLOCK && take_names(d->f, d->ino, ENTRIES, span_cut(b, 0, BITMAP),
						span_cut(b, FIRST, 11 * ENTRIES),
						span_cut(b, SLOTS, 8 * ENTRIES));
	return whole ? ST_OK : d->f->full ? ST_LIMIT : ST_DAMAGED;
}

/* The same in the inode: as many entries as fit, the names at the end. */
static bool take_inline_folder(struct f2fs *f, uint64_t ino, struct span i)
{
	struct span b = inline_part(i);
	unsigned count = (unsigned)(b.n * 8 / ((11 + 8) * 8 + 1)), bitmap = (count + 7) / 8;
	uint64_t names = b.n - 8 * (uint64_t)count, entries = names - 11 * (uint64_t)count;
	return count && take_names(f, ino, count, span_cut(b, 0, bitmap),
				   span_cut(b, entries, 11 * (uint64_t)count), span_from(b, names));
}

static void gather_folder(struct f2fs *f, uint64_t ino, struct span i)
{
	struct folder d = {.r = {.take = take_entries}, .f = f, .ino = ino};
	bool whole = i.p[3] & INLINE_FOLDER ? take_inline_folder(f, ino, i)
					    : read_blocks(f, i, &d.r) == ST_OK;
	if (!whole && !f->full)
		sink_note(f->walk.sink, (uint64_t)(i.p - f->in.p), "folder %llu is damaged",
			  (unsigned long long)ino);
	if (i.p[2] & ENCRYPTED)
		sink_note(f->walk.sink, (uint64_t)(i.p - f->in.p),
			  "folder %llu is encrypted: its names are not the real ones",
			  (unsigned long long)ino);
}

/* All folders, in the order of their numbers: none is read twice. */
static void gather(struct f2fs *f)
{
	uint64_t most = (uint64_t)f->s.segments[NAT] / 2 * PER_SEGMENT * PER_NAT_BLOCK;
	uint64_t blocks = f->in.n / BLOCK, left = blocks;
	most = most < blocks * PER_NAT_BLOCK ? most : blocks * PER_NAT_BLOCK;
	for (uint64_t nid = 3; nid < most && left && !f->full; nid++) {
		uint32_t ino, block;
		if (!nat_entry(f, nid, &ino, &block))
			continue;
		left--;
		struct span i = ino == nid ? inode(f, nid) : (struct span){0};
		if (i.n && (span_le16(i, 0) & 0170000) == 0040000 && span_le32(i, 12))
			gather_folder(f, nid, i);
	}
	if (f->full)
		sink_note(f->walk.sink, 0, "more names than the image has room for");
}

struct file {
	struct receiver r;
	struct sink *sink;
	enum status whole;
};

static enum status take_content(struct receiver *r, struct span b, uint64_t want, bool hole)
{
	struct file *f = (struct file *)r;
	if (hole)
		return sink_zeros(f->sink, want);
	if (b.n < want)
		f->whole = ST_TRUNCATED;
	enum status st = b.n ? f->sink->write(f->sink, b.p, b.n) : ST_OK;
	return st == ST_OK ? sink_zeros(f->sink, want - b.n) : st;
}

static enum status write_file(struct f2fs *f, const struct entry *e, struct span i)
{
	struct sink *s = f->walk.sink;
	struct file r = {.r = {.take = take_content}, .sink = s};
	enum status st = s->begin(s, e);
	if (st != ST_OK)
		return st;
	st = read_blocks(f, i, &r.r);
	if (i.p[2] & ENCRYPTED)
		sink_note(s, e->at, "content of '%s' is encrypted", e->path);
	if (st == ST_DAMAGED || st == ST_UNSUPPORTED || r.whole != ST_OK) {
		sink_note(s, e->at, "content of '%s' is %s", e->path,
			  st == ST_UNSUPPORTED ? "compressed, which is not read" : "not whole");
		r.whole = st != ST_OK ? st : r.whole;
		st = ST_OK;
	}
	enum status ended = s->end(s, st != ST_OK ? st : r.whole);
	return st != ST_OK ? st : ended;
}

static void describe(struct f2fs *f, struct span i, struct entry *e)
{
	if (!entry_mode(e, span_le16(i, 0)))
		sink_note(f->walk.sink, e->at, "inode of '%s' has no known type", e->path);
	e->uid = span_le32(i, 4);
	e->gid = span_le32(i, 8);
	e->mtime = (int64_t)span_le64(i, 48);
	e->size = e->type == ENTRY_FILE ? span_le64(i, 16) : 0;
	e->owned = true;
}

struct target {
	struct receiver r;
	char text[BLOCK + 1];
};

static enum status take_target(struct receiver *r, struct span b, uint64_t want, bool hole)
{
	struct target *t = (struct target *)r;
	(void)hole;
	size_t n = b.n < want ? b.n : (size_t)want;
	n = n < BLOCK ? n : BLOCK;
	if (n)
		memcpy(t->text, b.p, n);
	t->text[n] = 0;
	r->left = 0;
	return ST_OK;
}

static enum status visit(struct walk *w, const struct name *name, const char *path,
			 const char *first)
{
	struct f2fs *f = (struct f2fs *)w;
	struct span i = inode(f, name->ino);
	struct entry e = {.path = path, .at = name->at};
	struct target target = {.r = {.take = take_target}};
	uint64_t slots;
	if (!i.n) {
		sink_note(w->sink, name->at, "inode %llu of '%s' is missing",
			  (unsigned long long)name->ino, path);
		enum status st = w->sink->begin(w->sink, &e);
		return st == ST_OK ? w->sink->end(w->sink, ST_TRUNCATED) : st;
	}
	e.at = (uint64_t)(i.p - f->in.p);
	describe(f, i, &e);
	if (first && e.type != ENTRY_DIR) {
		e.type = ENTRY_HARDLINK;
		e.link = first;
		return sink_bare(w->sink, &e);
	}
	if (e.type == ENTRY_FILE)
		return write_file(f, &e, i);
	if (e.type == ENTRY_SYMLINK) {
		read_blocks(f, i, &target.r);
		e.link = target.text;
	} else if ((e.type == ENTRY_CHAR || e.type == ENTRY_BLOCK) && slots_of(i, &slots)) {
		uint32_t old = span_le32(i, slots);
		entry_device(&e, old ? old : span_le32(i, slots + 4));
	}
	return sink_bare(w->sink, &e);
}

static enum status f2fs_open(struct span in, struct sink *out)
{
	struct f2fs f = {.walk = {visit, out}};
	if (!super_of(in, &f.s))
		return ST_DAMAGED;
	out->used = f.s.blocks * BLOCK;
	f.in = span_cut(in, 0, out->used);
	f.budget = f.in.n / BLOCK * 2 + 1; /* folders are read once, then all in their turn */
	if (out->used > in.n)
		sink_note(out, in.n, "the input ends before the file system does");
	if (!read_checkpoint(&f)) {
		sink_note(out, (uint64_t)f.s.first[1] * BLOCK, "both checkpoints are damaged");
		return ST_DAMAGED;
	}
	gather(&f);
	enum status st = names_walk(&f.names, f.s.root, &f.walk);
	names_free(&f.names);
	return st;
}

static void label(struct span in, struct label *out)
{
	out->type = "file system";
	snprintf(out->text, sizeof out->text, "F2FS %u.%u", span_le16(in, 1028),
		 span_le16(in, 1030));
}

const struct format format_f2fs = {
	.name = "f2fs",
	.title = "F2FS file system",
	.reference = "Linux include/linux/f2fs_fs.h",
	.tested = "mkfs.f2fs and sload.f2fs 1.15",
	.magic = (const struct magic[]){MAGIC(1024, "\x10\x20\xf5\xf2"), MAGIC_END},
	.flags = FORMAT_TREE | FORMAT_SPLIT,
	.bid = bid,
	.open = f2fs_open,
	.label = label,
};
