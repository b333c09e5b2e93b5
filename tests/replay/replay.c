/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Replays fuzz inputs without libFuzzer: replay NAME FILE... where NAME is the folder under
 * fuzz/seed or fuzz/found (format_tar, observer_keys). What a fuzzer once found must pass
 * in every test run. Ends with 1 when a file cannot be read or the target does not exist.
 *
 * replay --cut NAME FILE... gives the file cut off at every offset (or at 3000 of them, when it is
 * larger). The bytes stand in front of a page that cannot be read.
 */
#include <sys/mman.h>

#include "base/text.h"
#include "collect.h"

static void replay_format(const struct format *f, struct span in)
{
	struct collect c;
	struct label label = {0};
	uint64_t size = 0;
	collect_init(&c);
	c.budget = 64 << 20;
	if (f->bid(in, &size) && f->label)
		f->label(in, &label);
	if (f->open)
		f->open(in, &c.sink);
	if (c.open)
		abort(); /* begin without end */
	collect_free(&c);
}

static void replay_observer(const struct observer *o, struct span in)
{
	struct collect_facts c;
	struct arena a = {0};
	collect_facts_init(&c);
	if (o->observe)
		collect_observe(&c, o, "etc/config/system", in);
	if (o->observe_tree) {
		struct tree_file f = {.path = "etc/init.d/rcS", .bytes = in, .mode = 0755, .kept = true};
		struct tree t = tree_make(&f, 1);
		o->observe_tree(&t, &a, &c.facts);
	}
	arena_free(&a);
	collect_facts_free(&c);
}

static const struct observer *observer_named(const char *name)
{
	for (size_t i = 0; i < observer_count; i++)
		if (strcmp(observers[i]->name, name) == 0)
			return observers[i];
	return NULL;
}

static bool replay(const char *name, struct span in)
{
	if (strncmp(name, "format_", 7) == 0 && format_named(name + 7))
		replay_format(format_named(name + 7), in);
	else if (strncmp(name, "observer_", 9) == 0 && observer_named(name + 9))
		replay_observer(observer_named(name + 9), in);
	else
		return false;
	return true;
}

/* Every cut of one file; what is behind it is out of reach. */
static bool replay_cuts(const char *name, struct span in)
{
	enum { PAGE = 4096, WHOLE = 2000, SOME = 1000 };
	size_t room = (in.n + PAGE - 1) / PAGE * PAGE;
	uint8_t *p = mmap(NULL, room + PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (p == MAP_FAILED || mprotect(p + room, PAGE, PROT_NONE) != 0)
		abort();
	for (size_t n = 0; n < in.n; n += n < WHOLE ? 1 : (in.n - WHOLE) / SOME + 1) {
		memcpy(p + room - n, in.p, n);
		if (!replay(name, SPAN(p + room - n, n)))
			return false;
	}
	munmap(p, room + PAGE);
	return true;
}

int main(int argc, char **argv)
{
	bool cuts = argc > 1 && strcmp(argv[1], "--cut") == 0;
	argv += cuts;
	argc -= cuts;
	for (int i = 2; i < argc; i++)
		if (!(cuts ? replay_cuts : replay)(argv[1], collect_file(argv[i]))) {
			fprintf(stderr, "there is no target %s\n", argv[1]);
			return 1;
		}
	return 0;
}
