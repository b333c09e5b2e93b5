/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ext2, ext3, ext4. Little endian.
 *
 * superblock at 1024: inodes(4) blocks(4) ... first_block at 20, log_block_size 24, blocks and inodes
 *   per group 32 and 40, magic ef53 at 56, state 58, revision 76, inode_size 88, group 90,
 *   features 92 (compatible), 96 (incompatible), 100 (read-only), label 120, descriptor size 254,
 *   first_meta_bg 260, blocks_high 336
 * group descriptors (32 bytes or more): inode table at 8, high half at 40, flags at 18; behind the
 *   superblock, or with meta_bg at the head of each group of groups
 * inode: mode(2) uid(2) size(4) times(12) dtime(4) gid(2) links(2) blocks(4) flags(4) osd(4)
 *   block(60) ... size_high 108, uid_high 120, gid_high 122, extra_size 128
 * content: extents (f30a: entries, depth), or 12 block numbers and 3 levels of blocks of them, or
 *   inside the inode (block, then the attribute system.data)
 * attributes: behind the extra fields of the inode, and in the block that it names (104, 118): magic
 *   ea020000 (32 bytes of head in a block), then name_length(1) class(1) value_at(2) inode(4) size(4)
 *   hash(4) name; value_at counts from the first entry in an inode, from its head in a block
 * folder entry: inode(4) length(2) name_length(1) type(1) name
 *
 * Reference: Linux Documentation/filesystems/ext4/.
 */
#include "format/attributes.h"
#include "format/names.h"

enum {
	SUPER = 1024,
	ROOT = 2,
	MAX_TREE = 5,
	GOOD_OLD_INODE = 128,
	COMPAT_SPARSE2 = 0x200,
	INCOMPAT_RECOVER = 4,
	INCOMPAT_JOURNAL = 8,
	INCOMPAT_META_BG = 0x10,
	INCOMPAT_64BIT = 0x80,
	RO_SPARSE = 1,
	RO_BIGALLOC = 0x200,
	FLAG_ENCRYPT = 0x800,
	FLAG_EXTENTS = 0x80000,
	FLAG_INLINE = 0x10000000,
	GROUP_UNINIT = 1,
};

struct super {
	uint64_t blocks, groups;
	uint32_t inodes, first, block_size, per_group, inodes_per_group, inode_size, desc_size;
	uint32_t compat, incompat, ro_compat, first_meta;
};

/* Blocks of a file that follow each other; place 0 is a hole. */
struct run {
	uint64_t logical, place, count;
};

struct ext {
	struct walk walk;
	struct span in;
	struct super s;
	struct names names;
	struct run *runs; /* of the file that is being read */
	size_t n, cap, budget;
	struct attributes attributes; /* of the inode that is being visited */
	bool names_full;
};

static bool power_of_two(uint32_t n)
{
	return n && !(n & (n - 1));
}

static bool super_of(struct span in, struct super *out)
{
	struct span s = span_cut(in, SUPER, 1024);
	uint32_t shift = span_le32(s, 24);
	if (s.n < 1024 || span_le16(s, 56) != 0xef53 || shift > 6)
		return false;
	*out = (struct super){.blocks = span_le32(s, 4), .inodes = span_le32(s, 0),
			      .first = span_le32(s, 20), .block_size = 1024U << shift,
			      .per_group = span_le32(s, 32), .inodes_per_group = span_le32(s, 40),
			      .inode_size = GOOD_OLD_INODE, .desc_size = 32,
			      .compat = span_le32(s, 92), .incompat = span_le32(s, 96),
			      .ro_compat = span_le32(s, 100), .first_meta = span_le32(s, 260)};
	if (span_le32(s, 76) > 1 || span_le16(s, 58) > 7 || span_le16(s, 60) > 3 ||
	    span_le16(s, 90) != 0)
		return false;
	if (span_le32(s, 76) == 1)
		out->inode_size = span_le16(s, 88);
	if (out->incompat & INCOMPAT_64BIT) {
		out->blocks |= (uint64_t)span_le32(s, 336) << 32;
		out->desc_size = span_le16(s, 254);
	}
	if (!power_of_two(out->inode_size) || out->inode_size < GOOD_OLD_INODE ||
	    out->inode_size > out->block_size || out->desc_size < 32 || out->desc_size > 1024 ||
	    !power_of_two(out->desc_size) || out->blocks >> 48 || out->blocks <= out->first)
		return false;
	uint32_t most = (out->ro_compat & RO_BIGALLOC) ? UINT32_MAX : 8 * out->block_size;
	if (!out->per_group || out->per_group > most || !out->inodes_per_group ||
	    out->inodes_per_group > 8 * out->block_size || out->first != (shift ? 0 : 1))
		return false;
	out->groups = (out->blocks - out->first + out->per_group - 1) / out->per_group;
	return out->groups * out->inodes_per_group == out->inodes;
}

