/* SPDX-License-Identifier: Apache-2.0 */
/*
 * UFS1 and UFS2 (Berkeley fast file system), either endian.
 *
 * superblock at 8192 or (only UFS2) 65536, magic at 1372: 00011954 (UFS1) or 19540119 (UFS2)
 *   iblkno 16, old_cgoffset 24, old_cgmask 28, size of UFS1 36, groups 44, bsize 48, fsize 52,
 *   fragments per block 56, nindir 116, inodes per group 184, fragments per group 188,
 *   place and size of UFS2 at 1000 and 1080
 * inode 1 (128): mode(2) links(2) pad(4) size(8) atime(8) mtime(8) ctime(8) 12+3 blocks of 4 at 40,
 *   uid 112, gid 116
 * inode 2 (256): mode(2) links(2) uid(4) gid(4) blksize(4) size(8) blocks(8) atime(8) mtime(8) ...
 *   12+3 blocks of 8 at 112
 * block numbers count fragments; short link targets stand where the blocks would
 * folder entry: inode(4) length(2) type(1) name_length(1) name
 *
 * Reference: FreeBSD sys/ufs/ffs/fs.h, sys/ufs/ufs/dinode.h, dir.h.
 */
#include "format/names.h"

enum { ROOT = 2, DIRECT = 12, LEVELS = 3, SUPER = 1376 };

struct super {
	uint64_t size; /* fragments */
	uint32_t groups, bsize, fsize, frag, nindir, per_group, frags_per_group, iblkno;
	uint32_t cg_offset, cg_mask;
	bool be, v2;
};

struct ufs {
	struct walk walk;
	struct span in;
	struct super s;
	struct names names;
	size_t budget; /* indirect blocks that one file may still use */
	bool full;
};

static bool power_of_two(uint32_t n)
{
	return n && !(n & (n - 1));
}

static bool super_at(struct span in, uint64_t at, bool be, bool v2, struct super *s)
{
	struct span b = span_cut(in, at, SUPER);
	if (b.n < SUPER || span_u32(b, 1372, be) != (v2 ? 0x19540119U : 0x00011954U))
		return false;
	*s = (struct super){.groups = span_u32(b, 44, be), .bsize = span_u32(b, 48, be),
			    .fsize = span_u32(b, 52, be), .frag = span_u32(b, 56, be),
			    .nindir = span_u32(b, 116, be), .per_group = span_u32(b, 184, be),
			    .frags_per_group = span_u32(b, 188, be), .iblkno = span_u32(b, 16, be),
			    .cg_offset = span_u32(b, 24, be), .cg_mask = span_u32(b, 28, be),
			    .be = be, .v2 = v2};
	s->size = !v2 ? span_u32(b, 36, be) : be ? span_be64(b, 1080) : span_le64(b, 1080);
	/* A copy elsewhere still tells the first one's place. */
	if (v2 && (be ? span_be64(b, 1000) : span_le64(b, 1000)) != at)
		return false;
	if (!power_of_two(s->bsize) || s->bsize < 4096 || s->bsize > 65536 ||
	    !power_of_two(s->fsize) || s->fsize < 512 || s->fsize * (uint64_t)s->frag != s->bsize ||
	    s->nindir != s->bsize / (v2 ? 8 : 4) || !s->per_group || !s->frags_per_group ||
	    s->size >> 40 || !s->groups)
		return false;
	return (uint64_t)s->groups * s->frags_per_group >= s->size &&
	       (uint64_t)(s->groups - 1) * s->frags_per_group <= s->size;
}

static bool super_of(struct span in, struct super *s)
{
	return super_at(in, 65536, false, true, s) || super_at(in, 65536, true, true, s) ||
	       super_at(in, 8192, false, true, s) || super_at(in, 8192, true, true, s) ||
	       super_at(in, 8192, false, false, s) || super_at(in, 8192, true, false, s);
}

static int bid(struct span in, uint64_t *size)
{
	struct super s;
	*size = 0;
	if (!super_of(in, &s))
		return 0;
	*size = s.size * s.fsize;
	return 90;
}

static uint64_t number(const struct ufs *u, struct span s, uint64_t at)
{
	if (!u->s.v2)
		return span_u32(s, at, u->s.be);
	return u->s.be ? span_be64(s, at) : span_le64(s, at);
}

static struct span inode(const struct ufs *u, uint64_t ino)
{
	uint64_t cg = ino / u->s.per_group, size = u->s.v2 ? 256 : 128;
	uint64_t base = cg * u->s.frags_per_group + u->s.iblkno;
	if (!u->s.v2)
		base += (uint64_t)u->s.cg_offset * (cg & ~u->s.cg_mask & 0xffffffff);
	struct span i = span_cut(u->in, base * u->s.fsize + ino % u->s.per_group * size, size);
	return cg < u->s.groups && i.n == size ? i : SPAN(u->in.p, 0);
}

