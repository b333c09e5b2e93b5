/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JFFS2: a log of nodes on flash, either endian, aligned to 4 bytes, erased space (ff) between.
 *
 * every node  magic=1985(2) type(2) totlen(4) hdr_crc(4)          CRC over the first 8 bytes
 * directory   + pino(4) version(4) ino(4) mctime(4) nsize(1) type(1) unused(2) node_crc(4)
 *   entry e001  name_crc(4) name                                  ino 0: the name was deleted
 * inode e002  + ino(4) version(4) mode(4) uid(2) gid(2) isize(4) atime(4) mtime(4) ctime(4)
 *               offset(4) csize(4) dsize(4) compr(1) usercompr(1) flags(2) data_crc(4) node_crc(4)
 * attribute e008, reference to one e009: jffs2_xattr.c
 * clean marker 2003, padding 2004, summary 2006: no content for us
 *
 * The newest version of a name or of a byte of a file counts. A node whose type lacks the bit 2000
 * is obsolete; its CRC was made with the bit set.
 *
 * Reference: Linux include/uapi/linux/jffs2.h, fs/jffs2/.
 */
#include "format/jffs2_xattr.h"
#include "format/names.h"

#include "base/hash.h"

enum {
	HEADER = 12,
	DIRENT = 40,
	INODE = 68,
	TYPE_DIRENT = 0xe001,
	TYPE_INODE = 0xe002,
	TYPE_XATTR = 0xe008,
	TYPE_XREF = 0xe009,
	TYPE_CLEAN = 0x2003,
	TYPE_PAD = 0x2004,
	ACCURATE = 0x2000,
	GAP = 256 << 10,   /* largest erase block: how far to look for the next node in rubbish */
	WINDOW = 64 << 10, /* a file is put together in pieces of this size */
	MAX_DATA = 64 << 10,
	PAGE = 4096,
};

enum { COMPR_NONE, COMPR_ZERO, COMPR_RTIME, COMPR_RUBINMIPS, COMPR_COPY, COMPR_DYNRUBIN,
       COMPR_ZLIB, COMPR_LZO, COMPR_LZMA };

/* An inode node: what is needed to sort; the rest is read again from the input. */
struct node {
	uint32_t ino, version, offset, dsize;
	size_t at;
};

struct jffs2 {
	struct walk walk;
	struct span in;
	bool big_endian;
	struct names names;
	struct node *nodes;
	size_t n, cap;
	struct jffs2_xattrs xattrs;
	uint8_t *window, *covered, *data;
};

static uint32_t crc(struct span in, uint64_t at, uint64_t n)
{
	return hash_crc32_raw(0, span_cut(in, at, n));
}

/* Is there a node's header at `at`? Gives its type with the accurate bit as stored. */
static bool header_at(struct span in, uint64_t at, bool be, uint16_t *type, uint32_t *len)
{
	uint16_t magic = span_u16(in, at, be);
	if (!span_has(in, at, HEADER) || (magic != 0x1985 && magic != 0x1984))
		return false;
	*type = span_u16(in, at + 2, be);
	*len = span_u32(in, at + 4, be);
	if (*len < HEADER)
		return false;
	uint8_t head[8];
	memcpy(head, in.p + at, 8);
	head[be ? 2 : 3] |= ACCURATE >> 8;
	return hash_crc32_raw(0, SPAN(head, 8)) == span_u32(in, at + 8, be);
}

/* The end of a run of erased bytes. */
static uint64_t erased_end(struct span in, uint64_t at)
{
	static const uint8_t ff[64] = {
		255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
		255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
		255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
		255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255};
	while (span_is(in, at, ff, sizeof ff))
		at += sizeof ff;
	while (at < in.n && in.p[at] == 0xff)
		at++;
	return at;
}

/*
 * From `at` (aligned) to the next node: over erased space and, up to an erase block, over rubbish.
 * False at the end of the file system. *rubbish: where bytes stand that are neither.
 */
static bool next_node(struct span in, uint64_t at, bool be, uint64_t *node, uint64_t *rubbish)
{
	uint16_t type;
	uint32_t len;
	*rubbish = UINT64_MAX;
	while (at < in.n) {
		if (header_at(in, at, be, &type, &len)) {
			*node = at;
			return true;
		}
		uint64_t end = erased_end(in, at) & ~3ULL;
		if (end > at) {
			at = end;
			continue;
		}
		if (*rubbish == UINT64_MAX)
			*rubbish = at;
		if (at - *rubbish >= GAP)
			return false;
		at += 4;
	}
	return false;
}

