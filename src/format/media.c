/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pictures and fonts of web pages: PNG (W3C PNG, 3rd ed.), GIF87a/89a, JPEG (ITU-T T.81), WOFF (W3C),
 * ICO. They hold compressed streams that are no containers of their own, so nothing is looked for
 * inside them. Only recognised as files, at their very start.
 */
#include "format/format.h"

static const struct kind {
	const char *magic, *title;
	size_t n;
} kinds[] = {
	{"\x89PNG\r\n\x1a\n", "PNG picture", 8}, {"GIF87a", "GIF picture", 6},
	{"GIF89a", "GIF picture", 6},		 {"\xff\xd8\xff\xe0", "JPEG picture", 4},
	{"\xff\xd8\xff\xe1", "JPEG picture", 4}, {"\xff\xd8\xff\xdb", "JPEG picture", 4},
	{"wOFF\x00\x01\x00\x00", "web font", 8}, {"wOF2", "web font", 4},
};

static const struct kind *kind_of(struct span in)
{
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (span_is(in, 0, kinds[i].magic, kinds[i].n))
			return &kinds[i];
	return NULL;
}

/* The last bytes a whole file of its kind ends with; fonts have none. */
static bool ends_well(struct span in, const struct kind *k)
{
	if (k->magic[0] == '\x89')
		return in.n >= 12 && SPAN_IS(in, in.n - 8, "IEND");
	if (k->magic[0] == 'G')
		return in.p[in.n - 1] == ';';
	if (k->magic[0] == '\xff')
		return in.n >= 4 && SPAN_IS(in, in.n - 2, "\xff\xd9");
	return span_be32(in, 8) == in.n; /* WOFF: length of the file */
}

static int bid(struct span in, uint64_t *size)
{
	const struct kind *k = kind_of(in);
	if (!k || in.n < 12 || !ends_well(in, k))
		return 0;
	*size = in.n;
	return 90;
}

static void label(struct span in, struct label *out)
{
	const struct kind *k = kind_of(in);
	out->type = k ? k->title : NULL;
}

const struct format format_media = {
	.name = "media",
	.title = "picture or font of a page",
	.reference = "W3C PNG 3rd ed., GIF89a, ITU-T T.81, W3C WOFF",
	.tested = "unit test",
	.flags = FORMAT_LEAF | FORMAT_START | FORMAT_SEALED,
	.bid = bid,
	.label = label,
};
