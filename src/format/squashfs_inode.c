/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inodes, directory listings, owners and the fragment table of SquashFS 1 to 4. Fields are runs of
 * bits, packed from the low end in little-endian images and from the high end in big-endian ones.
 *
 *   inode 4:    type 16, mode 16, uid 16, gid 16, time 32, number 32
 *         3:    type 4, mode 12, uid 8, gid 8, time 32, number 32
 *         2:    type 4, mode 12, uid 8, gid 8          1: type 4, mode 12, uid 4, gid 4
 *   listing 4:  count 32, block 32, number 32; entries: offset 16, number 16, type 16, size 16
 *           3:  count 8, block 32, number 32;  entries: offset 13, type 3, size 8, number 16
 *         1, 2: count 8, block 24;             entries: offset 13, type 3, size 8
 *               then the name; counts and name sizes are one less than they mean
 *   fragment 3, 4: start 64, size 32, unused 32        2: start 32, size 32
 *
 * Reference: Linux fs/squashfs/squashfs_fs.h (4), squashfs-tools (1 to 3).
 */
#include "format/squashfs.h"

/* LISTING_EXTRA: from version 3 on a listing's size counts "." and ".." as three bytes. */
enum { FIELDS_MAX = 48, LISTING_EXTRA = 3, GROUP_MAX = 256, TARGET_MAX = 65536 };

struct fields {
	uint8_t bytes[FIELDS_MAX];
	size_t n, bit;
	bool big_endian;
	enum status st; /* sticky */
};

/* Fetch the next `n` bytes of fields. */
static void fetch(struct sq *fs, struct sq_at *at, struct fields *f, size_t n)
{
	f->bit = 0;
	f->n = n;
	f->big_endian = fs->s.big_endian;
	if (f->st == ST_OK && n <= FIELDS_MAX)
		f->st = sq_read(fs, at, f->bytes, n);
	if (f->st != ST_OK || n > FIELDS_MAX)
		memset(f->bytes, 0, sizeof f->bytes);
}

static uint64_t take(struct fields *f, unsigned width)
{
	uint64_t v = 0;
	for (unsigned got = 0; got < width && f->bit < f->n * 8;) {
		unsigned in_byte = f->bit & 7, left = 8 - in_byte;
		unsigned part = width - got < left ? width - got : left;
		unsigned byte = f->bytes[f->bit >> 3], mask = (1u << part) - 1;
		if (f->big_endian)
			v = v << part | ((byte >> (left - part)) & mask);
		else
			v |= (uint64_t)((byte >> in_byte) & mask) << got;
		got += part;
		f->bit += part;
	}
	return v;
}

static uint32_t take32(struct fields *f, unsigned width)
{
	return (uint32_t)take(f, width);
}

static uint32_t id_at(const struct sq *fs, size_t index)
{
	return index < fs->id_count ? fs->ids[index] : 0;
}

/* Block and offset of a listing, relative to the directory table. */
static void set_listing(struct sq *fs, struct sq_inode *i, uint64_t block, uint64_t offset)
{
	uint64_t extra = fs->s.major > 2 ? LISTING_EXTRA : 0;
	i->size = i->size > extra ? i->size - extra : 0;
	i->listing = (struct sq_at){fs->s.dirs_at + block, (uint32_t)offset};
}

/* Behind the target of a link; they are left out where that cannot be read. */
static void xattrs_behind(struct sq *fs, struct sq_inode *i)
{
	uint8_t skipped[1024], number[4];
	struct sq_at at = i->rest;
	uint64_t left = i->size < TARGET_MAX ? i->size : TARGET_MAX;
	for (size_t n; left; left -= n) {
		n = left < sizeof skipped ? (size_t)left : sizeof skipped;
		if (sq_read(fs, &at, skipped, n) != ST_OK)
			return;
	}
	if (sq_read(fs, &at, number, sizeof number) == ST_OK)
		i->xattrs = span_u32(SPAN(number, 4), 0, fs->s.big_endian);
}

static void body_4(struct sq *fs, struct sq_inode *i, unsigned type, struct fields *f)
{
	static const uint8_t size[] = {0, 16, 16, 8, 8, 8, 4, 4, 24, 40, 8, 12, 12, 8, 8};
	uint64_t block, offset;
	fetch(fs, &i->rest, f, size[type]);
	switch (type) {
	case 1:
		block = take(f, 32), take(f, 32);
		i->size = take(f, 16), offset = take(f, 16);
		set_listing(fs, i, block, offset);
		break;
	case 8:
		take(f, 32), i->size = take(f, 32), block = take(f, 32);
		take(f, 32), take(f, 16), offset = take(f, 16);
		i->xattrs = take32(f, 32);
		set_listing(fs, i, block, offset);
		break;
	case 2:
		i->start = take(f, 32), i->fragment = take32(f, 32);
		i->fragment_offset = take32(f, 32), i->size = take(f, 32);
		break;
	case 9:
		i->start = take(f, 64), i->size = take(f, 64), take(f, 64), take(f, 32);
		i->fragment = take32(f, 32), i->fragment_offset = take32(f, 32);
		i->xattrs = take32(f, 32);
		break;
	case 3:
	case 10:
		take(f, 32), i->size = take(f, 32);
		if (type == 10)
			xattrs_behind(fs, i);
		break;
	case 13:
	case 14:
		take(f, 32);
		i->xattrs = take32(f, 32);
		break;
	default:
		take(f, 32);
		i->device = take32(f, 32);
		if (type > 7)
			i->xattrs = take32(f, 32);
	}
}

