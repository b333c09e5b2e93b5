/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A format: how to recognise and open one kind of container, file system, compression or vendor
 * wrapper. One file each. A format never opens files, forks, prints, recurses or sees another
 * format; it gets a span and a sink and nothing else, keeps no state between calls and has no
 * global variables. All sizes and offsets are bytes and relative to the span.
 *
 * To add one: write src/format/NAME.c with `const struct format format_NAME`, and put NAME on a
 * line of its own into src/format/formats.list. The build makes the table, the carving patterns,
 * the fuzz target and a line of docs/formats.md from it.
 */
#ifndef FORMAT_FORMAT_H
#define FORMAT_FORMAT_H

#include "base/buf.h"
#include "base/mem.h"
#include "base/path.h"
#include "base/span.h"
#include "base/status.h"
#include "base/xattr.h"
#include "codec/codec.h"

enum entry_type {
	ENTRY_FILE,
	ENTRY_DIR,
	ENTRY_SYMLINK,
	ENTRY_HARDLINK, /* `link` is the path of an earlier entry of the same container */
	ENTRY_CHAR,
	ENTRY_BLOCK,
	ENTRY_FIFO,
	ENTRY_SOCKET,
	ENTRY_PART,     /* a nameless or synthetic part: partition, kernel, payload of a stream */
};

/* One member of a container. Zero means "not said" for all but path and type. */
struct entry {
	const char *path;   /* inside the container, raw: the sink cleans it; parts: a word such as
			       "kernel", "rootfs", "data"; borrowed for the call */
	const char *link;   /* target of a symbolic or hard link */
	uint64_t at;        /* where its content (or its header) begins in the span */
	uint64_t size;      /* declared content size, used to plan and to show progress */
	int64_t mtime;      /* seconds since 1970 */
	uint32_t mode;      /* permission bits (07777) */
	uint32_t uid, gid;
	uint32_t dev_major, dev_minor;
	uint64_t group;	    /* entries in a row with the same one share work: they stay together when a
			       container is opened in parts; 0: none */
	const struct xattr *xattrs; /* extended attributes; borrowed for the call */
	size_t xattr_count;
	enum entry_type type;
	bool owned;         /* mode, uid, gid and mtime are real, not defaults */
};

/*
 * A format's only way out. The receiver counts, cleans paths and enforces budgets.
 *
 * slice: content that stands in the input as it is; no copy is made (use an empty span for
 *        entries without content: folders, links, devices).
 * begin/write/end: content that has to be made. begin may return ST_SKIP: somebody else wants these
 *        bytes; do not make them, do not call end, go on with the next entry. end takes the status
 *        of this one member; a damaged member does not end its container.
 * Any other status than ST_OK and ST_SKIP (ST_LIMIT) means: stop opening and return it.
 * note:  something odd at an offset of the span ("checksum of inode 12 is wrong").
 */
struct sink {
	enum status (*slice)(struct sink *, const struct entry *, struct span);
	enum status (*begin)(struct sink *, const struct entry *);
	enum status (*write)(struct sink *, const void *, size_t);
	enum status (*end)(struct sink *, enum status);
	void (*note)(struct sink *, uint64_t at, const char *what);
	uint64_t used; /* set by open where only opening tells the exact length of the format */
};

void sink_note(struct sink *s, uint64_t at, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* begin, decode one stream from `in` as this entry's content, end. *used may be NULL. */
enum status sink_stream(struct sink *s, const struct entry *e, enum codec c, struct span in,
			uint64_t *used);

/* A magic: bytes that stand `at` bytes behind the start of the format. A list ends with n == 0. */
struct magic {
	const char *bytes;
	size_t n;
	size_t at;
};
#define MAGIC(at_, lit_) {(lit_), sizeof(lit_) - 1, (at_)}
#define MAGIC_END        {NULL, 0, 0}

/* What a leaf or wrapper says of itself; all optional, static or inside `text`. */
struct label {
	const char *type;  /* "executable", "shared object", "kernel", ... */
	const char *arch;  /* "mips", "mipsel", "arm", "armeb", "aarch64", "ppc", "x86", "x86-64", ... */
	char text[120];    /* a free line: name, version, compression; may hold hostile bytes */
};

enum {
	FORMAT_TREE = 1,    /* members have paths: together they are a file tree */
	FORMAT_SPLIT = 2,   /* open may be run in parts: listing is cheap, ST_SKIP saves the work */
	FORMAT_STREAM = 4,  /* one compressed stream: one member */
	FORMAT_LEAF = 8,    /* identified only, there is nothing to open: `open` is NULL */
	FORMAT_START = 16,  /* never proposed inside an artifact, only at its start */
	FORMAT_WEAK = 32,   /* bid below 50 is common; only kept when open makes bytes without fault */
	FORMAT_SEALED = 64,  /* a leaf in which nothing is looked for */
	FORMAT_ALERT = 128,  /* a stream whose decoder soon notices rubbish: cut short, little is enough */
};

struct format {
	const char *name;      /* stable, stored in cases: "squashfs", "uimage" */
	const char *title;     /* for people: "U-Boot legacy image" */
	const char *reference; /* the public description: kernel file, RFC, specification */
	const char *tested;    /* with what: "mksquashfs 4.5.1" or "generator in tests" */
	const struct magic *magic; /* NULL: only bid for at the start of an artifact */
	unsigned flags;
	/*
	 * How sure is this format that `in` begins with one of its kind? 0 (no) to 100. Pure, cheap, no
	 * allocation. Must check enough that random bytes bid 0. *size: own exact length where the
	 * header tells it (may be more than in.n when truncated), 0 when only opening can tell.
	 */
	int (*bid)(struct span in, uint64_t *size);
	enum status (*open)(struct span in, struct sink *out);
	void (*label)(struct span in, struct label *out); /* NULL: nothing to say */
};

/* All formats, in the order of formats.list. */
extern const struct format *const formats[];
extern const size_t format_count;

const struct format *format_named(const char *name); /* NULL: none */

#endif
