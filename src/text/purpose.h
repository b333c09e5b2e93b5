/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an outside address is for, judged by its name, its path, the words it stands with and the
 * file it stands in. The answer is one of:
 *   update acs ntp dns ddns mail telemetry cloud stun voip cdn probe   the device may go there
 *   certificate namespace docs source licence example local template   nobody goes there by himself
 *   other                                                              nothing is known
 */
#ifndef TEXT_PURPOSE_H
#define TEXT_PURPOSE_H

#include <stdbool.h>

/* All of them in lower case; NULL: not known. */
struct purpose_words {
	const char *host, *path, *context, *file;
};

const char *purpose_of(const struct purpose_words *w);

/* Does the path of a URL end in firmware, a package or a script? */
bool purpose_is_code(const char *path);

#endif
