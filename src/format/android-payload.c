/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Android OTA payload (payload.bin), version 2. The header is big endian.
 *
 *   "CrAU" version(8) manifest size(8) metadata signature size(4)  manifest  metadata signature
 *   blobs  payload signature
 * manifest: protobuf.  3 block size, 4 and 5 signature at and size (counted from the blobs),
 *   12 minor version (0: full), 13 partition
 * partition: 1 name, 7 new (1 size), 8 operation
 * operation: 1 type, 2 blob at, 3 blob size, 6 blocks written (1 first, 2 how many), 8 SHA-256
 * types of a full payload: 0 as it is, 1 bzip2, 8 xz, 6 zeros, 7 discard; all others change what the
 *   device holds already, and nothing can be made of them without it
 *
 * Reference: AOSP system/update_engine/update_metadata.proto.
 */
#include "base/hash.h"
#include "format/part.h"
#include "format/unix.h"

enum {
	HEADER = 24,
	MAX_MANIFEST = 64 << 20,
	NAME_ROOM = 64,
	REPLACE = 0,
	REPLACE_BZ = 1,
	ZERO = 6,
	DISCARD = 7,
	REPLACE_XZ = 8,
	WIRE_VARINT = 0,
	WIRE_FIXED64 = 1,
	WIRE_BYTES = 2,
	WIRE_FIXED32 = 5,
};
#define BLOCKS_MAX (UINT64_C(1) << 32)

struct field {
	uint64_t number, value;
	struct span bytes;
};

struct operation {
	uint64_t first, blocks; /* of the partition */
	uint64_t at, size;	/* of the blob */
	uint64_t type;
	struct span sum;
	bool torn; /* its blocks do not follow each other */
};

struct payload {
	struct span in, manifest;
	uint64_t blobs, end; /* end: behind the last blob and the signature */
	uint64_t block, minor;
	size_t partitions;
};

struct partition {
	struct span name;
	struct operation *ops;
	size_t n, cap;
	bool delta;
};

static uint64_t varint(struct reader *r)
{
	uint64_t v = 0;
	for (unsigned shift = 0; shift < 70 && !r->bad; shift += 7) {
		uint8_t b = read_u8(r);
		if (shift < 64)
			v |= (uint64_t)(b & 0x7f) << shift;
		if (!(b & 0x80))
			return v;
	}
	r->bad = true;
	return 0;
}

/* The next field of a message; false at its end or at a fault (r->bad). */
static bool next_field(struct reader *r, struct field *f)
{
	if (r->bad || r->pos == r->s.n)
		return false;
	uint64_t tag = varint(r);
	*f = (struct field){.number = tag >> 3};
	switch (tag & 7) {
	case WIRE_VARINT:
		f->value = varint(r);
		break;
	case WIRE_FIXED64:
		read_skip(r, 8);
		break;
	case WIRE_BYTES:
		f->bytes = read_bytes(r, varint(r));
		break;
	case WIRE_FIXED32:
		read_skip(r, 4);
		break;
	default:
		r->bad = true;
	}
	return !r->bad;
}

/* One extent of an operation: does it follow the one before? */
static void take_extent(struct operation *o, struct span message)
{
	struct reader r = reader_of(message, false);
	struct field f;
	uint64_t first = 0, blocks = 0;
	while (next_field(&r, &f)) {
		if (f.number == 1)
			first = f.value;
		else if (f.number == 2)
			blocks = f.value;
	}
	if (r.bad || first >= BLOCKS_MAX || blocks >= BLOCKS_MAX ||
	    (o->blocks && first != o->first + o->blocks) || o->blocks + blocks >= BLOCKS_MAX) {
		o->torn = true;
		return;
	}
	if (!o->blocks)
		o->first = first;
	o->blocks += blocks;
}

static bool read_operation(struct span message, struct operation *o)
{
	struct reader r = reader_of(message, false);
	struct field f;
	*o = (struct operation){0};
	while (next_field(&r, &f)) {
		if (f.number == 1)
			o->type = f.value;
		else if (f.number == 2)
			o->at = f.value;
		else if (f.number == 3)
			o->size = f.value;
		else if (f.number == 6)
			take_extent(o, f.bytes);
		else if (f.number == 8)
			o->sum = f.bytes;
	}
	return !r.bad;
}