static int bid(struct span in, uint64_t *size)
{
	struct super s;
	*size = 0;
	if (!super_of(in, &s) || (s.incompat & INCOMPAT_JOURNAL))
		return 0;
	*size = s.blocks * s.block_size;
	return 90;
}

static struct span block(const struct ext *x, uint64_t n)
{
	return span_cut(x->in, n * x->s.block_size, x->s.block_size);
}

static bool has_super(const struct ext *x, uint64_t group)
{
	static const unsigned bases[] = {3, 5, 7};
	if (group <= 1 || !(x->s.ro_compat & RO_SPARSE))
		return true;
	for (unsigned i = 0; i < 3; i++) {
		uint64_t p = bases[i];
		while (p < group)
			p *= bases[i];
		if (p == group)
			return true;
	}
	return false;
}

static struct span descriptor(const struct ext *x, uint64_t group)
{
	uint64_t per_block = x->s.block_size / x->s.desc_size, meta = group / per_block;
	uint64_t at = x->s.first + 1 + meta;
	if ((x->s.incompat & INCOMPAT_META_BG) && meta >= x->s.first_meta) {
		uint64_t head = meta * per_block;
		at = x->s.first + head * x->s.per_group + (has_super(x, head) ? 1 : 0);
	}
	return span_cut(block(x, at), group % per_block * x->s.desc_size, x->s.desc_size);
}

static struct span inode(const struct ext *x, uint64_t ino)
{
	if (!ino || ino > x->s.inodes)
		return SPAN(x->in.p, 0);
	struct span d = descriptor(x, (ino - 1) / x->s.inodes_per_group);
	uint64_t table = span_le32(d, 8);
	if (x->s.incompat & INCOMPAT_64BIT && d.n >= 64)
		table |= (uint64_t)(span_le32(d, 40) & 0xffff) << 32;
	uint64_t at = table * x->s.block_size +
		      (ino - 1) % x->s.inodes_per_group * x->s.inode_size;
	struct span i = span_cut(x->in, at, x->s.inode_size);
	return table && i.n == x->s.inode_size ? i : SPAN(x->in.p, 0);
}

static uint64_t size_of(struct span i)
{
	return span_le32(i, 4) | (uint64_t)span_le32(i, 108) << 32;
}

/* Append blocks to the list; they must come in order. False: they do not, or far too many. */
static bool add_run(struct ext *x, uint64_t logical, uint64_t place, uint64_t count)
{
	struct run *last = x->n ? &x->runs[x->n - 1] : NULL;
	if (last && logical < last->logical + last->count)
		return false;
	if (last && place && last->logical + last->count == logical &&
	    last->place + last->count == place) {
		last->count += count;
		return true;
	}
	x->runs = mem_grow(x->runs, &x->cap, x->n + 1, sizeof *x->runs);
	x->runs[x->n++] = (struct run){logical, place, count};
	return true;
}

static bool add_extents(struct ext *x, struct span node, unsigned depth)
{
	uint16_t entries = span_le16(node, 2), level = span_le16(node, 6);
	if (span_le16(node, 0) != 0xf30a || level > depth || 12 * (entries + 1U) > node.n)
		return false;
	for (uint64_t i = 1; i <= entries; i++) {
		struct span e = span_cut(node, 12 * i, 12);
		uint64_t logical = span_le32(e, 0);
		if (!level) {
			uint16_t len = span_le16(e, 4);
			uint64_t place = span_le32(e, 8) | (uint64_t)span_le16(e, 6) << 32;
			if (len > 32768) { /* allocated, never written */
				place = 0;
				len = (uint16_t)(len - 32768);
			}
			if (!add_run(x, logical, place, len))
				return false;
			continue;
		}
		uint64_t below = span_le32(e, 4) | (uint64_t)span_le16(e, 8) << 32;
		struct span child = block(x, below);
		if (!x->budget || span_le16(child, 6) >= level)
			return false;
		x->budget--;
		if (!add_extents(x, child, level - 1U))
			return false;
	}
	return true;
}