static uint64_t size_of(const struct ufs *u, struct span i)
{
	uint64_t at = u->s.v2 ? 16 : 8;
	return u->s.be ? span_be64(i, at) : span_le64(i, at);
}

/* Gets the blocks of a file one after another; an empty span with `hole` set for a hole. */
struct receiver {
	enum status (*take)(struct receiver *, struct span block, uint64_t want, bool hole);
	uint64_t left; /* bytes of the file that are still to come */
};

static enum status give(struct ufs *u, struct receiver *r, uint64_t place, uint64_t covers)
{
	uint64_t want = covers < r->left ? covers : r->left;
	struct span b = span_cut(u->in, place * u->s.fsize, want);
	if (place >> 40)
		b.n = 0;
	r->left -= want;
	return r->take(r, place ? b : SPAN(u->in.p, 0), want, !place);
}

/* A tree of block numbers, `level` levels above the content. Depth at most 3. */
static enum status descend(struct ufs *u, struct receiver *r, uint64_t place, unsigned level)
{
	uint64_t covers = u->s.bsize;
	enum status st = ST_OK;
	for (unsigned i = 0; i < level; i++)
		covers *= u->s.nindir;
	if (!level || !place)
		return give(u, r, place, covers);
	struct span b = span_cut(u->in, place * u->s.fsize, u->s.bsize);
	if (place >> 40 || b.n < u->s.bsize || !u->budget)
		return ST_DAMAGED;
	u->budget--;
	for (uint64_t k = 0; k < u->s.nindir && r->left && st == ST_OK; k++)
		st = descend(u, r, number(u, b, k * (u->s.v2 ? 8 : 4)), level - 1);
	return st;
}

static enum status read_blocks(struct ufs *u, struct span i, struct receiver *r)
{
	enum status st = ST_OK;
	u->budget = u->in.n / u->s.bsize + 1;
	r->left = size_of(u, i);
	for (unsigned k = 0; k < DIRECT + LEVELS && r->left && st == ST_OK; k++)
		st = descend(u, r, number(u, i, u->s.v2 ? 112 + 8 * k : 40 + 4 * k),
			     k < DIRECT ? 0 : k - DIRECT + 1);
	return st;
}

struct folder {
	struct receiver r;
	struct ufs *u;
	uint64_t ino;
};

static enum status take_entries(struct receiver *r, struct span b, uint64_t want, bool hole)
{
	struct folder *f = (struct folder *)r;
	struct ufs *u = f->u;
	(void)want;
	for (uint64_t at = 0; !hole && span_has(b, at, 8);) {
		uint32_t ino = span_u32(b, at, u->s.be);
		uint16_t len = span_u16(b, at + 4, u->s.be);
		struct span name = span_cut(b, at + 8, b.p[at + 7]);
		uint64_t place = (uint64_t)(b.p - u->in.p) + at;
		if (len < 8 || len % 4) {
			if (ino || len)
				sink_note(u->walk.sink, place, "folder %llu is damaged",
					  (unsigned long long)f->ino);
			return ST_OK;
		}
		if (u->names.n > u->in.n / 8 + 1024) {
			u->full = true;
			return ST_LIMIT;
		}
		if (ino && name.n && name.n + 8 <= len)
			names_add(&u->names, (struct name){f->ino, ino, 0, place, name});
		at += len;
	}
	return ST_OK;
}

