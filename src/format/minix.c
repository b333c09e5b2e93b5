/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Minix file systems 1 to 3, both byte orders.
 *
 *   block 1 (at 1024): superblock; then inode map, zone map, inodes, zones
 *   1, 2:  0 inodes(2) 2 zones(2) 4 inode map(2) 6 zone map(2) 8 first zone(2) 10 log zone size(2)
 *          12 largest file(4) 16 magic(2): 137f, 138f version 1; 2468, 2478 version 2 (names of 14,
 * 30) 18 state(2) 20 zones of version 2(4) 3:     0 inodes(4) 6 inode map(2) 8 zone map(2) 10 first
 * zone(2) 12 log zone size(2) 16 largest file(4) 20 zones(4) 24 magic(2) 4d5a 28 block size(2)
 *   inode 1:    mode(2) uid(2) size(4) time(4) gid(1) links(1) zones(9 * 2)
 *   inode 2, 3: mode(2) links(2) uid(2) gid(2) size(4) atime(4) mtime(4) ctime(4) zones(10 * 4)
 *               7 zones, then one of zones, one of those, (2, 3) one of those; 0 is a hole
 *   folder:     inode(2; 4 in version 3), name(14, 30; 60 in version 3)
 *
 * Reference: Linux include/uapi/linux/minix_fs.h and fs/minix.
 */
#include "format/names.h"

enum { SUPER_AT = 1024, BLOCK = 1024, ROOT = 1, DIRECT = 7, LEVELS = 3 };

struct minix {
	struct walk walk;
	struct names names;
	struct span in;
	bool big_endian;
	unsigned version, name_bytes, inode_bytes;
	uint32_t inodes, zones, first_zone, block;
	uint64_t table; /* inodes */
};

struct inode {
	uint32_t mode, uid, gid, size, mtime;
	uint32_t zone[DIRECT + LEVELS];
};

static bool find_magic(struct span in, struct minix *m)
{
	static const struct {
		uint16_t magic;
		uint8_t at, version, name_bytes;
	} known[] = {{0x137f, 16, 1, 14},
		     {0x138f, 16, 1, 30},
		     {0x2468, 16, 2, 14},
		     {0x2478, 16, 2, 30},
		     {0x4d5a, 24, 3, 60}};
	for (size_t i = 0; i < 2 * sizeof known / sizeof *known; i++) {
		size_t k = i / 2;
		m->big_endian = i & 1;
		m->version = known[k].version;
		m->name_bytes = known[k].name_bytes;
		if (span_u16(in, SUPER_AT + known[k].at, m->big_endian) == known[k].magic)
			return true;
	}
	return false;
}

static bool inode_read(const struct minix *m, uint64_t number, struct inode *i)
{
	uint64_t at = m->table + (number - 1) * m->inode_bytes;
	*i = (struct inode){0};
	if (number < 1 || number > m->inodes || !span_has(m->in, at, m->inode_bytes))
		return false;
	struct reader r = reader_of(span_cut(m->in, at, m->inode_bytes), m->big_endian);
	i->mode = read_u16(&r);
	if (m->version > 1)
		read_skip(&r, 2);
	i->uid = read_u16(&r);
	if (m->version > 1)
		i->gid = read_u16(&r);
	i->size = read_u32(&r);
	if (m->version > 1)
		read_skip(&r, 4);
	i->mtime = read_u32(&r);
	if (m->version == 1)
		i->gid = read_u8(&r);
	read_skip(&r, m->version > 1 ? 4 : 1);
	for (size_t k = 0; k < DIRECT + (m->version > 1 ? LEVELS : LEVELS - 1); k++)
		i->zone[k] = m->version > 1 ? read_u32(&r) : read_u16(&r);
	return !r.bad;
}