static enum status inode_4(struct sq *fs, struct sq_inode *i)
{
	struct fields f = {0};
	fetch(fs, &i->rest, &f, 16);
	unsigned type = take32(&f, 16);
	i->mode = take32(&f, 16) & 07777;
	i->uid = id_at(fs, take(&f, 16));
	i->gid = id_at(fs, take(&f, 16));
	i->mtime = take32(&f, 32);
	if (f.st != ST_OK)
		return f.st;
	if (type < 1 || type > 14)
		return ST_DAMAGED;
	i->type = (enum sq_type)(type > 7 ? type - 7 : type);
	body_4(fs, i, type, &f);
	uint32_t d = i->device;
	i->device = (d >> 8 & 0xfff) << 20 | (d & 0xff) | (d >> 12 & 0xfff00);
	return f.st;
}

static void file_old(struct sq *fs, struct sq_inode *i, bool large, struct fields *f)
{
	unsigned major = fs->s.major;
	fetch(fs, &i->rest, f, major == 1 ? 12 : major == 2 ? (large ? 24 : 20) : large ? 28 : 20);
	if (major < 3)
		i->mtime = take32(f, 32);
	else if (large)
		take(f, 32);
	i->start = take(f, major == 3 ? 64 : 32);
	i->fragment = SQ_NO_FRAGMENT;
	if (major > 1) {
		i->fragment = take32(f, 32);
		i->fragment_offset = take32(f, 32);
	}
	i->size = take(f, large ? 64 : 32);
}

static void folder_old(struct sq *fs, struct sq_inode *i, bool large, struct fields *f)
{
	fetch(fs, &i->rest, f, fs->s.major == 3 ? (large ? 19 : 16) : large ? 14 : 11);
	if (fs->s.major == 3)
		take(f, 32);
	i->size = take(f, large ? 27 : 19);
	uint64_t offset = take(f, 13);
	if (fs->s.major < 3)
		i->mtime = take32(f, 32);
	set_listing(fs, i, take(f, fs->s.major == 3 ? 32 : 24), offset);
}

static void link_old(struct sq *fs, struct sq_inode *i, struct fields *f)
{
	bool three = fs->s.major == 3;
	fetch(fs, &i->rest, f, three ? 6 : 2);
	take(f, three ? 32 : 0);
	i->size = take(f, 16);
}

static void device_old(struct sq *fs, struct sq_inode *i, struct fields *f)
{
	bool three = fs->s.major == 3;
	fetch(fs, &i->rest, f, three ? 6 : 2);
	take(f, three ? 32 : 0);
	uint32_t d = take32(f, 16);
	i->device = d >> 8 << 20 | (d & 0xff);
}

/* Version 1 keeps only 4 bits of an owner in the inode; the rest hides in the type. */
static unsigned type_1(struct sq *fs, struct sq_inode *i, unsigned type, uint32_t *uid,
		       struct fields *f)
{
	if (type) {
		*uid += 16 * ((type - 1) / 5);
		return (type - 1) % 5 + 1;
	}
	fetch(fs, &i->rest, f, 1);
	type = take32(f, 4);
	*uid += 16 * take32(f, 4);
	return type == SQ_FIFO || type == SQ_SOCKET ? type : 0;
}

static enum status inode_old(struct sq *fs, struct sq_inode *i)
{
	struct fields f = {0};
	unsigned width = fs->s.major == 1 ? 4 : 8;
	fetch(fs, &i->rest, &f, fs->s.major == 1 ? 3 : fs->s.major == 2 ? 4 : 12);
	unsigned type = take32(&f, 4);
	i->mode = take32(&f, 12);
	uint32_t uid = take32(&f, width), gid = take32(&f, width);
	i->mtime = fs->s.major == 3 ? take32(&f, 32) : fs->s.mtime;
	bool own = gid == (1u << width) - 1; /* the group has the number of the user */
	if (fs->s.major == 1)
		type = type_1(fs, i, type, &uid, &f);
	if (f.st != ST_OK)
		return f.st;
	bool large = type > 7;
	if (type < 1 || type > 9)
		return ST_DAMAGED;
	i->type = (enum sq_type)(large ? type - 7 : type);
	i->uid = id_at(fs, uid);
	i->gid = own ? i->uid : id_at(fs, (size_t)fs->s.uids + gid);
	if (i->type == SQ_FILE)
		file_old(fs, i, large, &f);
	else if (i->type == SQ_DIR)
		folder_old(fs, i, large, &f);
	else if (i->type == SQ_SYMLINK)
		link_old(fs, i, &f);
	else if (i->type == SQ_BLOCK || i->type == SQ_CHAR)
		device_old(fs, i, &f);
	return f.st;
}

