/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SquashFS 1 to 4, both byte orders, with the magics and packings that vendors made of it.
 *
 *   superblock [compressor options] data and fragment blocks  inode table  directory table
 *   fragment table  export table  owners  xattrs
 *
 * The tree is walked breadth first over inodes seen once; then folders, links and devices are
 * emitted, then files in the order of their data, those that share a fragment block together, so
 * that it is decoded once.
 * Reference: Linux Documentation/filesystems/squashfs.rst; superblocks in squashfs_super.c.
 */
#include "format/squashfs.h"

enum {
	NODES_MAX = 1 << 20,
	PATH_BYTES_MAX = 8192,
	LINK_BYTES_MAX = 65536,
	NOTES_MAX = 64,
};
#define ROOT UINT32_MAX

/* One name in a folder. */
struct node {
	uint64_t inode;
	uint64_t at;	 /* where its data begins */
	uint64_t fragment; /* the block with its tail; 0: none */
	uint32_t parent; /* index of a node, or ROOT */
	uint32_t name;	 /* offset in walk.names */
	uint32_t first;	 /* hard links: the node that has the content */
	uint16_t path_len;
	uint8_t type;
	bool linked; /* a hard link to `first` */
};

struct walk {
	struct sq fs;
	struct node *nodes;
	size_t count, cap, max;
	size_t tried; /* entries read, kept or not: what bounds the walk */
	struct buf names;
	struct buf path, other;
	struct attributes attributes; /* of the node that is being given */
	uint32_t *seen; /* open hash of node indexes + 1, by inode */
	size_t seen_cap;
	unsigned notes;
};

__attribute__((format(printf, 3, 4))) static void note(struct walk *w, uint64_t at, const char *fmt,
						       ...)
{
	struct buf text = {.max = 300};
	va_list ap;
	if (w->notes++ >= NOTES_MAX)
		return;
	va_start(ap, fmt);
	buf_vprintf(&text, fmt, ap);
	va_end(ap);
	sink_note(w->fs.out, at, "%s", buf_text(&text));
	buf_free(&text);
}

static size_t hash_slot(uint64_t inode, size_t cap)
{
	return (size_t)((inode * UINT64_C(0x9e3779b97f4a7c15)) >> 32) & (cap - 1);
}

static void seen_put(struct walk *w, uint32_t index)
{
	size_t i = hash_slot(w->nodes[index].inode, w->seen_cap);
	while (w->seen[i])
		i = (i + 1) & (w->seen_cap - 1);
	w->seen[i] = index + 1;
}

/* The node that was met first with this inode; the new one is remembered when there is none. */
static uint32_t seen_first(struct walk *w, uint32_t index)
{
	uint64_t inode = w->nodes[index].inode;
	if (w->seen_cap < ((size_t)index + 1) * 2) {
		w->seen_cap = w->seen_cap ? w->seen_cap * 2 : 1024;
		mem_free(w->seen);
		w->seen = mem_array(w->seen_cap, sizeof *w->seen);
		for (uint32_t i = 0; i < index; i++)
			if (!w->nodes[i].linked)
				seen_put(w, i);
	}
	for (size_t i = hash_slot(inode, w->seen_cap); w->seen[i]; i = (i + 1) & (w->seen_cap - 1))
		if (w->nodes[w->seen[i] - 1].inode == inode)
			return w->seen[i] - 1;
	seen_put(w, index);
	return index;
}

static const char *name_of(const struct walk *w, const struct node *n)
{
	return (const char *)w->names.p + n->name;
}

/* The path of a node, written from its end; valid until the next call with the same buffer. */
static const char *path_of(const struct walk *w, const struct node *n, struct buf *b)
{
	size_t got;
	buf_reset(b);
	char *start = (char *)buf_room(b, (size_t)n->path_len + 1, &got);
	char *p = start + n->path_len;
	*p = 0;
	for (;;) {
		size_t len = strlen(name_of(w, n));
		if (len > (size_t)(p - start))
			abort(); /* path_len is the sum of the names */
		p -= len;
		memcpy(p, name_of(w, n), len);
		if (n->parent == ROOT || p == start)
			return p;
		*--p = '/';
		n = &w->nodes[n->parent];
	}
}

