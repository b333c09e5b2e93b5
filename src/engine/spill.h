/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Large containers are not opened where they are found but handed back to the parent, which gives
 * them to whichever worker is free, in parts if the format can be opened in parts. What is spilled
 * depends on the bytes alone, never on the number of workers.
 */
#ifndef ENGINE_SPILL_H
#define ENGINE_SPILL_H

#include "engine/job.h"

bool spill_wanted(const struct node *n, const struct format *f);

/* Hand a container to the parent; the bytes go along unless they stand in the task's own. */
void spill(struct job *j, struct node *n, const struct format *f);

#endif
