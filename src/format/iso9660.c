/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ISO 9660 with Rock Ridge or Joliet. Numbers stand twice, little endian first.
 *
 * sectors of 2048; from sector 16 volume descriptors: type(1) "CD001" version(1); 1 primary,
 *   2 supplementary (Joliet: escape %/@ %/C %/E at 88), 255 the last
 *   blocks at 80, block size 128, record of the root folder 156
 * record: length(1) attribute_length(1) block(8) size(8) date(7) flags(1) ... name_length at 32,
 *   name, then system use: signature(2) length(1) version(1) data
 *   flags: 2 folder, 80 more records of the same file follow
 * Rock Ridge: SP start, CE goes on elsewhere, PX mode and owner, NM name, SL link, PN device,
 *   TF times, CL folder moved elsewhere, RE moved here, ZF compressed
 *
 * Reference: ECMA-119, IEEE P1281 (SUSP), P1282 (RRIP), Joliet specification 1.
 */
#include "format/names.h"

enum {
	SECTOR = 2048,
	FIRST = 16 * SECTOR,
	RECORD = 33,
	FLAG_DIR = 2,
	FLAG_MORE = 0x80,
	MAX_DESCRIPTORS = 64,
	MAX_AREAS = 8,
	MAX_NAME = 1024,
};
static const uint64_t FILES = 1ULL << 40;

struct folder {
	uint32_t block;
};

struct iso {
	struct walk walk;
	struct span in;
	struct names names;
	uint32_t block_size, root;
	unsigned skip;     /* bytes before system use, from SP */
	bool rock, joliet;
	uint8_t *seen;     /* a bit for each block where a folder begins that was read */
	struct folder *queue;
	size_t n, cap;
};

/* What the system use area of one record says. */
struct rock {
	struct buf name, link;
	uint32_t mode, uid, gid, dev_major, dev_minor, moved;
	int64_t mtime;
	bool has_mode, has_time, relocated, packed;
};

static int bid(struct span in, uint64_t *size)
{
	struct span d = span_cut(in, FIRST, SECTOR);
	uint16_t block = span_le16(d, 128);
	*size = 0;
	if (d.n < SECTOR || !SPAN_IS(d, 0, "\1CD001\1") || block != span_be16(d, 130) ||
	    (block != 512 && block != 1024 && block != 2048) ||
	    span_le32(d, 80) != span_be32(d, 84) || d.p[156] < 34 ||
	    span_le32(d, 158) != span_be32(d, 162) || span_le32(d, 80) < 17)
		return 0;
	*size = (uint64_t)span_le32(d, 80) * block;
	return 95;
}

/* The place and length of a file or folder that a record names. */
static struct span extent(const struct iso *o, struct span r, uint64_t *at)
{
	*at = ((uint64_t)span_le32(r, 2) + r.p[1]) * o->block_size;
	return span_cut(o->in, *at, span_le32(r, 10));
}

static struct span record_at(const struct iso *o, uint64_t at)
{
	uint8_t n = span_has(o->in, at, 1) ? o->in.p[at] : 0;
	struct span r = span_cut(o->in, at, n);
	if (r.n < n || n < RECORD + 1 || r.p[32] == 0 || RECORD + r.p[32] > n)
		return SPAN(o->in.p, 0);
	return r;
}

static struct span system_use(const struct iso *o, struct span r)
{
	uint64_t at = RECORD + r.p[32];
	at += at & 1;
	return span_from(r, at + o->skip);
}

/* One component of a link's target; flags: 1 continues, 2 ".", 4 "..", 8 the root. */
static void add_component(struct rock *k, uint8_t flags, struct span text, bool joined)
{
	size_t n = k->link.n;
	if (n && !joined && !(n == 1 && k->link.p[0] == '/'))
		buf_byte(&k->link, '/');
	if (flags & 8)
		buf_byte(&k->link, '/');
	else if (flags & 4)
		buf_str(&k->link, "..");
	else if (flags & 2)
		buf_str(&k->link, ".");
	else
		buf_add(&k->link, text.p, text.n);
}

static void add_link(struct rock *k, struct span field, bool *joined)
{
	for (uint64_t at = 5; span_has(field, at, 2); at += 2U + field.p[at + 1]) {
		add_component(k, field.p[at], span_cut(field, at + 2, field.p[at + 1]), *joined);
		*joined = field.p[at] & 1;
	}
}

static int64_t short_date(struct span d)
{
	if (d.n < 7)
		return 0;
	int64_t t = unix_time(1900 + d.p[0], d.p[1], d.p[2], d.p[3], d.p[4], d.p[5]);
	return t ? t - (int8_t)d.p[6] * 900 : 0;
}

/* TF: the times whose bits are set, in order; modification is bit 1. Long forms are not used. */
static void take_times(struct rock *k, struct span f)
{
	uint8_t flags = f.n > 4 ? f.p[4] : 0;
	if (!(flags & 2) || flags & 0x80)
		return;
	k->mtime = short_date(span_cut(f, flags & 1 ? 12 : 5, 7));
	k->has_time = true;
}

