/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The bytes of an image for the workers. What is small, or no file, is copied into a sealed memfd:
 * nobody can change it any more. A large file or disk is handed over as it is, so that memory does
 * not grow with it; whether it changed meanwhile is asked at the end.
 */
#ifndef ENGINE_IMAGE_H
#define ENGINE_IMAGE_H

#include <sys/stat.h>

#include "base/span.h"

struct image {
	uint64_t size;
	int watch; /* the file, when workers read it themselves; else -1 */
	struct stat before;
	bool changed;
};

/* A descriptor, the caller's, or -1 after a message. */
int image_load(const char *path, struct image *im);

bool image_changed(const struct image *im); /* since image_load */
void image_close(struct image *im);

#endif
