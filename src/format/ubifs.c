/* SPDX-License-Identifier: Apache-2.0 */
/*
 * UBIFS: a tree of nodes in the logical erase blocks (LEBs) of a UBI volume. Little endian; nodes
 * are aligned to 8 bytes.
 *
 * every node  06101831(4) crc(4) sqnum(8) len(4) type(1) group(1) pad(2)        24 bytes; the CRC-32
 *             covers what follows it, starts with ffffffff and is not inverted at the end
 * key         inode(4) type<<29 | block or name hash(4), padded to 16 in nodes, 8 in the index
 * 0 inode     key creat_sqnum(8) size(8) atime(8) ctime(8) mtime(8) nsec(12) nlink(4) uid(4) gid(4)
 *             mode(4) flags(4) data_len(4) ... data at 160 (link target, device number)
 * 1 data      key size(4) compression(2) pad(2), content at 48; blocks of 4096
 * 2 entry     key inode(8) pad(1) type(1) name_len(2) cookie(4) name at 56; inode 0: deleted
 * 3 attribute the same for an extended attribute: its value is the data of that inode
 * 4 truncate  inode(4) pad(12) old_size(8) new_size(8)
 * 6 super     LEB 0: ... leb_size at 36, leb_count at 40, default compression at 84
 * 7 master    LEBs 1 and 2, the last counts: commit at 32, log_lnum at 44, root lnum, offs, len
 *             at 48, 52, 56
 * 8 reference in the log: lnum(4) offs(4) of a journal block;  10 commit start: commit(8)
 * 9 index     child_count(2) level(2), branches of lnum(4) offs(4) len(4) key(8) [hash]
 *
 * The index knows what was committed; the journal, which the log names, holds what came later. When
 * the index cannot be read, all nodes of the volume are taken by age; deleted files may then return.
 *
 * Reference: Linux fs/ubifs/ubifs-media.h.
 */
#include "format/attributes.h"
#include "format/names.h"

#include "base/hash.h"

enum {
	HEADER = 24,
	SUPER_SIZE = 4096,
	BLOCK = 4096,
	MAX_LEVELS = 64,
	INODE_SIZE = 160,
	DATA_SIZE = 48,
	ENTRY_SIZE = 56,
	ROOT = 1,
	BRANCH = 20,
	FLAG_CRYPT = 0x40,
};

enum { NODE_INODE, NODE_DATA, NODE_ENTRY, NODE_XENTRY, NODE_TRUN, NODE_PAD, NODE_SUPER, NODE_MASTER,
       NODE_REF, NODE_INDEX, NODE_COMMIT };
enum { COMPR_NONE, COMPR_LZO, COMPR_ZLIB, COMPR_ZSTD };

/* A node of a file: inode, one block of content, or a truncation. */
struct node {
	uint64_t ino, sqnum;
	uint64_t block; /* block of content; the new size of a truncation */
	size_t at;
	uint8_t type;
};

/* The name of an attribute of the inode `host`; inode 0: it was removed. */
struct xentry {
	uint64_t host, ino, sqnum;
	size_t at;
};

struct ubifs {
	struct walk walk;
	struct span in;
	uint32_t leb_size, leb_count, hash_len;
	bool crypt_noted;
	struct names names;
	struct node *nodes;
	size_t n, cap;
	struct xentry *xentries;
	size_t xn, xcap;
	struct attributes attributes; /* of the inode that is being visited */
	uint8_t block[BLOCK];
};

/* A whole node with its checksum right, or an empty span. */
static struct span node_at(struct span in, uint64_t at)
{
	struct span head = span_cut(in, at, HEADER);
	uint32_t len = span_le32(head, 16);
	if (head.n < HEADER || span_le32(head, 0) != 0x06101831 || len < HEADER ||
	    !span_has(in, at, len))
		return SPAN(in.p, 0);
	struct span node = span_cut(in, at, len);
	if (hash_crc32_raw(0xffffffff, span_from(node, 8)) != span_le32(node, 4))
		return SPAN(in.p, 0);
	return node;
}

