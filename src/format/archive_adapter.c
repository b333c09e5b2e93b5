/* SPDX-License-Identifier: Apache-2.0 */
#include "format/archive_adapter.h"

#include <archive.h>
#include <archive_entry.h>
#include <locale.h>

#include "format/member.h"

/*
 * libarchive turns the UTF-16 names of 7z, rar and cab into the charset of the locale. The thread
 * gets UTF-8 for as long as an archive is read; where it cannot be had names may hold '?'.
 */
struct charset {
	locale_t utf8, before;
};

static struct charset charset_begin(void)
{
	struct charset c = {.utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0)};
	if (c.utf8)
		c.before = uselocale(c.utf8);
	return c;
}

static void charset_end(struct charset c)
{
	if (c.utf8) {
		uselocale(c.before);
		freelocale(c.utf8);
	}
}

static bool says(struct archive *a, const char *word)
{
	const char *text = archive_error_string(a);
	return text && strcasestr(text, word);
}

/* libarchive has one code for every fault; its message tells them apart. */
static enum status fault(struct archive *a)
{
	if (says(a, "encrypt") || says(a, "passphrase"))
		return ST_ENCRYPTED;
	if (says(a, "unsupported") || says(a, "not supported"))
		return ST_UNSUPPORTED;
	if (says(a, "truncated") || says(a, "end of file") || says(a, "EOF"))
		return ST_TRUNCATED;
	return ST_DAMAGED;
}

static void tell(struct archive *a, struct sink *out, uint64_t at, const char *path, enum status st)
{
	const char *text = st == ST_ENCRYPTED ? NULL : archive_error_string(a);
	sink_note(out, at, "%s: %s%s%s", path, status_word(st), text ? ": " : "",
		  text ? text : "");
}

static enum status write_zeros(struct sink *out, uint64_t n)
{
	static const uint8_t zero[4096];
	enum status st = ST_OK;
	for (; n && st == ST_OK; n -= n < sizeof zero ? n : sizeof zero)
		st = out->write(out, zero, n < sizeof zero ? (size_t)n : sizeof zero);
	return st;
}

/* The content of the member at hand. *st: its own outcome; returns the sink's wish. */
static enum status copy(struct archive *a, struct sink *out, enum status *st)
{
	uint64_t at = 0;
	for (;;) {
		const void *p = NULL;
		size_t n = 0;
		la_int64_t offset = 0;
		int rc = archive_read_data_block(a, &p, &n, &offset);
		if (rc == ARCHIVE_EOF)
			return ST_OK;
		if (rc != ARCHIVE_OK && rc != ARCHIVE_WARN) {
			*st = fault(a);
			return ST_OK;
		}
		enum status got = ST_OK;
		if (offset > 0 && (uint64_t)offset > at) {
			got = write_zeros(out, (uint64_t)offset - at);
			at = (uint64_t)offset;
		}
		if (got == ST_OK && n)
			got = out->write(out, p, n);
		if (got != ST_OK)
			return got;
		at += n;
		if (rc == ARCHIVE_WARN)
			*st = ST_DAMAGED; /* a checksum that is wrong is only a warning */
	}
}

static const char *name_of(struct archive_entry *ae)
{
	const char *path = archive_entry_pathname_utf8(ae);
	if (!path)
		path = archive_entry_pathname(ae);
	return path ? path : "nameless";
}

static struct entry entry_of(struct archive_entry *ae, uint64_t at)
{
	struct entry e = {.path = name_of(ae), .at = at};
	bool known;
	e.type = member_type((uint32_t)archive_entry_filetype(ae), &known);
	e.size = archive_entry_size(ae) > 0 ? (uint64_t)archive_entry_size(ae) : 0;
	e.mode = (uint32_t)archive_entry_perm(ae) & 07777;
	e.mtime = archive_entry_mtime(ae);
	e.uid = (uint32_t)archive_entry_uid(ae);
	e.gid = (uint32_t)archive_entry_gid(ae);
	if (archive_entry_hardlink(ae)) {
		e.type = ENTRY_HARDLINK;
		e.link = archive_entry_hardlink(ae);
	} else if (archive_entry_symlink(ae)) {
		e.type = ENTRY_SYMLINK;
		e.link = archive_entry_symlink(ae);
	}
	if (e.type == ENTRY_CHAR || e.type == ENTRY_BLOCK) {
		e.dev_major = (uint32_t)archive_entry_rdevmajor(ae);
		e.dev_minor = (uint32_t)archive_entry_rdevminor(ae);
	}
	e.owned = known;
	return e;
}

