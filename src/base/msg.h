/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Messages to the person at the terminal, on standard error: what went wrong in the environment
 * and what to do next. Only the parent process (cli, case, report, engine) speaks.
 */
#ifndef BASE_MSG_H
#define BASE_MSG_H

/* "postern: <text>" */
void msg_error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void msg_warn(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Called before a message is printed and after: lets a progress line get out of the way. */
void msg_hook(void (*before)(void *), void *user);

#endif