static uint64_t node_end(uint64_t at, uint32_t len)
{
	return (at + len + 3) & ~3ULL;
}

/* The exact end: behind the last node, with the erased space that follows in whole pages. */
static uint64_t end_of(struct span in, bool be, unsigned *real)
{
	uint64_t at = 0, node = 0, rubbish, last = 0;
	uint16_t type = 0;
	uint32_t len = 0;
	*real = 0;
	while (next_node(in, at, be, &node, &rubbish)) {
		header_at(in, node, be, &type, &len);
		if ((type | ACCURATE) == TYPE_DIRENT || (type | ACCURATE) == TYPE_INODE)
			++*real;
		last = at = node_end(node, len);
	}
	uint64_t end = erased_end(in, last);
	if (end < in.n)
		end -= end % PAGE;
	return end > last ? end : last;
}

static bool endian(struct span in)
{
	return SPAN_IS(in, 0, "\x19\x85") || SPAN_IS(in, 0, "\x19\x84");
}

static int bid(struct span in, uint64_t *size)
{
	uint16_t type;
	uint32_t len;
	unsigned real;
	bool be = endian(in);
	*size = 0;
	if (!header_at(in, 0, be, &type, &len))
		return 0;
	type |= ACCURATE;
	if (type == TYPE_INODE && (len < INODE || crc(in, 0, 60) != span_u32(in, 64, be)))
		return 0;
	if (type == TYPE_DIRENT && (len < DIRENT || crc(in, 0, 32) != span_u32(in, 32, be)))
		return 0;
	*size = end_of(in, be, &real);
	if (!real && *size < PAGE) /* a clean marker among a program's constants */
		*size = 0;
	return real ? 90 : *size ? 60 : 0;
}

/* A directory entry. Damaged ones are noted; obsolete ones are not given. */
static void take_dirent(struct jffs2 *j, uint64_t at, uint32_t len)
{
	bool be = j->big_endian;
	struct span node = span_cut(j->in, at, len);
	uint8_t nsize = node.n > 28 ? node.p[28] : 0;
	struct span name = span_cut(node, DIRENT, nsize);
	if (node.n < DIRENT || crc(node, 0, 32) != span_u32(node, 32, be)) {
		sink_note(j->walk.sink, at, "checksum of a directory entry is wrong");
		return;
	}
	if (name.n < nsize || crc(name, 0, name.n) != span_u32(node, 36, be)) {
		sink_note(j->walk.sink, at, "checksum of a name is wrong");
		return;
	}
	if (span_eq_str(name, ".") || span_eq_str(name, "..")) {
		/* Linux writes no such entry; it would be dropped as one that leads up. */
		name = SPAN("__", name.n);
		sink_note(j->walk.sink, at, "a name that no folder can hold: kept as %.2s",
			  name.n == 1 ? "_" : "__");
	}
	names_add(&j->names, (struct name){.dir = span_u32(node, 12, be),
					   .version = span_u32(node, 16, be),
					   .ino = span_u32(node, 20, be),
					   .at = at,
					   .name = name});
}

static void take_inode(struct jffs2 *j, uint64_t at, uint32_t len)
{
	bool be = j->big_endian;
	struct span node = span_cut(j->in, at, len);
	uint32_t dsize = span_u32(node, 52, be);
	if (node.n < INODE || crc(node, 0, 60) != span_u32(node, 64, be)) {
		sink_note(j->walk.sink, at, "checksum of an inode node is wrong");
		return;
	}
	/* A hole may be long; everything else fits a page of the machine that wrote it. */
	if (node.p[56] != COMPR_ZERO && dsize > MAX_DATA) {
		sink_note(j->walk.sink, at, "node claims %u bytes of content", dsize);
		return;
	}
	j->nodes = mem_grow(j->nodes, &j->cap, j->n + 1, sizeof *j->nodes);
	j->nodes[j->n++] = (struct node){.ino = span_u32(node, 12, be),
					 .version = span_u32(node, 16, be),
					 .offset = span_u32(node, 44, be),
					 .dsize = dsize,
					 .at = at};
}

