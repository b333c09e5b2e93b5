/* SPDX-License-Identifier: Apache-2.0 */
#include "base/msg.h"

#include <stdarg.h>

#include "base/buf.h"
#include "base/text.h"

static void (*hook)(void *);
static void *hook_user;

void msg_hook(void (*before)(void *), void *user)
{
	hook = before;
	hook_user = user;
}

__attribute__((format(printf, 2, 0)))
static void say(const char *kind, const char *fmt, va_list ap)
{
	struct buf raw = {0}, clean = {0};
	buf_vprintf(&raw, fmt, ap);
	text_terminal(&clean, buf_span(&raw));
	if (hook)
		hook(hook_user);
	fprintf(stderr, "postern: %s%s\n", kind, buf_text(&clean));
	buf_free(&raw);
	buf_free(&clean);
}

void msg_error(const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	say("", fmt, ap);
	va_end(ap);
}

void msg_warn(const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	say("warning: ", fmt, ap);
	va_end(ap);
}
