/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The credentials that the world knows, made at build time from data/default-credentials.tsv,
 * data/snmp-communities.tsv and data/known-doors.tsv (each row there names its source).
 */
#ifndef KEY_CATALOGUE_H
#define KEY_CATALOGUE_H

#include <stddef.h>

struct credential {
	const char *user, *password; /* user "": for any user */
};

/* Sorted by user; the passwords of one user by how many vendors list them, most first. */
extern const struct credential catalogue_defaults[];
extern const size_t catalogue_defaults_count;

/* From documented back doors, in the order of the catalogue. */
extern const struct credential catalogue_known[];
extern const size_t catalogue_known_count;

/* Every default password once, by how many vendors list it, most first. */
extern const char *const catalogue_passwords[];
extern const size_t catalogue_passwords_count;

/* SNMP communities that scanners try. */
extern const char *const catalogue_communities[];
extern const size_t catalogue_communities_count;

#endif
