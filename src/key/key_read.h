/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One key in one of its encodings. Readers fill a key_info and say how many bytes the key takes;
 * 0: no such key stands there. They never ask for a passphrase: what is encrypted is said to be.
 * Texts in a key_info are constants, or live in the arena that the reader was given.
 */
#ifndef KEY_KEY_READ_H
#define KEY_KEY_READ_H

#include "base/arena.h"
#include "base/buf.h"
#include "fact/fact.h"

struct key_info {
	const char *kind;      /* pem, der, pkcs8, pkcs12, openssh, dropbear, putty, authorized */
	const char *algorithm; /* rsa, dsa, ec, ed25519, ...; NULL: not known */
	unsigned bits;	       /* 0: not known */
	char fingerprint[65];  /* "" when the public half is not readable */
	struct num secret;     /* the secret half is here; not set: cannot be seen */
	bool encrypted;
	const char *comment; /* or NULL */
};

/* der.c family: validated by a full parse with libcrypto */
size_t key_read_private_der(struct span in, struct key_info *k); /* PKCS#1, PKCS#8, SEC1, DSA */
size_t key_read_encrypted_pkcs8(struct span in, struct key_info *k);
size_t key_read_pkcs12(struct span in, struct key_info *k);
size_t key_read_public_der(struct span in, struct key_info *k); /* SPKI or PKCS#1 public key */

/* A certificate: true when `in` starts with one; fills all but the place. Texts: in the arena. */
size_t key_read_certificate(struct span in, struct arena *a, struct fact_certificate *c);

/* SSH family (RFC 4253, PROTOCOL.key of OpenSSH, signkey.c of Dropbear describe the layouts) */
size_t key_read_ssh_public(struct span blob, struct key_info *k);
size_t key_read_openssh(struct span blob, struct arena *a, struct key_info *k);
size_t key_read_dropbear(struct span in, struct key_info *k);
size_t key_read_authorized(struct span line, struct arena *a, struct key_info *k);
size_t key_read_putty(struct span text, struct arena *a, struct key_info *k);

#endif
