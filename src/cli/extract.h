/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writing opened files into a folder, never outside of it: every component is opened relative to
 * its parent without following links, links are made last, and set-id bits are dropped.
 */
#ifndef CLI_EXTRACT_H
#define CLI_EXTRACT_H

#include <sqlite3.h>

#include "engine/engine.h"

struct extraction {
	int root;
	const char *folder;
	bool failed;
};

/* Makes the folder if needed and hooks into sink->content. False after a message. */
bool extract_begin(struct extraction *x, const char *folder, struct engine_sink *sink);
/* Folders, links and modes, read from the finished case. */
bool extract_end(struct extraction *x, sqlite3 *db);

#endif
