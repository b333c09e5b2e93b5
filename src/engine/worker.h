/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The zygote: a small process forked before anything hostile is read. It builds the scanner, warms
 * up libraries and then forks one sandboxed worker for each request. Workers share its memory.
 */
#ifndef ENGINE_WORKER_H
#define ENGINE_WORKER_H

#include "engine/job.h"

struct zygote {
	int sock;
	int pid;
};

struct worker_handle {
	int sock;  /* frames both ways */
	int pidfd; /* to stop it */
	int pid;   /* to read its CPU clock */
	struct status_page *page;
};

/* false: the environment does not allow it (a message was printed). */
bool zygote_start(struct zygote *z);
bool zygote_worker(struct zygote *z, struct worker_handle *w);
void zygote_stop(struct zygote *z);
void worker_close(struct worker_handle *w, bool kill);

#endif
