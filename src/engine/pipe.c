/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/pipe.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/uio.h>

enum { SEND_AT = 128 * 1024, NO_STRING = -1 };

void put_u8(struct outbox *o, uint8_t v)
{
	buf_byte(&o->b, v);
}

void put_u32(struct outbox *o, uint32_t v)
{
	uint8_t p[4] = {(uint8_t)v, (uint8_t)(v >> 8), (uint8_t)(v >> 16), (uint8_t)(v >> 24)};
	buf_add(&o->b, p, sizeof p);
}

void put_u64(struct outbox *o, uint64_t v)
{
	put_u32(o, (uint32_t)v);
	put_u32(o, (uint32_t)(v >> 32));
}

void put_bytes(struct outbox *o, struct span s)
{
	put_u32(o, (uint32_t)s.n);
	buf_add(&o->b, s.p, s.n);
}

void put_str(struct outbox *o, const char *s)
{
	if (s)
		put_bytes(o, span_str(s));
	else
		put_u32(o, (uint32_t)NO_STRING);
}

struct span get_bytes(struct reader *r)
{
	return read_bytes(r, read_u32(r));
}

const char *get_str(struct reader *r, struct arena *a)
{
	uint32_t n = read_u32(r);
	if (n == (uint32_t)NO_STRING)
		return NULL;
	struct span s = read_bytes(r, n);
	return r->bad ? NULL : arena_str(a, s);
}

void out_begin(struct outbox *o, enum frame kind)
{
	o->start = o->b.n;
	put_u32(o, 0);
	put_u8(o, (uint8_t)kind);
}

static void seal(struct outbox *o)
{
	uint32_t n = (uint32_t)(o->b.n - o->start - 4);
	for (int i = 0; i < 4; i++)
		o->b.p[o->start + (size_t)i] = (uint8_t)(n >> (8 * i));
}

/* Send everything; the descriptor goes with the last byte range. */
static void transmit(struct outbox *o, int fd)
{
	size_t done = 0;
	while (done < o->b.n && !o->broken) {
		struct iovec v = {o->b.p + done, o->b.n - done};
		union {
			struct cmsghdr head;
			char room[CMSG_SPACE(sizeof(int))];
		} control = {0};
		struct msghdr m = {.msg_iov = &v, .msg_iovlen = 1};
		if (fd >= 0) {
			m.msg_control = &control;
			m.msg_controllen = sizeof control;
			control.head.cmsg_level = SOL_SOCKET;
			control.head.cmsg_type = SCM_RIGHTS;
			control.head.cmsg_len = CMSG_LEN(sizeof(int));
			memcpy(CMSG_DATA(&control.head), &fd, sizeof fd);
		}
		ssize_t n = sendmsg(o->fd, &m, MSG_NOSIGNAL);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			o->broken = true;
			break;
		}
		done += (size_t)n;
		fd = -1;
	}
	buf_reset(&o->b);
}

void out_flush(struct outbox *o)
{
	transmit(o, -1);
}

void out_end(struct outbox *o)
{
	seal(o);
	if (o->b.n >= SEND_AT)
		out_flush(o);
}

void out_end_fd(struct outbox *o, int fd)
{
	seal(o);
	if (o->start) { /* frames before this one go first: a descriptor belongs to its own frame */
		struct buf whole = o->b;
		struct buf tail = {0};
		buf_add(&tail, whole.p + o->start, whole.n - o->start);
		o->b.n = o->start;
		transmit(o, -1);
		buf_add(&o->b, tail.p, tail.n);
		buf_free(&tail);
	}
	transmit(o, fd);
}

long pipe_receive(int sock, void *to, size_t n, int *fd)
{
	struct iovec v = {to, n};
	union {
		struct cmsghdr head;
		char room[CMSG_SPACE(sizeof(int))];
	} control = {0};
	struct msghdr m = {.msg_iov = &v,
			   .msg_iovlen = 1,
			   .msg_control = &control,
			   .msg_controllen = sizeof control};
	*fd = -1;
	ssize_t got = recvmsg(sock, &m, MSG_CMSG_CLOEXEC);
	if (got < 0)
		return errno == EAGAIN || errno == EINTR ? -1 : 0;
	for (struct cmsghdr *c = CMSG_FIRSTHDR(&m); c; c = CMSG_NXTHDR(&m, c))
		if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS &&
		    c->cmsg_len == CMSG_LEN(sizeof(int)))
			memcpy(fd, CMSG_DATA(c), sizeof *fd);
	return got;
}

enum { OWNED = 1, HASHED = 2, CARVED = 4, ABSENT = 8 };

void put_artifact(struct outbox *o, const struct row_artifact *row)
{
	out_begin(o, FRAME_ARTIFACT);
	put_u32(o, row->id);
	put_u32(o, row->parent);
	put_u32(o, row->ordinal);
	put_u32(o, row->type);
	put_str(o, row->name);
	put_str(o, row->link);
	put_str(o, row->format);
	put_str(o, row->kind);
	put_str(o, row->arch);
	put_str(o, row->detail);
	put_u64(o, row->offset);
	put_u64(o, row->size);
	put_u64(o, (uint64_t)row->mtime);
	put_u32(o, row->mode);
	put_u32(o, row->uid);
	put_u32(o, row->gid);
	put_u32(o, row->dev_major);
	put_u32(o, row->dev_minor);
	put_u8(o, (uint8_t)((row->owned ? OWNED : 0) | (row->hashed ? HASHED : 0) |
			    (row->carved ? CARVED : 0) | (row->absent ? ABSENT : 0)));
	put_bytes(o, SPAN(row->sha256, sizeof row->sha256));
	out_end(o);
}

