/* SPDX-License-Identifier: Apache-2.0 */
/* Readers of files whose lines are credentials, and of scripts and programs that write such lines.
 */
#ifndef TEXT_CREDENTIAL_READERS_H
#define TEXT_CREDENTIAL_READERS_H

#include "text/pairs.h"

/* A file of this name: reads it and says true; false: not a name it knows. */
bool read_secrets(const char *path, struct span text, struct accounts *s);

/* Shell scripts and the like: account lines, chpasswd, htpasswd -b, uci set, nvram set, SNMP lines.
 */
void read_script(const char *path, struct span text, struct accounts *s);

/* One command that a program runs, as a string in it. */
void read_command(struct span line, struct place at, struct accounts *s);

/* net-snmp's directives at the front of a line; false: none. */
bool read_snmp_words(const struct span *words, size_t n, struct place at, struct accounts *s);

#endif