/* Where the content of a file begins: its first block, or the fragment block of its tail. */
static void find_data(struct walk *w, const struct sq_inode *i, struct node *n)
{
	uint32_t size;
	n->at = i->start;
	if (i->fragment == SQ_NO_FRAGMENT)
		return;
	sq_fragment_find(&w->fs, i->fragment, &n->fragment, &size);
	if (i->size < w->fs.s.block_size)
		n->at = n->fragment;
}

/* Names that no folder can hold (".", "..", with a slash or NUL) are kept with '_' for these bytes. */
static void tame(struct walk *w, struct sq_name *name)
{
	bool dots = name->n <= 2 && name->text[0] == '.' && name->text[name->n - 1] == '.';
	bool odd = dots;
	for (size_t i = 0; i < name->n; i++)
		if (dots || name->text[i] == '/' || !name->text[i]) {
			name->text[i] = '_';
			odd = true;
		}
	if (odd)
		note(w, w->fs.s.inodes_at + (name->inode >> 16),
		     "a name that no folder can hold: kept as %.100s", name->text);
}

static void add(struct walk *w, uint32_t parent, struct sq_name *name)
{
	struct sq_inode inode;
	tame(w, name);
	size_t len = strlen(name->text),
	       above = parent == ROOT ? 0 : w->nodes[parent].path_len + 1u;
	uint64_t where = w->fs.s.inodes_at + (name->inode >> 16);
	if (len == 0 || above + len > PATH_BYTES_MAX) {
		note(w, where, "entry with %s path left out", len ? "a too long" : "an empty");
		return;
	}
	enum status st = sq_inode_read(&w->fs, name->inode, &inode);
	if (st != ST_OK) {
		note(w, where, "inode of %.100s is %s", name->text, status_word(st));
		return;
	}
	if (name->inode == w->fs.s.root) {
		note(w, where, "%.100s is the root folder once more", name->text);
		return;
	}
	w->nodes = mem_grow(w->nodes, &w->cap, w->count + 1, sizeof *w->nodes);
	struct node *n = &w->nodes[w->count];
	*n = (struct node){.inode = name->inode,
			   .parent = parent,
			   .type = (uint8_t)inode.type,
			   .name = (uint32_t)w->names.n,
			   .path_len = (uint16_t)(above + len)};
	n->first = seen_first(w, (uint32_t)w->count);
	n->linked = n->first != w->count;
	if (n->type == SQ_DIR && n->linked) {
		note(w, where, "folder %.100s stands in the tree twice", name->text);
		return;
	}
	if (n->type == SQ_FILE && !n->linked)
		find_data(w, &inode, n);
	buf_add(&w->names, name->text, len + 1);
	w->count++;
}

static enum status list_folder(struct walk *w, uint32_t parent, uint64_t ref)
{
	struct sq_inode folder;
	struct sq_name name;
	bool end = false;
	enum status st = sq_inode_read(&w->fs, ref, &folder);
	if (st == ST_OK && folder.type != SQ_DIR)
		st = ST_DAMAGED;
	struct sq_listing l = {.at = folder.listing, .left = folder.size};
	while (st == ST_OK && w->tried < w->max) {
		st = sq_listing_next(&w->fs, &l, &name, &end);
		if (st == ST_OK && end)
			return ST_OK;
		w->tried++;
		if (st == ST_OK)
			add(w, parent, &name);
	}
	if (st == ST_OK) {
		note(w, l.at.block, "more entries than the size of the image allows");
		return ST_LIMIT;
	}
	note(w, l.at.block, "listing of folder %.100s is %s",
	     parent == ROOT ? "/" : name_of(w, &w->nodes[parent]), status_word(st));
	return ST_OK;
}