static bool super_of(struct span in, uint32_t *leb_size, uint32_t *leb_count)
{
	struct span head = span_cut(in, 0, HEADER);
	if (span_le32(head, 16) != SUPER_SIZE || head.n < HEADER || head.p[20] != NODE_SUPER)
		return false;
	struct span s = node_at(in, 0);
	*leb_size = span_le32(s, 36);
	*leb_count = span_le32(s, 40);
	return s.n == SUPER_SIZE && *leb_size >= 15 * 1024 && *leb_size <= 4 << 20 &&
	       *leb_size % 8 == 0 && *leb_count >= 4;
}

static int bid(struct span in, uint64_t *size)
{
	uint32_t leb_size, leb_count;
	*size = 0;
	if (!super_of(in, &leb_size, &leb_count))
		return 0;
	*size = (uint64_t)leb_size * leb_count;
	/* A volume ends with its last written block, not with the last one it may have. */
	if (*size > in.n && in.n % leb_size == 0)
		*size = in.n;
	return 95;
}

static void take_node(struct ubifs *u, struct span node, size_t at)
{
	struct node one = {.ino = span_le32(node, 24), .sqnum = span_le64(node, 8), .at = at,
			   .type = node.p[20]};
	switch (one.type) {
	case NODE_ENTRY: {
		struct span name = span_cut(node, ENTRY_SIZE, span_le16(node, 50));
		if (node.n > ENTRY_SIZE)
			names_add(&u->names, (struct name){one.ino, span_le64(node, 40), one.sqnum,
							   at, name});
		return;
	}
	case NODE_XENTRY:
		if (node.n <= ENTRY_SIZE)
			return;
		u->xentries = mem_grow(u->xentries, &u->xcap, u->xn + 1, sizeof *u->xentries);
		u->xentries[u->xn++] =
			(struct xentry){one.ino, span_le64(node, 40), one.sqnum, at};
		return;
	case NODE_INODE:
		if (node.n < INODE_SIZE)
			return;
		break;
	case NODE_DATA:
		if (node.n < DATA_SIZE)
			return;
		one.block = span_le32(node, 28) & 0x1fffffff;
		break;
	case NODE_TRUN:
		if (node.n < 56)
			return;
		one.block = span_le64(node, 48);
		break;
	default:
		return;
	}
	u->nodes = mem_grow(u->nodes, &u->cap, u->n + 1, sizeof *u->nodes);
	u->nodes[u->n++] = one;
}

/* All nodes of one LEB from `offs`. Where a node is damaged the search goes on behind it. */
static void scan_leb(struct ubifs *u, uint32_t lnum, uint32_t offs)
{
	uint64_t base = (uint64_t)lnum * u->leb_size, end = base + u->leb_size, at = base + offs;
	bool noted = false;
	at = (at + 7) & ~7ULL;
	if (end > u->in.n)
		end = u->in.n;
	while (at + HEADER <= end) {
		struct span leb = span_cut(u->in, 0, end), node = node_at(leb, at);
		if (node.n) {
			uint32_t pad = node.p[20] == NODE_PAD ? span_le32(node, 24) : 0;
			take_node(u, node, at);
			at = (at + node.n + pad + 7) & ~7ULL;
			continue;
		}
		if (!noted && span_le32(leb, at) == 0x06101831) {
			sink_note(u->walk.sink, at, "checksum of a node is wrong");
			noted = true;
		}
		at += 8;
	}
}

/* The newest master node of LEBs 1 and 2; empty when there is none. */
static struct span master_of(const struct ubifs *u)
{
	struct span best = SPAN(u->in.p, 0);
	for (uint32_t lnum = 1; lnum <= 2; lnum++) {
		uint64_t at = (uint64_t)lnum * u->leb_size, end = at + u->leb_size;
		for (; at + HEADER <= end; at += 8) {
			if (span_le32(u->in, at) != 0x06101831)
				continue;
			struct span node = node_at(span_cut(u->in, 0, end), at);
			if (node.n >= 64 && node.p[20] == NODE_MASTER &&
			    (!best.n || span_le64(node, 8) > span_le64(best, 8)))
				best = node;
		}
	}
	return best;
}

