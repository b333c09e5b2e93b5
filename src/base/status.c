/* SPDX-License-Identifier: Apache-2.0 */
#include "base/status.h"

const char *status_word(enum status st)
{
	static const char *const words[] = {
		[ST_OK] = "ok",
		[ST_TRUNCATED] = "truncated",
		[ST_DAMAGED] = "damaged",
		[ST_UNSUPPORTED] = "unsupported",
		[ST_ENCRYPTED] = "encrypted",
		[ST_LIMIT] = "limit reached",
		[ST_SKIP] = "skipped",
	};
	return (unsigned)st < sizeof words / sizeof *words ? words[st] : "unknown";
}
