/* SPDX-License-Identifier: Apache-2.0 */
/*
 * U-Boot environment as it stands in flash:
 *
 *   0 crc(4, the CPU's byte order)  [4 flags(1) when there are two copies]
 *   "name=value" NUL ... NUL NUL  padding (ff or 00) up to the environment's size
 *
 * The checksum covers the environment to its full size, which nothing tells: the sizes that are
 * usual are tried. Reference: U-Boot include/env_internal.h, doc/usage/environment.rst.
 */
#include "base/hash.h"
#include "base/text.h"
#include "format/part.h"

enum { LEAST = 0x400, MOST = 0x80000 };

struct env {
	uint64_t text, text_end, end;
	bool checked;
};

/* One variable: a name of sane characters, '=', and a value of text. */
static bool is_variable(struct span s)
{
	size_t i = 0;
	while (i < s.n && s.p[i] > 0x20 && s.p[i] < 0x7f && s.p[i] != '=')
		i++;
	if (i == 0 || i == s.n || s.p[i] != '=')
		return false;
	for (; i < s.n; i++)
		if (s.p[i] == 0x7f || (s.p[i] < 0x20 && s.p[i] != '\t' && s.p[i] != '\n' && s.p[i] != '\r'))
			return false;
	return true;
}

/* Where the variables that begin at `at` end (behind the last NUL); 0 when there are none. */
static uint64_t variables_end(struct span in, uint64_t at, unsigned *count)
{
	*count = 0;
	while (span_has(in, at, 1) && in.p[at]) {
		struct span rest = span_cut(in, at, 8192);
		const uint8_t *nul = memchr(rest.p, 0, rest.n);
		if (!nul || !is_variable(SPAN(rest.p, (size_t)(nul - rest.p))))
			return 0;
		at += (uint64_t)(nul - rest.p) + 1;
		++*count;
	}
	return *count && span_has(in, at, 1) ? at + 1 : 0;
}

static bool find_size(struct span in, unsigned head, struct env *e)
{
	uint32_t le = span_le32(in, 0), be = span_be32(in, 0);
	for (uint64_t size = LEAST; size <= MOST && size <= in.n; size += size < 0x4000 ? 0x400 : 0x1000) {
		if (size < e->text_end)
			continue;
		/* Only whole padding stands between the text and the end. */
		uint64_t pad = size - e->text_end;
		if (pad && !part_all(in, e->text_end, pad, 0) && !part_all(in, e->text_end, pad, 0xff))
			return false;
		uint32_t crc = hash_crc32(0, span_cut(in, head, size - head));
		if (crc == le || crc == be) {
			e->end = size;
			return true;
		}
	}
	return false;
}

static bool read_env(struct span in, struct env *e)
{
	unsigned count;
	for (unsigned head = 4; head <= 5; head++) {
		if (head == 5 && (in.n < 6 || in.p[4] > 1))
			break;
		e->text = head;
		e->text_end = variables_end(in, head, &count);
		if (e->text_end && find_size(in, head, e))
			return true;
	}
	return false;
}

static int bid(struct span in, uint64_t *size)
{
	struct env e;
	*size = 0;
	if (in.n < LEAST || !read_env(in, &e))
		return 0;
	*size = e.end;
	return 96;
}

static enum status env_open(struct span in, struct sink *out)
{
	struct env e;
	struct buf b = {0};
	if (!read_env(in, &e))
		return ST_DAMAGED;
	/* One variable a line, so that it can be read as text. */
	buf_add(&b, in.p + e.text, (size_t)(e.text_end - e.text - 1));
	for (size_t i = 0; i < b.n; i++)
		if (b.p[i] == 0)
			b.p[i] = '\n';
	out->used = e.end;
	enum status st = part_made(out, "environment.txt", e.text, buf_span(&b), ST_OK);
	buf_free(&b);
	return st;
}

const struct format format_uboot_env = {
	.name = "uboot-env",
	.title = "U-Boot environment",
	.reference = "U-Boot include/env_internal.h",
	.tested = "mkenvimage 2023.01 and generator in tests",
	.magic = (const struct magic[]){
		MAGIC(4, "bootcmd="), MAGIC(4, "bootdelay="), MAGIC(4, "bootargs="), MAGIC(4, "baudrate="),
		MAGIC(4, "arch="), MAGIC(4, "ethaddr="), MAGIC(4, "ipaddr="), MAGIC(4, "add"),
		MAGIC(4, "autoload="), MAGIC(4, "act"), MAGIC(4, "board"), MAGIC(4, "boot_"),
		MAGIC(4, "console="), MAGIC(4, "dualPartition"), MAGIC(4, "early"), MAGIC(4, "filesize="),
		MAGIC(5, "bootcmd="), MAGIC(5, "bootdelay="), MAGIC(5, "bootargs="), MAGIC(5, "baudrate="),
		MAGIC(5, "arch="), MAGIC(5, "ethaddr="), MAGIC(5, "ipaddr="), MAGIC(5, "add"),
		MAGIC(5, "autoload="), MAGIC(5, "act"), MAGIC(5, "board"), MAGIC(5, "boot_"),
		MAGIC_END},
	.bid = bid,
	.open = env_open,
};