struct level {
	struct span node;
	uint32_t next;
};

/* A node that a branch or the master names, inside its LEB. */
static struct span node_in(const struct ubifs *u, uint32_t lnum, uint32_t offs)
{
	if (offs >= u->leb_size)
		return SPAN(u->in.p, 0);
	return node_at(u->in, (uint64_t)lnum * u->leb_size + offs);
}

/* Authenticated images have a hash behind each key: found by the length of the root node. */
static void find_hash(struct ubifs *u, struct span root)
{
	uint16_t n = span_le16(root, 24);
	size_t room = root.n - HEADER - 4;
	if (n && room / n > BRANCH && room / n <= BRANCH + 64)
		u->hash_len = (uint32_t)(room / n) - BRANCH;
}

/*
 * Walk the index and take all leaves. Each index node is at a level below its parent's, so the walk
 * ends; the number of nodes is bounded by what the input has room for. False: it is not sound.
 */
static bool walk_index(struct ubifs *u, struct span master)
{
	struct level stack[MAX_LEVELS];
	size_t depth = 0, budget = u->in.n / HEADER;
	struct span root = node_in(u, span_le32(master, 48), span_le32(master, 52));
	if (root.n < HEADER + 4 + BRANCH || root.p[20] != NODE_INDEX)
		return false;
	find_hash(u, root);
	stack[depth++] = (struct level){root, 0};
	while (depth) {
		struct level *top = &stack[depth - 1];
		uint64_t at = HEADER + 4 + (uint64_t)top->next * (BRANCH + u->hash_len);
		if (top->next++ >= span_le16(top->node, 24)) {
			depth--;
			continue;
		}
		struct span b = span_cut(top->node, at, BRANCH);
		uint32_t lnum = span_le32(b, 0), offs = span_le32(b, 4);
		struct span child = node_in(u, lnum, offs);
		if (b.n < BRANCH || budget-- == 0)
			return false;
		if (!child.n) {
			sink_note(u->walk.sink, (uint64_t)lnum * u->leb_size + offs,
				  "node of inode %u that the index names is missing or damaged",
				  span_le32(b, 12));
			if (span_le16(top->node, 26))
				return false;
		} else if (span_le16(top->node, 26) == 0) {
			take_node(u, child, (size_t)(child.p - u->in.p));
		} else if (child.p[20] != NODE_INDEX || depth == MAX_LEVELS ||
			   span_le16(child, 26) >= span_le16(top->node, 26)) {
			return false;
		} else {
			stack[depth++] = (struct level){child, 0};
		}
	}
	return true;
}

/* The journal: the log names blocks whose nodes are newer than the index. */
static void read_journal(struct ubifs *u, struct span master)
{
	uint32_t first = span_le32(master, 44), logs = span_le32(u->in, 56);
	for (uint32_t i = 0; i < logs && i < u->leb_count; i++) {
		/* The log is a ring of LEBs that begins at LEB 3. */
		uint32_t lnum = first + i < 3 + logs ? first + i : 3 + (first + i - 3) % logs;
		uint64_t at = (uint64_t)lnum * u->leb_size, end = at + u->leb_size;
		bool used = false;
		for (struct span node; at + HEADER <= end; at = (at + node.n + 7) & ~7ULL) {
			node = node_at(span_cut(u->in, 0, end), at);
			if (!node.n) {
				node.n = 8;
				continue;
			}
			if (i && node.p[20] == NODE_COMMIT)
				return; /* an older commit */
			if (i == 0 && node.p[20] == NODE_COMMIT &&
			    span_le64(node, 24) != span_le64(master, 32))
				return;
			used = true;
			if (node.p[20] == NODE_REF && span_le32(node, 28) < u->leb_size)
				scan_leb(u, span_le32(node, 24), span_le32(node, 28));
		}
		if (!used)
			return;
	}
}