bool get_artifact(struct reader *r, struct arena *a, struct row_artifact *row)
{
	*row = (struct row_artifact){.id = read_u32(r)};
	row->parent = read_u32(r);
	row->ordinal = read_u32(r);
	row->type = read_u32(r);
	row->name = get_str(r, a);
	row->link = get_str(r, a);
	row->format = get_str(r, a);
	row->kind = get_str(r, a);
	row->arch = get_str(r, a);
	row->detail = get_str(r, a);
	row->offset = read_u64(r);
	row->size = read_u64(r);
	row->mtime = (int64_t)read_u64(r);
	row->mode = read_u32(r);
	row->uid = read_u32(r);
	row->gid = read_u32(r);
	row->dev_major = read_u32(r);
	row->dev_minor = read_u32(r);
	uint8_t flags = read_u8(r);
	row->owned = flags & OWNED;
	row->hashed = flags & HASHED;
	row->carved = flags & CARVED;
	row->absent = flags & ABSENT;
	struct span sha = get_bytes(r);
	if (sha.n == sizeof row->sha256)
		memcpy(row->sha256, sha.p, sha.n);
	return !r->bad && sha.n == sizeof row->sha256 && row->name && row->type <= ENTRY_PART;
}

void put_task(struct outbox *o, const struct task *t)
{
	out_begin(o, FRAME_TASK);
	put_u32(o, t->id);
	put_u8(o, t->tree);
	put_u32(o, t->part);
	put_u32(o, t->parts);
	put_u32(o, t->depth);
	put_u64(o, t->offset);
	put_u64(o, t->size);
	put_u64(o, t->budget);
	put_str(o, t->chain);
	put_str(o, t->name);
	put_str(o, t->format);
	put_str(o, t->keep);
	put_u32(o, t->type);
	put_u32(o, t->mode);
	put_u8(o, t->member);
	put_u8(o, t->no_known);
	put_u8(o, t->no_code);
	put_u8(o, t->open_only);
	put_u32(o, t->skip_count);
	for (uint32_t i = 0; i < t->skip_count; i++) {
		put_u32(o, t->skips[i].id);
		put_u32(o, t->skips[i].stage);
		put_u8(o, t->skips[i].time);
	}
}

bool get_task(struct reader *r, struct arena *a, struct task *t)
{
	*t = (struct task){.id = read_u32(r)};
	t->tree = read_u8(r);
	t->part = read_u32(r);
	t->parts = read_u32(r);
	t->depth = read_u32(r);
	t->offset = read_u64(r);
	t->size = read_u64(r);
	t->budget = read_u64(r);
	t->chain = get_str(r, a);
	t->name = get_str(r, a);
	t->format = get_str(r, a);
	t->keep = get_str(r, a);
	t->type = read_u32(r);
	t->mode = read_u32(r);
	t->member = read_u8(r);
	t->no_known = read_u8(r);
	t->no_code = read_u8(r);
	t->open_only = read_u8(r);
	t->skip_count = read_u32(r);
	if (t->skip_count > 1024)
		return false;
	t->skips = arena_array(a, t->skip_count + 1, sizeof *t->skips);
	for (uint32_t i = 0; i < t->skip_count; i++)
		t->skips[i] = (struct skip){read_u32(r), read_u32(r), read_u8(r)};
	return !r->bad;
}

static void put_num(struct outbox *o, struct num n)
{
	put_u8(o, n.set);
	if (n.set)
		put_u64(o, (uint64_t)n.v);
}

static struct num get_num(struct reader *r)
{
	if (!read_u8(r))
		return (struct num){0};
	return NUM(read_u64(r));
}

void put_fact(struct outbox *o, uint32_t id, uint32_t observer, enum fact_table t, const void *fact)
{
	const struct table *table = &fact_tables[t];
	const struct place *at = fact;
	out_begin(o, FRAME_FACT);
	put_u32(o, id);
	put_u32(o, observer);
	put_u8(o, (uint8_t)t);
	put_u64(o, at->offset);
	put_u64(o, at->length);
	put_num(o, at->vaddr);
	put_num(o, at->packet);
	for (size_t i = 0; i < table->count; i++) {
		const void *member = (const uint8_t *)fact + table->columns[i].at;
		if (table->columns[i].kind == COLUMN_INT)
			put_num(o, *(const struct num *)member);
		else
			put_str(o, *(const char *const *)member);
	}
	out_end(o);
}

bool get_fact(struct reader *r, struct arena *a, struct row_fact *row)
{
	*row = (struct row_fact){.id = read_u32(r)};
	row->observer = read_u32(r);
	uint8_t t = read_u8(r);
	if (t >= TABLE_COUNT)
		return false;
	row->table = (enum fact_table)t;
	row->at.offset = read_u64(r);
	row->at.length = read_u64(r);
	row->at.vaddr = get_num(r);
	row->at.packet = get_num(r);
	const struct table *table = &fact_tables[t];
	for (size_t i = 0; i < table->count && i < MAX_COLUMNS; i++)
		if (table->columns[i].kind == COLUMN_INT)
			row->values[i].num = get_num(r);
		else
			row->values[i].text = get_str(r, a);
	return !r->bad;
}