static enum status give(struct archive *a, struct archive_entry *ae, struct sink *out,
			enum status *worst)
{
	int64_t header = archive_read_header_position(a);
	struct entry e = entry_of(ae, header > 0 ? (uint64_t)header : 0);
	enum status st = ST_OK, got, wrote;
	if (e.type != ENTRY_FILE) {
		got = out->slice(out, &e, SPAN(NULL, 0));
		return member_stops(got) ? got : ST_OK;
	}
	got = out->begin(out, &e);
	if (got != ST_OK)
		return member_stops(got) ? got : ST_OK;
	/* stored ones would come out as they are, as if they were content */
	if (archive_entry_is_encrypted(ae))
		st = ST_ENCRYPTED;
	wrote = st == ST_OK ? copy(a, out, &st) : ST_OK;
	got = out->end(out, wrote == ST_OK ? st : wrote);
	if (wrote != ST_OK)
		return wrote;
	if (st != ST_OK) {
		tell(a, out, e.at, e.path, st);
		*worst = member_worse(*worst, st);
	}
	return member_stops(got) ? got : ST_OK;
}

/* Members until the archive ends or libarchive gives up. */
static enum status all(struct archive *a, struct span in, struct sink *out, enum status *worst)
{
	uint64_t count = 0;
	for (enum status got = ST_OK; got == ST_OK;) {
		struct archive_entry *ae = NULL;
		int rc = archive_read_next_header(a, &ae);
		if (rc == ARCHIVE_EOF)
			return ST_OK;
		if ((rc != ARCHIVE_OK && rc != ARCHIVE_WARN) || ++count > in.n) {
			enum status st = fault(a);
			if (archive_read_has_encrypted_entries(a) == 1)
				st = ST_ENCRYPTED;
			tell(a, out, 0, "archive", st);
			*worst = member_worse(*worst, st);
			return ST_OK;
		}
		got = give(a, ae, out, worst);
		if (got != ST_OK)
			return got;
	}
	return ST_OK;
}

static struct archive *start(struct span in, int (*enable)(struct archive *), bool *ready)
{
	struct archive *a = archive_read_new();
	if (!a)
		abort();
	*ready = enable(a) >= ARCHIVE_WARN && archive_read_open_memory(a, in.p, in.n) == ARCHIVE_OK;
	return a;
}

enum status archive_members(struct span in, struct sink *out, int (*enable)(struct archive *))
{
	enum status worst = ST_OK, got = ST_OK;
	bool ready;
	struct charset c = charset_begin();
	struct archive *a = start(in, enable, &ready);
	if (ready) {
		got = all(a, in, out, &worst);
	} else {
		worst = fault(a);
		tell(a, out, 0, "archive", worst);
	}
	archive_read_free(a);
	charset_end(c);
	return got != ST_OK ? got : worst;
}

enum status archive_content(struct span in, struct codec_out *out, int (*enable)(struct archive *))
{
	struct archive_entry *ae = NULL;
	bool ready;
	struct archive *a = start(in, enable, &ready);
	enum status st = ST_OK;
	int rc = ready ? archive_read_next_header(a, &ae) : ARCHIVE_FATAL;
	if (rc != ARCHIVE_OK && rc != ARCHIVE_WARN)
		st = fault(a);
	while (st == ST_OK) {
		const void *p = NULL;
		size_t n = 0;
		la_int64_t offset = 0;
		rc = archive_read_data_block(a, &p, &n, &offset);
		if (rc == ARCHIVE_EOF)
			break;
		st = rc == ARCHIVE_OK ? ST_OK : fault(a);
		if (st == ST_OK && n)
			st = out->write(out, p, n);
	}
	archive_read_free(a);
	return st;
}