static void gather(struct ubifs *u)
{
	struct span master = master_of(u);
	if (master.n && walk_index(u, master)) {
		read_journal(u, master);
		return;
	}
	sink_note(u->walk.sink, 0, "%s; all nodes are taken by age, deleted files may be among them",
		  master.n ? "the index is damaged" : "there is no master node");
	names_free(&u->names);
	u->n = u->xn = 0;
	for (uint32_t lnum = 0; lnum < u->leb_count; lnum++) {
		if ((uint64_t)lnum * u->leb_size >= u->in.n)
			break;
		scan_leb(u, lnum, 0);
	}
}

static int compare_nodes(const void *pa, const void *pb)
{
	const struct node *a = pa, *b = pb;
	if (a->ino != b->ino)
		return a->ino < b->ino ? -1 : 1;
	if (a->type != b->type)
		return a->type < b->type ? -1 : 1;
	if (a->type == NODE_DATA && a->block != b->block)
		return a->block < b->block ? -1 : 1;
	if (a->sqnum != b->sqnum)
		return a->sqnum > b->sqnum ? -1 : 1; /* the newest first */
	return (a->at > b->at) - (a->at < b->at);
}

/* The nodes of one inode: the inode's own, then content by block, then truncations; NULL: none. */
static const struct node *nodes_of(const struct ubifs *u, uint64_t ino, size_t *n)
{
	size_t lo = 0, hi = u->n;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		if (u->nodes[mid].ino < ino)
			lo = mid + 1;
		else
			hi = mid;
	}
	size_t end = lo;
	while (end < u->n && u->nodes[end].ino == ino)
		end++;
	*n = end - lo;
	return *n ? u->nodes + lo : NULL;
}

static enum status unpack(uint16_t compr, struct span data, uint8_t *out, size_t cap, size_t *n)
{
	static const enum codec codecs[] = {[COMPR_NONE] = CODEC_STORED, [COMPR_LZO] = CODEC_LZO1X,
					    [COMPR_ZLIB] = CODEC_DEFLATE, [COMPR_ZSTD] = CODEC_ZSTD};
	if (compr > COMPR_ZSTD)
		return ST_UNSUPPORTED;
	return codec_block(codecs[compr], data, out, cap, n);
}

/* Decode a block of content into u->block, zeros behind it. */
static enum status read_block(struct ubifs *u, const struct node *node)
{
	struct span whole = node_at(u->in, node->at), data = span_from(whole, DATA_SIZE);
	uint32_t size = span_le32(whole, 40);
	size_t got = 0;
	memset(u->block, 0, sizeof u->block);
	if (size > BLOCK)
		size = BLOCK;
	enum status st = unpack(span_le16(whole, 44), data, u->block, size, &got);
	if (st == ST_OK && got != size)
		st = ST_DAMAGED;
	if (st != ST_OK)
		sink_note(u->walk.sink, node->at, "content of inode %llu (compression %u): %s",
			  (unsigned long long)node->ino, span_le16(whole, 44), status_word(st));
	return st;
}

/* Was the block cut away by a truncation that came later? */
static bool cut_away(const struct node *block, const struct node *truns, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (truns[i].sqnum > block->sqnum &&
		    block->block >= (truns[i].block + BLOCK - 1) / BLOCK)
			return true;
	return false;
}

