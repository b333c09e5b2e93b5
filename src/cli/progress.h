/* SPDX-License-Identifier: Apache-2.0 */
/* The progress line: on a terminal only, at most ten times a second, gone when the work is done. */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include "engine/engine.h"

struct progress_line {
	bool on;
	double started, drawn;
};

void progress_start(struct progress_line *p, bool quiet);
void progress_draw(void *progress_line, const struct engine_progress *now);
void progress_clear(void *progress_line);
double progress_seconds(const struct progress_line *p);

#endif
