/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cramfs, both byte orders, also behind 512 bytes of boot code.
 *
 *   superblock: 0 magic 28cd3d45  4 size  8 flags  16 "Compressed ROMFS"  32 CRC  36 edition  40
 * blocks 44 files  48 name(16)  64 inode of the root inode:      mode 16, owner 16, size 24, group
 * 8, name length / 4: 6, place / 4: 26 folder:     inodes, each followed by its name, padded with
 * zeros to 4 bytes file:       the end of each packed page (4 bytes a page), then the pages, zlib
 * of 4096 bytes each; an empty one is a hole. With flag 800: bit 31 of an end: stored, bit 30: a
 * place / 4
 *
 * Fields are bits from the low end in little-endian images, from the high end in big-endian ones.
 * Reference: Linux fs/cramfs/README and include/uapi/linux/cramfs_fs.h.
 */
#include "base/hash.h"
#include "format/names.h"

enum {
	SUPER = 76,
	INODE = 12,
	PAGE = 4096,
	SHIFT = 512,
	CRC_AT = 32,
	FLAG_VERSION_2 = 1,
	FLAG_SHIFTED_ROOT = 0x400,
	FLAG_POINTERS = 0x800,
	FLAGS_KNOWN = 0xfff,
};
#define MAGIC_WORD 0x28cd3d45u
#define STORED	   0x80000000u
#define DIRECT	   0x40000000u
#define OWN_NUMBER (UINT64_C(1) << 40) /* of inodes that are no folders: their place, marked */

struct inode {
	uint32_t mode, uid, gid, size, name_size;
	uint64_t at; /* content */
};

struct cram {
	struct walk walk;
	struct names names;
	struct span in;
	bool big_endian;
	uint32_t size, flags, base; /* base: where the superblock stands */
};

static bool inode_read(const struct cram *c, uint64_t at, struct inode *i)
{
	if (!span_has(c->in, at, INODE))
		return false;
	uint32_t a = span_u32(c->in, at, c->big_endian), b = span_u32(c->in, at + 4, c->big_endian);
	uint32_t d = span_u32(c->in, at + 8, c->big_endian);
	bool be = c->big_endian;
	i->mode = be ? a >> 16 : a & 0xffff;
	i->uid = be ? a & 0xffff : a >> 16;
	i->size = be ? b >> 8 : b & 0xffffff;
	i->gid = be ? b & 0xff : b >> 24;
	i->name_size = (be ? d >> 26 : d & 63) * 4;
	i->at = (uint64_t)(be ? d & 0x3ffffff : d >> 6) * 4;
	return true;
}

/* Is there a superblock at `base` that agrees with itself? */
static bool super_read(struct span in, uint32_t base, struct cram *c)
{
	struct inode root;
	*c = (struct cram){.in = in, .base = base};
	if (!span_has(in, base, SUPER) || !SPAN_IS(in, base + 16, "Compressed ROMFS"))
		return false;
	c->big_endian = span_be32(in, base) == MAGIC_WORD;
	if (!c->big_endian && span_le32(in, base) != MAGIC_WORD)
		return false;
	c->size = span_u32(in, base + 4, c->big_endian);
	c->flags = span_u32(in, base + 8, c->big_endian);
	if (!inode_read(c, base + 64, &root) || (root.mode & 0170000) != 0040000)
		return false;
	if ((c->flags & ~(uint32_t)FLAGS_KNOWN) || root.name_size)
		return false;
	if (root.size && root.at != base + SUPER && !(base == 0 && c->flags & FLAG_SHIFTED_ROOT))
		return false;
	return !(c->flags & FLAG_VERSION_2) || c->size >= base + SUPER + (root.size ? INODE : 0);
}

static bool find_super(struct span in, struct cram *c)
{
	return super_read(in, 0, c) || super_read(in, SHIFT, c);
}

static uint64_t own_size(const struct cram *c)
{
	return c->flags & FLAG_VERSION_2 ? c->size : 0;
}

/* The number under which names.h knows what stands at `at`: folders by their listing. */
static uint64_t number(const struct inode *i, uint64_t at)
{
	return (i->mode & 0170000) == 0040000 && i->size ? i->at : at | OWN_NUMBER;
}

/* Folders still to be read; a listing is read once, so a loop ends by itself. */
struct queue {
	struct {
		uint64_t at;
		uint32_t size;
	} * v;
	size_t n, cap;
};

static void enqueue(struct queue *q, const struct inode *i)
{
	q->v = mem_grow(q->v, &q->cap, q->n + 1, sizeof *q->v);
	q->v[q->n].at = i->at;
	q->v[q->n++].size = i->size;
}

