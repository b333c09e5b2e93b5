/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reader of OpenWrt's UCI files (etc/config/NAME): "config TYPE 'NAME'", then "option NAME 'VALUE'"
 * and "list NAME 'VALUE'" lines. Reference: https://openwrt.org/docs/guide-user/base-system/uci
 */
#ifndef TEXT_UCI_H
#define TEXT_UCI_H

#include "fact/tree.h"

struct uci_option {
	const char *name, *value;
	uint64_t offset, length; /* of the line */
	bool list;
};

struct uci_section {
	const char *type, *name; /* name: "" when it has none */
	uint64_t offset, length; /* of the "config" line */
	const struct uci_option *options;
	size_t count;
};

struct uci {
	const struct tree_file *file;
	const struct uci_section *sections;
	size_t count;
};

/* etc/config/NAME of the tree; NULL when it is not there. Lives in the arena. */
const struct uci *uci_load(const struct tree *t, struct arena *a, const char *name);

/* A section by name, or as "@type[index]" or "cfgNN" (as numbered by postern); NULL: none. */
const struct uci_section *uci_section(const struct uci *u, const char *name);

/* The value of an option (of a list: the first); NULL when it is not set. */
const struct uci_option *uci_option(const struct uci_section *s, const char *name);

/* 1, yes, on, true, enabled: true; 0, no, off, false, disabled: false; else `otherwise`. */
bool uci_bool(const char *value, bool otherwise);

#endif
