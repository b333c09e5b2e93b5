/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Scheduling. A unit whose worker dies is done again; when a worker dies at the same step a second
 * time, or runs too long there, the unit is done without that step. What had been sent is thrown
 * away first: a worker that somebody else killed does not show in the results, and a crash shows
 * as a note.
 */
#include "engine/units.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sched.h>
#include <sys/resource.h>
#include <time.h>

#include "base/mem.h"
#include "base/msg.h"
#include "engine/budget.h"

enum { RECEIVE = 256 * 1024, TICK = 100 /* ms */, MAX_FDS = 16 };

struct slot {
	struct worker_handle w;
	bool alive;
	int64_t unit; /* index, -1: idle */
	struct buf in;
	int fds[MAX_FDS]; /* descriptors whose frames have not been read yet */
	size_t fd_count;
	uint64_t where; /* last step seen, and the worker's CPU time then */
	double cpu;
};

static struct unit *unit_at(struct run *r, int64_t i)
{
	return r->units[i];
}

static double share(const struct unit *u)
{
	return (double)u->task.size / (u->task.parts ? u->task.parts : 1);
}

struct unit *run_add(struct run *r, const struct task *t, int fd, uint32_t source)
{
	struct unit *u = mem_alloc(sizeof *u);
	r->units = mem_grow(r->units, &r->cap, r->count + 1, sizeof(struct unit *));
	r->units[r->count] = u;
	u->task = *t;
	u->task.id = (uint32_t)r->count++;
	u->task.skips = u->skips;
	u->fd = fd;
	u->source = source;
	u->from = -1;
	u->records.max = SIZE_MAX / 2;
	r->bytes_known += (uint64_t)share(u);
	return u;
}