static enum status walk_tree(struct walk *w)
{
	enum status st = list_folder(w, ROOT, w->fs.s.root);
	for (uint32_t i = 0; i < w->count && st == ST_OK; i++)
		if (w->nodes[i].type == SQ_DIR)
			st = list_folder(w, i, w->nodes[i].inode);
	return st;
}

static void give_xattrs(struct walk *w, const struct sq_inode *i, struct entry *e)
{
	if (i->xattrs == SQ_NO_XATTRS)
		return;
	enum status st = sq_xattrs(&w->fs, i->xattrs, &w->attributes);
	if (st != ST_OK)
		note(w, w->fs.s.xattrs_at, "extended attributes of %.100s are %s", e->path,
		     status_word(st));
	attributes_give(&w->attributes, e);
}

static struct entry entry_of(struct walk *w, const struct node *n, const struct sq_inode *i)
{
	static const enum entry_type types[] = {
	    [SQ_DIR] = ENTRY_DIR,	[SQ_FILE] = ENTRY_FILE, [SQ_SYMLINK] = ENTRY_SYMLINK,
	    [SQ_BLOCK] = ENTRY_BLOCK,	[SQ_CHAR] = ENTRY_CHAR, [SQ_FIFO] = ENTRY_FIFO,
	    [SQ_SOCKET] = ENTRY_SOCKET,
	};
	struct entry e = {.path = path_of(w, n, &w->path),
			  .type = types[i->type],
			  .owned = true,
			  .mode = i->mode,
			  .uid = i->uid,
			  .gid = i->gid,
			  .mtime = i->mtime};
	e.at = n->type == SQ_FILE ? n->at : w->fs.s.inodes_at + (n->inode >> 16);
	if (i->type == SQ_BLOCK || i->type == SQ_CHAR) {
		e.dev_major = i->device >> 20;
		e.dev_minor = i->device & 0xfffff;
	}
	if (!n->linked)
		give_xattrs(w, i, &e);
	return e;
}

static const char *link_target(struct walk *w, struct sq_inode *i)
{
	size_t got, n = i->size < LINK_BYTES_MAX ? (size_t)i->size : LINK_BYTES_MAX;
	buf_reset(&w->other);
	char *to = (char *)buf_room(&w->other, n + 1, &got);
	enum status st = sq_read(&w->fs, &i->rest, to, n);
	to[st == ST_OK ? n : 0] = 0;
	if (st != ST_OK)
		note(w, i->rest.block, "target of a link is %s", status_word(st));
	return to;
}

/* Everything that has no content of its own. */
static enum status emit_plain(struct walk *w, const struct node *n)
{
	struct sq_inode i;
	if (sq_inode_read(&w->fs, n->inode, &i) != ST_OK)
		return ST_OK; /* noted by the walk */
	struct entry e = entry_of(w, n, &i);
	if (n->linked) {
		e.type = ENTRY_HARDLINK;
		e.link = path_of(w, &w->nodes[n->first], &w->other);
		e.at = w->nodes[n->first].at;
	} else if (i.type == SQ_SYMLINK) {
		e.link = link_target(w, &i);
	}
	enum status st = w->fs.out->slice(w->fs.out, &e, SPAN(w->fs.in.p, 0));
	return st == ST_SKIP ? ST_OK : st;
}

static enum status emit_file(struct walk *w, const struct node *n)
{
	struct sink *out = w->fs.out;
	struct sq_inode i;
	enum status own = ST_OK;
	if (sq_inode_read(&w->fs, n->inode, &i) != ST_OK || i.type != SQ_FILE)
		return ST_OK;
	struct entry e = entry_of(w, n, &i);
	e.size = i.size;
	e.group = n->fragment;
	enum status st = out->begin(out, &e);
	if (st != ST_OK)
		return st == ST_SKIP ? ST_OK : st;
	st = sq_data(&w->fs, &i, &own);
	enum status ended = out->end(out, st != ST_OK ? st : own);
	return st != ST_OK ? st : ended;
}

