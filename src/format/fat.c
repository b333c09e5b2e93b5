/* SPDX-License-Identifier: Apache-2.0 */
/*
 * FAT12, FAT16, FAT32 with long names. Little endian.
 *
 * boot sector: jump(3) maker(8) sector_size(2) sectors_per_cluster(1) reserved(2) tables(1)
 *   root_entries(2) sectors(2) media(1) table_sectors(2) ... sectors(4) at 32; FAT32: table
 *   sectors(4) at 36, root cluster at 44; 55 aa at 510
 * then the tables of 12, 16 or 32 bits a cluster, the root folder (not FAT32), cluster 2, 3, ...
 * folder entry (32): name(11) attributes(1) case(1) ... cluster_high at 20, time 22, date 24,
 *   cluster 26, size 28. Attributes 0f: 13 characters of a long name, last part first.
 *
 * Reference: Microsoft FAT specification (2005).
 */
#include "format/names.h"

enum {
	ENTRY = 32,
	ATTR_LABEL = 8,
	ATTR_DIR = 16,
	ATTR_LONG = 15,
	LONG_CHARS = 260,
};
static const uint64_t ROOT = 1, FILES = 1ULL << 40; /* inode numbers: clusters, then places */

struct fat {
	struct walk walk;
	struct span in, table;
	struct names names;
	uint64_t cluster_size, data_at, root_at, root_size, size;
	uint32_t clusters, root_cluster;
	unsigned bits;
	uint8_t *seen;     /* a bit for each cluster that begins a folder which was read */
	uint32_t *queue;   /* folders to read */
	size_t n, cap;
	bool full;
};

static bool power_of_two(uint32_t n)
{
	return n && !(n & (n - 1));
}

static bool geometry_of(struct span in, struct fat *f)
{
	uint32_t sector = span_le16(in, 11), per = in.n > 512 ? in.p[13] : 0;
	uint32_t reserved = span_le16(in, 14), roots = span_le16(in, 17);
	uint64_t sectors = span_le16(in, 19), table = span_le16(in, 22);
	if (in.n < 1024 || !SPAN_IS(in, 510, "\x55\xaa") || !power_of_two(sector) || sector < 512 ||
	    sector > 4096 || !power_of_two(per) || !reserved || !in.p[16] || in.p[16] > 2 ||
	    (in.p[21] != 0xf0 && in.p[21] < 0xf8))
		return false;
	if (!sectors)
		sectors = span_le32(in, 32);
	bool wide = !table && !roots;
	if (wide)
		table = span_le32(in, 36);
	uint64_t root = reserved + in.p[16] * table;
	uint64_t data = root + (roots * ENTRY + sector - 1) / sector;
	if (!table || sectors <= data || (!roots && !wide))
		return false;
	f->clusters = (uint32_t)((sectors - data) / per);
	f->bits = wide ? 32 : f->clusters < 4085 ? 12 : 16;
	if (f->clusters >= 0x0ffffff5 || table * sector * 8 / f->bits < f->clusters)
		return false;
	f->cluster_size = (uint64_t)sector * per;
	f->data_at = data * sector;
	f->root_at = root * sector;
	f->root_size = roots * ENTRY;
	f->root_cluster = wide ? span_le32(in, 44) : 0;
	f->size = sectors * sector;
	f->table = span_cut(in, (uint64_t)reserved * sector, table * sector);
	return true;
}

static uint32_t next_of(const struct fat *f, uint32_t cluster)
{
	if (f->bits == 32)
		return span_le32(f->table, 4ULL * cluster) & 0x0fffffff;
	if (f->bits == 16)
		return span_le16(f->table, 2ULL * cluster);
	uint16_t two = span_le16(f->table, cluster + cluster / 2);
	return cluster & 1 ? two >> 4 : two & 0xfff;
}

static int bid(struct span in, uint64_t *size)
{
	struct fat f;
	*size = 0;
	if (!SPAN_IS(in, 0, "\xe9") && !(SPAN_IS(in, 0, "\xeb") && SPAN_IS(in, 2, "\x90")))
		return 0;
	if (!geometry_of(in, &f))
		return 0;
	/* The first entry of the table repeats the media byte, all other bits are set. */
	uint32_t want = (f.bits == 12 ? 0xf00U : f.bits == 16 ? 0xff00U : 0x0fffff00U) | in.p[21];
	if (next_of(&f, 0) != want)
		return 0;
	*size = f.size;
	return 90;
}

static bool valid(const struct fat *f, uint32_t cluster)
{
	return cluster >= 2 && cluster - 2 < f->clusters;
}

static uint64_t place_of(const struct fat *f, uint32_t cluster)
{
	return f->data_at + (uint64_t)(cluster - 2) * f->cluster_size;
}

