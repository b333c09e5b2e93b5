/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tar: v7, ustar, GNU (long names, sparse files) and pax. Blocks of 512 bytes: a header, the content
 * filled up to whole blocks, ... , two blocks of zeros; the whole is filled up to 20 blocks.
 *
 *   header  0 name(100) 100 mode(8) 108 uid(8) 116 gid(8) 124 size(12) 136 mtime(12) 148 checksum(8)
 *           156 type 157 link(100) 257 "ustar" 329 major(8) 337 minor(8) 345 prefix(155, ustar only)
 *   GNU     386 four sparse pieces: offset(12) length(12); 482 more follow; 483 real size(12)
 *   Numbers are octal, or big-endian binary when the first byte has its top bit set (GNU).
 *   Types 'L' and 'K' hold the long name and link of the next member, 'x' and 'g' pax records
 *   "LENGTH key=value\n" for the next and for all following members.
 *
 * Reference: POSIX.1-2017 pax; tar(5) of libarchive; GNU tar manual, "Storing Sparse Files".
 */
#include "format/member.h"

#include "format/tar.h"

enum {
	BLOCK = 512,
	RECORD = 20 * BLOCK,
	RESYNC_MAX = 1 << 20,
	SPECIAL_MAX = 1 << 20, /* a long name or a set of pax records */
};

static uint64_t round_up(uint64_t v)
{
	return (v + BLOCK - 1) / BLOCK * BLOCK;
}

/* An octal or binary number; blank is 0. False when it is neither or does not fit into 63 bits. */
static bool number(struct span in, uint64_t at, size_t n, uint64_t *out)
{
	struct span f = span_cut(in, at, n);
	*out = 0;
	if (f.n != n)
		return false;
	if (f.p[0] & 0x80) {
		uint64_t v = f.p[0] & 0x7f;
		for (size_t i = 1; i < n; i++) {
			if (v >> 55)
				return false;
			v = v << 8 | f.p[i];
		}
		*out = v;
		return true;
	}
	f = member_field(f);
	return f.n == 0 || member_number(f, 8, out);
}

/* The sum of the header's bytes with the checksum field as blanks; old tars summed signed bytes. */
static bool checksum_is_right(struct span in, uint64_t at)
{
	uint64_t said;
	int64_t plain = 0, with_sign = 0;
	if (!span_has(in, at, BLOCK) || !member_field(span_cut(in, at + 148, 8)).n ||
	    !number(in, at + 148, 8, &said))
		return false;
	for (size_t i = 0; i < BLOCK; i++) {
		uint8_t b = i >= 148 && i < 156 ? ' ' : in.p[at + i];
		plain += b;
		with_sign += (int8_t)b;
	}
	return (int64_t)said == plain || (int64_t)said == with_sign;
}

struct head {
	uint64_t at, size, next;
	uint64_t mode, uid, gid, mtime, major, minor;
	char type;
	bool ustar, gnu;
	bool wrong_size;
	struct span name, prefix, link;
};

static bool head_at(struct span in, uint64_t at, struct head *h)
{
	*h = (struct head){.at = at};
	if (!checksum_is_right(in, at) || !number(in, at + 124, 12, &h->size))
		return false;
	/* fields that nobody needs to find the next header may be odd */
	number(in, at + 100, 8, &h->mode);
	number(in, at + 108, 8, &h->uid);
	number(in, at + 116, 8, &h->gid);
	number(in, at + 136, 12, &h->mtime);
	h->type = (char)in.p[at + 156];
	h->name = member_text(span_cut(in, at, 100));
	h->link = member_text(span_cut(in, at + 157, 100));
	h->gnu = SPAN_IS(in, at + 257, "ustar  ");
	h->ustar = !h->gnu && SPAN_IS(in, at + 257, "ustar");
	if (h->ustar)
		h->prefix = member_text(span_cut(in, at + 345, 155));
	if (h->ustar || h->gnu) {
		number(in, at + 329, 8, &h->major);
		number(in, at + 337, 8, &h->minor);
	}
	return true;
}

static bool is_zero(struct span in, uint64_t at)
{
	struct span b = span_cut(in, at, BLOCK);
	for (size_t i = 0; i < b.n; i++)
		if (b.p[i])
			return false;
	return true;
}

struct walk {
	struct span in;
	struct sink *out;
	struct arena arena;   /* of the member at hand */
	struct arena global;  /* pax records of type 'g' */
	struct tar_extra extra, all;
	enum status worst;
};

static void forget(struct walk *w)
{
	arena_reset(&w->arena);
	w->extra = w->all;
}

static bool is_extension(const struct head *h)
{
	return h->type && strchr("LKxXg", h->type);
}

