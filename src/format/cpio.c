/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cpio in its four kinds. A run of members, each: header, name with its NUL, content; the member
 * "TRAILER!!!" is the last one. An initramfs may hold several archives with zeros between them.
 *
 *   newc "070701", crc "070702": 13 numbers of 8 hex digits: ino mode uid gid nlink mtime size
 *        devmajor devminor rdevmajor rdevminor namesize check; name and content end on multiples
 *        of 4. crc: check is the sum of the content's bytes. Of hard links only the last has the content.
 *   odc  "070707": octal digits: dev(6) ino(6) mode(6) uid(6) gid(6) nlink(6) rdev(6) mtime(11)
 *        namesize(6) size(11); nothing is aligned.
 *   old binary: 13 words of 16 bits, either byte order: 0x71c7 dev ino mode uid gid nlink rdev
 *        mtime(2, high word first) namesize size(2); name and content end on multiples of 2.
 *
 * Reference: cpio(5) of libarchive; Documentation/driver-api/early-userspace/buffer-format.rst.
 */
#include "format/member.h"

enum kind { NONE, NEWC, CRC, ODC, BIN_LE, BIN_BE };
enum { NAME_MAX_BYTES = 65536, GAP_MAX = 4096, BLOCK = 512, RESYNC_MAX = 1 << 20 };

struct head {
	enum kind kind;
	bool lost;            /* bytes that are no header stand in front of it */
	enum status status;   /* of the content */
	uint64_t dev, ino, size, namesize, check;
	uint64_t at, data, next;
	int64_t mtime;
	uint32_t mode, uid, gid, nlink, rmajor, rminor;
	struct span name, content;
};

/* One file of a group of hard links: the group's first holds what all of them share. */
struct linked {
	uint64_t dev, ino, at;
	struct span content;
	const char *path;     /* set once the first of the group was given to the sink */
	enum status status;
};

struct walk {
	struct span in;       /* from the start of this archive */
	uint64_t base;        /* where this archive starts */
	struct sink *out;
	struct arena names;
	struct linked *links;
	size_t link_count, link_cap;
	enum status worst;
};

static uint64_t align(uint64_t v, unsigned to)
{
	return (v + to - 1) / to * to;
}

static const struct {
	const char *bytes;
	size_t n, header;
	unsigned align;
} kinds[] = {
	[NEWC] = {"070701", 6, 110, 4}, [CRC] = {"070702", 6, 110, 4}, [ODC] = {"070707", 6, 76, 1},
	[BIN_LE] = {"\xc7\x71", 2, 26, 2}, [BIN_BE] = {"\x71\xc7", 2, 26, 2},
};

static enum kind kind_at(struct span in, uint64_t at)
{
	for (enum kind k = NEWC; k <= BIN_BE; k++)
		if (span_is(in, at, kinds[k].bytes, kinds[k].n))
			return k;
	return NONE;
}

static bool newc_fields(struct span in, uint64_t at, struct head *h)
{
	uint64_t f[13];
	for (size_t i = 0; i < 13; i++)
		if (!member_number(span_cut(in, at + 6 + 8 * i, 8), 16, &f[i]))
			return false;
	h->ino = f[0];
	h->mode = (uint32_t)f[1];
	h->uid = (uint32_t)f[2];
	h->gid = (uint32_t)f[3];
	h->nlink = (uint32_t)f[4];
	h->mtime = (int64_t)f[5];
	h->size = f[6];
	h->dev = f[7] << 32 | f[8];
	h->rmajor = (uint32_t)f[9];
	h->rminor = (uint32_t)f[10];
	h->namesize = f[11];
	h->check = f[12];
	return true;
}

static bool odc_fields(struct span in, uint64_t at, struct head *h)
{
	static const uint8_t width[10] = {6, 6, 6, 6, 6, 6, 6, 11, 6, 11};
	uint64_t f[10];
	uint64_t pos = at + 6;
	for (size_t i = 0; i < 10; pos += width[i], i++)
		if (!member_number(span_cut(in, pos, width[i]), 8, &f[i]))
			return false;
	h->dev = f[0];
	h->ino = f[1];
	h->mode = (uint32_t)f[2];
	h->uid = (uint32_t)f[3];
	h->gid = (uint32_t)f[4];
	h->nlink = (uint32_t)f[5];
	h->rmajor = (uint32_t)f[6] >> 8;
	h->rminor = (uint32_t)f[6] & 255;
	h->mtime = (int64_t)f[7];
	h->namesize = f[8];
	h->size = f[9];
	return true;
}

