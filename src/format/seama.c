/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Seama (SEAttle iMAge) and its forerunner DLOB, both of Alpha Networks for D-Link and others. A
 * chain of entities, big endian (a little-endian form exists):
 *
 *   0 5e a3 a4 17  4 reserved(2)  6 size of metadata(2)  8 size of image(4)
 *   12 MD5 of the image(16), only when the size of image is not zero
 *   metadata: strings "key=value" that a NUL ends; then the image
 *
 * DLOB has the metadata size in 32 bits, which comes to the same bytes. The first entity usually
 * is a seal: metadata ("signature=...") and no image. In flash the size of the image may be zero
 * while a MD5 is there: then only the chain's metadata is known.
 * Reference: OpenWrt seama.h and seama.c, Linux/OpenWrt mtdsplit_seama.c.
 */
#include "base/hash.h"
#include "format/part.h"

enum { HEADER = 12, DIGEST = 16, MAX_ENTITIES = 32 };

struct entity {
	uint64_t meta, meta_size, image, image_size, next;
	bool big;
};

static bool read_entity(struct span in, uint64_t at, struct entity *e)
{
	if (!span_has(in, at, HEADER))
		return false;
	e->big = span_is(in, at, "\x5e\xa3\xa4\x17", 4);
	if (!e->big && !span_is(in, at, "\x17\xa4\xa3\x5e", 4))
		return false;
	if (span_u16(in, at + 4, e->big) != 0)
		return false;
	e->meta_size = span_u16(in, at + 6, e->big);
	e->image_size = span_u32(in, at + 8, e->big);
	e->meta = at + HEADER + (e->image_size ? DIGEST : 0);
	e->image = e->meta + e->meta_size;
	e->next = e->image + e->image_size;
	return true;
}

/* Metadata is printable text in NUL-ended strings, padded with NUL. */
static bool meta_is_text(struct span in, const struct entity *e)
{
	struct span m = span_cut(in, e->meta, e->meta_size);
	for (size_t i = 0; i < m.n; i++)
		if (m.p[i] && (m.p[i] < 0x20 || m.p[i] > 0x7e))
			return false;
	return m.n == e->meta_size;
}

static int bid(struct span in, uint64_t *size)
{
	struct entity e;
	uint64_t at = 0;
	bool image = false;
	*size = 0;
	for (int i = 0; i < MAX_ENTITIES && read_entity(in, at, &e); i++) {
		if (!meta_is_text(in, &e) || (i == 0 && e.meta_size < 4 && !e.image_size))
			break;
		image = image || e.image_size;
		at = e.next;
	}
	if (!at)
		return 0;
	*size = at;
	return image ? 92 : 60;
}

static void check_digest(struct span in, const struct entity *e, struct sink *out)
{
	uint8_t md5[DIGEST];
	struct span image = span_cut(in, e->image, e->image_size);
	if (image.n < e->image_size)
		return;
	hash_md5(image, md5);
	if (!span_is(in, e->meta - DIGEST, md5, DIGEST))
		sink_note(out, e->meta - DIGEST, "MD5 of the image is wrong");
}

static enum status seama_open(struct span in, struct sink *out)
{
	struct entity e;
	uint64_t at = 0;
	unsigned n = 0;
	char name[24];
	enum status st = ST_OK;
	for (int i = 0; i < MAX_ENTITIES && st == ST_OK && read_entity(in, at, &e); i++) {
		if (!meta_is_text(in, &e))
			break;
		at = e.next;
		if (!e.image_size)
			continue;
		check_digest(in, &e, out);
		snprintf(name, sizeof name, n ? "image-%u" : "image", n + 1);
		n++;
		st = part_slice(out, in, name, e.image, e.image_size);
	}
	out->used = at < in.n ? at : in.n;
	return at ? st : ST_DAMAGED;
}

static void seama_label(struct span in, struct label *out)
{
	struct entity e;
	char text[100];
	if (!read_entity(in, 0, &e))
		return;
	snprintf(out->text, sizeof out->text, "%s", part_text(in, e.meta, e.meta_size, text, sizeof text));
}

const struct format format_seama = {
	.name = "seama",
	.title = "Seama or DLOB image (Alpha Networks, D-Link)",
	.reference = "OpenWrt firmware-utils seama.h",
	.tested = "OpenWrt seama.c, followed in tests",
	.magic = (const struct magic[]){MAGIC(0, "\x5e\xa3\xa4\x17\x00\x00"),
					MAGIC(0, "\x17\xa4\xa3\x5e\x00\x00"), MAGIC_END},
	.bid = bid,
	.open = seama_open,
	.label = seama_label,
};