/* A block of block numbers, `level` levels above the content. *logical advances. */
static bool add_indirect(struct ext *x, uint64_t place, unsigned level, uint64_t *logical,
			 uint64_t blocks)
{
	uint64_t per = x->s.block_size / 4, covers = 1;
	for (unsigned i = 0; i < level; i++)
		covers *= per;
	if (!place) {
		*logical += covers;
		return true;
	}
	if (!level)
		return add_run(x, (*logical)++, place, 1);
	struct span b = block(x, place);
	if (!x->budget || b.n < x->s.block_size)
		return false;
	x->budget--;
	for (uint64_t i = 0; i < per && *logical < blocks; i++)
		if (!add_indirect(x, span_le32(b, 4 * i), level - 1, logical, blocks))
			return false;
	return true;
}

/* Find the blocks of a file. False: the map is damaged; what was found before stands. */
static bool map(struct ext *x, struct span i)
{
	uint64_t logical = 0, blocks = size_of(i) / x->s.block_size + 1;
	x->n = 0;
	x->budget = x->in.n / x->s.block_size + 1;
	if (span_le32(i, 32) & FLAG_EXTENTS)
		return add_extents(x, span_cut(i, 40, 60), MAX_TREE);
	for (unsigned k = 0; k < 15 && logical < blocks; k++)
		if (!add_indirect(x, span_le32(i, 40 + 4 * k), k < 12 ? 0 : k - 11, &logical, blocks))
			return false;
	return true;
}

/* The part of inline content that stands in the attribute system.data. */
static struct span inline_more(struct span i)
{
	uint64_t base = GOOD_OLD_INODE + span_le16(i, 128) + 4;
	if (span_le32(i, base - 4) != 0xea020000)
		return SPAN(i.p, 0);
	for (uint64_t at = base; span_has(i, at, 16) && span_le32(i, at);) {
		uint8_t n = i.p[at];
		if (i.p[at + 1] == 7 && n == 4 && SPAN_IS(i, at + 16, "data"))
			return span_cut(i, base + span_le16(i, at + 2), span_le32(i, at + 8));
		at += (16 + n + 3U) & ~3U;
	}
	return SPAN(i.p, 0);
}

/* Entries from `at` on; values count from `base`. */
static void add_attributes(struct ext *x, struct span s, uint64_t at, uint64_t base)
{
	while (span_has(s, at, 16) && span_le32(s, at)) {
		struct span name = span_cut(s, at + 16, s.p[at]);
		uint32_t size = span_le32(s, at + 8);
		struct span value = span_cut(s, base + span_le16(s, at + 2), size);
		const char *class = attributes_class(s.p[at + 1]);
		bool content = s.p[at + 1] == 7 && span_eq_str(name, "data");
		if (name.n < s.p[at] || value.n < size || span_le32(s, at + 4) || !class ||
		    (!content && !attributes_add(&x->attributes, class, name, value))) {
			sink_note(x->walk.sink, (uint64_t)(s.p - x->in.p) + at,
				  "an extended attribute cannot be read, nor those behind it");
			return;
		}
		at += (16 + (uint64_t)name.n + 3) & ~UINT64_C(3);
	}
}

static void read_attributes(struct ext *x, struct span i)
{
	uint64_t base = GOOD_OLD_INODE + span_le16(i, 128) + 4;
	uint64_t place = span_le32(i, 104) | (uint64_t)span_le16(i, 118) << 32;
	attributes_reset(&x->attributes);
	if (i.n > GOOD_OLD_INODE && span_le32(i, base - 4) == 0xea020000)
		add_attributes(x, i, base, base);
	struct span b = place ? block(x, place) : SPAN(x->in.p, 0);
	if (span_le32(b, 0) == 0xea020000)
		add_attributes(x, b, 32, 0);
}

static void add_entries(struct ext *x, uint64_t dir, struct span b)
{
	for (uint64_t at = 0; span_has(b, at, 8);) {
		uint16_t len = span_le16(b, at + 4);
		struct span name = span_cut(b, at + 8, b.p[at + 6]);
		uint64_t place = (uint64_t)(b.p - x->in.p) + at;
		if (len < 8 || len % 4) {
			if (len)
				sink_note(x->walk.sink, place, "folder %llu is damaged",
					  (unsigned long long)dir);
			return;
		}
		if (x->names.n > x->in.n / 8 + 1024) { /* the same blocks in many folders */
			x->names_full = true;
			return;
		}
		if (span_le32(b, at) && name.n && name.n + 8 <= len)
			names_add(&x->names, (struct name){dir, span_le32(b, at), 0, place, name});
		at += len;
	}
}