/* One listing; false when names take more room than the image has. */
static bool listing(struct cram *c, struct queue *q, uint64_t dir, uint32_t size, uint8_t *seen)
{
	uint64_t at = dir, end = dir + size;
	struct inode i;
	while (at < end) {
		if (!inode_read(c, at, &i) || !span_has(c->in, at + INODE, i.name_size) ||
		    i.name_size == 0) {
			sink_note(c->walk.sink, at, "listing of a folder is damaged");
			return true;
		}
		if (c->names.n >= c->in.n / INODE)
			return false;
		struct span name = span_cut(c->in, at + INODE, i.name_size);
		const uint8_t *nul = memchr(name.p, 0, name.n);
		if (nul)
			name.n = (size_t)(nul - name.p);
		names_add(&c->names, (struct name){.dir = dir,
						   .ino = number(&i, at),
						   .at = at,
						   .name = name,
						   .version = c->in.n - at});
		if (number(&i, at) == i.at && i.at < c->in.n && !seen[i.at / 4]) {
			seen[i.at / 4] = 1;
			enqueue(q, &i);
		}
		at += INODE + i.name_size;
	}
	return true;
}

static void collect_names(struct cram *c)
{
	struct queue q = {0};
	struct inode root;
	uint8_t *seen = mem_array(c->in.n / 4 + 1, 1);
	inode_read(c, c->base + 64, &root);
	if (root.size)
		enqueue(&q, &root);
	bool room = true;
	for (size_t k = 0; k < q.n && room; k++)
		room = listing(c, &q, q.v[k].at, q.v[k].size, seen);
	if (!room)
		sink_note(c->walk.sink, 0, "folders overlap: the rest of them is left out");
	mem_free(q.v);
	mem_free(seen);
}

/* The packed bytes of page `k`; *stored: as they are. Follows the words in front of it. */
static struct span page(const struct cram *c, const struct inode *i, uint32_t k, uint32_t want,
			bool *stored)
{
	uint32_t pages = (i->size + PAGE - 1) / PAGE;
	uint64_t table = i->at, start = table + (uint64_t)pages * 4;
	uint32_t word = span_u32(c->in, table + (uint64_t)k * 4, c->big_endian);
	bool pointers = c->flags & FLAG_POINTERS;
	*stored = pointers && word & STORED;
	if (pointers && word & DIRECT) {
		start = (uint64_t)(word & ~(STORED | DIRECT)) * 4;
		if (*stored)
			return span_cut(c->in, start, want);
		return span_cut(c->in, start + 2, span_u16(c->in, start, c->big_endian));
	}
	if (k) {
		uint32_t before = span_u32(c->in, table + (uint64_t)(k - 1) * 4, c->big_endian);
		start = before;
		if (pointers)
			start &= ~(uint64_t)(STORED | DIRECT);
		if (pointers && before & DIRECT) {
			start *= 4;
			start +=
			    before & STORED ? PAGE : 2u + span_u16(c->in, start, c->big_endian);
		}
	}
	uint64_t end = pointers ? word & ~(STORED | DIRECT) : word;
	return end > start ? span_cut(c->in, start, end - start) : SPAN(c->in.p, 0);
}

/* Pages in order; what cannot be read becomes zeros and the status says so. */
static enum status content(const struct cram *c, const struct inode *i, enum status *own)
{
	static const uint8_t zeros[PAGE];
	struct sink *out = c->walk.sink;
	uint8_t buffer[PAGE];
	enum status st = ST_OK;
	uint64_t table_end = i->at + (uint64_t)((i->size + PAGE - 1) / PAGE) * 4;
	if (table_end > c->in.n) {
		*own = ST_TRUNCATED;
		return ST_OK;
	}
	for (uint32_t done = 0, k = 0; done < i->size && st == ST_OK; k++) {
		uint32_t want = i->size - done < PAGE ? i->size - done : PAGE;
		bool stored;
		size_t n = 0;
		struct span packed = page(c, i, k, want, &stored);
		uint64_t word = span_u32(c->in, i->at + (uint64_t)k * 4, c->big_endian);
		enum status one = ST_OK;
		if (stored && packed.n)
			n = packed.n < want ? packed.n : want;
		else if (packed.n)
			one = codec_block(CODEC_ZLIB, packed, buffer, want, &n);
		if (one != ST_OK || (packed.n && n < want))
			one = packed.p + packed.n == c->in.p + c->in.n ? ST_TRUNCATED : ST_DAMAGED;
		else if (!packed.n && !(c->flags & FLAG_POINTERS) && word > c->in.n)
			one = ST_TRUNCATED;
		if (one != ST_OK && *own == ST_OK) {
			sink_note(out, (uint64_t)(packed.p - c->in.p), "page of a file is %s",
				  status_word(one));
			*own = one;
		}
		st = n ? out->write(out, stored ? packed.p : buffer, n) : ST_OK;
		if (st == ST_OK && n < want)
			st = out->write(out, zeros, want - n);
		done += want;
	}
	return st;
}