static bool binary_fields(struct span in, uint64_t at, struct head *h)
{
	uint16_t f[13];
	for (size_t i = 0; i < 13; i++)
		f[i] = span_u16(in, at + 2 * i, h->kind == BIN_BE);
	h->dev = f[1];
	h->ino = f[2];
	h->mode = f[3];
	h->uid = f[4];
	h->gid = f[5];
	h->nlink = f[6];
	h->rmajor = f[7] >> 8;
	h->rminor = f[7] & 255;
	h->mtime = (int64_t)f[8] << 16 | f[9];
	h->namesize = f[10];
	h->size = (uint64_t)f[11] << 16 | f[12];
	return true;
}

static bool is_trailer(const struct head *h)
{
	return span_eq_str(h->name, "TRAILER!!!");
}

/* A whole and plausible header with its name at `at`? Content may reach past the end. */
static bool head_at(struct span in, uint64_t at, struct head *h)
{
	*h = (struct head){.kind = kind_at(in, at), .at = at};
	if (h->kind == NONE || !span_has(in, at, kinds[h->kind].header))
		return false;
	bool fields = h->kind <= CRC	? newc_fields(in, at, h)
		      : h->kind == ODC	? odc_fields(in, at, h)
					: binary_fields(in, at, h);
	uint64_t name = at + kinds[h->kind].header;
	if (!fields || h->namesize < 2 || h->namesize > NAME_MAX_BYTES ||
	    !span_has(in, name, h->namesize) || in.p[name + h->namesize - 1] != 0)
		return false;
	bool known;
	h->name = member_text(span_cut(in, name, h->namesize));
	member_type(h->mode, &known);
	if (!h->name.n || (!known && !is_trailer(h)))
		return false;
	if (h->kind >= BIN_LE && (!member_printable(h->name) || h->name.n + 1 != h->namesize))
		return false;
	h->data = align(name + h->namesize, kinds[h->kind].align);
	h->next = align(h->data + h->size, kinds[h->kind].align);
	h->content = span_cut(in, h->data, h->size);
	return true;
}

/* The next whole header of the same kind in `max` bytes from `from`. */
static bool search(struct span in, uint64_t from, uint64_t max, enum kind k, struct head *h)
{
	struct span magic = SPAN(kinds[k].bytes, kinds[k].n);
	struct span area = span_cut(in, 0, from > in.n || max > in.n - from ? in.n : from + max);
	for (size_t at = (size_t)from; from < in.n; at++) {
		at = span_find(area, magic, at);
		if (at == SIZE_MAX)
			return false;
		if (head_at(in, at, h))
			return true;
	}
	return false;
}

static bool sum_is_wrong(const struct head *h)
{
	uint32_t sum = 0;
	for (size_t i = 0; i < h->content.n; i++)
		sum += h->content.p[i];
	return sum != (uint32_t)h->check;
}

/*
 * The header that belongs at `at`; when there is none, the next one behind it (h->lost). A content
 * that would reach past the end is cut at the next header, if there is one: then its size is wrong.
 */
static bool next_head(struct span in, uint64_t at, enum kind k, struct head *h)
{
	struct head behind;
	if (!head_at(in, at, h)) {
		if (!search(in, at, RESYNC_MAX, k, h))
			return false;
		h->lost = true;
	}
	if (!span_has(in, h->data, h->size)) {
		h->status = ST_TRUNCATED;
		h->next = in.n;
		if (search(in, h->data, in.n, h->kind, &behind)) {
			h->status = ST_DAMAGED;
			h->next = behind.at;
			h->content = span_cut(in, h->data, behind.at - h->data);
		}
	}
	return true;
}

static bool is_linked(const struct head *h)
{
	return h->nlink > 1 && (h->mode & MODE_TYPE) == MODE_FILE;
}