static void take_field(struct rock *k, struct span f, bool *joined)
{
	if (SPAN_IS(f, 0, "PX")) {
		k->mode = span_le32(f, 4);
		k->uid = span_le32(f, 20);
		k->gid = span_le32(f, 28);
		k->has_mode = f.n >= 36;
	} else if (SPAN_IS(f, 0, "NM") && f.n > 5) {
		buf_add(&k->name, f.p + 5, f.n - 5);
	} else if (SPAN_IS(f, 0, "SL")) {
		add_link(k, f, joined);
	} else if (SPAN_IS(f, 0, "PN")) {
		k->dev_major = span_le32(f, 4);
		k->dev_minor = span_le32(f, 12);
	} else if (SPAN_IS(f, 0, "TF")) {
		take_times(k, f);
	} else if (SPAN_IS(f, 0, "CL")) {
		k->moved = span_le32(f, 4);
	} else if (SPAN_IS(f, 0, "RE")) {
		k->relocated = true;
	} else if (SPAN_IS(f, 0, "ZF")) {
		k->packed = true;
	}
}

/* Read the system use of a record, following its continuations. Free with rock_free. */
static struct rock rock_of(const struct iso *o, struct span r)
{
	struct rock k = {.name = {.max = MAX_NAME}, .link = {.max = 4096}};
	struct span area = system_use(o, r), next;
	bool joined = false;
	for (unsigned i = 0; o->rock && area.n && i < MAX_AREAS; i++, area = next) {
		next = SPAN(o->in.p, 0);
		for (uint64_t at = 0; span_has(area, at, 4);) {
			uint8_t n = area.p[at + 2];
			struct span f = span_cut(area, at, n);
			if (n < 4 || f.n < n || SPAN_IS(f, 0, "ST"))
				break;
			if (SPAN_IS(f, 0, "CE"))
				next = span_cut(o->in, (uint64_t)span_le32(f, 4) * o->block_size +
						span_le32(f, 12), span_le32(f, 20));
			take_field(&k, f, &joined);
			at += n;
		}
	}
	return k;
}

static void rock_free(struct rock *k)
{
	buf_free(&k->name);
	buf_free(&k->link);
}

static void queue_folder(struct iso *o, uint32_t block)
{
	if ((uint64_t)block * o->block_size >= o->in.n || o->seen[block / 8] >> block % 8 & 1)
		return;
	o->seen[block / 8] = (uint8_t)(o->seen[block / 8] | 1 << block % 8);
	o->queue = mem_grow(o->queue, &o->cap, o->n + 1, sizeof *o->queue);
	o->queue[o->n++] = (struct folder){block};
}

/* A plain name loses its version and, without an extension, its dot. */
static char *name_of(struct iso *o, struct span r, const struct rock *k)
{
	struct span raw = span_cut(r, RECORD, r.p[32]);
	if (o->joliet)
		return utf16_text(&o->names.text, raw, true);
	if (k->name.n)
		return arena_str(&o->names.text, buf_span(&k->name));
	const uint8_t *semicolon = memchr(raw.p, ';', raw.n);
	if (semicolon)
		raw.n = (size_t)(semicolon - raw.p);
	if (raw.n > 1 && raw.p[raw.n - 1] == '.')
		raw.n--;
	return arena_str(&o->names.text, raw);
}

static void add_record(struct iso *o, uint32_t dir, uint64_t at, struct span r)
{
	struct rock k = rock_of(o, r);
	bool folder = r.p[25] & FLAG_DIR || k.moved;
	uint32_t block = k.moved ? k.moved : span_le32(r, 2) + r.p[1];
	bool dots = r.p[32] == 1 && r.p[33] <= 1;
	if (!dots && !k.relocated) {
		names_add(&o->names, (struct name){.dir = dir, .at = at,
						   .ino = folder ? block : FILES + at,
						   .name = span_str(name_of(o, r, &k))});
		if (folder)
			queue_folder(o, block);
	}
	rock_free(&k);
}

/* A folder's records; none crosses a sector. Parts of a file behind the first are skipped. */
static void read_folder(struct iso *o, uint32_t block)
{
	uint64_t base = (uint64_t)block * o->block_size, at = base;
	struct span self = record_at(o, base);
	bool more = false;
	uint64_t end = base + span_le32(self, 10);
	if (!self.n) {
		sink_note(o->walk.sink, base, "folder is damaged");
		return;
	}
	if (end > o->in.n)
		end = o->in.n;
	while (at < end && o->names.n <= o->in.n / RECORD) {
		if (!o->in.p[at]) {
			at = (at / SECTOR + 1) * SECTOR;
			continue;
		}
		struct span r = record_at(o, at);
		if (!r.n) {
			sink_note(o->walk.sink, at, "folder is damaged");
			at = (at / SECTOR + 1) * SECTOR;
			continue;
		}
		if (!more)
			add_record(o, block, at, r);
		more = r.p[25] & FLAG_MORE;
		at += r.n;
	}
}

