/* SPDX-License-Identifier: Apache-2.0 */
/* What takes a device or its service away: erasing, switching off links, stopping programs. */
#ifndef CODE_HARM_H
#define CODE_HARM_H

#include "code/observe.h"

enum harm_kind {
	HARM_NONE,
	HARM_EXIT,    /* the program ends */
	HARM_RESTART, /* the device restarts */
	HARM_STOP,    /* programs are ended, the device is switched off */
	HARM_LINK,    /* a link, the radio or all traffic is switched off */
	HARM_ERASE,   /* flash or the system's files are erased */
};

struct harm {
	enum harm_kind kind;
	const struct call *call;
};

/* The worst that happens only behind `block`, called functions included, a few levels deep. */
struct harm harm_behind(const struct look *l, const struct function *f, int32_t block);

const char *harm_word(enum harm_kind k);

/* "system(\"mtd erase rootfs\") at 0x123" */
const char *harm_text(const struct look *l, const struct harm *h);

#endif
