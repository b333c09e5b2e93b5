/* SPDX-License-Identifier: Apache-2.0 */
/* What the UEFI formats share. */
#ifndef FORMAT_UEFI_H
#define FORMAT_UEFI_H

#include "format/format.h"

enum { UEFI_GUID = 37 };

/* A GUID in its usual spelling: the first three fields little endian. */
static inline const char *uefi_guid(struct span in, uint64_t at, char out[UEFI_GUID])
{
	uint8_t tail[8] = {0};
	struct span t = span_cut(in, at + 8, 8);
	memcpy(tail, t.p, t.n);
	snprintf(out, UEFI_GUID, "%08x-%04x-%04x-%02x%02x-%02x%02x%02x%02x%02x%02x", span_le32(in, at),
		 span_le16(in, at + 4), span_le16(in, at + 6), tail[0], tail[1], tail[2], tail[3], tail[4],
		 tail[5], tail[6], tail[7]);
	return out;
}

#endif
