/* SPDX-License-Identifier: Apache-2.0 */
/*
 * VMDK sparse extent (also "stream optimized", as in OVA files), little endian, counted in sectors:
 *
 *   0 "KDMV"  4 version(4)  8 flags(4: bit 16 packed, 17 markers)  12 capacity(8)  20 grain(8)
 *   28 description at(8) length(8)  44 entries of a grain table(4)  48 redundant directory at(8)
 *   56 directory at(8; ff.. : in the footer, the last sector but one)  64 overhead(8)
 *   directory: where the tables stand(4 each); table: where the grains stand(4 each; 0, 1: zeros)
 *   packed grain: 0 number of its first sector(8)  8 length(4)  12 zlib stream
 *
 * Reference: VMware Virtual Disk Format 5.0; libyal libvmdk documentation.
 */
#include "format/part.h"
#include "format/unix.h"

enum { HEADER = 512, SECTOR = 512, MAX_GRAIN = 2048 };
#define IN_FOOTER UINT64_MAX

struct disk {
	struct span in;
	uint64_t capacity, grain, directory;
	uint32_t entries;
	bool packed;
};

static bool read_header(struct span in, struct disk *d)
{
	if (!SPAN_IS(in, 0, "KDMV") || in.n < HEADER)
		return false;
	*d = (struct disk){in,
			   span_le64(in, 12),
			   span_le64(in, 20),
			   span_le64(in, 56),
			   span_le32(in, 44),
			   span_le32(in, 8) >> 16 & 1};
	if (d->directory == IN_FOOTER)
		for (uint64_t back = 2; back < 8; back++) {
			uint64_t at = in.n - back * SECTOR;
			if (in.n > back * SECTOR && SPAN_IS(in, at, "KDMV"))
				d->directory = span_le64(in, at + 56);
		}
	return d->capacity && d->capacity < UINT64_C(1) << 35 && d->grain >= 1 &&
	       d->grain <= MAX_GRAIN && (d->grain & (d->grain - 1)) == 0 && d->entries &&
	       d->entries <= 4096 && span_le32(in, 4) <= 3;
}

static int bid(struct span in, uint64_t *size)
{
	struct disk d;
	*size = 0;
	if (!read_header(in, &d))
		return 0;
	*size = in.n;
	return 96;
}

static enum status grain(const struct disk *d, uint32_t sector, uint8_t *to)
{
	uint64_t at = (uint64_t)sector * SECTOR;
	size_t size = (size_t)d->grain * SECTOR, n = 0;
	memset(to, 0, size);
	if (d->packed) {
		enum status st = codec_block(
		    CODEC_ZLIB, span_cut(d->in, at + 12, span_le32(d->in, at + 8)), to, size, &n);
		return n ? st : ST_DAMAGED; /* the last grain of a disk may be short */
	}
	struct span s = span_cut(d->in, at, size);
	memcpy(to, s.p, s.n);
	return s.n == size ? ST_OK : ST_TRUNCATED;
}

static enum status give(const struct disk *d, struct sink *out, enum status *whole)
{
	uint64_t each = d->grain * SECTOR, size = d->capacity * SECTOR, zeros = 0, lost = 0,
		 looks = 0;
	uint8_t *p = mem_array((size_t)each, 1);
	enum status st = ST_OK;
	for (uint64_t at = 0, i = 0; at < size && st == ST_OK; at += each, i++) {
		uint64_t row = d->directory * SECTOR + 4 * (i / d->entries),
			 table = span_le32(d->in, row);
		if (!span_has(d->in, row, 4)) { /* nothing more is described */
			zeros += size - at;
			break;
		}
		if (!table) { /* a whole table of holes */
			uint64_t left = d->entries - i % d->entries, skip = left * each;
			zeros += skip < size - at ? skip : size - at;
			at += skip - each;
			i += left - 1;
			continue;
		}
		if (looks++ >
		    d->in.n / 4) { /* tables that stand in the file once cannot say more */
			*whole = ST_DAMAGED;
			break;
		}
		uint32_t sector = span_le32(d->in, table * SECTOR + 4 * (i % d->entries));
		uint64_t n = size - at < each ? size - at : each;
		if (sector <= 1) {
			zeros += n;
			continue;
		}
		enum status one = grain(d, sector, p);
		lost += one != ST_OK;
		*whole = one != ST_OK ? one : *whole;
		st = sink_zeros(out, zeros);
		zeros = 0;
		if (st == ST_OK)
			st = out->write(out, p, (size_t)n);
	}
	if (st == ST_OK && zeros)
		st = sink_zeros(out, zeros);
	if (lost)
		sink_note(out, 0, "%llu grains are missing or damaged", (unsigned long long)lost);
	mem_free(p);
	return st;
}

static enum status vmdk_open(struct span in, struct sink *out)
{
	struct disk d;
	enum status whole = ST_OK;
	if (!read_header(in, &d))
		return ST_DAMAGED;
	struct entry e = {.path = "disk", .type = ENTRY_PART, .size = d.capacity * SECTOR};
	out->used = in.n;
	if (d.directory == IN_FOOTER || !span_has(in, d.directory * SECTOR, 4)) {
		sink_note(out, 56, "the directory of the disk is missing: cut or damaged");
		return ST_TRUNCATED;
	}
	enum status st = out->begin(out, &e);
	if (st != ST_OK)
		return st == ST_SKIP ? ST_OK : st;
	st = give(&d, out, &whole);
	enum status ended = out->end(out, st != ST_OK ? st : whole);
	return st != ST_OK ? st : ended == ST_SKIP ? ST_OK : ended;
}

static void label(struct span in, struct label *out)
{
	struct disk d;
	out->type = "disk";
	if (read_header(in, &d))
		snprintf(out->text, sizeof out->text, "%llu bytes%s",
			 (unsigned long long)d.capacity * SECTOR,
			 d.packed ? ", stream optimized" : "");
}

const struct format format_vmdk = {
    .name = "vmdk",
    .title = "VMDK disk, sparse",
    .reference = "VMware Virtual Disk Format 5.0",
    .tested = "qemu-img 7.2",
    .magic = (const struct magic[]){MAGIC(0, "KDMV"), MAGIC_END},
    .flags = FORMAT_START,
    .bid = bid,
    .open = vmdk_open,
    .label = label,
};