static bool super_read(struct span in, struct minix *m)
{
	*m = (struct minix){.in = in, .block = BLOCK};
	if (!find_magic(in, m))
		return false;
	bool three = m->version == 3;
	struct reader r = reader_of(span_from(in, SUPER_AT), m->big_endian);
	m->inodes = three ? read_u32(&r) : read_u16(&r);
	uint16_t pad = read_u16(&r); /* zones of version 1 */
	uint32_t inode_map = read_u16(&r), zone_map = read_u16(&r);
	m->first_zone = read_u16(&r);
	uint16_t log_zone = read_u16(&r);
	read_seek(&r, 20);
	m->zones = m->version == 1 ? pad : read_u32(&r);
	if (three) {
		read_seek(&r, 28);
		m->block = read_u16(&r);
	}
	m->inode_bytes = m->version == 1 ? 32 : 64;
	m->table = (uint64_t)(2 + inode_map + zone_map) * m->block;
	if (r.bad || m->block < BLOCK || m->block > 32768 || (m->block & (m->block - 1)) ||
	    log_zone)
		return false;
	if (m->inodes == 0 || inode_map == 0 || zone_map == 0 || m->first_zone >= m->zones)
		return false;
	uint64_t bits = (uint64_t)m->block * 8,
		 end = m->table + (uint64_t)m->inodes * m->inode_bytes;
	if (inode_map < m->inodes / bits || zone_map < (m->zones - m->first_zone) / bits)
		return false;
	struct inode root;
	return (uint64_t)m->first_zone * m->block >= end && inode_read(m, ROOT, &root) &&
	       (root.mode & 0170000) == 0040000;
}

static uint64_t own_size(const struct minix *m)
{
	return (uint64_t)m->zones * m->block;
}

/* The zone that holds block `k` of a file; 0 for a hole. False: it lies outside. */
static bool zone_of(const struct minix *m, const struct inode *i, uint64_t k, uint32_t *zone)
{
	unsigned width = m->version == 1 ? 2 : 4;
	uint64_t per = m->block / width, span = 1;
	unsigned level = 0;
	*zone = 0;
	if (k < DIRECT) {
		*zone = i->zone[k];
		return *zone < m->zones;
	}
	k -= DIRECT;
	for (level = 1; level <= LEVELS; level++) {
		span *= per;
		if (k < span)
			break;
		k -= span;
	}
	if (level > LEVELS)
		return false;
	*zone = i->zone[DIRECT + level - 1];
	while (level-- && *zone) {
		span /= per;
		uint64_t at = (uint64_t)*zone * m->block + k / span * width;
		if (*zone >= m->zones || !span_has(m->in, at, width))
			return false;
		*zone = width == 2 ? span_u16(m->in, at, m->big_endian)
				   : span_u32(m->in, at, m->big_endian);
		k %= span;
	}
	return *zone < m->zones;
}

/* Block `k`: empty for a hole; *st tells what is wrong with it. */
static struct span block_of(const struct minix *m, const struct inode *i, uint64_t k,
			    enum status *st)
{
	uint32_t zone;
	*st = ST_OK;
	if (!zone_of(m, i, k, &zone))
		*st = ST_DAMAGED;
	else if (zone && !span_has(m->in, (uint64_t)zone * m->block, m->block))
		*st = ST_TRUNCATED;
	if (*st != ST_OK || zone == 0)
		return SPAN(m->in.p, 0);
	return span_cut(m->in, (uint64_t)zone * m->block, m->block);
}

/* One folder; *room: bytes of folders that may still be read, so that overlaps end. */
static void list_folder(struct minix *m, uint64_t number, uint64_t *room)
{
	struct inode i;
	enum status st;
	unsigned head = m->version == 3 ? 4 : 2, each = head + m->name_bytes;
	inode_read(m, number, &i);
	for (uint64_t k = 0; k * m->block < i.size && *room >= m->block; k++) {
		struct span b = block_of(m, &i, k, &st);
		*room -= m->block;
		if (st != ST_OK)
			sink_note(m->walk.sink, m->table + (number - 1) * m->inode_bytes,
				  "block of folder %llu is %s", (unsigned long long)number,
				  status_word(st));
		b = span_cut(b, 0, i.size - k * m->block);
		for (uint64_t at = 0; at + each <= b.n; at += each) {
			uint32_t ino = head == 4 ? span_u32(b, at, m->big_endian)
						 : span_u16(b, at, m->big_endian);
			struct span name = span_cut(b, at + head, m->name_bytes);
			name.n = strnlen((const char *)name.p, name.n);
			if (ino && ino <= m->inodes)
				names_add(&m->names,
					  (struct name){.dir = number,
							.ino = ino,
							.name = name,
							.at = (uint64_t)(b.p - m->in.p) + at,
							.version = 1});
		}
	}
}

static void collect_names(struct minix *m)
{
	uint8_t *seen = mem_array((size_t)m->inodes + 1, 1);
	uint64_t room = m->in.n;
	seen[ROOT] = 1;
	list_folder(m, ROOT, &room);
	for (size_t k = 0; k < m->names.n; k++) {
		uint64_t number = m->names.v[k].ino;
		struct inode i;
		if (seen[number] || !inode_read(m, number, &i))
			continue;
		seen[number] = 1;
		if ((i.mode & 0170000) == 0040000)
			list_folder(m, number, &room);
	}
	if (room < m->block)
		sink_note(m->walk.sink, 0, "folders overlap: the rest of them is left out");
	mem_free(seen);
}

