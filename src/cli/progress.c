/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/progress.h"

#include <sys/ioctl.h>
#include <time.h>

#include "base/msg.h"

static double now_seconds(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int columns(void)
{
	struct winsize w;
	return ioctl(STDERR_FILENO, TIOCGWINSZ, &w) == 0 && w.ws_col > 20 ? w.ws_col : 80;
}

void progress_clear(void *line)
{
	struct progress_line *p = line;
	if (p->on && p->drawn > 0)
		fputs("\r\033[K", stderr);
	p->drawn = 0;
}

void progress_start(struct progress_line *p, bool quiet)
{
	*p =
	    (struct progress_line){.on = !quiet && isatty(STDERR_FILENO), .started = now_seconds()};
	msg_hook(progress_clear, p);
}

double progress_seconds(const struct progress_line *p)
{
	return now_seconds() - p->started;
}

void progress_draw(void *line, const struct engine_progress *now)
{
	struct progress_line *p = line;
	double t = now_seconds(), passed = t - p->started;
	char text[120], eta[40] = "";
	if (!p->on)
		return;
	if (now->last) {
		progress_clear(p);
		return;
	}
	if (passed < 0.3 || t - p->drawn < 0.1)
		return;
	double part = now->bytes_known ? (double)now->bytes_done / (double)now->bytes_known : 0;
	if (part > 0.05)
		snprintf(eta, sizeof eta, ", about %.0f s left", passed / part - passed);
	snprintf(text, sizeof text, "%3.0f %%  %u of %u pieces, %.0f s%s", part * 100,
		 now->tasks_done, now->tasks_known, passed, eta);
	fprintf(stderr, "\r%.*s\033[K", columns() - 1, text);
	fflush(stderr);
	p->drawn = t;
}