static void read_folder(struct ext *x, uint64_t ino, struct span i)
{
	uint64_t blocks = (size_of(i) + x->s.block_size - 1) / x->s.block_size;
	if (span_le32(i, 32) & FLAG_INLINE) {
		add_entries(x, ino, span_cut(i, 44, 56));
		add_entries(x, ino, inline_more(i));
		return;
	}
	if (!map(x, i))
		sink_note(x->walk.sink, (uint64_t)(i.p - x->in.p), "map of folder %llu is damaged",
			  (unsigned long long)ino);
	for (size_t k = 0; k < x->n; k++)
		for (uint64_t b = 0; b < x->runs[k].count && x->runs[k].logical + b < blocks; b++) {
			struct span data = block(x, x->runs[k].place + b);
			if (!data.n)
				break;
			if (x->runs[k].place && !x->names_full)
				add_entries(x, ino, data);
		}
}

/* Every folder's inode, in the order of the inode tables: no folder is read twice. */
static void gather(struct ext *x)
{
	uint64_t budget = x->in.n / GOOD_OLD_INODE;
	for (uint64_t g = 0; g < x->s.groups; g++) {
		struct span d = descriptor(x, g);
		if (!d.n && !(x->s.incompat & INCOMPAT_META_BG))
			break;
		if (!d.n || (span_le16(d, 18) & GROUP_UNINIT && x->s.ro_compat & 0x410))
			continue;
		for (uint64_t k = 1; k <= x->s.inodes_per_group && budget; k++, budget--) {
			uint64_t ino = g * x->s.inodes_per_group + k;
			struct span i = inode(x, ino);
			if (!i.n)
				break;
			if ((span_le16(i, 0) & 0170000) == 0040000 && span_le16(i, 26) &&
			    (ino == ROOT || ino > 10))
				read_folder(x, ino, i);
		}
	}
	if (x->names_full)
		sink_note(x->walk.sink, 0, "more names than the image has room for");
}

/* Write the mapped blocks as the content of a file of `size` bytes. */
static enum status write_runs(struct ext *x, const struct entry *e, enum status *worst)
{
	struct sink *s = x->walk.sink;
	uint64_t done = 0, bs = x->s.block_size;
	enum status st = ST_OK;
	for (size_t k = 0; k < x->n && st == ST_OK; k++) {
		uint64_t at = x->runs[k].logical * bs, len = x->runs[k].count * bs;
		if (!x->runs[k].place || at >= e->size)
			continue;
		if (len > e->size - at)
			len = e->size - at;
		st = sink_zeros(s, at - done);
		struct span data = span_cut(x->in, x->runs[k].place * bs, len);
		if (st == ST_OK && data.n)
			st = s->write(s, data.p, data.n);
		if (data.n < len && *worst == ST_OK) {
			sink_note(s, x->runs[k].place * bs, "content of '%s' lies past the end",
				  e->path);
			*worst = ST_TRUNCATED;
		}
		done = at + data.n;
	}
	return st == ST_OK ? sink_zeros(s, e->size - done) : st;
}

static enum status write_file(struct ext *x, struct entry *e, struct span i)
{
	struct sink *s = x->walk.sink;
	enum status worst = ST_OK;
	if (!map(x, i)) {
		sink_note(s, (uint64_t)(i.p - x->in.p), "map of '%s' is damaged", e->path);
		worst = ST_DAMAGED;
	}
	if (span_le32(i, 32) & FLAG_ENCRYPT)
		worst = ST_ENCRYPTED;
	if (x->n)
		e->at = x->runs[0].place * x->s.block_size;
	if (worst == ST_OK && x->n == 1 && x->runs[0].place && !x->runs[0].logical &&
	    x->runs[0].count * x->s.block_size >= e->size && span_has(x->in, e->at, e->size))
		return s->slice(s, e, span_cut(x->in, e->at, e->size));
	enum status st = s->begin(s, e);
	if (st != ST_OK)
		return st;
	st = write_runs(x, e, &worst);
	enum status ended = s->end(s, st != ST_OK ? st : worst);
	return st != ST_OK ? st : ended;
}

static enum status write_inline(struct ext *x, struct entry *e, struct span i)
{
	struct sink *s = x->walk.sink;
	struct span first = span_cut(i, 40, e->size < 60 ? e->size : 60), more = inline_more(i);
	more = span_cut(more, 0, e->size - first.n);
	e->at = (uint64_t)(first.p - x->in.p);
	enum status st = s->begin(s, e);
	if (st != ST_OK)
		return st;
	st = s->write(s, first.p, first.n);
	if (st == ST_OK && more.n)
		st = s->write(s, more.p, more.n);
	bool whole = first.n + more.n == e->size;
	enum status ended = s->end(s, st != ST_OK || whole ? st : ST_DAMAGED);
	return st != ST_OK ? st : ended;
}