static enum status give_file(struct cram *c, struct entry *e, const struct inode *i)
{
	enum status own = ST_OK, st = c->walk.sink->begin(c->walk.sink, e);
	if (st != ST_OK)
		return st;
	st = content(c, i, &own);
	enum status ended = c->walk.sink->end(c->walk.sink, st != ST_OK ? st : own);
	return st != ST_OK ? st : ended;
}

static enum status visit(struct walk *w, const struct name *name, const char *path,
			 const char *first)
{
	struct cram *c = (struct cram *)w;
	struct inode i;
	char target[PAGE + 1];
	if (!inode_read(c, name->at, &i))
		return ST_OK;
	struct entry e = {.path = path, .uid = i.uid, .gid = i.gid, .owned = true, .at = name->at};
	if (!entry_mode(&e, i.mode)) {
		sink_note(w->sink, name->at, "inode of an unknown type");
		return ST_OK;
	}
	if (first) {
		sink_note(w->sink, name->at, "folder stands in the tree twice");
		return ST_OK;
	}
	if (e.type == ENTRY_FILE) {
		e.size = i.size;
		e.at = i.size ? i.at : name->at;
		return give_file(c, &e, &i);
	}
	if (e.type == ENTRY_SYMLINK) {
		size_t n = 0;
		bool stored;
		struct inode one = i;
		if (one.size > PAGE)
			one.size = PAGE;
		struct span packed = page(c, &one, 0, one.size, &stored);
		if (packed.n &&
		    codec_block(CODEC_ZLIB, packed, (uint8_t *)target, PAGE, &n) != ST_OK)
			sink_note(w->sink, i.at, "target of a link is damaged");
		target[n] = 0;
		e.link = target;
	}
	if (e.type == ENTRY_CHAR || e.type == ENTRY_BLOCK)
		entry_device(&e, i.size);
	return sink_bare(w->sink, &e);
}

static void check_crc(const struct cram *c)
{
	static const uint8_t zero[4];
	if (!(c->flags & FLAG_VERSION_2))
		return;
	if (c->size > c->in.n) {
		sink_note(c->walk.sink, c->in.n, "%llu bytes of the file system are missing",
			  (unsigned long long)(c->size - c->in.n));
		return;
	}
	/* The checksum is made with its own field zero; what stands before a shifted start counts.
	 */
	uint64_t at = c->base + CRC_AT;
	uint32_t crc = hash_crc32(0, span_cut(c->in, 0, at));
	crc = hash_crc32(crc, SPAN(zero, 4));
	crc = hash_crc32(crc, span_cut(c->in, at + 4, c->size - at - 4));
	uint32_t from_super = hash_crc32(0, span_cut(c->in, c->base, CRC_AT));
	from_super = hash_crc32(from_super, SPAN(zero, 4));
	from_super = hash_crc32(from_super, span_cut(c->in, at + 4, c->size - at - 4));
	uint32_t want = span_u32(c->in, at, c->big_endian);
	if (crc != want && from_super != want)
		sink_note(c->walk.sink, at, "checksum of the file system is wrong");
}

static enum status cramfs_open(struct span in, struct sink *out)
{
	struct cram c;
	if (!find_super(in, &c))
		return ST_DAMAGED;
	if (own_size(&c))
		c.in = span_cut(in, 0, c.size);
	c.walk = (struct walk){.visit = visit, .sink = out};
	out->used = own_size(&c);
	struct inode root;
	inode_read(&c, c.base + 64, &root);
	check_crc(&c);
	collect_names(&c);
	enum status st = names_walk(&c.names, root.at, &c.walk);
	names_free(&c.names);
	return st == ST_SKIP ? ST_OK : st;
}

static int bid(struct span in, uint64_t *size)
{
	struct cram c;
	if (!find_super(in, &c))
		return 0;
	*size = own_size(&c);
	return 90;
}

static void label(struct span in, struct label *out)
{
	struct cram c;
	if (!find_super(in, &c))
		return;
	out->type = "file system";
	snprintf(out->text, sizeof out->text, "%.16s, %s endian, %u files",
		 (const char *)in.p + c.base + 48, c.big_endian ? "big" : "little",
		 span_u32(in, c.base + 44, c.big_endian));
}

const struct format format_cramfs = {
    .name = "cramfs",
    .title = "cramfs",
    .reference = "Linux fs/cramfs/README",
    .tested = "mkfs.cramfs",
    .magic = (const struct magic[]){MAGIC(0, "\x45\x3d\xcd\x28"), MAGIC(0, "\x28\xcd\x3d\x45"),
				    MAGIC(SHIFT, "\x45\x3d\xcd\x28"),
				    MAGIC(SHIFT, "\x28\xcd\x3d\x45"), MAGIC_END},
    .flags = FORMAT_TREE | FORMAT_SPLIT,
    .bid = bid,
    .open = cramfs_open,
    .label = label,
};
