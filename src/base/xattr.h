/* SPDX-License-Identifier: Apache-2.0 */
/* An extended attribute of a file: xattr(7). What it means is said by its name. */
#ifndef BASE_XATTR_H
#define BASE_XATTR_H

#include "base/span.h"

struct xattr {
	const char *name; /* with its class: "security.capability" */
	struct span value;
};

#endif
