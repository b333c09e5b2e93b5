/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A dump of flash with a table of its partitions somewhere in it (flash_table.c lists the kinds):
 * each partition becomes a part with its name.
 *
 * A table is believed when it fits the dump: it ends inside, covers half of it or more, and its
 * partitions begin where something begins (a header that is known, content behind padding, erased
 * flash), two of them at least with a header that is known. Of partitions inside each other the
 * inner ones are given. Where what stands in a partition tells a length beyond its end (an image
 * that holds kernel and root file system, say), the partitions that it covers are given as one, so
 * that a table never cuts anything. What no partition covers is given too.
 */
#include "format/flash_table.h"
#include "format/part.h"

enum { LEAST = 512 * 1024, ALIGN = 4096, MAX_CUTS = 2 * FLASH_PARTS + 2, TABLE_GOOD = 2 };

struct piece {
	uint64_t at, end;
	const struct flash_part *owner; /* of the table that is being looked at */
	char name[2 * FLASH_NAME + 8];
};

struct pieces {
	struct flash_tables tables;
	struct span in;
	struct piece v[MAX_CUTS];
	unsigned n;
	uint64_t table_at;
	const char *from;
};

/* ---- does something begin here, and how long is it? ---- */

/* The declared length of what stands at `at`; 0: not told. */
static uint64_t declared(struct span in, uint64_t at)
{
	struct span s = span_from(in, at);
	if (SPAN_IS(s, 0, "\x27\x05\x19\x56"))
		return 64 + (uint64_t)span_be32(s, 12);
	if (SPAN_IS(s, 0, "HDR0"))
		return span_le32(s, 4);
	if (SPAN_IS(s, 0, "\xd0\x0d\xfe\xed"))
		return span_be32(s, 4);
	if (SPAN_IS(s, 0, "hsqs") || SPAN_IS(s, 0, "shsq"))
		return span_le16(s, 28) == 4   ? span_le64(s, 40)
		       : span_le16(s, 28) == 3 ? span_le64(s, 63)
					       : 0;
	if (SPAN_IS(s, 0, "sqsh") || SPAN_IS(s, 0, "qshs"))
		return span_be16(s, 28) == 4   ? span_be64(s, 40)
		       : span_be16(s, 28) == 3 ? span_be64(s, 63)
					       : 0;
	if (SPAN_IS(s, 0, "\x45\x3d\xcd\x28"))
		return span_le32(s, 4);
	if (SPAN_IS(s, 4, "TP-LINK Tech") && span_be32(s, 0) <= 2) {
		uint64_t kernel = (uint64_t)span_be32(s, 0x80) + span_be32(s, 0x84);
		uint64_t root = (uint64_t)span_be32(s, 0x88) + span_be32(s, 0x8c);
		return kernel > root ? kernel : root;
	}
	return 0;
}

static bool known_header(struct span in, uint64_t at)
{
	static const struct magic magics[] = {MAGIC(0, "\x27\x05\x19\x56"),
					      MAGIC(0, "hsqs"),
					      MAGIC(0, "sqsh"),
					      MAGIC(0, "shsq"),
					      MAGIC(0, "qshs"),
					      MAGIC(0, "tqsh"),
					      MAGIC(0, "hsqt"),
					      MAGIC(0, "HDR0"),
					      MAGIC(0, "UBI#"),
					      MAGIC(0, "\177ELF"),
					      MAGIC(0, "\x19\x85\x20\x03"),
					      MAGIC(0, "\x85\x19\x03\x20"),
					      MAGIC(0, "\x85\x19\x01\xe0"),
					      MAGIC(0, "\x19\x85\xe0\x01"),
					      MAGIC(0, "\x85\x19\x02\xe0"),
					      MAGIC(0, "\x19\x85\xe0\x02"),
					      MAGIC(0, "\x45\x3d\xcd\x28"),
					      MAGIC(0, "\x28\xcd\x3d\x45"),
					      MAGIC(0, "FLSH"),
					      MAGIC(0, "-rom1fs-"),
					      MAGIC(0, "\x5d\x00\x00"),
					      MAGIC(0, "\x6d\x00\x00"),
					      MAGIC(0, "\xd0\x0d\xfe\xed"),
					      MAGIC(0, "\x1f\x8b\x08"),
					      MAGIC(0, "\x5e\xa3\xa4\x17"),
					      MAGIC(0, "\x03\0\0\0\x01\0\0\0\xff\xff"),
					      MAGIC(4, "TP-LINK Tech"),
					      MAGIC(4, "bootcmd="),
					      MAGIC(5, "bootcmd="),
					      MAGIC(0x400, "\x31\x18\x10\x06"),
					      MAGIC(1080, "\x53\xef"),
					      MAGIC_END};
	for (const struct magic *m = magics; m->n; m++)
		if (span_is(in, at + m->at, m->bytes, m->n))
			return true;
	return false;
}

static bool is_padding(struct span in, uint64_t at, uint64_t n)
{
	return part_all(in, at, n, 0xff) || part_all(in, at, n, 0);
}

/* Content behind padding, or erased flash. */
static bool plausible(struct span in, uint64_t at)
{
	return known_header(in, at) || is_padding(in, at, 64) ||
	       (at >= 32 && is_padding(in, at - 32, 32));
}

/* ---- a table becomes pieces ---- */

static void sort(uint64_t *v, unsigned n)
{
	for (unsigned i = 1; i < n; i++)
		for (unsigned k = i; k && v[k - 1] > v[k]; k--) {
			uint64_t swap = v[k];
			v[k] = v[k - 1];
			v[k - 1] = swap;
		}
}