/* The target of a symbolic link: in the inode or in its first block. */
static void link_of(struct ext *x, struct span i, char *out, size_t cap)
{
	uint64_t size = size_of(i);
	struct span text = span_cut(i, 40, size < 60 ? size : 60);
	bool in_inode = size < 60 && !(span_le32(i, 32) & FLAG_EXTENTS);
	if (!in_inode && !(span_le32(i, 32) & FLAG_INLINE) && map(x, i) && x->n && x->runs[0].place)
		text = span_cut(block(x, x->runs[0].place), 0, size);
	struct span more = span_le32(i, 32) & FLAG_INLINE ? inline_more(i) : SPAN(i.p, 0);
	snprintf(out, cap, "%.*s%.*s", (int)text.n, (const char *)text.p, (int)more.n,
		 (const char *)more.p);
}

static void describe(struct ext *x, struct span i, uint64_t ino, struct entry *e)
{
	if (!entry_mode(e, span_le16(i, 0)))
		sink_note(x->walk.sink, e->at, "inode %llu has no known type",
			  (unsigned long long)ino);
	e->uid = span_le16(i, 2) | (uint32_t)span_le16(i, 120) << 16;
	e->gid = span_le16(i, 24) | (uint32_t)span_le16(i, 122) << 16;
	e->mtime = (int32_t)span_le32(i, 16);
	if (i.n > GOOD_OLD_INODE && span_le16(i, 128) >= 12)
		e->mtime += (int64_t)(span_le32(i, 136) & 3) << 32;
	e->size = e->type == ENTRY_FILE ? size_of(i) : 0;
	e->owned = true;
}

static enum status visit(struct walk *w, const struct name *name, const char *path,
			 const char *first)
{
	struct ext *x = (struct ext *)w;
	struct span i = inode(x, name->ino);
	struct entry e = {.path = path, .at = name->at};
	char target[4097];
	if (!i.n) {
		sink_note(w->sink, name->at, "inode %llu of '%s' is missing",
			  (unsigned long long)name->ino, path);
		enum status st = w->sink->begin(w->sink, &e);
		return st == ST_OK ? w->sink->end(w->sink, ST_TRUNCATED) : st;
	}
	e.at = (uint64_t)(i.p - x->in.p);
	describe(x, i, name->ino, &e);
	if (first && e.type != ENTRY_DIR) {
		e.type = ENTRY_HARDLINK;
		e.link = first;
		return sink_bare(w->sink, &e);
	}
	read_attributes(x, i);
	attributes_give(&x->attributes, &e);
	if (e.type == ENTRY_FILE)
		return span_le32(i, 32) & FLAG_INLINE ? write_inline(x, &e, i) : write_file(x, &e, i);
	if (e.type == ENTRY_SYMLINK) {
		link_of(x, i, target, sizeof target);
		e.link = target;
	} else if (e.type == ENTRY_CHAR || e.type == ENTRY_BLOCK) {
		uint32_t old = span_le32(i, 40);
		entry_device(&e, old ? old : span_le32(i, 44));
	}
	return sink_bare(w->sink, &e);
}

static enum status ext_open(struct span in, struct sink *out)
{
	struct ext x = {.walk = {visit, out}, .in = in};
	uint64_t size;
	if (!bid(in, &size))
		return ST_DAMAGED;
	super_of(in, &x.s);
	x.in = span_cut(in, 0, size);
	out->used = size;
	if (size > in.n)
		sink_note(out, in.n, "the input ends before the file system does");
	if (x.s.incompat & INCOMPAT_RECOVER)
		sink_note(out, SUPER, "was not unmounted; the journal is not replayed");
	gather(&x);
	enum status st = names_walk(&x.names, ROOT, &x.walk);
	names_free(&x.names);
	attributes_free(&x.attributes);
	mem_free(x.runs);
	return st;
}

static void label(struct span in, struct label *out)
{
	struct span name = span_cut(in, SUPER + 120, 16);
	out->type = "file system";
	snprintf(out->text, sizeof out->text, "%.*s", (int)strnlen((const char *)name.p, name.n),
		 (const char *)name.p);
}

const struct format format_ext = {
	.name = "ext",
	.title = "ext2, ext3 or ext4 file system",
	.reference = "Linux Documentation/filesystems/ext4/",
	.tested = "mke2fs 1.47",
	.magic = (const struct magic[]){MAGIC(1080, "\x53\xef"), MAGIC_END},
	.flags = FORMAT_TREE | FORMAT_SPLIT,
	.bid = bid,
	.open = ext_open,
	.label = label,
};