static bool is_full(uint64_t type)
{
	return type == REPLACE || type == REPLACE_BZ || type == REPLACE_XZ || type == ZERO ||
	       type == DISCARD;
}

static void reach(struct payload *p, uint64_t at, uint64_t size)
{
	uint64_t end;
	if (size && at < UINT64_C(1) << 48 && size < UINT64_C(1) << 48 &&
	    (end = p->blobs + at + size) > p->end)
		p->end = end;
}

/* With `part` given, its operations are kept; else only the end of the blobs is looked for. */
static bool read_partition(struct payload *p, struct span message, struct partition *part)
{
	struct reader r = reader_of(message, false);
	struct operation o;
	struct span name = {0};
	struct field f;
	while (next_field(&r, &f)) {
		if (f.number == 1)
			name = f.bytes;
		if (f.number != 8)
			continue;
		if (!read_operation(f.bytes, &o))
			return false;
		reach(p, o.at, o.size);
		if (!part)
			continue;
		part->delta |= !is_full(o.type);
		part->ops = mem_grow(part->ops, &part->cap, part->n + 1, sizeof *part->ops);
		part->ops[part->n++] = o;
	}
	if (part)
		part->name = name;
	return !r.bad && name.n && name.n < NAME_ROOM && part_is_text(name, 0, name.n, name.n);
}

/* Header and manifest: a payload whose manifest is not whole is not taken for one. */
static bool read_payload(struct span in, struct payload *p)
{
	struct reader r;
	struct field f;
	uint64_t size = span_be64(in, 12), signature_at = 0, signature_size = 0;
	*p = (struct payload){.in = in, .block = 4096};
	if (!SPAN_IS(in, 0, "CrAU") || span_be64(in, 4) != 2 || size == 0 || size > MAX_MANIFEST ||
	    !span_has(in, HEADER, size))
		return false;
	p->manifest = span_cut(in, HEADER, size);
	p->end = p->blobs = HEADER + size + span_be32(in, 20);
	r = reader_of(p->manifest, false);
	while (next_field(&r, &f)) {
		if (f.number == 3)
			p->block = f.value;
		else if (f.number == 4)
			signature_at = f.value;
		else if (f.number == 5)
			signature_size = f.value;
		else if (f.number == 12)
			p->minor = f.value;
		else if (f.number == 13 && !read_partition(p, f.bytes, NULL))
			return false;
		p->partitions += f.number == 13;
	}
	reach(p, signature_at, signature_size);
	return !r.bad && p->partitions && p->block >= 512 && p->block <= 1 << 20 &&
	       !(p->block & (p->block - 1));
}

static int bid(struct span in, uint64_t *size)
{
	struct payload p;
	*size = 0;
	if (!read_payload(in, &p))
		return 0;
	*size = p.end;
	return 97;
}

/* What a blob is unpacked into: the room of its blocks, and no more. */
struct room {
	struct codec_out out;
	struct sink *sink;
	uint64_t left;
	bool over;
};

static enum status fill_room(struct codec_out *out, const void *bytes, size_t n)
{
	struct room *room = (struct room *)out;
	if (n > room->left) {
		room->over = true;
		n = (size_t)room->left;
	}
	room->left -= n;
	enum status st = n ? room->sink->write(room->sink, bytes, n) : ST_OK;
	return st != ST_OK ? st : room->over ? ST_DAMAGED : ST_OK;
}

static enum status blob_status(const struct payload *p, const struct operation *o, struct sink *out)
{
	uint8_t sum[SHA256_SIZE];
	struct span blob = span_cut(p->in, p->blobs + o->at, o->size);
	if (o->at >= UINT64_C(1) << 48 || blob.n < o->size)
		return ST_TRUNCATED;
	if (o->sum.n != SHA256_SIZE)
		return ST_OK;
	hash_sha256(blob, sum);
	if (span_equal(o->sum, SPAN(sum, sizeof sum)))
		return ST_OK;
	sink_note(out, p->blobs + o->at, "SHA-256 of a blob is wrong");
	return ST_DAMAGED;
}