/* A long name while its parts come in; `want` is the number of the next part, 0 when all is there. */
struct long_name {
	uint8_t chars[2 * LONG_CHARS];
	unsigned want;
	uint8_t sum;
	bool complete;
};

static void take_part(struct long_name *l, struct span e)
{
	static const uint8_t places[13] = {1, 3, 5, 7, 9, 14, 16, 18, 20, 22, 24, 28, 30};
	unsigned number = e.p[0] & 0x3f;
	if (e.p[0] & 0x40) {
		memset(l, 0, sizeof *l);
		l->want = number;
		l->sum = e.p[13];
	}
	if (!number || number > 20 || number != l->want || l->sum != e.p[13]) {
		l->want = 0;
		l->complete = false;
		return;
	}
	for (unsigned i = 0; i < 13; i++)
		memcpy(&l->chars[2 * ((number - 1) * 13 + i)], e.p + places[i], 2);
	l->want = number - 1;
	l->complete = number == 1;
}

static char *short_text(struct arena *a, struct span e)
{
	char text[13];
	unsigned base = 8, more = 11, n = 0;
	while (base && e.p[base - 1] == ' ')
		base--;
	while (more > 8 && e.p[more - 1] == ' ')
		more--;
	for (unsigned i = 0; i < more; i++) {
		uint8_t c = i == 0 && e.p[0] == 5 ? 0xe5 : e.p[i];
		bool lower = e.p[12] & (i < 8 ? 8 : 16);
		if (i >= base && i < 8)
			continue;
		if (i == 8)
			text[n++] = '.';
		text[n++] = (char)(lower && c >= 'A' && c <= 'Z' ? c + 32 : c);
	}
	return arena_str(a, SPAN(text, n));
}

static uint8_t short_sum(struct span e)
{
	uint8_t sum = 0;
	for (unsigned i = 0; i < 11; i++)
		sum = (uint8_t)((sum << 7 | sum >> 1) + e.p[i]);
	return sum;
}

static uint32_t cluster_of(struct span e)
{
	return span_le16(e, 26) | (uint32_t)span_le16(e, 20) << 16;
}

static void queue_folder(struct fat *f, uint32_t cluster)
{
	if (!valid(f, cluster) || f->seen[cluster / 8] >> cluster % 8 & 1)
		return;
	f->seen[cluster / 8] = (uint8_t)(f->seen[cluster / 8] | 1 << cluster % 8);
	f->queue = mem_grow(f->queue, &f->cap, f->n + 1, sizeof *f->queue);
	f->queue[f->n++] = cluster;
}

static void add_entry(struct fat *f, uint64_t dir, uint64_t at, const struct long_name *l)
{
	struct span e = span_cut(f->in, at, ENTRY);
	bool is_long = l->complete && l->sum == short_sum(e);
	bool folder = (e.p[11] & ATTR_DIR) && valid(f, cluster_of(e));
	char *name = is_long ? utf16_text(&f->names.text, SPAN(l->chars, sizeof l->chars), false)
			     : short_text(&f->names.text, e);
	if (f->names.n > f->in.n / ENTRY) {
		f->full = true; /* chains that share clusters give the same names again and again */
		return;
	}
	names_add(&f->names, (struct name){.dir = dir, .at = at, .name = span_str(name),
					   .ino = folder ? cluster_of(e) : FILES + at});
	if (folder)
		queue_folder(f, cluster_of(e));
}

/* One piece of a folder. False: its end was met. */
static bool read_entries(struct fat *f, uint64_t dir, uint64_t at, uint64_t size,
			 struct long_name *l)
{
	struct span piece = span_cut(f->in, at, size);
	for (uint64_t i = 0; i + ENTRY <= piece.n && !f->full; i += ENTRY) {
		struct span e = span_cut(piece, i, ENTRY);
		if (!e.p[0])
			return false;
		if (e.p[0] != 0xe5 && e.p[11] == ATTR_LONG) {
			take_part(l, e);
			continue;
		}
		if (e.p[0] != 0xe5 && e.p[0] != '.' && !(e.p[11] & ATTR_LABEL))
			add_entry(f, dir, at + i, l);
		l->complete = false;
	}
	return !f->full;
}

static void read_folder(struct fat *f, uint64_t dir, uint32_t cluster)
{
	struct long_name l = {0};
	uint32_t budget = f->clusters;
	while (valid(f, cluster) && budget--) {
		uint64_t at = place_of(f, cluster);
		if (at >= f->in.n || !read_entries(f, dir, at, f->cluster_size, &l))
			return;
		cluster = next_of(f, cluster);
	}
}

