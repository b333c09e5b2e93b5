/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lines of passwd(5), shadow(5), group(5), gshadow(5) and master.passwd(5):
 *
 *   passwd         name:field:uid:gid:gecos:home:shell
 *   master.passwd  name:field:uid:gid:class:change:expire:gecos:home:shell
 *   shadow         name:field:changed:min:max:warn:inactive:expire:
 *   group          name:field:gid:members        gshadow  name:field:admins:members
 */
#ifndef TEXT_PASSWD_LINES_H
#define TEXT_PASSWD_LINES_H

#include "base/arena.h"
#include "fact/fact.h"

enum passwd_family { FAMILY_NONE, FAMILY_PASSWD, FAMILY_SHADOW, FAMILY_GROUP };

/* Does the name say that a file is one of them, a backup or a vendor's default copy? */
enum passwd_family passwd_family(const char *path);

struct passwd_line {
	struct span user, field, shell;
	struct num uid, gid;
};

bool passwd_line_read(struct span line, struct passwd_line *out);
bool shadow_line_read(struct span line, struct passwd_line *out);
bool group_line_read(struct span line, struct passwd_line *out); /* group or gshadow */

/* As passwd_line_read; user and field may be formats or variables ("%s", "$NAME"). */
bool passwd_template_read(struct span line, struct passwd_line *out);

#endif