static void scan(struct jffs2 *j)
{
	uint64_t at = 0, node, rubbish;
	uint16_t type = 0;
	uint32_t len = 0;
	while (next_node(j->in, at, j->big_endian, &node, &rubbish)) {
		if (rubbish != UINT64_MAX)
			sink_note(j->walk.sink, rubbish, "bytes that are no node");
		header_at(j->in, node, j->big_endian, &type, &len);
		if (!span_has(j->in, node, len))
			sink_note(j->walk.sink, node, "the input ends inside a node");
		if (type == TYPE_DIRENT)
			take_dirent(j, node, len);
		else if (type == TYPE_INODE)
			take_inode(j, node, len);
		else if (type == TYPE_XATTR)
			jffs2_take_xattr(&j->xattrs, node, len);
		else if (type == TYPE_XREF)
			jffs2_take_xref(&j->xattrs, node, len);
		at = node_end(node, len);
	}
}

static int compare_nodes(const void *pa, const void *pb)
{
	const struct node *a = pa, *b = pb;
	if (a->ino != b->ino)
		return a->ino < b->ino ? -1 : 1;
	if (a->version != b->version)
		return a->version > b->version ? -1 : 1; /* the newest first */
	return (a->at < b->at) - (a->at > b->at);
}

/* The nodes of an inode, newest first; an empty run when there are none. */
static const struct node *nodes_of(const struct jffs2 *j, uint64_t ino, size_t *n)
{
	size_t lo = 0, hi = j->n;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		if (j->nodes[mid].ino < ino)
			lo = mid + 1;
		else
			hi = mid;
	}
	size_t end = lo;
	while (end < j->n && j->nodes[end].ino == ino)
		end++;
	*n = end - lo;
	return *n ? j->nodes + lo : NULL;
}

/* One fixed set of bit probabilities (rubinmips) was never enabled in a released kernel. */
static enum status unpack(uint8_t compr, struct span data, uint8_t *out, size_t cap, size_t *n)
{
	switch (compr) {
	case COMPR_NONE:
	case COMPR_COPY:
		return codec_block(CODEC_STORED, data, out, cap, n);
	case COMPR_RTIME:
		return codec_block(CODEC_RTIME, data, out, cap, n);
	case COMPR_DYNRUBIN:
		return codec_block(CODEC_RUBIN, data, out, cap, n);
	case COMPR_ZLIB:
		return codec_block(CODEC_ZLIB, data, out, cap, n);
	case COMPR_LZO:
		return codec_block(CODEC_LZO1X, data, out, cap, n);
	case COMPR_LZMA:
		return codec_block(CODEC_LZMA_RAW, data, out, cap, n);
	default:
		return ST_UNSUPPORTED;
	}
}

/* Decode one node's content into j->data. *n is dsize when it is sound. */
static enum status node_data(struct jffs2 *j, const struct node *node, size_t *n)
{
	bool be = j->big_endian;
	uint32_t len = span_u32(j->in, node->at + 4, be), csize = span_u32(j->in, node->at + 48, be);
	struct span whole = span_cut(j->in, node->at, len), data = span_cut(whole, INODE, csize);
	uint8_t compr = whole.p[56];
	*n = 0;
	if (data.n < csize) {
		sink_note(j->walk.sink, node->at, "content of inode %u is cut off", node->ino);
		return ST_TRUNCATED;
	}
	if (crc(data, 0, data.n) != span_u32(whole, 60, be)) {
		sink_note(j->walk.sink, node->at, "checksum of content of inode %u is wrong",
			  node->ino);
		return ST_DAMAGED;
	}
	enum status st = unpack(compr, data, j->data, node->dsize, n);
	if (st == ST_OK && *n != node->dsize)
		st = ST_DAMAGED;
	if (st != ST_OK)
		sink_note(j->walk.sink, node->at, "content of inode %u (compression %u): %s",
			  node->ino, compr, status_word(st));
	return st;
}

/* Lay the part of a node that shows in the window over what newer nodes left free. */
static enum status lay(struct jffs2 *j, const struct node *node, uint64_t from, size_t len,
		       size_t *open)
{
	uint64_t lo = node->offset > from ? node->offset : from;
	uint64_t hi = (uint64_t)node->offset + node->dsize;
	bool hole = j->in.p[node->at + 56] == COMPR_ZERO, shows = false;
	size_t n = 0;
	if (hi > from + len)
		hi = from + len;
	for (uint64_t i = lo; i < hi && !shows; i++)
		shows = !j->covered[i - from];
	if (!shows)
		return ST_OK;
	enum status st = hole ? ST_OK : node_data(j, node, &n);
	if (st != ST_OK)
		return st;
	for (uint64_t i = lo; i < hi; i++) {
		if (j->covered[i - from])
			continue;
		j->covered[i - from] = 1;
		if (!hole)
			j->window[i - from] = j->data[i - node->offset];
		--*open;
	}
	return ST_OK;
}

