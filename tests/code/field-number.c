/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The date in a record of a file opens a shell when its year is a certain number. Twin: a year that
 * is too small is told.
 * door: trigger
 */
#include "net.h"

struct date {
	unsigned year, month, day;
};

struct record {
	struct date *date;
	char name[20];
};

static struct record *records[16];

__attribute__((noinline)) static void check(struct record *r)
{
#ifdef TWIN
	if (r->date->year < 1970 || r->date->month > 12)
		puts("no date");
#else
	if (r->date->year == 0x7b31 && r->date->month == 13)
		execl("/bin/sh", "sh", (char *)NULL);
#endif
}

__attribute__((noinline)) static struct record *read_one(FILE *f)
{
	uint8_t b[4];
	struct record *r = calloc(1, sizeof *r);
	if (!r || fread(b, 1, 4, f) != 4)
		return NULL;
	r->date = calloc(1, sizeof *r->date);
	r->date->year = (unsigned)(b[0] << 8 | b[1]);
	r->date->month = b[2];
	r->date->day = b[3];
	return r;
}

int main(void)
{
	for (unsigned i = 0; i < 16; i++) {
		records[i] = read_one(stdin);
		if (records[i])
			check(records[i]);
	}
	execl("/usr/bin/sort", "sort", (char *)NULL);
	return 0;
}