static void gather(struct fat *f)
{
	struct long_name l = {0};
	if (f->root_size)
		read_entries(f, ROOT, f->root_at, f->root_size, &l);
	else
		read_folder(f, ROOT, f->root_cluster);
	for (size_t i = 0; i < f->n; i++)
		read_folder(f, f->queue[i], f->queue[i]);
}

/* How many clusters from `cluster` on follow each other; *next is where the chain goes on. */
static uint64_t run_of(const struct fat *f, uint32_t cluster, uint64_t most, uint32_t *next)
{
	uint64_t n = 1;
	while ((*next = next_of(f, cluster)) == cluster + 1 && n < most && valid(f, *next)) {
		cluster++;
		n++;
	}
	return n;
}

static enum status write_chain(struct fat *f, const struct entry *e, uint32_t cluster,
			       enum status *worst)
{
	uint64_t left = e->size;
	enum status st = ST_OK;
	while (left && st == ST_OK) {
		uint32_t next;
		if (!valid(f, cluster)) {
			sink_note(f->walk.sink, e->at, "chain of '%s' ends early", e->path);
			*worst = ST_DAMAGED;
			return ST_OK;
		}
		uint64_t most = (left + f->cluster_size - 1) / f->cluster_size;
		uint64_t len = run_of(f, cluster, most, &next) * f->cluster_size;
		struct span data = span_cut(f->in, place_of(f, cluster), len < left ? len : left);
		if (!data.n) {
			*worst = ST_TRUNCATED;
			return ST_OK;
		}
		st = f->walk.sink->write(f->walk.sink, data.p, data.n);
		left -= data.n;
		cluster = next;
	}
	return st;
}

static enum status write_file(struct fat *f, struct entry *e, uint32_t cluster)
{
	struct sink *s = f->walk.sink;
	enum status worst = ST_OK;
	uint64_t most = (e->size + f->cluster_size - 1) / f->cluster_size;
	uint32_t next;
	if (!e->size)
		return sink_bare(s, e);
	if (valid(f, cluster)) {
		e->at = place_of(f, cluster);
		if (run_of(f, cluster, most, &next) >= most && span_has(f->in, e->at, e->size))
			return s->slice(s, e, span_cut(f->in, e->at, e->size));
	}
	enum status st = s->begin(s, e);
	if (st != ST_OK)
		return st;
	st = write_chain(f, e, cluster, &worst);
	enum status ended = s->end(s, st != ST_OK ? st : worst);
	return st != ST_OK ? st : ended;
}

static enum status visit(struct walk *w, const struct name *name, const char *path,
			 const char *first)
{
	struct fat *f = (struct fat *)w;
	struct span e = span_cut(f->in, name->at, ENTRY);
	struct entry out = {.path = path, .at = name->at};
	uint16_t date = span_le16(e, 24), time = span_le16(e, 22);
	out.mtime = unix_time(1980 + (date >> 9), date >> 5 & 15, date & 31, time >> 11,
			      time >> 5 & 63, 2U * (time & 31)); /* local time, taken as UTC */
	if (e.p[11] & ATTR_DIR) {
		out.type = ENTRY_DIR;
		if (first)
			sink_note(w->sink, name->at, "folder '%s' has two names", path);
		return sink_bare(w->sink, &out);
	}
	out.size = span_le32(e, 28);
	return write_file(f, &out, cluster_of(e));
}

static enum status fat_open(struct span in, struct sink *out)
{
	struct fat f = {.walk = {visit, out}};
	if (!geometry_of(in, &f))
		return ST_DAMAGED;
	f.in = span_cut(in, 0, f.size);
	out->used = f.size;
	if (f.size > in.n)
		sink_note(out, in.n, "the input ends before the file system does");
	f.seen = mem_alloc(f.clusters / 8 + 2);
	gather(&f);
	if (f.full)
		sink_note(out, f.root_at, "more names than the image has room for");
	enum status st = names_walk(&f.names, ROOT, &f.walk);
	names_free(&f.names);
	mem_free(f.seen);
	mem_free(f.queue);
	return st;
}

static void label(struct span in, struct label *out)
{
	struct fat f;
	out->type = "file system";
	if (geometry_of(in, &f))
		snprintf(out->text, sizeof out->text, "FAT%u", f.bits);
}

const struct format format_fat = {
	.name = "fat",
	.title = "FAT file system",
	.reference = "Microsoft FAT specification (2005)",
	.tested = "mkfs.vfat 4.2, mtools 4.0",
	.magic = (const struct magic[]){MAGIC(510, "\x55\xaa"), MAGIC_END},
	.flags = FORMAT_TREE | FORMAT_SPLIT,
	.bid = bid,
	.open = fat_open,
	.label = label,
};