static int by_inode(const void *x, const void *y)
{
	const struct linked *a = x, *b = y;
	if (a->dev != b->dev)
		return a->dev < b->dev ? -1 : 1;
	if (a->ino != b->ino)
		return a->ino < b->ino ? -1 : 1;
	return a->at < b->at ? -1 : a->at > b->at;
}

static bool same_inode(const struct linked *a, uint64_t dev, uint64_t ino)
{
	return a->dev == dev && a->ino == ino;
}

/*
 * The first of a group gets the content. Without any, and without a trailer, the content stood
 * behind the cut.
 */
static void share_content(struct walk *w, bool closed)
{
	for (size_t i = 0, first = 0; i < w->link_count; i++) {
		struct linked *l = &w->links[i], *f;
		if (!same_inode(&w->links[first], l->dev, l->ino))
			first = i;
		f = &w->links[first];
		if (i == first && !l->content.n && !closed)
			l->status = member_worse(l->status, ST_TRUNCATED);
		if (!f->content.n && l->content.n) {
			f->content = l->content;
			f->status = l->status;
		}
	}
}

/* First pass: which files are one. Newc keeps the content with the last link, others with each. */
static void find_links(struct walk *w)
{
	struct head h;
	enum kind k = kind_at(w->in, 0);
	w->link_count = 0;
	bool closed = false;
	for (uint64_t at = 0; !closed && next_head(w->in, at, k, &h); at = h.next) {
		closed = is_trailer(&h);
		if (closed || !is_linked(&h))
			continue;
		w->links = mem_grow(w->links, &w->link_cap, w->link_count + 1, sizeof *w->links);
		struct linked *l = &w->links[w->link_count++];
		*l = (struct linked){h.dev, h.ino, h.at, h.content, NULL, h.status};
		if (h.kind == CRC && h.size && h.status == ST_OK && sum_is_wrong(&h))
			l->status = ST_DAMAGED;
	}
	if (w->link_count)
		qsort(w->links, w->link_count, sizeof *w->links, by_inode);
	share_content(w, closed);
}

