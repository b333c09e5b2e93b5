/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Partition tables of flash, wherever they stand in a dump: what flash-parts.c and the readers of
 * the tables (flash_table.c, flash_packed.c) share. A table is not believed here, only read.
 */
#ifndef FORMAT_FLASH_TABLE_H
#define FORMAT_FLASH_TABLE_H

#include "base/span.h"

enum { FLASH_PARTS = 64, FLASH_NAME = 32 };
#define FLASH_REST UINT64_MAX /* a size: up to the end of the flash */

struct flash_part {
	uint64_t at, size;
	char name[FLASH_NAME];
};

struct flash_table {
	struct flash_part parts[FLASH_PARTS];
	unsigned n;
	uint64_t at;	  /* where the table stands */
	const char *from; /* what it is: "kernel command line", "device tree" ... */
};

/* Called for each table that is found, in the order of the dump; true: enough, stop. */
struct flash_tables {
	bool (*table)(struct flash_tables *, struct flash_table *);
	bool packed; /* tables inside packed kernels are wanted too, when no other was taken */
};

/* Adds one; false when it makes no sense or there is no room. */
bool flash_add(struct flash_table *t, struct span name, uint64_t at, uint64_t size);

/* mtdparts=ID:SIZE[@OFFSET](NAME)[ro][lk],... of one flash, from `text` on. */
bool flash_cmdline(struct span text, struct flash_table *t);

/* Every table in the dump. */
void flash_tables(struct span in, struct flash_tables *to);

/* flash_packed.c: those in packed kernels (CONFIG_CMDLINE, device trees behind a kernel). */
void flash_packed(struct span in, struct flash_tables *to);

/* The command lines and device trees among `in`. True: one was taken. */
bool flash_kernel_tables(struct span in, struct flash_tables *to);

#endif