enum status sq_inode_read(struct sq *fs, uint64_t ref, struct sq_inode *i)
{
	*i = (struct sq_inode){.fragment = SQ_NO_FRAGMENT, .xattrs = SQ_NO_XATTRS};
	i->rest = (struct sq_at){fs->s.inodes_at + (ref >> 16), ref & 0xffff};
	if (i->rest.block >= fs->s.dirs_at)
		return ST_DAMAGED;
	return fs->s.major == 4 ? inode_4(fs, i) : inode_old(fs, i);
}

static enum status next_group(struct sq *fs, struct sq_listing *l)
{
	struct fields f = {0};
	bool wide = fs->s.major == 4;
	size_t n = wide ? 12 : fs->s.major == 3 ? 9 : 4;
	if (l->left < n)
		return ST_DAMAGED;
	fetch(fs, &l->at, &f, n);
	uint64_t count = take(&f, wide ? 32 : 8) + 1;
	l->block = take32(&f, fs->s.major < 3 ? 24 : 32);
	l->left -= n;
	if (f.st == ST_OK && count > GROUP_MAX)
		return ST_DAMAGED;
	l->group = (uint32_t)count;
	return f.st;
}

/* The next entry of a directory; *end when there is none. */
enum status sq_listing_next(struct sq *fs, struct sq_listing *l, struct sq_name *name, bool *end)
{
	struct fields f = {0};
	enum status st = ST_OK;
	*end = l->left == 0;
	if (*end)
		return ST_OK;
	if (l->group == 0 && (st = next_group(fs, l)) != ST_OK)
		return st;
	bool four = fs->s.major == 4;
	size_t n = four ? 8 : fs->s.major == 3 ? 5 : 3;
	fetch(fs, &l->at, &f, n);
	uint64_t offset = take(&f, four ? 16 : 13);
	take(&f, four ? 32 : 3);
	name->n = take(&f, four ? 16 : 8) + 1;
	if (f.st != ST_OK)
		return f.st;
	if (name->n > 256 || l->left < n + name->n)
		return ST_DAMAGED;
	name->inode = (uint64_t)l->block << 16 | offset;
	name->text[name->n] = 0;
	l->left -= n + name->n;
	l->group--;
	return sq_read(fs, &l->at, name->text, name->n);
}

enum status sq_fragment_find(struct sq *fs, uint32_t index, uint64_t *at, uint32_t *size)
{
	struct fields f = {0};
	bool two = fs->s.major == 2;
	unsigned each = two ? 8 : 16, per_block = SQ_META / each, pointer = two ? 4 : 8;
	uint64_t slot = fs->s.fragments_at + (uint64_t)(index / per_block) * pointer;
	*at = 0;
	*size = 0;
	if (index >= fs->s.fragments || !span_has(fs->in, slot, pointer))
		return ST_DAMAGED;
	struct reader r = reader_of(span_cut(fs->in, slot, pointer), fs->s.big_endian);
	struct sq_at where = {two ? read_u32(&r) : read_u64(&r), index % per_block * each};
	fetch(fs, &where, &f, each);
	*at = take(&f, two ? 32 : 64);
	*size = take32(&f, 32);
	return f.st;
}

/* Owners: one packed table in version 4, two plain ones before. What is missing is owner 0. */
void sq_ids_read(struct sq *fs)
{
	size_t count = (size_t)fs->s.uids + fs->s.gids;
	struct fields f = {0};
	fs->ids = mem_array(count, sizeof *fs->ids);
	fs->id_count = count;
	for (size_t i = 0; i < count && f.st == ST_OK; i++) {
		if (fs->s.major < 4) {
			uint64_t at = i < fs->s.uids ? fs->s.uids_at + i * 4
						     : fs->s.gids_at + (i - fs->s.uids) * 4;
			fs->ids[i] = span_u32(fs->in, at, fs->s.big_endian);
			continue;
		}
		struct reader r =
		    reader_of(span_cut(fs->in, fs->s.uids_at + i / 2048 * 8, 8), fs->s.big_endian);
		struct sq_at at = {read_u64(&r), (uint32_t)(i % 2048 * 4)};
		fetch(fs, &at, &f, 4);
		fs->ids[i] = take32(&f, 32);
	}
	if (f.st != ST_OK)
		sink_note(fs->out, fs->s.uids_at, "table of owners is %s", status_word(f.st));
}
