/* SPDX-License-Identifier: Apache-2.0 */
/* Base64 (RFC 4648, section 4) as it stands in keys and configuration. */
#ifndef BASE_BASE64_H
#define BASE_BASE64_H

#include "base/buf.h"

/*
 * Append what the text decodes to. Blanks and line ends are skipped; padding may be missing.
 * False when any other byte stands in it, or when it ends inside a byte.
 */
bool base64_decode(struct buf *out, struct span text);

#endif
