/* SPDX-License-Identifier: Apache-2.0 */
/*
 * openfs FORMAT IMAGE            what a format finds in an image, a line each, for the scripts here
 * openfs FORMAT IMAGE out PATH   the bytes of one member, on standard output
 * openfs FORMAT IMAGE cut STEP   open the image cut off at every STEPth offset: no crash, no hang,
 *                                and an intact member is the same as in the whole image
 * openfs FORMAT IMAGE hurt N     open N copies with random bytes changed (fixed seed)
 */
#include "collect.h"

#include "base/hash.h"

static void digest(const struct member *m, char hex[SHA256_HEX])
{
	uint8_t sum[SHA256_SIZE];
	hash_sha256(SPAN(m->bytes, m->n), sum);
	hash_hex(sum, sizeof sum, hex);
}

static int list(const struct format *f, struct span in)
{
	static const char types[] = "fdlhcbpsP";
	struct collect c;
	uint64_t size = 0;
	collect_init(&c);
	int sure = f->bid(in, &size);
	printf("bid\t%d\t%llu\n", sure, (unsigned long long)size);
	enum status st = f->open(in, &c.sink);
	for (size_t i = 0; i < c.count; i++) {
		const struct member *m = &c.members[i];
		char hex[SHA256_HEX];
		digest(m, hex);
		printf("%c\t%s\t%o\t%u\t%u\t%lld\t%zu\t%u\t%u\t%s\t%s\t%s\t%llu\n", types[m->e.type],
		       m->path, m->e.mode, m->e.uid, m->e.gid, (long long)m->e.mtime, m->n,
		       m->e.dev_major, m->e.dev_minor, m->link ? m->link : "",
		       hex, status_word(m->status), (unsigned long long)m->e.at);
	}
	for (size_t i = 0; i < c.count; i++)
		for (const char *x = c.members[i].xattrs; x && *x; x = strchr(x, '\n') + 1)
			printf("xattr\t%s\t%.*s\n", c.members[i].path, (int)strcspn(x, "\n"), x);
	for (size_t i = 0; i < c.note_count; i++)
		printf("note\t%llu\t%s\n", (unsigned long long)c.notes[i].at, c.notes[i].what);
	printf("used\t%llu\nstatus\t%s\n", (unsigned long long)c.sink.used, status_word(st));
	collect_free(&c);
	return 0;
}

static int put(const struct format *f, struct span in, const char *path)
{
	struct collect c;
	collect_init(&c);
	f->open(in, &c.sink);
	const struct member *m = collect_find(&c, path);
	if (m)
		fwrite(m->bytes, 1, m->n, stdout);
	collect_free(&c);
	return m ? 0 : 1;
}

/* Open `in`; members said to be intact must be those of `whole`. Returns how many are not. */
static unsigned compare(const struct format *f, struct span in, const struct collect *whole)
{
	struct collect c;
	uint64_t size;
	unsigned wrong = 0;
	collect_init(&c);
	f->bid(in, &size);
	f->open(in, &c.sink);
	for (size_t i = 0; whole && i < c.count; i++) {
		const struct member *m = &c.members[i], *w = collect_find(whole, m->path);
		if (m->e.type != ENTRY_FILE || m->status != ST_OK || !w || w->e.type != ENTRY_FILE)
			continue;
		if (m->n != w->n || (m->n && memcmp(m->bytes, w->bytes, m->n)))
			wrong++;
	}
	collect_free(&c);
	return wrong;
}

static int cut(const struct format *f, struct span in, size_t step)
{
	struct collect whole;
	unsigned wrong = 0, runs = 0;
	collect_init(&whole);
	f->open(in, &whole.sink);
	for (size_t n = 0; n < in.n; n += step, runs++) {
		/* A copy of exactly this size, so that a sanitizer sees what reaches past it. */
		uint8_t *copy = mem_alloc(n + 1);
		memcpy(copy, in.p, n);
		copy = mem_resize(copy, n ? n : 1, 1);
		wrong += compare(f, SPAN(copy, n), &whole);
		mem_free(copy);
	}
	printf("runs\t%u\nwrong\t%u\n", runs, wrong);
	collect_free(&whole);
	return 0;
}

static int hurt(const struct format *f, struct span in, size_t times)
{
	uint64_t x = 88172645463325252ULL;
	uint8_t *copy = mem_alloc(in.n + 1);
	for (size_t k = 0; k < times; k++) {
		memcpy(copy, in.p, in.n);
		for (size_t i = 0; i < 1 + k % 64; i++) {
			x ^= x << 13;
			x ^= x >> 7;
			x ^= x << 17;
			copy[(x >> 8) % in.n] = (uint8_t)x;
		}
		compare(f, SPAN(copy, in.n), NULL);
	}
	printf("runs\t%zu\n", times);
	mem_free(copy);
	return 0;
}

int main(int argc, char **argv)
{
	const struct format *f = argc > 2 ? format_named(argv[1]) : NULL;
	if (!f || !f->open) {
		fprintf(stderr, "usage: openfs FORMAT IMAGE [out PATH | cut STEP | hurt N]\n");
		return 2;
	}
	struct span in = collect_file(argv[2]);
	if (argc < 5)
		return list(f, in);
	if (strcmp(argv[3], "out") == 0)
		return put(f, in, argv[4]);
	size_t n = strtoul(argv[4], NULL, 10);
	if (strcmp(argv[3], "cut") == 0)
		return cut(f, in, n ? n : 1);
	return hurt(f, in, n);
}
