/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Replays fuzz inputs without libFuzzer: replay NAME FILE... where NAME is the folder under
 * fuzz/seed or fuzz/found (format_tar, observer_keys). What a fuzzer once found must pass
 * in every test run. Ends with 1 when a file cannot be read or the target does not exist.
 */
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

int main(int argc, char **argv)
{
	for (int i = 2; i < argc; i++)
		if (!replay(argv[1], collect_file(argv[i]))) {
			fprintf(stderr, "there is no target %s\n", argv[1]);
			return 1;
		}
	return 0;
}