static struct linked *group_of(struct walk *w, const struct head *h)
{
	size_t low = 0, high = w->link_count;
	const struct linked key = {.dev = h->dev, .ino = h->ino};
	while (low < high) {
		size_t mid = low + (high - low) / 2;
		if (by_inode(&w->links[mid], &key) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low < w->link_count && same_inode(&w->links[low], h->dev, h->ino) ? &w->links[low]
										  : NULL;
}

static void complain(struct walk *w, const struct head *h, const char *path, enum status st)
{
	if (st == ST_OK)
		return;
	w->worst = member_worse(w->worst, st);
	sink_note(w->out, w->base + h->at, "%s: content is %s", path, status_word(st));
}

static enum status give_file(struct walk *w, const struct head *h, struct entry *e)
{
	struct linked *g = is_linked(h) ? group_of(w, h) : NULL;
	enum status st = h->status;
	struct span content = h->content;
	if (g && g->path && (!h->size || (st == ST_OK && span_equal(content, g->content)))) {
		e->type = ENTRY_HARDLINK;
		e->link = g->path;
		e->size = 0;
		return member_give(w->out, e, SPAN(NULL, 0), ST_OK);
	}
	if (g && !g->path) {
		g->path = e->path;
		if (!h->size) {
			content = g->content;
			st = g->status;
			e->size = content.n;
		}
	}
	if (st == ST_OK && h->kind == CRC && h->size && sum_is_wrong(h))
		st = ST_DAMAGED;
	complain(w, h, e->path, st);
	return member_give(w->out, e, content, st);
}

static enum status give(struct walk *w, const struct head *h)
{
	struct entry e = {
		.path = arena_str(&w->names, h->name),
		.at = w->base + h->at,
		.size = h->size,
		.mtime = h->mtime,
		.mode = h->mode & 07777,
		.uid = h->uid,
		.gid = h->gid,
		.owned = true,
		.type = member_type(h->mode, NULL),
	};
	if (e.type == ENTRY_FILE)
		return give_file(w, h, &e);
	if (e.type == ENTRY_SYMLINK) {
		e.link = arena_str(&w->names, member_text(h->content));
		complain(w, h, e.path, h->status);
	}
	if (e.type == ENTRY_CHAR || e.type == ENTRY_BLOCK) {
		e.dev_major = h->rmajor;
		e.dev_minor = h->rminor;
	}
	e.size = 0;
	return member_give(w->out, &e, SPAN(NULL, 0), h->status);
}

/* Second pass over one archive; *end: behind its trailer, or where nothing more was found. */
static enum status give_all(struct walk *w, uint64_t *end, bool *closed)
{
	struct head h;
	enum kind k = kind_at(w->in, 0);
	uint64_t at = 0;
	*closed = false;
	while (!*closed && next_head(w->in, at, k, &h)) {
		if (h.lost) {
			sink_note(w->out, w->base + at, "no cpio header here, the next is at 0x%llx",
				  (unsigned long long)(w->base + h.at));
			w->worst = ST_DAMAGED;
		}
		at = h.next;
		*closed = is_trailer(&h);
		enum status st = *closed ? ST_OK : give(w, &h);
		if (st != ST_OK)
			return st;
	}
	if (!*closed) {
		bool cut = at >= w->in.n || w->in.n - at < kinds[ODC].header + 11;
		w->out->note(w->out, w->base + at, "the archive ends without a trailer");
		w->worst = member_worse(w->worst, cut ? ST_TRUNCATED : ST_DAMAGED);
	}
	*end = at < w->in.n ? at : w->in.n;
	return ST_OK;
}

/* Zeros behind `at`: where another archive starts, or 0. */
static uint64_t another(struct span in, uint64_t at)
{
	struct head h;
	uint64_t stop = at + GAP_MAX;
	while (at < in.n && at < stop && in.p[at] == 0)
		at++;
	return head_at(in, at, &h) && h.kind < BIN_LE ? at : 0;
}

/* cpio(1) fills its last block of 512 bytes with zeros. */
static uint64_t padded_end(struct span in, uint64_t at)
{
	uint64_t end = align(at, BLOCK);
	if (end > in.n)
		end = in.n;
	for (uint64_t i = at; i < end; i++)
		if (in.p[i])
			return at;
	return end;
}

static enum status cpio_open(struct span in, struct sink *out)
{
	struct walk w = {.out = out};
	enum status st;
	uint64_t end;
	bool closed;
	if (kind_at(in, 0) == NONE)
		return ST_DAMAGED;
	for (uint64_t next = 0;;) {
		w.base = next;
		w.in = span_from(in, next);
		find_links(&w);
		st = give_all(&w, &end, &closed);
		if (st != ST_OK)
			break;
		end += w.base;
		out->used = closed ? w.base + padded_end(w.in, end - w.base) : end;
		next = closed ? another(in, end) : 0;
		if (!next)
			break;
	}
	arena_free(&w.names);
	mem_free(w.links);
	return st != ST_OK ? st : w.worst;
}

static int bid(struct span in, uint64_t *size)
{
	struct head h, next;
	*size = 0;
	if (!head_at(in, 0, &h))
		return 0;
	if (is_trailer(&h))
		return h.kind <= ODC && h.size == 0 ? 40 : 0;
	if (h.kind <= ODC)
		return 90;
	/* two bytes of magic are little: the next header must stand where this one says */
	return h.nlink && head_at(in, h.next, &next) && next.kind == h.kind ? 70 : 0;
}

static void label(struct span in, struct label *out)
{
	static const char *const words[] = {
		[NONE] = "cpio", [NEWC] = "newc", [CRC] = "newc with checksums", [ODC] = "odc",
		[BIN_LE] = "old binary, little-endian", [BIN_BE] = "old binary, big-endian"};
	snprintf(out->text, sizeof out->text, "%s", words[kind_at(in, 0)]);
}

const struct format format_cpio = {
	.name = "cpio",
	.title = "cpio archive",
	.reference = "cpio(5); Linux Documentation/driver-api/early-userspace/buffer-format.rst",
	.tested = "GNU cpio 2.13 (newc, crc, odc, bin)",
	.magic = (const struct magic[]){MAGIC(0, "070701"), MAGIC(0, "070702"), MAGIC(0, "070707"),
					MAGIC(0, "\xc7\x71"), MAGIC(0, "\x71\xc7"), MAGIC_END},
	.flags = FORMAT_TREE | FORMAT_SPLIT,
	.bid = bid,
	.open = cpio_open,
	.label = label,
};