static enum status content(const struct minix *m, const struct inode *i, enum status *own)
{
	static const uint8_t zeros[32768];
	struct sink *out = m->walk.sink;
	enum status st = ST_OK, one;
	for (uint64_t k = 0, done = 0; done < i->size && st == ST_OK; k++, done += m->block) {
		struct span b = block_of(m, i, k, &one);
		size_t want = i->size - done < m->block ? (size_t)(i->size - done) : m->block;
		if (one != ST_OK && *own == ST_OK)
			*own = one;
		if (one == ST_DAMAGED && k >= DIRECT && done > m->in.n)
			break; /* a size without content */
		st = out->write(out, b.n ? b.p : zeros, want);
	}
	return st;
}

static enum status give_file(struct minix *m, const struct entry *e, const struct inode *i)
{
	enum status own = ST_OK, st = m->walk.sink->begin(m->walk.sink, e);
	if (st != ST_OK)
		return st;
	st = content(m, i, &own);
	if (own != ST_OK)
		sink_note(m->walk.sink, e->at, "content of %.100s is %s", e->path,
			  status_word(own));
	enum status ended = m->walk.sink->end(m->walk.sink, st != ST_OK ? st : own);
	return st != ST_OK ? st : ended;
}

static enum status visit(struct walk *w, const struct name *name, const char *path,
			 const char *first)
{
	struct minix *m = (struct minix *)w;
	struct inode i;
	struct entry e = {.path = path, .owned = true};
	e.at = m->table + (name->ino - 1) * m->inode_bytes;
	if (!inode_read(m, name->ino, &i) || !entry_mode(&e, i.mode)) {
		sink_note(w->sink, name->at, "inode %llu is damaged",
			  (unsigned long long)name->ino);
		return ST_OK;
	}
	e.uid = i.uid;
	e.gid = i.gid;
	e.mtime = i.mtime;
	if (first && e.type != ENTRY_DIR) {
		e.type = ENTRY_HARDLINK;
		e.link = first;
		return sink_bare(w->sink, &e);
	}
	if (e.type == ENTRY_FILE) {
		e.size = i.size;
		return give_file(m, &e, &i);
	}
	struct arena a = {0};
	if (e.type == ENTRY_SYMLINK) {
		enum status st;
		e.link = arena_str(&a, span_cut(block_of(m, &i, 0, &st), 0, i.size));
	} else if (e.type == ENTRY_CHAR || e.type == ENTRY_BLOCK) {
		e.dev_major = i.zone[0] >> 8;
		e.dev_minor = i.zone[0] & 0xff;
	}
	enum status st = sink_bare(w->sink, &e);
	arena_free(&a);
	return st;
}

static enum status minix_open(struct span in, struct sink *out)
{
	struct minix m;
	if (!super_read(in, &m))
		return ST_DAMAGED;
	m.in = span_cut(in, 0, own_size(&m));
	m.walk = (struct walk){.visit = visit, .sink = out};
	out->used = own_size(&m);
	if (m.in.n < own_size(&m))
		sink_note(out, m.in.n, "%llu bytes of the file system are missing",
			  (unsigned long long)(own_size(&m) - m.in.n));
	collect_names(&m);
	enum status st = names_walk(&m.names, ROOT, &m.walk);
	names_free(&m.names);
	return st == ST_SKIP ? ST_OK : st;
}

static int bid(struct span in, uint64_t *size)
{
	struct minix m;
	if (!super_read(in, &m))
		return 0;
	*size = own_size(&m);
	return 80;
}

static void label(struct span in, struct label *out)
{
	struct minix m;
	if (!super_read(in, &m))
		return;
	out->type = "file system";
	snprintf(out->text, sizeof out->text, "version %u, %s endian, names of %u bytes, %u inodes",
		 m.version, m.big_endian ? "big" : "little", m.name_bytes, m.inodes);
}

const struct format format_minix = {
    .name = "minix",
    .title = "Minix file system",
    .reference = "Linux include/uapi/linux/minix_fs.h",
    .tested = "writer in tests; mkfs.minix for empty ones",
    .flags = FORMAT_TREE | FORMAT_SPLIT | FORMAT_START,
    .bid = bid,
    .open = minix_open,
    .label = label,
};