/* Sizes are made definite; false when the table does not fit the dump. */
static bool fits(struct span in, struct flash_table *t)
{
	uint64_t covered = 0, end = 0;
	unsigned known = 0, odd = 0, inner = 0;
	for (unsigned i = 0; i < t->n; i++) {
		struct flash_part *p = &t->parts[i];
		if (p->size == FLASH_REST)
			p->size = p->at < in.n ? in.n - p->at : 0;
		if (p->at >= in.n || p->size > in.n - p->at || p->at % 512)
			return false;
		end = p->at + p->size > end ? p->at + p->size : end;
		covered += p->size;
		known += p->at && known_header(in, p->at);
		odd += p->at && !plausible(in, p->at);
		inner += p->at != 0;
	}
	return inner && t->n >= 2 && covered >= in.n / 2 && end >= in.n / 2 &&
	       known >= TABLE_GOOD && 4 * odd <= inner;
}

/* The smallest partition that covers [at, end); NULL: none. */
static const struct flash_part *owner(const struct flash_table *t, uint64_t at, uint64_t end)
{
	const struct flash_part *best = NULL;
	for (unsigned i = 0; i < t->n; i++) {
		const struct flash_part *p = &t->parts[i];
		if (p->at <= at && p->at + p->size >= end && (!best || p->size < best->size))
			best = p;
	}
	return best;
}

static void add_piece(struct pieces *p, const struct flash_part *o, uint64_t at, uint64_t end)
{
	struct piece *last = p->n ? &p->v[p->n - 1] : NULL;
	if (o && last && last->owner == o) {
		last->end = end;
		return;
	}
	last = &p->v[p->n++];
	*last = (struct piece){.at = at, .end = end, .owner = o};
	if (o)
		snprintf(last->name, sizeof last->name, "%s", o->name);
	else
		snprintf(last->name, sizeof last->name, "unpartitioned@0x%llx",
			 (unsigned long long)at);
}

/* What reaches beyond its piece takes in those that it covers. */
static void join(struct pieces *p)
{
	unsigned kept = 0;
	for (unsigned i = 0; i < p->n;) {
		struct piece one = p->v[i++];
		uint64_t n = declared(p->in, one.at), end = one.at + n;
		bool real = n && n <= p->in.n - one.at;
		while (real && i < p->n && end > one.end) {
			size_t k = strlen(one.name);
			one.end = p->v[i].end;
			if (p->v[i].owner && k + strlen(p->v[i].name) + 2 < sizeof one.name)
				snprintf(one.name + k, sizeof one.name - k, "+%s", p->v[i].name);
			i++;
		}
		p->v[kept++] = one;
	}
	p->n = kept;
}

static bool take_table(struct flash_tables *tables, struct flash_table *t)
{
	struct pieces *p = (struct pieces *)tables;
	uint64_t cuts[MAX_CUTS] = {0, p->in.n};
	unsigned n = 2;
	if (!fits(p->in, t))
		return false;
	for (unsigned i = 0; i < t->n; i++) {
		cuts[n++] = t->parts[i].at;
		cuts[n++] = t->parts[i].at + t->parts[i].size;
	}
	sort(cuts, n);
	p->n = 0;
	for (unsigned i = 1; i < n; i++)
		if (cuts[i] > cuts[i - 1])
			add_piece(p, owner(t, cuts[i - 1], cuts[i]), cuts[i - 1], cuts[i]);
	join(p);
	p->table_at = t->at;
	p->from = t->from;
	return p->n >= 2;
}

static bool partitions_of(struct span in, struct pieces *p, bool packed)
{
	*p = (struct pieces){.tables = {take_table, packed}, .in = in};
	if (in.n < LEAST || in.n % ALIGN)
		return false;
	flash_tables(in, &p->tables);
	return p->from && p->n >= 2;
}

/* ---- the format ---- */

static int bid(struct span in, uint64_t *size)
{
	struct pieces p;
	*size = 0;
	if (!partitions_of(in, &p, true))
		return 0;
	*size = in.n;
	return 100;
}

static enum status flash_parts_open(struct span in, struct sink *out)
{
	struct pieces p;
	enum status st = ST_OK;
	if (!partitions_of(in, &p, true))
		return ST_DAMAGED;
	sink_note(out, p.table_at, "partitions by the %s at 0x%llx", p.from,
		  (unsigned long long)p.table_at);
	for (unsigned i = 0; i < p.n && st == ST_OK; i++)
		st = part_slice(out, in, p.v[i].name, p.v[i].at, p.v[i].end - p.v[i].at);
	out->used = in.n;
	return st;
}

static void label(struct span in, struct label *out)
{
	struct pieces p;
	out->type = "flash dump";
	if (partitions_of(in, &p, false)) /* unpacking is too dear for this */
		snprintf(out->text, sizeof out->text, "%u partitions, %s at 0x%llx", p.n, p.from,
			 (unsigned long long)p.table_at);
}

const struct format format_flash_parts = {
    .name = "flash-parts",
    .title = "Dump of flash with a partition table",
    .reference =
	"Linux drivers/mtd/parsers/ (cmdlinepart.c, ofpart_core.c, redboot.c, qcomsmempart.c)",
    .tested = "dtc, mksquashfs, mkimage and a generator in tests",
    .magic = NULL,
    .flags = FORMAT_START,
    .bid = bid,
    .open = flash_parts_open,
    .label = label,
};
