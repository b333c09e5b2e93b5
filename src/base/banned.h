/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Functions that nobody may call: unbounded copies, hidden state, running programs.
 * (The idea of a header that makes them compile errors is git's.)
 */
#ifndef BASE_BANNED_H
#define BASE_BANNED_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#pragma GCC poison strcpy strcat strncpy strncat sprintf vsprintf gets strtok
#pragma GCC poison system popen execl execlp execle execv execvp execve execvpe
#pragma GCC poison strdup strndup asprintf vasprintf atoi atol

#endif