/* Write the blocks of one operation. `own` is what became of them; the result is the sink's wish. */
static enum status carry_out(const struct payload *p, const struct operation *o, struct sink *out,
			     enum status *own)
{
	struct room room = {.out = {fill_room}, .sink = out, .left = o->blocks * p->block};
	bool far = o->at >= UINT64_C(1) << 48;
	struct span blob = span_cut(p->in, p->blobs + (far ? 0 : o->at), far ? 0 : o->size);
	enum status st = ST_OK, made = ST_OK;
	uint64_t used;
	if (o->type != ZERO && o->type != DISCARD) {
		made = blob_status(p, o, out);
		if (o->type == REPLACE)
			st = fill_room(&room.out, blob.p, blob.n);
		else
			st = codec_stream(o->type == REPLACE_XZ ? CODEC_XZ : CODEC_BZIP2, blob,
					  &room.out, &used);
	}
	if (st == ST_DAMAGED || st == ST_TRUNCATED || st == ST_UNSUPPORTED) {
		made = made == ST_OK ? st : made;
		st = ST_OK;
	}
	if (st == ST_OK)
		st = sink_zeros(out, room.left);
	if (*own == ST_OK)
		*own = made;
	return st;
}

static int by_block(const void *pa, const void *pb)
{
	const struct operation *a = pa, *b = pb;
	if (a->first != b->first)
		return a->first < b->first ? -1 : 1;
	return (a->at > b->at) - (a->at < b->at);
}

static enum status give(const struct payload *p, struct partition *part, const char *name,
			struct sink *out)
{
	struct entry e = {.path = name, .type = ENTRY_PART};
	uint64_t next = 0;
	enum status own = ST_OK;
	if (part->n)
		qsort(part->ops, part->n, sizeof *part->ops, by_block);
	for (size_t i = 0; i < part->n; i++)
		if (part->ops[i].first + part->ops[i].blocks > next)
			next = part->ops[i].first + part->ops[i].blocks;
	e.size = next * p->block;
	e.at = part->n ? p->blobs + part->ops[0].at : HEADER;
	enum status st = out->begin(out, &e);
	if (st != ST_OK)
		return st == ST_SKIP ? ST_OK : st;
	next = 0;
	for (size_t i = 0; i < part->n && st == ST_OK; i++) {
		const struct operation *o = &part->ops[i];
		if (o->torn || o->first < next) {
			sink_note(out, p->blobs, "%s: blocks are written twice or out of order", name);
			own = ST_UNSUPPORTED;
			break;
		}
		if (o->first > next) {
			sink_note(out, p->blobs, "%s: blocks from %llu on are not in the payload", name,
				  (unsigned long long)next);
			own = own == ST_OK ? ST_DAMAGED : own;
			st = sink_zeros(out, (o->first - next) * p->block);
		}
		if (st == ST_OK)
			st = carry_out(p, o, out, &own);
		next = o->first + o->blocks;
	}
	enum status ended = out->end(out, st != ST_OK ? st : own);
	return st != ST_OK ? st : ended == ST_SKIP ? ST_OK : ended;
}

static enum status payload_open(struct span in, struct sink *out)
{
	struct payload p;
	struct field f;
	enum status st = ST_OK;
	char name[NAME_ROOM + 1];
	if (!read_payload(in, &p))
		return ST_DAMAGED;
	out->used = p.end;
	if (p.minor)
		sink_note(out, HEADER, "delta payload (minor version %llu)",
			  (unsigned long long)p.minor);
	struct reader r = reader_of(p.manifest, false);
	while (st == ST_OK && next_field(&r, &f)) {
		struct partition part = {0};
		if (f.number != 13)
			continue;
		read_partition(&p, f.bytes, &part);
		part_name(part.name, 0, part.name.n, name, sizeof name);
		if (part.delta)
			sink_note(out, HEADER,
				  "%s: only its difference to an older version is here, not opened",
				  name);
		else
			st = give(&p, &part, name, out);
		mem_free(part.ops);
	}
	return st == ST_OK && p.end > in.n ? ST_TRUNCATED : st;
}

static void label(struct span in, struct label *out)
{
	struct payload p;
	if (!read_payload(in, &p))
		return;
	out->type = "update";
	snprintf(out->text, sizeof out->text, "%s payload, %zu partitions", p.minor ? "delta" : "full",
		 p.partitions);
}

const struct format format_android_payload = {
    .name = "android-payload",
    .title = "Android OTA payload",
    .reference = "AOSP system/update_engine/update_metadata.proto",
    .tested = "generator in tests",
    .magic = (const struct magic[]){MAGIC(0, "CrAU\0\0\0\0\0\0\0\2"), MAGIC_END},
    .bid = bid,
    .open = payload_open,
    .label = label,
};
