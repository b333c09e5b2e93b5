/* SPDX-License-Identifier: Apache-2.0 */
/*
 * open-floor ROUNDS IMAGE...: opening and hashing everything in the images beside decompressing the
 * same blocks with the same libraries and doing nothing else; both with one process per processor.
 *
 * The linker puts the two functions below in place of the codecs' (--wrap). In a first run they
 * copy the input of each block that decodes well into memory that is shared with the workers; that
 * list is what the floor decodes. Prints for each image: blocks, bytes in and out, seconds of both
 * (medians of runs in turn) and their ratio: processor time of all processes, and by the clock.
 */
#include <linux/perf_event.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/mem.h"
#include "codec/codec.h"
#include "engine/engine.h"

#define LOG_BYTES (1ull << 30)

struct block {
	uint32_t codec, stream;
	uint64_t n, room; /* bytes in; bytes that came out */
};

static struct shared {
	_Atomic uint64_t used, next;
	_Atomic int record;
	uint8_t bytes[];
} * shared;

enum status __real_codec_block(enum codec c, struct span in, uint8_t *out, size_t cap, size_t *n);
enum status __real_codec_stream(enum codec c, struct span in, struct codec_out *out,
				uint64_t *used);
enum status __wrap_codec_block(enum codec c, struct span in, uint8_t *out, size_t cap, size_t *n);
enum status __wrap_codec_stream(enum codec c, struct span in, struct codec_out *out,
				uint64_t *used);

static void record(struct block b, const uint8_t *p)
{
	uint64_t whole = sizeof b + (b.n + 7) / 8 * 8;
	uint64_t at = atomic_fetch_add(&shared->used, whole);
	if (at + whole > LOG_BYTES - sizeof *shared)
		abort(); /* the images are too large for this */
	memcpy(shared->bytes + at, &b, sizeof b);
	memcpy(shared->bytes + at + sizeof b, p, b.n);
}

enum status __wrap_codec_block(enum codec c, struct span in, uint8_t *out, size_t cap, size_t *n)
{
	enum status st = __real_codec_block(c, in, out, cap, n);
	if (st == ST_OK && c != CODEC_STORED && atomic_load(&shared->record))
		record((struct block){c, 0, in.n, *n}, in.p);
	return st;
}

struct counting {
	struct codec_out out;
	struct codec_out *to; /* NULL: thrown away */
	uint64_t n;
};

static enum status count(struct codec_out *o, const void *p, size_t n)
{
	struct counting *c = (struct counting *)o;
	c->n += n;
	return c->to ? c->to->write(c->to, p, n) : ST_OK;
}

enum status __wrap_codec_stream(enum codec c, struct span in, struct codec_out *out, uint64_t *used)
{
	struct counting k = {{count}, out, 0};
	uint64_t mine = 0, *end = used ? used : &mine;
	if (!atomic_load(&shared->record))
		return __real_codec_stream(c, in, out, used);
	enum status st = __real_codec_stream(c, in, &k.out, end);
	if (st == ST_OK)
		record((struct block){c, 1, *end, k.n}, in.p);
	return st;
}

/* ---- opening ---- */

static void no_source(struct engine_sink *s, const struct source_info *i)
{
	(void)s, (void)i;
}

static void no_artifact(struct engine_sink *s, const struct final_artifact *a)
{
	(void)s, (void)a;
}

static void no_region(struct engine_sink *s, uint32_t id, uint64_t at, uint64_t n, const char *what,
		      uint32_t bits)
{
	(void)s, (void)id, (void)at, (void)n, (void)what, (void)bits;
}

static void no_note(struct engine_sink *s, uint32_t id, uint64_t at, const char *what)
{
	(void)s, (void)id, (void)at, (void)what;
}

static void no_fact(struct engine_sink *s, uint32_t id, const struct row_fact *f)
{
	(void)s, (void)id, (void)f;
}

static void open_all(const char *const *images, size_t count_)
{
	struct engine_sink sink = {.source = no_source,
				   .artifact = no_artifact,
				   .region = no_region,
				   .note = no_note,
				   .fact = no_fact};
	struct engine_options options = {.open_only = true};
	if (engine_scan(images, count_, &options, &sink).failed)
		exit(1);
}

/* ---- the floor ---- */

static void decode(const struct block *b, const uint8_t *p, uint8_t **room, size_t *cap)
{
	size_t n;
	if (b->stream) {
		struct counting k = {{count}, NULL, 0};
		uint64_t used;
		__real_codec_stream((enum codec)b->codec, SPAN(p, b->n), &k.out, &used);
		return;
	}
	if (b->room > *cap) {
		*room = mem_resize(*room, b->room, 1);
		*cap = b->room;
	}
	__real_codec_block((enum codec)b->codec, SPAN(p, b->n), *room, b->room, &n);
}

/* Blocks in turn; whoever is free takes the next. */
static void decode_all(const uint64_t *starts, size_t count_)
{
	uint8_t *room = NULL;
	size_t cap = 0;
	for (uint64_t i; (i = atomic_fetch_add(&shared->next, 1)) < count_;) {
		struct block b;
		memcpy(&b, shared->bytes + starts[i], sizeof b);
		decode(&b, shared->bytes + starts[i] + sizeof b, &room, &cap);
	}
	mem_free(room);
}

static void floor_of(const uint64_t *starts, size_t count_)
{
	long jobs = sysconf(_SC_NPROCESSORS_ONLN);
	atomic_store(&shared->next, 0);
	for (long i = 0; i < jobs; i++)
		if (fork() == 0) {
			decode_all(starts, count_);
			_exit(0);
		}
	while (wait(NULL) > 0)
		;
}

