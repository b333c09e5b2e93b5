/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What wrappers share: handing out named parts of a span, and looking at text fields of headers.
 * All functions clamp to the input; a part that reaches past its end is handed out as far as it
 * goes, with a note and ST_TRUNCATED.
 */
#ifndef FORMAT_PART_H
#define FORMAT_PART_H

#include "format/format.h"

/*
 * The bytes [at, at + size) of the input as a part. Empty parts are left out. Returns ST_OK (also
 * for a truncated part) or the sink's wish to stop.
 */
enum status part_slice(struct sink *out, struct span in, const char *name, uint64_t at,
		       uint64_t size);

/* The same as a file with a path. */
enum status part_file(struct sink *out, struct span in, const char *path, uint64_t at, uint64_t size);

/* Bytes that were made, with the status they deserve; `at` is where they come from. */
enum status part_made(struct sink *out, const char *name, uint64_t at, struct span bytes,
		      enum status st);

/* The bytes at [at, at + size), each xor-ed with key[i % n], from i = phase on. */
enum status part_xor(struct sink *out, struct span in, const char *name, uint64_t at, uint64_t size,
		     struct span key, size_t phase);

/* Encrypted content without a public key: the bytes as they stand, ended with ST_ENCRYPTED. */
enum status part_encrypted(struct sink *out, struct span in, const char *name, uint64_t at,
			   uint64_t size);

/*
 * A fixed field of text at [at, at + n): the part before the first NUL, bytes outside of printable
 * ASCII as '?', into out (cap bytes with the NUL).
 */
const char *part_text(struct span in, uint64_t at, size_t n, char *out, size_t cap);

/*
 * Is [at, at + n) a text field: printable ASCII up to a NUL (or its end), and behind the NUL
 * nothing but NUL or 0xff? `least` printable characters are asked for.
 */
bool part_is_text(struct span in, uint64_t at, size_t n, size_t least);

/* Are all bytes of [at, at + n) equal to `byte`? False when they reach past the end. */
bool part_all(struct span in, uint64_t at, uint64_t n, uint8_t byte);

/* A file name out of a header or table: like part_text, and '/' and blanks become '_'. */
const char *part_name(struct span in, uint64_t at, size_t n, char *out, size_t cap);

/* Sum of all bytes; sum of 16-bit words (an odd last byte counts as the first half of a word). */
uint32_t part_sum8(struct span s);
uint32_t part_sum16(struct span s, bool big_endian);

#endif