/* Long names and pax records: kept for the member that follows. True when the header was one. */
static bool special(struct walk *w, const struct head *h)
{
	struct span content = span_cut(w->in, h->at + BLOCK, h->size);
	if (!is_extension(h))
		return false;
	if (content.n != h->size || h->size > SPECIAL_MAX) {
		sink_note(w->out, h->at, "header extension of %llu bytes is not read",
			  (unsigned long long)h->size);
		w->worst = member_worse(w->worst, content.n != h->size ? ST_TRUNCATED : ST_DAMAGED);
		return true;
	}
	if (h->type == 'L')
		w->extra.path = arena_str(&w->arena, member_text(content));
	else if (h->type == 'K')
		w->extra.link = arena_str(&w->arena, member_text(content));
	else if (h->type == 'g' && !tar_pax(content, &w->global, &w->all))
		w->worst = ST_DAMAGED;
	else if (h->type != 'g' && !tar_pax(content, &w->arena, &w->extra))
		w->worst = ST_DAMAGED;
	if (h->type == 'g')
		w->extra = w->all;
	return true;
}

static const char *full_name(struct walk *w, const struct head *h)
{
	if (w->extra.path)
		return w->extra.path;
	if (!h->prefix.n)
		return arena_str(&w->arena, h->name);
	return arena_printf(&w->arena, "%s/%s", arena_str(&w->arena, h->prefix),
			    arena_str(&w->arena, h->name));
}

static enum entry_type type_of(const struct head *h, const char *path)
{
	size_t n = strlen(path);
	switch (h->type) {
	case '1': return ENTRY_HARDLINK;
	case '2': return ENTRY_SYMLINK;
	case '3': return ENTRY_CHAR;
	case '4': return ENTRY_BLOCK;
	case '5':
	case 'D': return ENTRY_DIR;
	case '6': return ENTRY_FIFO;
	default: return n && path[n - 1] == '/' ? ENTRY_DIR : ENTRY_FILE;
	}
}

static enum status give_file(struct walk *w, const struct head *h, struct entry *e)
{
	struct span content = span_cut(w->in, h->at + BLOCK, h->size);
	enum status st = content.n < h->size ? ST_TRUNCATED : ST_OK;
	struct tar_sparse map = {0};
	bool sparse = false;
	if (h->type == 'S')
		sparse = tar_sparse_old(w->in, h->at, &content, &w->arena, &map);
	else if (w->extra.sparse_major || w->extra.pieces)
		sparse = tar_sparse_pax(&w->extra, &content, &w->arena, &map);
	if (map.bad || h->wrong_size)
		st = ST_DAMAGED;
	if (st != ST_OK) {
		w->worst = member_worse(w->worst, st);
		sink_note(w->out, h->at, "%s: content is %s", e->path, status_word(st));
	}
	if (!sparse)
		return member_give(w->out, e, content, st);
	e->size = map.real;
	enum status got = tar_sparse_give(w->out, e, content, &map, &st);
	w->worst = member_worse(w->worst, st);
	return got;
}

static enum status give(struct walk *w, const struct head *h)
{
	struct entry e = {
		.path = full_name(w, h),
		.at = h->at,
		.size = h->size,
		.mtime = w->extra.has_mtime ? w->extra.mtime : (int64_t)h->mtime,
		.mode = (uint32_t)(h->mode & 07777),
		.uid = (uint32_t)(w->extra.has_uid ? w->extra.uid : h->uid),
		.gid = (uint32_t)(w->extra.has_gid ? w->extra.gid : h->gid),
		.owned = true,
	};
	e.type = type_of(h, e.path);
	if (e.type != ENTRY_HARDLINK) {
		e.xattrs = w->extra.xattrs;
		e.xattr_count = w->extra.xattr_count;
	}
	if (e.type == ENTRY_HARDLINK || e.type == ENTRY_SYMLINK)
		e.link = w->extra.link ? w->extra.link : arena_str(&w->arena, h->link);
	if (e.type == ENTRY_CHAR || e.type == ENTRY_BLOCK) {
		e.dev_major = (uint32_t)h->major;
		e.dev_minor = (uint32_t)h->minor;
	}
	if (e.type == ENTRY_FILE)
		return give_file(w, h, &e);
	e.size = 0;
	return member_give(w->out, &e, SPAN(NULL, 0), ST_OK);
}

/* The next header with a right checksum and the ustar magic, a whole number of blocks away. */
static bool search(struct span in, uint64_t from, uint64_t max, struct head *h)
{
	for (uint64_t at = from; span_has(in, at, BLOCK) && at - from < max; at += BLOCK)
		if (SPAN_IS(in, at + 257, "ustar") && head_at(in, at, h))
			return true;
	return false;
}