/* Content in one piece stands in the input; content in several is put together. */
static enum status write_file(struct iso *o, struct entry *e, uint64_t record, bool packed)
{
	struct sink *s = o->walk.sink;
	struct span r = record_at(o, record), data = extent(o, r, &e->at);
	bool whole = data.n == span_le32(r, 10);
	e->size = span_le32(r, 10);
	if (!(r.p[25] & FLAG_MORE) && whole && !packed)
		return s->slice(s, e, data);
	enum status st = s->begin(s, e);
	if (st != ST_OK)
		return st;
	while (r.n && st == ST_OK) {
		uint64_t at;
		data = extent(o, r, &at);
		whole = whole && data.n == span_le32(r, 10);
		if (data.n)
			st = s->write(s, data.p, data.n);
		record += r.n;
		if (!(r.p[25] & FLAG_MORE))
			break;
		if (span_has(o->in, record, 1) && !o->in.p[record])
			record = (record / SECTOR + 1) * SECTOR;
		r = record_at(o, record);
	}
	enum status one = packed ? ST_UNSUPPORTED : whole ? ST_OK : ST_TRUNCATED;
	enum status ended = s->end(s, st != ST_OK ? st : one);
	return st != ST_OK ? st : ended;
}

static enum status visit(struct walk *w, const struct name *name, const char *path,
			 const char *first)
{
	struct iso *o = (struct iso *)w;
	struct span r = record_at(o, name->at);
	struct rock k = rock_of(o, r);
	struct entry e = {.path = path, .at = name->at, .mtime = short_date(span_cut(r, 18, 7))};
	e.type = r.p[25] & FLAG_DIR || k.moved ? ENTRY_DIR : ENTRY_FILE;
	if (k.has_time)
		e.mtime = k.mtime;
	if (k.has_mode) {
		if (!k.moved)
			entry_mode(&e, k.mode);
		e.mode = k.mode & 07777;
		e.uid = k.uid;
		e.gid = k.gid;
		e.dev_major = k.dev_major;
		e.dev_minor = k.dev_minor;
		e.owned = true;
	}
	if (e.type == ENTRY_SYMLINK)
		e.link = buf_text(&k.link);
	if (first && e.type == ENTRY_DIR)
		sink_note(w->sink, name->at, "folder '%s' has two names", path);
	enum status st = e.type == ENTRY_FILE ? write_file(o, &e, name->at, k.packed)
					      : sink_bare(w->sink, &e);
	rock_free(&k);
	return st;
}

/* Choose a tree: Rock Ridge where it is used, then Joliet, then plain names. */
static void choose(struct iso *o)
{
	struct span d = span_cut(o->in, FIRST, SECTOR);
	o->block_size = span_le16(d, 128);
	o->root = span_le32(d, 158);
	struct span self = record_at(o, (uint64_t)o->root * o->block_size);
	struct span use = self.n ? system_use(o, self) : self;
	if (SPAN_IS(use, 0, "SP") && SPAN_IS(use, 4, "\xbe\xef")) {
		o->rock = true;
		o->skip = use.n > 6 ? use.p[6] : 0;
		return;
	}
	for (uint64_t i = 1; i < MAX_DESCRIPTORS; i++) {
		d = span_cut(o->in, FIRST + i * SECTOR, SECTOR);
		if (d.n < SECTOR || !SPAN_IS(d, 1, "CD001") || d.p[0] == 255)
			return;
		if (d.p[0] == 2 && (SPAN_IS(d, 88, "%/@") || SPAN_IS(d, 88, "%/C") ||
				    SPAN_IS(d, 88, "%/E"))) {
			o->joliet = true;
			o->root = span_le32(d, 158);
		}
	}
}

static enum status iso_open(struct span in, struct sink *out)
{
	struct iso o = {.walk = {visit, out}};
	uint64_t size;
	if (!bid(in, &size))
		return ST_DAMAGED;
	o.in = span_cut(in, 0, size);
	out->used = size;
	if (size > in.n)
		sink_note(out, in.n, "the input ends before the file system does");
	choose(&o);
	o.seen = mem_alloc(o.in.n / o.block_size / 8 + 2);
	queue_folder(&o, o.root);
	for (size_t i = 0; i < o.n; i++)
		read_folder(&o, o.queue[i].block);
	enum status st = names_walk(&o.names, o.root, &o.walk);
	names_free(&o.names);
	mem_free(o.seen);
	mem_free(o.queue);
	return st;
}

static void label(struct span in, struct label *out)
{
	struct span name = span_cut(in, FIRST + 40, 32);
	while (name.n && (name.p[name.n - 1] == ' ' || !name.p[name.n - 1]))
		name.n--;
	out->type = "file system";
	snprintf(out->text, sizeof out->text, "%.*s", (int)name.n, (const char *)name.p);
}

const struct format format_iso9660 = {
	.name = "iso9660",
	.title = "ISO 9660 file system",
	.reference = "ECMA-119, RRIP 1.12, Joliet specification 1",
	.tested = "genisoimage 1.1.11",
	.magic = (const struct magic[]){MAGIC(FIRST, "\1CD001\1"), MAGIC_END},
	.flags = FORMAT_TREE | FORMAT_SPLIT,
	.bid = bid,
	.open = iso_open,
	.label = label,
};
