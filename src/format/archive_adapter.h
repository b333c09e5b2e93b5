/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one bridge to libarchive, for archives without a reader of our own. Exactly one format is
 * enabled for each call, no filters and no external programs; input is memory, output is a sink.
 */
#ifndef FORMAT_ARCHIVE_ADAPTER_H
#define FORMAT_ARCHIVE_ADAPTER_H

#include "format/format.h"

struct archive;

/*
 * Give all members of the archive that fills `in` to the sink. A damaged member does not end it as
 * long as libarchive goes on. Encrypted members end with ST_ENCRYPTED and a note.
 */
enum status archive_members(struct span in, struct sink *out, int (*enable)(struct archive *));

/* The bytes of the first member, for a method that a reader of ours leaves to libarchive. */
enum status archive_content(struct span in, struct codec_out *out, int (*enable)(struct archive *));

#endif