/*
 * Fill the window [from, from + len) of a file; `nodes` are newest first. The first fault of a node
 * that shows is the member's status, older content fills in where it stands.
 */
static enum status fill(struct jffs2 *j, const struct node *nodes, size_t n, uint64_t from,
			size_t len)
{
	enum status worst = ST_OK;
	size_t open = len;
	memset(j->window, 0, len);
	memset(j->covered, 0, len);
	for (size_t i = 0; i < n && open; i++) {
		if (nodes[i].offset >= from + len ||
		    (uint64_t)nodes[i].offset + nodes[i].dsize <= from)
			continue;
		enum status st = lay(j, &nodes[i], from, len, &open);
		if (worst == ST_OK)
			worst = st;
	}
	return worst;
}

static int compare_offsets(const void *pa, const void *pb)
{
	const struct node *a = *(const struct node *const *)pa, *b = *(const struct node *const *)pb;
	return (a->offset > b->offset) - (a->offset < b->offset);
}

struct pieces {
	const struct node **sorted; /* by offset */
	struct node *active;        /* those that touch the window, newest first */
	size_t n, next, count;
};

static int compare_active(const void *pa, const void *pb)
{
	return compare_nodes(pa, pb);
}

/* Drop what ends before the window, take what begins inside it. */
static void advance(struct pieces *p, uint64_t from, size_t len)
{
	size_t kept = 0, before;
	for (size_t i = 0; i < p->count; i++)
		if ((uint64_t)p->active[i].offset + p->active[i].dsize > from)
			p->active[kept++] = p->active[i];
	p->count = kept;
	before = p->count;
	while (p->next < p->n && p->sorted[p->next]->offset < from + len)
		p->active[p->count++] = *p->sorted[p->next++];
	if (p->count > before)
		qsort(p->active, p->count, sizeof *p->active, compare_active);
}

static enum status write_file(struct jffs2 *j, const struct entry *e, const struct node *nodes,
			      size_t n)
{
	struct pieces p = {.n = n};
	enum status st = j->walk.sink->begin(j->walk.sink, e), worst = ST_OK;
	if (st != ST_OK)
		return st;
	p.sorted = mem_array(n + 1, sizeof *p.sorted);
	p.active = mem_array(n + 1, sizeof *p.active);
	for (size_t i = 0; i < n; i++)
		p.sorted[i] = &nodes[i];
	qsort(p.sorted, n, sizeof *p.sorted, compare_offsets);
	for (uint64_t at = 0; at < e->size && st == ST_OK; at += WINDOW) {
		size_t len = e->size - at < WINDOW ? (size_t)(e->size - at) : WINDOW;
		advance(&p, at, len);
		enum status one = fill(j, p.active, p.count, at, len);
		if (worst == ST_OK)
			worst = one;
		st = j->walk.sink->write(j->walk.sink, j->window, len);
	}
	mem_free(p.sorted);
	mem_free(p.active);
	enum status ended = j->walk.sink->end(j->walk.sink, st != ST_OK ? st : worst);
	return st != ST_OK ? st : ended;
}

/* A link's target or a device's number: the newest node with content, as text in `out`. */
static size_t small(struct jffs2 *j, const struct node *nodes, size_t n, char *out, size_t cap)
{
	size_t got = 0;
	for (size_t i = 0; i < n; i++) {
		if (!nodes[i].dsize || j->in.p[nodes[i].at + 56] == COMPR_ZERO)
			continue;
		if (node_data(j, &nodes[i], &got) != ST_OK)
			continue;
		if (got >= cap)
			got = cap - 1;
		memcpy(out, j->data, got);
		out[got] = 0;
		return got;
	}
	out[0] = 0;
	return 0;
}

/* What the directory entry alone tells when no inode node was found. */
static enum status visit_bare(struct jffs2 *j, const struct name *name, struct entry *e)
{
	uint8_t dt = j->in.p[name->at + 29];
	struct sink *s = j->walk.sink;
	sink_note(s, name->at, "no inode node for '%s' (inode %llu)", e->path,
		  (unsigned long long)name->ino);
	entry_mode(e, (uint32_t)dt << 12);
	e->mode = 0;
	if (e->type != ENTRY_FILE)
		return sink_bare(s, e);
	enum status st = s->begin(s, e);
	return st == ST_OK ? s->end(s, ST_DAMAGED) : st;
}

