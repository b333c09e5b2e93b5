/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SquashFS superblocks. Every field is in the byte order of the image.
 *
 *   all:   0 magic(4)  4 inodes(4)  28 major(2)  30 minor(2)
 *   4:     8 time(4)  12 block size(4)  16 fragments(4)  20 compressor(2)  22 block log(2)  24
 * flags(2) 26 owners(2)  32 root(8)  40 bytes used(8)  48 owners at(8)  56 xattr at(8) 64 inodes
 * at(8)  72 folders at(8)  80 fragments at(8)  88 export at(8) 1-3:   8 bytes used(4)  12 uids
 * at(4)  16 gids at(4)  20 inodes at(4)  24 folders at(4) 32 block size of version 1(2)  34 block
 * log(2)  36 flags(1)  37 uids(1)  38 gids(1)  39 time(4) 43 root(8) 2, 3:  51 block size(4)  55
 * fragments(4)  59 fragments at(4, version 2) 3:     63 bytes used(8)  71 uids at(8)  79 gids at(8)
 * 87 inodes at(8)  95 folders at(8) 103 fragments at(8)  111 export at(8)
 *
 * Reference: Linux fs/squashfs/squashfs_fs.h (4), squashfs-tools (1 to 3).
 */
#include "format/squashfs.h"

enum { SIZE_1 = 51, SIZE_2 = 63, SIZE_3 = 119, SIZE_4 = 96, FLAG_CHECK = 4 };

/* The first letters say the byte order and, in the field, nothing more. */
static bool magic_known(struct span in)
{
	static const char known[][5] = {"hsqs", "sqsh", "shsq", "qshs",
					"tqsh", "hsqt", "sqlz", "zlqs"};
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (span_is(in, 0, known[i], 4))
			return true;
	return false;
}

static void read_4(struct reader *r, struct sq_super *s)
{
	read_seek(r, 8);
	s->mtime = read_u32(r);
	s->block_size = read_u32(r);
	s->fragments = read_u32(r);
	s->compression = read_u16(r);
	s->block_log = read_u16(r);
	s->flags = read_u16(r);
	s->uids = read_u16(r);
	read_skip(r, 4);
	s->root = read_u64(r);
	s->bytes_used = read_u64(r);
	s->uids_at = read_u64(r);
	s->xattrs_at = read_u64(r);
	s->inodes_at = read_u64(r);
	s->dirs_at = read_u64(r);
	s->fragments_at = read_u64(r);
}

static void read_old(struct reader *r, struct sq_super *s)
{
	read_seek(r, 8);
	s->bytes_used = read_u32(r);
	s->uids_at = read_u32(r);
	s->gids_at = read_u32(r);
	s->inodes_at = read_u32(r);
	s->dirs_at = read_u32(r);
	read_skip(r, 4);
	s->block_size = read_u16(r);
	s->block_log = read_u16(r);
	s->flags = read_u8(r);
	s->checked = s->flags & FLAG_CHECK;
	s->uids = read_u8(r);
	s->gids = read_u8(r);
	s->mtime = read_u32(r);
	s->root = read_u64(r);
	if (s->major == 1)
		return;
	s->block_size = read_u32(r);
	s->fragments = read_u32(r);
	s->fragments_at = read_u32(r);
	if (s->major == 2)
		return;
	s->bytes_used = read_u64(r);
	s->uids_at = read_u64(r);
	s->gids_at = read_u64(r);
	s->inodes_at = read_u64(r);
	s->dirs_at = read_u64(r);
	s->fragments_at = read_u64(r);
}

static const uint8_t header[] = {0, SIZE_1, SIZE_2, SIZE_3, SIZE_4};

static bool plausible(const struct sq_super *s)
{
	uint64_t end = s->bytes_used;
	if (s->block_log < 12 || s->block_log > 20 || s->block_size != 1u << s->block_log)
		return false;
	if (s->inodes == 0 || end >> 44 || s->minor > 9 || s->compression > 64)
		return false;
	if (s->inodes_at < header[s->major] || s->dirs_at <= s->inodes_at || s->dirs_at >= end)
		return false;
	if ((s->root & 0xffff) >= SQ_META || s->root >> 16 >= s->dirs_at - s->inodes_at)
		return false;
	if ((s->uids && s->uids_at >= end) || (s->gids && s->gids_at >= end))
		return false;
	if (s->major == 4 && s->uids == 0)
		return false;
	return s->fragments == 0 || (s->fragments_at > s->inodes_at && s->fragments_at < end);
}

bool sq_super_read(struct span in, struct sq_super *s)
{
	*s = (struct sq_super){0};
	if (!magic_known(in))
		return false;
	uint16_t le = span_le16(in, 28), be = span_be16(in, 28);
	s->big_endian = le < 1 || le > 4;
	s->major = s->big_endian ? be : le;
	if (s->major < 1 || s->major > 4 || in.n < header[s->major])
		return false;
	struct reader r = reader_of(in, s->big_endian);
	read_seek(&r, 4);
	s->inodes = read_u32(&r);
	s->minor = span_u16(in, 30, s->big_endian);
	if (s->major == 4)
		read_4(&r, s);
	else
		read_old(&r, s);
	return !r.bad && plausible(s);
}
