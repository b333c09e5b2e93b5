/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PEM blocks (RFC 7468, RFC 1421) wherever they stand: files, strings in programs, quoted with
 * "\n" written out in configuration or source text.
 *
 *   -----BEGIN LABEL-----
 *   [Proc-Type: 4,ENCRYPTED  DEK-Info: ...]
 *   base64
 *   -----END LABEL-----
 */
#ifndef KEY_PEM_H
#define KEY_PEM_H

#include "base/buf.h"

struct pem_block {
	struct span label; /* "RSA PRIVATE KEY" */
	bool encrypted;	   /* Proc-Type says so */
	size_t length;	   /* from the first dash of BEGIN to the last of END */
};

/* Read the block that starts at the front; the decoded body goes to `der`. False: none. */
bool pem_read(struct span in, struct pem_block *block, struct buf *der);

#endif