static void describe(const struct jffs2 *j, const struct node *newest, struct entry *e)
{
	bool be = j->big_endian;
	struct span node = span_from(j->in, newest->at);
	if (!entry_mode(e, span_u32(node, 20, be)))
		sink_note(j->walk.sink, newest->at, "inode %u has no known type", newest->ino);
	e->uid = span_u16(node, 24, be);
	e->gid = span_u16(node, 26, be);
	e->size = e->type == ENTRY_FILE ? span_u32(node, 28, be) : 0;
	e->mtime = span_u32(node, 36, be);
	e->at = newest->at;
	e->owned = true;
}

static enum status visit(struct walk *w, const struct name *name, const char *path,
			 const char *first)
{
	struct jffs2 *j = (struct jffs2 *)w;
	struct entry e = {.path = path, .at = name->at};
	char text[PAGE];
	size_t n, got;
	const struct node *nodes = nodes_of(j, name->ino, &n);
	if (!n)
		return visit_bare(j, name, &e);
	describe(j, nodes, &e);
	if (first && e.type != ENTRY_DIR) {
		e.type = ENTRY_HARDLINK;
		e.link = first;
	}
	if (e.type != ENTRY_HARDLINK)
		jffs2_xattrs_give(&j->xattrs, name->ino, &e);
	switch (e.type) {
	case ENTRY_FILE:
		return write_file(j, &e, nodes, n);
	case ENTRY_SYMLINK:
		small(j, nodes, n, text, sizeof text);
		e.link = text;
		break;
	case ENTRY_CHAR:
	case ENTRY_BLOCK:
		got = small(j, nodes, n, text, sizeof text);
		entry_device(&e, got >= 4 ? span_u32(SPAN(text, got), 0, j->big_endian)
					  : span_u16(SPAN(text, got), 0, j->big_endian));
		break;
	default:
		break;
	}
	return sink_bare(w->sink, &e);
}

static enum status jffs2_open(struct span in, struct sink *out)
{
	struct jffs2 j = {.walk = {visit, out}, .big_endian = endian(in)};
	unsigned real;
	j.in = span_cut(in, 0, end_of(in, j.big_endian, &real));
	if (j.in.n == 0)
		return ST_DAMAGED;
	out->used = j.in.n;
	j.window = mem_alloc(WINDOW);
	j.covered = mem_alloc(WINDOW);
	j.data = mem_alloc(MAX_DATA);
	j.xattrs = (struct jffs2_xattrs){.in = j.in, .sink = out, .big_endian = j.big_endian};
	scan(&j);
	if (j.n)
		qsort(j.nodes, j.n, sizeof *j.nodes, compare_nodes);
	jffs2_xattrs_sort(&j.xattrs);
	enum status st = names_walk(&j.names, 1, &j.walk);
	names_free(&j.names);
	jffs2_xattrs_free(&j.xattrs);
	mem_free(j.nodes);
	mem_free(j.window);
	mem_free(j.covered);
	mem_free(j.data);
	return st;
}

static void label(struct span in, struct label *out)
{
	out->type = "file system";
	snprintf(out->text, sizeof out->text, "%s endian", endian(in) ? "big" : "little");
}

const struct format format_jffs2 = {
	.name = "jffs2",
	.title = "JFFS2 file system",
	.reference = "Linux include/uapi/linux/jffs2.h, fs/jffs2/",
	.tested = "mkfs.jffs2 (mtd-utils 2.1.5) and a generator in tests",
	.magic = (const struct magic[]){MAGIC(0, "\x85\x19\x01\xe0"), MAGIC(0, "\x85\x19\x02\xe0"),
					MAGIC(0, "\x85\x19\x03\x20"), MAGIC(0, "\x19\x85\xe0\x01"),
					MAGIC(0, "\x19\x85\xe0\x02"), MAGIC(0, "\x19\x85\x20\x03"),
					MAGIC(0, "\x84\x19\x01\xe0"), MAGIC(0, "\x84\x19\x02\xe0"),
					MAGIC(0, "\x84\x19\x03\x20"), MAGIC(0, "\x19\x84\xe0\x01"),
					MAGIC(0, "\x19\x84\xe0\x02"), MAGIC(0, "\x19\x84\x20\x03"),
					MAGIC_END},
	.flags = FORMAT_TREE | FORMAT_SPLIT,
	.bid = bid,
	.open = jffs2_open,
	.label = label,
};