static enum status write_blocks(struct ubifs *u, uint64_t size, const struct node *v, size_t n,
				enum status *worst)
{
	uint64_t done = 0;
	size_t data = 0, truns;
	enum status st = ST_OK;
	while (data < n && v[data].type < NODE_DATA)
		data++;
	for (truns = data; truns < n && v[truns].type == NODE_DATA;)
		truns++;
	for (size_t i = data; i < truns && st == ST_OK; i++) {
		uint64_t at = v[i].block * BLOCK;
		if ((i > data && v[i].block == v[i - 1].block) || at >= size ||
		    cut_away(&v[i], v + truns, n - truns))
			continue;
		st = sink_zeros(u->walk.sink, at - done);
		enum status one = read_block(u, &v[i]);
		if (*worst == ST_OK)
			*worst = one;
		size_t len = size - at < BLOCK ? (size_t)(size - at) : BLOCK;
		if (st == ST_OK)
			st = u->walk.sink->write(u->walk.sink, u->block, len);
		done = at + len;
	}
	return st == ST_OK ? sink_zeros(u->walk.sink, size - done) : st;
}

static enum status write_file(struct ubifs *u, const struct entry *e, const struct node *v, size_t n)
{
	struct sink *s = u->walk.sink;
	enum status worst = ST_OK, st = s->begin(s, e);
	if (st != ST_OK)
		return st;
	st = write_blocks(u, e->size, v, n, &worst);
	enum status ended = s->end(s, st != ST_OK ? st : worst);
	return st != ST_OK ? st : ended;
}

/* Content that fscrypt encrypted: its blocks are of no use, the key is not in the image. */
static enum status write_encrypted(struct ubifs *u, const struct entry *e)
{
	struct sink *s = u->walk.sink;
	if (!u->crypt_noted)
		sink_note(s, e->at, "names and content are encrypted (fscrypt)");
	u->crypt_noted = true;
	enum status st = s->begin(s, e);
	return st == ST_OK ? s->end(s, ST_ENCRYPTED) : st;
}

static int compare_xentries(const void *pa, const void *pb)
{
	const struct xentry *a = pa, *b = pb;
	if (a->host != b->host)
		return a->host < b->host ? -1 : 1;
	if (a->sqnum != b->sqnum)
		return a->sqnum > b->sqnum ? -1 : 1; /* the newest first */
	return (a->at > b->at) - (a->at < b->at);
}

static struct span xentry_name(const struct ubifs *u, const struct xentry *x)
{
	return span_cut(u->in, x->at + ENTRY_SIZE, span_le16(u->in, x->at + 50));
}

/* Was there a newer one of that name? */
static bool replaced(const struct ubifs *u, const struct xentry *first, const struct xentry *x)
{
	struct span name = xentry_name(u, x);
	for (const struct xentry *k = first; k < x; k++)
		if (span_equal(xentry_name(u, k), name))
			return true;
	return false;
}

static void read_attributes(struct ubifs *u, uint64_t host)
{
	size_t lo = 0, hi = u->xn, n;
	attributes_reset(&u->attributes);
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		if (u->xentries[mid].host < host)
			lo = mid + 1;
		else
			hi = mid;
	}
	for (size_t i = lo; i < u->xn && u->xentries[i].host == host && i - lo < 4 * ATTRIBUTES_MAX; i++) {
		const struct xentry *x = &u->xentries[i];
		const struct node *v = nodes_of(u, x->ino, &n);
		if (!x->ino || replaced(u, &u->xentries[lo], x) ||
		    span_eq_str(xentry_name(u, x), "c")) /* fscrypt's own, not seen by users */
			continue;
		struct span ino = n && v[0].type == NODE_INODE ? node_at(u->in, v[0].at) : SPAN(u->in.p, 0);
		struct span value = span_cut(ino, INODE_SIZE, span_le32(ino, 112));
		if (!ino.n || !attributes_add(&u->attributes, "", xentry_name(u, x), value))
			sink_note(u->walk.sink, x->at, "an extended attribute cannot be read");
	}
}

static enum status missing(struct ubifs *u, const struct name *name, struct entry *e)
{
	struct sink *s = u->walk.sink;
	static const enum entry_type types[] = {ENTRY_FILE, ENTRY_DIR, ENTRY_SYMLINK, ENTRY_BLOCK,
						ENTRY_CHAR, ENTRY_FIFO, ENTRY_SOCKET};
	uint8_t type = u->in.p[name->at + 49];
	sink_note(s, name->at, "no inode node for '%s' (inode %llu)", e->path,
		  (unsigned long long)name->ino);
	e->type = type < sizeof types / sizeof types[0] ? types[type] : ENTRY_FILE;
	if (e->type != ENTRY_FILE)
		return sink_bare(s, e);
	enum status st = s->begin(s, e);
	return st == ST_OK ? s->end(s, ST_DAMAGED) : st;
}