static int by_data(const void *pa, const void *pb)
{
	const struct node *a = *(const struct node *const *)pa,
			  *b = *(const struct node *const *)pb;
	uint64_t x = a->fragment ? a->fragment : a->at, y = b->fragment ? b->fragment : b->at;
	if (x != y)
		return x < y ? -1 : 1;
	if (a->at != b->at)
		return a->at < b->at ? -1 : 1;
	return a < b ? -1 : a > b;
}

static enum status emit(struct walk *w)
{
	const struct node **files = mem_array(w->count, sizeof *files);
	enum status st = ST_OK;
	size_t count = 0;
	for (size_t i = 0; i < w->count && st == ST_OK; i++) {
		const struct node *n = &w->nodes[i];
		if (n->linked)
			continue;
		if (n->type == SQ_FILE)
			files[count++] = n;
		else
			st = emit_plain(w, n);
	}
	qsort(files, count, sizeof *files, by_data);
	for (size_t i = 0; i < count && st == ST_OK; i++)
		st = emit_file(w, files[i]);
	for (size_t i = 0; i < w->count && st == ST_OK; i++)
		if (w->nodes[i].linked)
			st = emit_plain(w, &w->nodes[i]);
	mem_free(files);
	return st;
}

static enum status open_tree(struct walk *w)
{
	struct sq *fs = &w->fs;
	if (!sq_detect(fs)) {
		bool cut = fs->in.n < fs->s.bytes_used;
		note(w, fs->s.inodes_at,
		     cut ? "the tables stand behind the end of the input"
			 : "root folder is damaged or packed in an unknown way");
		return cut ? ST_TRUNCATED : ST_DAMAGED;
	}
	sq_ids_read(fs);
	w->max = fs->in.n + 4096 < NODES_MAX ? fs->in.n + 4096 : NODES_MAX;
	enum status walked = walk_tree(w);
	enum status st = emit(w);
	if (w->notes > NOTES_MAX)
		sink_note(fs->out, fs->s.dirs_at, "%u more faults in the tables",
			  w->notes - NOTES_MAX);
	return st != ST_OK ? st : walked;
}

static enum status squashfs_open(struct span in, struct sink *out)
{
	struct walk w = {.fs = {.out = out}};
	if (!sq_super_read(in, &w.fs.s))
		return ST_DAMAGED;
	w.fs.in = span_cut(in, 0, w.fs.s.bytes_used);
	out->used = w.fs.s.bytes_used;
	enum status st = open_tree(&w);
	sq_free(&w.fs);
	mem_free(w.nodes);
	mem_free(w.seen);
	buf_free(&w.names);
	buf_free(&w.path);
	buf_free(&w.other);
	attributes_free(&w.attributes);
	return st;
}

static int bid(struct span in, uint64_t *size)
{
	struct sq_super s;
	if (!sq_super_read(in, &s))
		return 0;
	*size = s.bytes_used;
	return 90;
}

static void label(struct span in, struct label *out)
{
	struct sq_super s;
	if (!sq_super_read(in, &s))
		return;
	out->type = "file system";
	snprintf(out->text, sizeof out->text, "version %u.%u, %s endian, %u inodes, blocks of %u",
		 s.major, s.minor, s.big_endian ? "big" : "little", s.inodes, s.block_size);
}

const struct format format_squashfs = {
    .name = "squashfs",
    .title = "SquashFS",
    .reference = "Linux Documentation/filesystems/squashfs.rst",
    .tested = "mksquashfs 4.5.1; versions 1 to 3, big endian and LZMA: writer in tests",
    .magic = (const struct magic[]){MAGIC(0, "hsqs"), MAGIC(0, "sqsh"), MAGIC(0, "shsq"),
				    MAGIC(0, "qshs"), MAGIC(0, "tqsh"), MAGIC(0, "hsqt"),
				    MAGIC(0, "sqlz"), MAGIC(0, "zlqs"), MAGIC_END},
    .flags = FORMAT_TREE | FORMAT_SPLIT,
    .bid = bid,
    .open = squashfs_open,
    .label = label,
};