/* ---- both ---- */

static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* A counter of processor time that all processes begun from here on share; reaped or not. */
static int cpu_counter(void)
{
	struct perf_event_attr a = {.size = sizeof a,
				    .type = PERF_TYPE_SOFTWARE,
				    .config = PERF_COUNT_SW_TASK_CLOCK,
				    .inherit = 1};
	return (int)syscall(SYS_perf_event_open, &a, 0, -1, -1, 0);
}

static double cpu(int counter)
{
	uint64_t ns = 0;
	if (counter < 0 || read(counter, &ns, sizeof ns) != sizeof ns)
		return 0;
	return (double)ns / 1e9;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return x < y ? -1 : x > y;
}

static double median(double *v, size_t n)
{
	qsort(v, n, sizeof *v, by_value);
	return v[n / 2];
}

static struct block block_at(uint64_t at)
{
	struct block b;
	memcpy(&b, shared->bytes + at, sizeof b);
	return b;
}

/* A block that was decoded twice counts once. */
struct known {
	uint8_t digest[SHA256_SIZE];
	uint64_t at;
};

static int by_digest(const void *a, const void *b)
{
	const struct known *x = a, *y = b;
	int c = memcmp(x->digest, y->digest, sizeof x->digest);
	return c ? c : x->at < y->at ? -1 : x->at > y->at;
}

static int by_place(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;
	return *x < *y ? -1 : *x > *y;
}

/* Where the different blocks stand, in the order in which they were met. */
static uint64_t *different(size_t *count_, uint64_t *twice)
{
	struct known *all = NULL;
	size_t n = 0, cap = 0, kept = 0;
	for (uint64_t at = 0; at < atomic_load(&shared->used); n++) {
		struct block b = block_at(at);
		all = mem_grow(all, &cap, n + 1, sizeof *all);
		all[n].at = at;
		hash_sha256(SPAN(shared->bytes + at + sizeof b, b.n), all[n].digest);
		at += sizeof b + (b.n + 7) / 8 * 8;
	}
	uint64_t *starts = mem_array(n + 1, sizeof *starts);
	if (n)
		qsort(all, n, sizeof *all, by_digest);
	for (size_t i = 0; i < n; i++)
		if (!i || memcmp(all[i].digest, all[i - 1].digest, SHA256_SIZE) != 0)
			starts[kept++] = all[i].at;
		else
			*twice += block_at(all[i].at).room;
	qsort(starts, kept, sizeof *starts, by_place);
	mem_free(all);
	*count_ = kept;
	return starts;
}

struct times {
	double *clock, *cpu;
};

static void add(struct times *t, size_t i, double clock, double used)
{
	t->clock[i] = clock;
	t->cpu[i] = used;
}

static void measure_round(size_t i, int counter, const char *const *images, size_t count_,
			  const uint64_t *starts, size_t blocks, struct times *all)
{
	double start = now(), used = cpu(counter);
	open_all(images, count_);
	add(&all[0], i, now() - start, cpu(counter) - used);
	start = now();
	used = cpu(counter);
	floor_of(starts, blocks);
	add(&all[1], i, now() - start, cpu(counter) - used);
}

static void measure(const char *name, const char *const *images, size_t count_, size_t rounds,
		    int counter)
{
	struct times all[2];
	uint64_t in = 0, out = 0, twice = 0;
	size_t n = 0;
	for (int i = 0; i < 2; i++)
		all[i] = (struct times){mem_array(rounds, sizeof(double)),
					mem_array(rounds, sizeof(double))};
	atomic_store(&shared->used, 0);
	atomic_store(&shared->record, 1);
	open_all(images, count_);
	atomic_store(&shared->record, 0);
	uint64_t *starts = different(&n, &twice);
	for (size_t i = 0; i < n; i++) {
		struct block b = block_at(starts[i]);
		in += b.n;
		out += b.room;
	}
	for (size_t i = 0; i < rounds; i++)
		measure_round(i, counter, images, count_, starts, n, all);
	double open = median(all[0].clock, rounds), least = median(all[1].clock, rounds);
	double open_cpu = median(all[0].cpu, rounds), least_cpu = median(all[1].cpu, rounds);
	printf("%s: %zu blocks, %.1f MB to %.1f MB (%.1f MB made again): processor time %.3f s beside "
	       "%.3f s: %.2f; by the clock %.3f s beside %.3f s: %.2f\n",
	       name, n, (double)in / 1e6, (double)out / 1e6, (double)twice / 1e6, open_cpu, least_cpu,
	       open_cpu / least_cpu, open, least, open / least);
	fflush(stdout);
	for (int i = 0; i < 2; i++) {
		mem_free(all[i].clock);
		mem_free(all[i].cpu);
	}
	mem_free(starts);
}

int main(int argc, char **argv)
{
	const char *const *images = (const char *const *)argv + 2;
	long rounds = argc > 2 ? strtol(argv[1], NULL, 10) : 0;
	shared = mmap(NULL, LOG_BYTES, PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (rounds < 1 || shared == MAP_FAILED) {
		fprintf(stderr, "usage: open-floor ROUNDS IMAGE...\n");
		return 2;
	}
	int counter = cpu_counter();
	for (int i = 2; i < argc && argc > 3; i++)
		measure(argv[i], images + i - 2, 1, (size_t)rounds, counter);
	measure(argc > 3 ? "all in one run" : argv[2], images, (size_t)argc - 2, (size_t)rounds,
		counter);
	return 0;
}
