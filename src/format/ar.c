/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ar: "!<arch>\n", then members on even offsets; also what .deb and most .ipk packages are.
 *
 *   name(16) mtime(12) uid(6) gid(6) mode(8, octal) size(10) "`\n" content
 *   GNU: name ends with '/'; "/" and "/SYM64/" symbol tables, "//" long names, "/123" one of them.
 *   BSD: "#1/N": the content begins with N bytes of name; "__.SYMDEF" symbol table.
 *
 * Reference: ar(5) of libarchive and of FreeBSD; deb(5).
 */
#include "format/member.h"

enum { MAGIC_SIZE = 8, HEADER = 60, RESYNC_MAX = 1 << 20, NAME_LIMIT = 4096 };

struct head {
	uint64_t at, size, mtime, uid, gid, mode;
	struct span name;
	struct span content;
	bool cut;
};

static bool optional(struct span in, uint64_t at, size_t n, unsigned base, uint64_t *out)
{
	struct span f = member_field(span_cut(in, at, n));
	*out = 0;
	return f.n == 0 || member_number(f, base, out);
}

static bool head_at(struct span in, uint64_t at, struct head *h)
{
	*h = (struct head){.at = at};
	if (!span_has(in, at, HEADER) || !SPAN_IS(in, at + 58, "`\n"))
		return false;
	h->name = member_field(span_cut(in, at, 16));
	if (!h->name.n || !optional(in, at + 16, 12, 10, &h->mtime) ||
	    !optional(in, at + 28, 6, 10, &h->uid) || !optional(in, at + 34, 6, 10, &h->gid) ||
	    !optional(in, at + 40, 8, 8, &h->mode) ||
	    !member_number(member_field(span_cut(in, at + 48, 10)), 10, &h->size))
		return false;
	h->content = span_cut(in, at + HEADER, h->size);
	h->cut = h->content.n < h->size;
	return true;
}

/* The next header that is whole, on this side of another archive's start. */
static bool search(struct span in, uint64_t from, struct head *h)
{
	struct span area = span_cut(in, 0, from + RESYNC_MAX);
	size_t other = span_find(area, SPAN_LIT("!<arch>\n"), (size_t)from);
	if (other != SIZE_MAX)
		area = span_cut(area, 0, other);
	for (size_t at = (size_t)from;; at++) {
		at = span_find(area, SPAN_LIT("`\n"), at);
		if (at == SIZE_MAX)
			return false;
		if (at >= from + 58 && head_at(in, at - 58, h))
			return true;
	}
}

/* A name of the GNU table of long names: up to "/\n". */
static struct span long_name(struct span table, struct span digits)
{
	uint64_t at;
	if (!member_number(digits, 10, &at) || at >= table.n)
		return SPAN(NULL, 0);
	struct span rest = span_cut(table, at, NAME_LIMIT);
	size_t end = span_find(rest, SPAN_LIT("\n"), 0);
	rest = member_text(end == SIZE_MAX ? rest : span_cut(rest, 0, end));
	if (rest.n && rest.p[rest.n - 1] == '/')
		rest.n--;
	return rest;
}

/* The member's name; an empty one for symbol tables. May take a BSD name off the content. */
static struct span name_of(struct head *h, struct span table, bool *bad)
{
	struct span n = h->name;
	uint64_t len;
	*bad = false;
	if (SPAN_IS(n, 0, "#1/") && member_number(span_from(n, 3), 10, &len)) {
		*bad = len > h->content.n;
		n = member_text(span_cut(h->content, 0, len));
		h->content = span_from(h->content, len);
	} else if (n.n > 1 && n.p[0] == '/' && n.p[1] >= '0' && n.p[1] <= '9') {
		n = long_name(table, span_from(n, 1));
		*bad = n.n == 0;
	} else if (n.p[0] == '/') {
		return SPAN(NULL, 0);
	} else if (n.p[n.n - 1] == '/') {
		n.n--;
	}
	return SPAN_IS(n, 0, "__.SYMDEF") ? SPAN(NULL, 0) : n;
}

struct walk {
	struct sink *out;
	struct arena names;
	struct span table;
	enum status worst;
};

static enum status give(struct walk *w, struct head *h)
{
	bool bad;
	if (span_eq_str(h->name, "//")) {
		w->table = h->content;
		return ST_OK;
	}
	struct span name = name_of(h, w->table, &bad);
	enum status st = bad ? ST_DAMAGED : h->cut ? ST_TRUNCATED : ST_OK;
	if (st != ST_OK) {
		w->worst = member_worse(w->worst, st);
		sink_note(w->out, h->at, "%s: member is %s", arena_str(&w->names, name),
			  status_word(st));
	}
	if (!name.n && !bad)
		return ST_OK;
	struct entry e = {
		.path = name.n ? arena_str(&w->names, name) : "nameless",
		.at = h->at,
		.size = h->content.n,
		.mtime = (int64_t)h->mtime,
		.mode = (uint32_t)(h->mode & 07777),
		.uid = (uint32_t)h->uid,
		.gid = (uint32_t)h->gid,
		.owned = true,
		.type = ENTRY_FILE,
	};
	return member_give(w->out, &e, h->content, st);
}

static enum status ar_open(struct span in, struct sink *out)
{
	struct walk w = {.out = out};
	enum status st = ST_OK;
	struct head h;
	uint64_t at = MAGIC_SIZE;
	if (!SPAN_IS(in, 0, "!<arch>\n"))
		return ST_DAMAGED;
	while (st == ST_OK && at < in.n) {
		if (!head_at(in, at, &h)) {
			if (in.n - at < HEADER && in.p[at] != '\n')
				w.worst = member_worse(w.worst, ST_TRUNCATED);
			if (!search(in, at, &h))
				break;
			sink_note(out, at, "no member header here, the next is at 0x%llx",
				  (unsigned long long)h.at);
			w.worst = ST_DAMAGED;
		}
		uint64_t end = h.at + HEADER + h.size;
		at = end + (end & 1);
		if (at > in.n)
			at = in.n;
		st = give(&w, &h);
		arena_reset(&w.names);
	}
	out->used = at;
	arena_free(&w.names);
	return st != ST_OK ? st : w.worst;
}

static int bid(struct span in, uint64_t *size)
{
	struct head h;
	*size = 0;
	if (!SPAN_IS(in, 0, "!<arch>\n"))
		return 0;
	if (in.n == MAGIC_SIZE)
		return 60;
	return head_at(in, MAGIC_SIZE, &h) ? 95 : 0;
}

static void label(struct span in, struct label *out)
{
	struct head h;
	if (head_at(in, MAGIC_SIZE, &h) &&
	    (span_eq_str(h.name, "debian-binary") || span_eq_str(h.name, "debian-binary/")))
		snprintf(out->text, sizeof out->text, "Debian or opkg package");
}

const struct format format_ar = {
	.name = "ar",
	.title = "ar archive, Debian and opkg package",
	.reference = "ar(5), deb(5)",
	.tested = "GNU ar 2.40, dpkg-deb; BSD names by a generator in the tests",
	.magic = (const struct magic[]){MAGIC(0, "!<arch>\n"), MAGIC_END},
	.flags = FORMAT_TREE | FORMAT_SPLIT,
	.bid = bid,
	.open = ar_open,
	.label = label,
};