/* Content follows only some kinds of header, whatever the size field says. */
static uint64_t content_size(const struct walk *w, const struct head *h)
{
	uint64_t size = w->extra.has_size && !is_extension(h) ? w->extra.size : h->size;
	return h->type >= '1' && h->type <= '6' ? 0 : size;
}

/* Where the header behind this one belongs; a size that leads past the end may be wrong. */
static void find_next(struct walk *w, struct head *h)
{
	struct head behind;
	uint64_t data = h->at + BLOCK;
	h->size = content_size(w, h);
	if (h->type == 'S' && w->in.p[h->at + 482])
		data = tar_sparse_data(w->in, h->at);
	if (span_has(w->in, data, h->size)) {
		h->next = data + round_up(h->size);
		return;
	}
	h->next = w->in.n;
	if (search(w->in, data, w->in.n, &behind)) {
		sink_note(w->out, h->at, "the size of a member leads past the end");
		w->worst = ST_DAMAGED;
		h->next = behind.at;
		h->size = behind.at - data;
		h->wrong_size = true;
	}
}

static uint64_t padded_end(struct span in, uint64_t at)
{
	uint64_t end = (at + RECORD - 1) / RECORD * RECORD;
	if (end > in.n)
		end = in.n / BLOCK * BLOCK;
	for (uint64_t i = at; i < end; i += BLOCK)
		if (!is_zero(in, i))
			return at;
	return end > at ? end : at;
}

/* No header at `at`: the end, or damage with more members behind it. Sets h when there are. */
static bool resume(struct walk *w, uint64_t at, struct head *h)
{
	if (!span_has(w->in, at, BLOCK)) {
		w->out->used = w->in.n;
		w->worst = member_worse(w->worst, ST_TRUNCATED);
		w->out->note(w->out, at, "the archive ends without blocks of zeros");
		return false;
	}
	if (is_zero(w->in, at)) {
		bool two = span_has(w->in, at + BLOCK, BLOCK) && is_zero(w->in, at + BLOCK);
		w->out->used = two ? padded_end(w->in, at + 2 * BLOCK) : at + BLOCK;
		return false;
	}
	if (search(w->in, at, RESYNC_MAX, h)) {
		sink_note(w->out, at, "no tar header here, the next is at 0x%llx",
			  (unsigned long long)h->at);
		w->worst = ST_DAMAGED;
		return true;
	}
	w->out->used = at;
	w->out->note(w->out, at, "the archive ends without blocks of zeros");
	w->worst = member_worse(w->worst, ST_TRUNCATED);
	return false;
}

static enum status tar_open(struct span in, struct sink *out)
{
	struct walk w = {.in = in, .out = out};
	struct head h;
	enum status st = ST_OK;
	uint64_t at = 0;
	if (!head_at(in, 0, &h))
		return ST_DAMAGED;
	while (st == ST_OK) {
		if (at == in.n && at) { /* many packers leave the zeros out */
			out->used = at;
			break;
		}
		if (!head_at(in, at, &h) && !resume(&w, at, &h))
			break;
		find_next(&w, &h);
		at = h.next;
		if (special(&w, &h))
			continue;
		if (h.type != 'V' && h.type != 'M' && h.type != 'N')
			st = give(&w, &h);
		forget(&w);
	}
	arena_free(&w.arena);
	arena_free(&w.global);
	return st != ST_OK ? st : w.worst;
}

static int bid(struct span in, uint64_t *size)
{
	struct head h;
	uint64_t v;
	*size = 0;
	if (!head_at(in, 0, &h))
		return 0;
	bool numbers = number(in, 100, 8, &v) && number(in, 108, 8, &v) && number(in, 116, 8, &v) &&
		       number(in, 136, 12, &v);
	if (h.ustar || h.gnu)
		return numbers ? 95 : 70;
	/* v7 has no magic: every field must be what tar writes */
	bool type = h.type == 0 || (h.type >= '0' && h.type <= '7');
	return numbers && type && member_printable(h.name) && h.mode <= 0177777 ? 60 : 0;
}

const struct format format_tar = {
	.name = "tar",
	.title = "tar archive",
	.reference = "POSIX.1-2017 pax; tar(5); GNU tar manual",
	.tested = "GNU tar 1.34 (v7, ustar, gnu, oldgnu, pax; sparse files of every version)",
	.magic = (const struct magic[]){MAGIC(257, "ustar\0"), MAGIC(257, "ustar  \0"), MAGIC_END},
	.flags = FORMAT_TREE | FORMAT_SPLIT,
	.bid = bid,
	.open = tar_open,
};
