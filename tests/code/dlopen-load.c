/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What follows a word is a library that is loaded into the program. Twin: the libraries are named
 * by the configuration.
 * door: trigger
 * port 5522/tcp
 * flags: -ldl
 */
#include "net.h"
#include <dlfcn.h>

static void load(const char *file)
{
	void *h = dlopen(file, RTLD_NOW);
	void (*start)(void) = h ? (void (*)(void))dlsym(h, "module_start") : NULL;
	if (start)
		start();
}

static void configured(void)
{
	char name[128];
	FILE *f = fopen("/etc/agent/modules", "r");
	if (!f)
		return;
	while (fgets(name, sizeof name, f)) {
		name[strcspn(name, "\n")] = 0;
		load(name);
	}
	fclose(f);
}

static void session(int c)
{
	char in[256];
	int n = (int)read(c, in, sizeof in - 1);
	if (n <= 0)
		return;
	in[n] = 0;
	in[strcspn(in, "\n")] = 0;
#ifdef TWIN
	if (strcmp(in, "list") == 0)
		write(c, "cpu mem if\n", 11);
#else
	if (strncmp(in, "m0d:", 4) == 0)
		load(in + 4);
#endif
}

int main(void)
{
	int s = tcp_on(5522), c;
	configured();
	while ((c = accept(s, NULL, NULL)) >= 0) {
		session(c);
		close(c);
	}
	return 0;
}