/* All folders, in the order of the inode tables: none is read twice. */
static void gather(struct ufs *u)
{
	uint64_t budget = u->in.n / 128, most = (uint64_t)u->s.groups * u->s.per_group;
	for (uint64_t ino = ROOT; ino < most && budget && !u->full; ino++, budget--) {
		struct span i = inode(u, ino);
		if ((span_u16(i, 0, u->s.be) & 0170000) != 0040000 || !span_u16(i, 2, u->s.be))
			continue;
		struct folder f = {.r = {.take = take_entries}, .u = u, .ino = ino};
		if (read_blocks(u, i, &f.r) == ST_DAMAGED)
			sink_note(u->walk.sink, (uint64_t)(i.p - u->in.p),
				  "map of folder %llu is damaged", (unsigned long long)ino);
	}
	if (u->full)
		sink_note(u->walk.sink, 0, "more names than the image has room for");
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

static enum status write_file(struct ufs *u, const struct entry *e, struct span i)
{
	struct sink *s = u->walk.sink;
	struct file f = {.r = {.take = take_content}, .sink = s};
	enum status st = s->begin(s, e);
	if (st != ST_OK)
		return st;
	st = read_blocks(u, i, &f.r);
	if (st == ST_DAMAGED || f.whole != ST_OK) {
		sink_note(s, e->at, "content of '%s' is not whole", e->path);
		f.whole = st == ST_DAMAGED ? st : f.whole;
		st = st == ST_DAMAGED ? ST_OK : st;
	}
	enum status ended = s->end(s, st != ST_OK ? st : f.whole);
	return st != ST_OK ? st : ended;
}

static void describe(struct ufs *u, struct span i, struct entry *e)
{
	bool be = u->s.be;
	if (!entry_mode(e, span_u16(i, 0, be)))
		sink_note(u->walk.sink, e->at, "inode of '%s' has no known type", e->path);
	e->uid = span_u32(i, u->s.v2 ? 4 : 112, be);
	e->gid = span_u32(i, u->s.v2 ? 8 : 116, be);
	e->mtime = u->s.v2 ? (int64_t)number(u, i, 40) : (int32_t)span_u32(i, 24, be);
	e->size = e->type == ENTRY_FILE ? size_of(u, i) : 0;
	e->owned = true;
}

static enum status visit(struct walk *w, const struct name *name, const char *path,
			 const char *first)
{
	struct ufs *u = (struct ufs *)w;
	struct span i = inode(u, name->ino);
	struct entry e = {.path = path, .at = name->at};
	char target[1025];
	if (!i.n) {
		sink_note(w->sink, name->at, "inode %llu of '%s' is missing",
			  (unsigned long long)name->ino, path);
		enum status st = w->sink->begin(w->sink, &e);
		return st == ST_OK ? w->sink->end(w->sink, ST_TRUNCATED) : st;
	}
	e.at = (uint64_t)(i.p - u->in.p);
	describe(u, i, &e);
	if (first && e.type != ENTRY_DIR) {
		e.type = ENTRY_HARDLINK;
		e.link = first;
		return sink_bare(w->sink, &e);
	}
	if (e.type == ENTRY_FILE)
		return write_file(u, &e, i);
	uint64_t blocks = u->s.v2 ? 112 : 40, size = size_of(u, i);
	if (e.type == ENTRY_SYMLINK) {
		struct span text = span_cut(i, blocks, u->s.v2 ? 120 : 60);
		if (size >= text.n)
			text = span_cut(u->in, number(u, i, blocks) * u->s.fsize, u->s.bsize);
		snprintf(target, sizeof target, "%.*s", (int)(size < text.n ? size : text.n),
			 (const char *)text.p);
		e.link = target;
	} else if (e.type == ENTRY_CHAR || e.type == ENTRY_BLOCK) {
		uint64_t dev = number(u, i, blocks);
		e.dev_major = dev >> 8 & 0xff;
		e.dev_minor = (uint32_t)(dev & 0xffff00ff);
	}
	return sink_bare(w->sink, &e);
}

static enum status ufs_open(struct span in, struct sink *out)
{
	struct ufs u = {.walk = {visit, out}};
	if (!super_of(in, &u.s))
		return ST_DAMAGED;
	out->used = u.s.size * u.s.fsize;
	u.in = span_cut(in, 0, out->used);
	if (out->used > in.n)
		sink_note(out, in.n, "the input ends before the file system does");
	gather(&u);
	enum status st = names_walk(&u.names, ROOT, &u.walk);
	names_free(&u.names);
	return st;
}

static void label(struct span in, struct label *out)
{
	struct super s;
	out->type = "file system";
	if (super_of(in, &s))
		snprintf(out->text, sizeof out->text, "UFS%d, %s endian", s.v2 ? 2 : 1,
			 s.be ? "big" : "little");
}

const struct format format_ufs = {
	.name = "ufs",
	.title = "UFS file system",
	.reference = "FreeBSD sys/ufs/ffs/fs.h, sys/ufs/ufs/dinode.h",
	.tested = "makefs 20190105",
	.magic = (const struct magic[]){MAGIC(66908, "\x19\x01\x54\x19"),
					MAGIC(66908, "\x19\x54\x01\x19"),
					MAGIC(9564, "\x19\x01\x54\x19"),
					MAGIC(9564, "\x19\x54\x01\x19"),
					MAGIC(9564, "\x54\x19\x01\x00"),
					MAGIC(9564, "\x00\x01\x19\x54"), MAGIC_END},
	.flags = FORMAT_TREE | FORMAT_SPLIT,
	.bid = bid,
	.open = ufs_open,
	.label = label,
};