static double cpu_of(const struct slot *s)
{
	clockid_t clock;
	struct timespec t;
	if (clock_getcpuclockid(s->w.pid, &clock) != 0 || clock_gettime(clock, &t) != 0)
		return 0;
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void close_fds(struct slot *s)
{
	for (size_t i = 0; i < s->fd_count; i++)
		close(s->fds[i]);
	s->fd_count = 0;
}

static bool give(struct run *r, struct slot *s, int64_t index)
{
	struct unit *u = unit_at(r, index);
	struct outbox out = {.fd = s->w.sock};
	put_task(&out, &u->task);
	out_end_fd(&out, u->fd);
	buf_free(&out.b);
	s->unit = index;
	s->where = 0;
	s->cpu = cpu_of(s);
	u->state = UNIT_RUNNING;
	return !out.broken;
}

/* Forget what a unit spilled: it will be spilled again. */
static void drop_children(struct run *r, uint32_t id)
{
	for (size_t i = id + 1; i < r->count; i++) {
		struct unit *u = r->units[i];
		if (u->from != id || u->state == UNIT_DROPPED)
			continue;
		drop_children(r, (uint32_t)i);
		if (u->state != UNIT_RUNNING)
			buf_free(&u->records);
		u->state = UNIT_DROPPED;
	}
}

/* Hopeless: what is left is one note about the whole, in the words of a worker. */
static void give_up(struct unit *u)
{
	struct outbox o = {.fd = -1};
	struct row_artifact row = {.type = u->task.type, .name = u->task.name, .absent = true};
	row.size = u->task.size;
	if (u->from < 0 && !u->task.tree)
		put_artifact(&o, &row);
	out_begin(&o, FRAME_NOTE);
	put_u32(&o, 0);
	put_u64(&o, 0);
	put_str(&o, "analyser failed: workers died again and again, the rest was not looked at");
	out_end(&o);
	buf_add(&u->records, o.b.p, o.b.n);
	buf_free(&o.b);
	u->state = UNIT_DONE;
}

static void blame(struct run *r, struct slot *s, bool time)
{
	struct unit *u = unit_at(r, s->unit);
	uint64_t where = atomic_load(&s->w.page->where);
	if (u->state == UNIT_DROPPED)
		return;
	drop_children(r, u->task.id);
	buf_free(&u->records);
	u->records.max = SIZE_MAX / 2;
	u->state = UNIT_WAITING;
	if (u->task.id < r->first_waiting)
		r->first_waiting = u->task.id;
	if (where && (time || where == u->died_at))
		u->skips[u->task.skip_count++] =
		    (struct skip){(uint32_t)(where >> 32), (uint32_t)where, time};
	u->died_at = where;
	if (++u->tries > 2 * MAX_RETRIES)
		give_up(u);
}

static void bury(struct run *r, struct slot *s, bool time)
{
	if (s->unit >= 0)
		blame(r, s, time);
	worker_close(&s->w, true);
	close_fds(s);
	buf_reset(&s->in);
	s->alive = false;
	s->unit = -1;
}

/* Turn a spill into units. False: nonsense. */
static bool on_spill(struct run *r, struct slot *s, struct reader *p)
{
	struct unit *u = unit_at(r, s->unit);
	struct task t = {.keep = u->task.keep,
			 .no_known = u->task.no_known,
			 .no_code = u->task.no_code,
			 .open_only = u->task.open_only};
	uint32_t id = read_u32(p);
	t.format = get_str(p, &r->arena);
	uint64_t offset = read_u64(p);
	t.size = read_u64(p);
	t.parts = read_u32(p);
	t.depth = read_u32(p);
	t.budget = read_u64(p);
	bool own_fd = read_u8(p);
	t.member = read_u8(p);
	t.type = read_u32(p);
	t.mode = read_u32(p);
	t.name = get_str(p, &r->arena);
	t.chain = get_str(p, &r->arena);
	if (p->bad || !t.format || t.parts < 1 || t.parts > MAX_PARTS || (own_fd && !s->fd_count))
		return false;
	int fd = own_fd ? s->fds[0] : u->fd;
	if (own_fd)
		memmove(s->fds, s->fds + 1, --s->fd_count * sizeof *s->fds);
	t.offset = own_fd ? 0 : u->task.offset + offset;
	uint64_t free_part = t.budget < FREE_PART ? t.budget : FREE_PART;
	t.budget = t.budget / t.parts > free_part ? t.budget / t.parts : free_part;
	int64_t from = u->task.id;
	uint32_t source = u->source;
	for (t.part = 0; t.part < t.parts; t.part++) {
		int copy = dup(fd);
		if (copy < 0 && !r->failed)
			msg_error("cannot keep %zu open files: %s; raise the limit with ulimit -n",
				  r->count, strerror(errno));
		if (copy < 0) {
			r->failed = true;
			break;
		}
		struct unit *v = run_add(r, &t, copy, source);
		v->from = from;
		v->from_id = id;
		if (unit_at(r, from)->state == UNIT_DROPPED)
			v->state = UNIT_DROPPED;
	}
	if (own_fd)
		close(fd);
	return true;
}

static void on_done(struct run *r, struct slot *s)
{
	struct unit *u = unit_at(r, s->unit);
	if (u->state == UNIT_RUNNING) {
		u->state = UNIT_DONE;
		r->bytes_done += (uint64_t)share(u);
	} else {
		buf_free(&u->records);
	}
	close(u->fd);
	u->fd = -1;
	r->done++;
	s->unit = -1;
}

/* All whole frames that have arrived. False: the worker talks nonsense. */
static bool take_frames(struct run *r, struct slot *s)
{
	size_t pos = 0;
	while (s->in.n - pos >= FRAME_HEAD) {
		struct span all = buf_span(&s->in);
		uint32_t n = span_le32(all, pos);
		if (n < 1 || n > FRAME_MAX || s->unit < 0)
			return false;
		if (s->in.n - pos < 4 + (size_t)n)
			break;
		uint8_t kind = s->in.p[pos + 4];
		struct reader p = reader_of(span_cut(all, pos + FRAME_HEAD, n - 1), false);
		if (kind == FRAME_SPILL) {
			if (!on_spill(r, s, &p))
				return false;
		} else if (kind == FRAME_DONE) {
			on_done(r, s);
		} else if (kind > FRAME_TASK && kind < FRAME_DONE) {
			buf_add(&unit_at(r, s->unit)->records, s->in.p + pos, 4 + (size_t)n);
		} else {
			return false;
		}
		pos += 4 + (size_t)n;
	}
	memmove(s->in.p, s->in.p + pos, s->in.n - pos);
	s->in.n -= pos;
	return true;
}

static void receive(struct run *r, struct slot *s)
{
	size_t room;
	int fd;
	uint8_t *to = buf_room(&s->in, RECEIVE, &room);
	long n = pipe_receive(s->w.sock, to, room, &fd);
	if (fd >= 0 && s->fd_count < MAX_FDS)
		s->fds[s->fd_count++] = fd;
	else if (fd >= 0)
		close(fd);
	if (n > 0)
		s->in.n += (size_t)n;
	if (n == 0 || (n > 0 && !take_frames(r, s)))
		bury(r, s, false);
}

/* A worker that spends too much CPU time on one step is stopped. */
static void watch(struct run *r, struct slot *s)
{
	uint64_t where = atomic_load(&s->w.page->where);
	double now = cpu_of(s);
	if (where != s->where) {
		s->where = where;
		s->cpu = now;
	} else if (now - s->cpu >
		   ((uint32_t)where >= STAGE_OBSERVER ? OBSERVE_SECONDS : OPEN_SECONDS)) {
		bury(r, s, true);
	}
}

static int64_t next_waiting(struct run *r)
{
	while (r->first_waiting < r->count && r->units[r->first_waiting]->state != UNIT_WAITING)
		r->first_waiting++;
	return r->first_waiting < r->count ? (int64_t)r->first_waiting : -1;
}

static bool fill(struct run *r)
{
	for (size_t i = 0; i < r->slot_count; i++) {
		struct slot *s = &r->slots[i];
		int64_t next = next_waiting(r);
		if (next < 0)
			break;
		if (s->unit >= 0)
			continue;
		if (!s->alive && !(s->alive = zygote_worker(&r->zygote, &s->w))) {
			msg_error("cannot start a worker process: is the limit of processes or "
				  "memory reached?");
			return false;
		}
		if (!give(r, s, next))
			bury(r, s, false);
	}
	return true;
}

static size_t busy(const struct run *r, struct pollfd *p)
{
	size_t n = 0;
	for (size_t i = 0; i < r->slot_count; i++)
		if (r->slots[i].unit >= 0)
			p[n++] = (struct pollfd){.fd = r->slots[i].w.sock, .events = POLLIN};
	return n;
}

static struct slot *slot_of(struct run *r, int sock)
{
	for (size_t i = 0; i < r->slot_count; i++)
		if (r->slots[i].alive && r->slots[i].w.sock == sock)
			return &r->slots[i];
	return NULL;
}

static void tell(struct run *r, bool last)
{
	struct engine_progress p = {r->bytes_done, r->bytes_known, r->done, (uint32_t)r->count,
				    last};
	if (r->options->progress)
		r->options->progress(r->options->user, &p);
}

bool run_all(struct run *r)
{
	struct pollfd *p = mem_array(r->slot_count, sizeof *p);
	bool ok = true;
	for (;;) {
		if (!(ok = fill(r) && !r->failed))
			break;
		size_t n = busy(r, p);
		if (n == 0)
			break;
		int ready = poll(p, n, TICK);
		for (size_t i = 0; i < n && ready > 0; i++) {
			struct slot *s = p[i].revents ? slot_of(r, p[i].fd) : NULL;
			if (s)
				receive(r, s);
		}
		if (ready == 0)
			for (size_t i = 0; i < r->slot_count; i++)
				if (r->slots[i].unit >= 0)
					watch(r, &r->slots[i]);
		tell(r, false);
	}
	mem_free(p);
	return ok;
}

static unsigned processors(void)
{
	cpu_set_t set;
	if (sched_getaffinity(0, sizeof set, &set) != 0)
		return 1;
	return (unsigned)CPU_COUNT(&set);
}

/* Each task that waits keeps a descriptor: take as many as we may have. */
static void allow_files(void)
{
	struct rlimit l;
	if (getrlimit(RLIMIT_NOFILE, &l) != 0 || l.rlim_cur >= l.rlim_max)
		return;
	l.rlim_cur = l.rlim_max;
	setrlimit(RLIMIT_NOFILE, &l);
}

bool run_start(struct run *r, const struct engine_options *options, struct engine_sink *sink)
{
	*r = (struct run){.options = options, .sink = sink};
	r->slot_count = options->jobs ? options->jobs : processors();
	r->slots = mem_array(r->slot_count, sizeof *r->slots);
	r->arena.cap = SIZE_MAX / 4;
	for (size_t i = 0; i < r->slot_count; i++)
		r->slots[i].unit = -1;
	allow_files();
	return zygote_start(&r->zygote);
}

void run_stop(struct run *r)
{
	tell(r, true);
	for (size_t i = 0; i < r->slot_count; i++) {
		if (r->slots[i].alive)
			worker_close(&r->slots[i].w, true);
		close_fds(&r->slots[i]);
		buf_free(&r->slots[i].in);
	}
	for (size_t i = 0; i < r->count; i++) {
		if (r->units[i]->fd >= 0)
			close(r->units[i]->fd);
		buf_free(&r->units[i]->records);
		mem_free(r->units[i]);
	}
	zygote_stop(&r->zygote);
	mem_free(r->slots);
	mem_free(r->units);
	arena_free(&r->arena);
}

int unit_frame(const struct unit *u, size_t *pos, struct reader *payload)
{
	struct span all = buf_span(&u->records);
	if (all.n - *pos < FRAME_HEAD)
		return 0;
	uint32_t n = span_le32(all, *pos);
	int kind = all.p[*pos + 4];
	*payload = reader_of(span_cut(all, *pos + FRAME_HEAD, n - 1), false);
	*pos += 4 + (size_t)n;
	return kind;
}
