/* SPDX-License-Identifier: Apache-2.0 */
/* The bytes of some artifacts of an image: the image is opened again and only these are kept. */
#ifndef CLI_FETCH_H
#define CLI_FETCH_H

#include "base/buf.h"

struct fetched {
	const char *path; /* chain, as in artifact.path */
	/* What to explain instead of fetching bytes (struct observer.explain); NULL: nothing. */
	const char *observer, *places;
	struct buf bytes; /* owned: the content, or the explanation */
	bool found;
};

/* Fill in what is found. False after a message (image missing). */
bool fetch_artifacts(const char *image, struct fetched *list, size_t count);

#endif
