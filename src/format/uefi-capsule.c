/* SPDX-License-Identifier: Apache-2.0 */
/*
 * UEFI capsule, little endian: 0 GUID(16)  16 header length(4)  20 flags(4)  24 length of all(4)
 * then, behind the header, the body. Kinds by GUID: EFI, UEFI and firmware management capsules, and
 * AMI's (signed or not), whose first word after the header tells where the body begins.
 * Reference: UEFI Specification 2.9, 8.5.3; EDK II MdePkg.
 */
#include "format/part.h"
#include "format/uefi.h"

enum { HEADER = 28 };

static const struct {
	const char *guid, *name;
	bool ami;
} kinds[] = {
	{"3b6686bd-0d76-4030-b70e-b5519e2fc5a0", "EFI capsule", false},
	{"539182b9-abb5-4391-b69a-e3a943f72fcc", "UEFI capsule", false},
	{"6dcbd5ed-e82d-4c44-bda1-7194199ad92a", "firmware management capsule", false},
	{"4a3ca68b-7723-48fb-803d-578cc1fec44d", "AMI capsule, signed", true},
	{"14eebb90-890a-43db-aed1-5d3c4588a418", "AMI capsule", true},
};

static int kind_of(struct span in)
{
	char guid[UEFI_GUID];
	uefi_guid(in, 0, guid);
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (strcmp(guid, kinds[i].guid) == 0)
			return (int)i;
	return -1;
}

static uint64_t body_at(struct span in, int kind)
{
	uint16_t ami = span_le16(in, HEADER);
	return kinds[kind].ami && ami >= HEADER + 4 ? ami : span_le32(in, 16);
}

static int bid(struct span in, uint64_t *size)
{
	uint32_t header = span_le32(in, 16), all = span_le32(in, 24);
	*size = 0;
	if (in.n < HEADER + 4 || kind_of(in) < 0 || header < HEADER || header > (1u << 16) || all <= header)
		return 0;
	*size = all;
	return 95;
}

static enum status capsule_open(struct span in, struct sink *out)
{
	uint64_t all = 0;
	if (!bid(in, &all))
		return ST_DAMAGED;
	uint64_t at = body_at(in, kind_of(in));
	out->used = all < in.n ? all : in.n;
	return at < all ? part_slice(out, in, "body", at, all - at) : ST_DAMAGED;
}

static void capsule_label(struct span in, struct label *out)
{
	int kind = kind_of(in);
	if (kind >= 0)
		snprintf(out->text, sizeof out->text, "%s", kinds[kind].name);
}

const struct format format_uefi_capsule = {
	.name = "uefi-capsule",
	.title = "UEFI capsule",
	.reference = "UEFI Specification 2.9, 8.5.3",
	.tested = "generator in tests",
	.magic = (const struct magic[]){
		MAGIC(0, "\xbd\x86\x66\x3b\x76\x0d\x30\x40"), MAGIC(0, "\xb9\x82\x91\x53\xb5\xab\x91\x43"),
		MAGIC(0, "\xed\xd5\xcb\x6d\x2d\xe8\x44\x4c"), MAGIC(0, "\x8b\xa6\x3c\x4a\x23\x77\xfb\x48"),
		MAGIC(0, "\x90\xbb\xee\x14\x0a\x89\xdb\x43"), MAGIC_END},
	.bid = bid,
	.open = capsule_open,
	.label = capsule_label,
};
