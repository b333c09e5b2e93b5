/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The outcome of reading hostile input. A status other than ST_OK is data about the input, never an
 * error of the program: it is kept as a note. Environment errors (disk, permission) go to msg.h;
 * our own bugs abort.
 */
#ifndef BASE_STATUS_H
#define BASE_STATUS_H

enum status {
	ST_OK = 0,
	ST_TRUNCATED,   /* the input ends before the structure does */
	ST_DAMAGED,     /* a field, checksum or stream contradicts the format */
	ST_UNSUPPORTED, /* a legal variant that postern does not read */
	ST_ENCRYPTED,   /* content is encrypted and no public key or scheme opens it */
	ST_LIMIT,       /* a budget was reached */
	ST_SKIP,        /* not wanted by the receiver: do not make the bytes, go on with the next */
};

/* A lower-case word for a status ("truncated"); never NULL. */
const char *status_word(enum status st);

#endif