static enum status visit(struct walk *w, const struct name *name, const char *path,
			 const char *first)
{
	struct ubifs *u = (struct ubifs *)w;
	struct entry e = {.path = path, .at = name->at, .owned = true};
	char text[BLOCK + 1];
	size_t n;
	const struct node *v = nodes_of(u, name->ino, &n);
	if (!n || v[0].type != NODE_INODE)
		return missing(u, name, &e);
	struct span ino = node_at(u->in, v[0].at);
	struct span data = span_cut(ino, INODE_SIZE, span_le32(ino, 112));
	if (span_le32(ino, 92) == 0)
		return ST_OK; /* deleted while its name was still there */
	if (!entry_mode(&e, span_le32(ino, 104)))
		sink_note(w->sink, v[0].at, "inode %llu has no known type",
			  (unsigned long long)name->ino);
	e.uid = span_le32(ino, 96);
	e.gid = span_le32(ino, 100);
	e.mtime = (int64_t)span_le64(ino, 72);
	e.size = e.type == ENTRY_FILE ? span_le64(ino, 48) : 0;
	if (first && e.type != ENTRY_DIR) {
		e.type = ENTRY_HARDLINK;
		e.link = first;
	} else if (e.type == ENTRY_SYMLINK) {
		snprintf(text, sizeof text, "%.*s", (int)(data.n < BLOCK ? data.n : BLOCK),
			 (const char *)data.p);
		e.link = text;
	} else if (e.type == ENTRY_CHAR || e.type == ENTRY_BLOCK) {
		entry_device(&e, span_le32(data, 0));
	}
	if (e.type != ENTRY_HARDLINK) {
		read_attributes(u, name->ino);
		attributes_give(&u->attributes, &e);
	}
	if (e.type == ENTRY_FILE && span_le32(ino, 108) & FLAG_CRYPT)
		return write_encrypted(u, &e);
	for (size_t i = 0; i < n && e.type == ENTRY_FILE; i++)
		if (v[i].type == NODE_DATA) {
			e.at = v[i].at;
			break;
		}
	return e.type == ENTRY_FILE ? write_file(u, &e, v, n) : sink_bare(w->sink, &e);
}

static enum status ubifs_open(struct span in, struct sink *out)
{
	struct ubifs *u = mem_alloc(sizeof *u);
	*u = (struct ubifs){.walk = {visit, out}, .in = in};
	if (!super_of(in, &u->leb_size, &u->leb_count)) {
		mem_free(u);
		return ST_DAMAGED;
	}
	bid(in, &out->used);
	u->in = span_cut(in, 0, out->used);
	gather(u);
	if (u->n)
		qsort(u->nodes, u->n, sizeof *u->nodes, compare_nodes);
	if (u->xn)
		qsort(u->xentries, u->xn, sizeof *u->xentries, compare_xentries);
	enum status st = names_walk(&u->names, ROOT, &u->walk);
	names_free(&u->names);
	attributes_free(&u->attributes);
	mem_free(u->xentries);
	mem_free(u->nodes);
	mem_free(u);
	return st;
}

const struct format format_ubifs = {
	.name = "ubifs",
	.title = "UBIFS file system",
	.reference = "Linux fs/ubifs/ubifs-media.h",
	.tested = "mkfs.ubifs (mtd-utils 2.1.5)",
	.magic = (const struct magic[]){MAGIC(0, "\x31\x18\x10\x06"), MAGIC_END},
	.flags = FORMAT_TREE | FORMAT_SPLIT,
	.bid = bid,
	.open = ubifs_open,
};
