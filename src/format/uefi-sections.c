/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sections of a UEFI FFS file, one after the other at multiples of 4, little endian:
 *
 *   size(3) type(1) [size ffffff: size(4)] content
 *   type 1 compressed: plain length(4) kind(1) data    2 GUID defined: GUID(16) data offset(2)
 *   attributes(2) ...   0x10 PE32  0x12 TE  0x15 name (UTF-16)  0x17 volume  0x19 raw ...
 *
 * GUID-defined sections that are LZMA (ee4e5898-3914-4259-9d6e-dc7bd79403cf) are unpacked; what is
 * inside is a row of sections again, and comes back here. The EFI 1.1 compression is not read.
 * Reference: UEFI Platform Initialization Specification 1.7, volume 3, section 2.2.4.
 */
#include "format/part.h"
#include "format/uefi.h"

enum { MAX_SECTIONS = 4096 };

struct section {
	uint64_t at, content, end;
	uint8_t type;
};

static bool read_section(struct span in, uint64_t at, struct section *s)
{
	if (!span_has(in, at, 4))
		return false;
	uint64_t size = span_le32(in, at) & 0xffffff, head = 4;
	if (size == 0xffffff) {
		size = span_le32(in, at + 4);
		head = 8;
	}
	*s = (struct section){at, at + head, at + size, in.p[at + 3]};
	if (size < head || !span_has(in, at, size))
		return false;
	return (s->type >= 1 && s->type <= 3) || (s->type >= 0x10 && s->type <= 0x1c);
}

/* Sections must follow each other without gap to the very end of the input. */
static int bid(struct span in, uint64_t *size)
{
	struct section s;
	uint64_t at = 0;
	int n = 0;
	bool strong = false;
	*size = 0;
	while (n < MAX_SECTIONS && at < in.n && read_section(in, at, &s)) {
		if (s.type == 0x10)
			strong = strong || SPAN_IS(in, s.content, "MZ");
		else if (s.type == 0x12)
			strong = strong || SPAN_IS(in, s.content, "VZ");
		else if (s.type == 2)
			strong = strong || span_le16(in, s.content + 16) >= 24;
		else if (s.type == 0x17)
			strong = strong || span_has(in, s.content, 64);
		at = (s.end + 3) & ~UINT64_C(3);
		n++;
	}
	if (n == 0 || at < in.n || !strong)
		return 0;
	*size = in.n;
	return 70;
}

/* The file's name as its user-interface section tells it; "" when there is none. */
static void find_name(struct span in, char *out, size_t cap)
{
	struct section s;
	uint64_t at = 0;
	out[0] = 0;
	for (int n = 0; n < MAX_SECTIONS && at < in.n && read_section(in, at, &s); n++) {
		size_t k = 0;
		for (uint64_t c = s.content; s.type == 0x15 && c + 1 < s.end && k + 1 < cap; c += 2) {
			uint16_t ch = span_le16(in, c);
			if (ch == 0)
				break;
			out[k++] = ch > 0x20 && ch < 0x7f && ch != '/' ? (char)ch : '_';
		}
		if (k)
			out[k] = 0;
		at = (s.end + 3) & ~UINT64_C(3);
	}
}

static const char *part_of(uint8_t type)
{
	switch (type) {
	case 0x10:
		return "pe32";
	case 0x11:
		return "pic";
	case 0x12:
		return "te";
	case 0x17:
		return "volume";
	case 0x18:
		return "freeform";
	case 0x19:
		return "raw";
	case 3:
		return "disposable";
	default:
		return NULL; /* dependencies, versions, names: nothing to look into */
	}
}

static enum status open_packed(struct span in, const struct section *s, const char *name,
			       struct sink *out)
{
	char guid[UEFI_GUID];
	uint64_t from = s->at + span_le16(in, s->content + 16);
	if (s->type == 1) {
		uint8_t kind = s->content + 4 < in.n ? in.p[s->content + 4] : 0xff;
		if (kind == 0)
			return part_slice(out, in, name, s->content + 5, s->end - s->content - 5);
		sink_note(out, s->at, "EFI 1.1 compression is not read");
		return part_made(out, name, s->content, span_cut(in, s->content + 5, s->end - s->content - 5),
				 ST_UNSUPPORTED);
	}
	uefi_guid(in, s->content, guid);
	if (from < s->content + 20 || from > s->end)
		return ST_OK;
	struct span data = span_cut(in, from, s->end - from);
	struct entry e = {.path = name, .type = ENTRY_PART, .at = from};
	if (strcmp(guid, "ee4e5898-3914-4259-9d6e-dc7bd79403cf") != 0)
		return part_slice(out, in, name, from, s->end - from);
	enum status st = sink_stream(out, &e, CODEC_LZMA_ALONE, data, NULL);
	if (st == ST_DAMAGED || st == ST_TRUNCATED || st == ST_UNSUPPORTED) {
		sink_note(out, from, "LZMA section is %s", status_word(st));
		st = ST_OK;
	}
	return st == ST_SKIP ? ST_OK : st;
}

static enum status sections_open(struct span in, struct sink *out)
{
	struct section s;
	char name[80], ui[48];
	uint64_t at = 0;
	enum status st = ST_OK;
	find_name(in, ui, sizeof ui);
	for (int n = 0; n < MAX_SECTIONS && st == ST_OK && at < in.n && read_section(in, at, &s); n++) {
		const char *part = s.type <= 2 ? "sections" : part_of(s.type);
		snprintf(name, sizeof name, "%s%s%s-%d", ui, *ui ? "." : "", part ? part : "", n);
		if (s.type <= 2)
			st = open_packed(in, &s, name, out);
		else if (part)
			st = part_slice(out, in, name, s.content, s.end - s.content);
		at = (s.end + 3) & ~UINT64_C(3);
	}
	out->used = at < in.n ? at : in.n;
	return st;
}

static void sections_label(struct span in, struct label *out)
{
	char ui[48];
	find_name(in, ui, sizeof ui);
	snprintf(out->text, sizeof out->text, "%s", ui);
}

const struct format format_uefi_sections = {
	.name = "uefi-sections",
	.title = "Sections of a UEFI file",
	.reference = "UEFI Platform Initialization Specification 1.7, volume 3",
	.tested = "generator in tests",
	.magic = NULL,
	.flags = FORMAT_START,
	.bid = bid,
	.open = sections_open,
	.label = sections_label,
};
