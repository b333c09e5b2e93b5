/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>

#include "base/hash.h"
#include "base/mem.h"
#include "base/msg.h"
#include "engine/budget.h"
#include "engine/mapping.h"
#include "engine/sandbox.h"

void node_note(struct job *j, struct node *n, uint64_t at, const char *fmt, ...)
{
	if (n->notes > MAX_NOTES)
		return;
	out_begin(j->out, FRAME_NOTE);
	put_u32(j->out, n->id);
	put_u64(j->out, at);
	if (n->notes++ == MAX_NOTES) {
		put_str(j->out, "limit reached: there were more notes about this artifact");
	} else {
		struct buf b = {.max = 500};
		va_list ap;
		va_start(ap, fmt);
		buf_vprintf(&b, fmt, ap);
		va_end(ap);
		put_str(j->out, buf_text(&b));
		buf_free(&b);
	}
	out_end(j->out);
}

bool job_step(struct job *j, struct node *n, uint32_t stage, const char *name)
{
	for (uint32_t i = 0; i < j->task.skip_count; i++) {
		const struct skip *s = &j->task.skips[i];
		if (s->id != n->id || s->stage != stage)
			continue;
		if (s->time)
			node_note(j, n, 0, "budget reached: %s took too long and was stopped",
				  name);
		else
			node_note(j, n, 0, "analyser failed: %s", name);
		return false;
	}
	atomic_store(&j->page->where, (uint64_t)n->id << 32 | stage);
	return true;
}

/* Read exactly n bytes; a descriptor that comes along is kept. */
static bool receive_all(int sock, void *to, size_t n, int *fd)
{
	size_t done = 0;
	while (done < n) {
		int got_fd;
		long k = pipe_receive(sock, (uint8_t *)to + done, n - done, &got_fd);
		if (k == 0)
			return false;
		if (got_fd >= 0) {
			if (*fd >= 0)
				close(*fd);
			*fd = got_fd;
		}
		if (k > 0)
			done += (size_t)k;
	}
	return true;
}

static bool receive_task(int sock, struct arena *a, struct task *t, int *fd)
{
	uint8_t head[FRAME_HEAD];
	*fd = -1;
	if (!receive_all(sock, head, sizeof head, fd))
		return false;
	uint32_t n = span_le32(SPAN(head, sizeof head), 0);
	if (head[4] != FRAME_TASK || n < 1 || n > FRAME_MAX)
		return false;
	uint8_t *body = arena_alloc(a, n);
	if (!receive_all(sock, body, n - 1, fd))
		return false;
	struct reader r = reader_of(SPAN(body, n - 1), false);
	return get_task(&r, a, t) && *fd >= 0;
}

/* The worker's life: a task, its frames, the next task. */
__attribute__((noreturn)) static void worker_main(int sock, struct status_page *page,
						  const struct scanner *scanner)
{
	struct findings *findings = findings_new();
	struct outbox out = {.fd = sock};
	mapping_init();
	sandbox_enter();
	for (;;) {
		struct job j = {
		    .scanner = scanner, .findings = findings, .out = &out, .page = page};
		struct arena task_arena = {0};
		int fd;
		if (!receive_task(sock, &task_arena, &j.task, &fd))
			_exit(0);
		j.bytes = mapping_open(fd, j.task.offset, j.task.size);
		job_run(&j);
		atomic_store(&page->where, 0); /* what comes now is nobody's fault */
		findings = j.findings ? j.findings : findings_new();
		out_begin(&out, FRAME_DONE);
		put_u32(&out, j.task.id);
		out_end(&out);
		out_flush(&out);
		mapping_close();
		close(fd);
		arena_free(&task_arena);
		if (out.broken)
			_exit(0);
	}
}

static bool send_fds(int sock, int pid, const int *fds, int count)
{
	struct iovec v = {&pid, sizeof pid};
	union {
		struct cmsghdr head;
		char room[CMSG_SPACE(3 * sizeof(int))];
	} control = {0};
	struct msghdr m = {.msg_iov = &v, .msg_iovlen = 1, .msg_control = &control};
	m.msg_controllen = CMSG_SPACE((size_t)count * sizeof(int));
	control.head.cmsg_level = SOL_SOCKET;
	control.head.cmsg_type = SCM_RIGHTS;
	control.head.cmsg_len = CMSG_LEN((size_t)count * sizeof(int));
	memcpy(CMSG_DATA(&control.head), fds, (size_t)count * sizeof(int));
	return sendmsg(sock, &m, MSG_NOSIGNAL) == sizeof pid;
}

/* One worker. *gone: it was killed before it could be handed over. */
static bool spawn(int sock, const struct scanner *scanner, bool *gone)
{
	int pair[2];
	int page_fd = memfd_create("status", MFD_CLOEXEC);
	if (page_fd < 0 || ftruncate(page_fd, 4096) != 0 ||
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
		return false;
	struct status_page *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, page_fd, 0);
	if (page == MAP_FAILED)
		return false;
	int pid = fork();
	if (pid < 0)
		return false;
	if (pid == 0) {
		close(sock);
		close(pair[0]);
		close(page_fd);
		worker_main(pair[1], page, scanner);
	}
	int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	*gone = pidfd < 0 && errno == ESRCH;
	int fds[3] = {pair[0], page_fd, pidfd};
	bool ok = pidfd >= 0 && send_fds(sock, pid, fds, 3);
	munmap(page, 4096);
	close(pair[0]);
	close(pair[1]);
	close(page_fd);
	if (pidfd >= 0)
		close(pidfd);
	return ok;
}

/*
 * Touch what libraries load or allocate at first use, while that is still allowed. Time zone and
 * language of the user must not show in results: libraries turn DOS times and names with them.
 */
static void warm_up(void)
{
	setenv("TZ", "UTC0", 1);
	tzset();
	setlocale(LC_CTYPE, "C.UTF-8");
	uint8_t digest[32];
	hash_sha256(SPAN_LIT(""), digest);
	hash_sha1(SPAN_LIT(""), digest);
	hash_md5(SPAN_LIT(""), digest);
}

__attribute__((noreturn)) static void zygote_main(int sock, int parent)
{
	char c;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(0); /* it died before the line above */
	prctl(PR_SET_NAME, "postern-zygote");
	signal(SIGCHLD, SIG_IGN); /* workers are reaped by the kernel */
	signal(SIGINT, SIG_IGN);  /* the parent decides */
	warm_up();
	struct scanner *scanner = scanner_new();
	for (;;) {
		ssize_t n = read(sock, &c, 1);
		if (n < 0 && errno == EINTR)
			continue;
		if (n != 1)
			_exit(n == 0 ? 0 : 1);
		bool gone = true, ok = false;
		for (int tries = 0; gone && !ok && tries < 1000; tries++)
			ok = spawn(sock, scanner, &gone);
		if (!ok)
			_exit(1);
	}
}

bool zygote_start(struct zygote *z)
{
	int pair[2], parent = getpid();
	fflush(NULL);
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0 ||
	    (z->pid = fork()) < 0) {
		msg_error("cannot start a worker process: %s", strerror(errno));
		return false;
	}
	if (z->pid == 0) {
		close(pair[0]);
		zygote_main(pair[1], parent);
	}
	close(pair[1]);
	z->sock = pair[0];
	return true;
}

bool zygote_worker(struct zygote *z, struct worker_handle *w)
{
	int pid = 0, fds[3] = {-1, -1, -1};
	struct iovec v = {&pid, sizeof pid};
	union {
		struct cmsghdr head;
		char room[CMSG_SPACE(3 * sizeof(int))];
	} control = {0};
	struct msghdr m = {.msg_iov = &v,
			   .msg_iovlen = 1,
			   .msg_control = &control,
			   .msg_controllen = sizeof control};
	ssize_t n;
	if (send(z->sock, "w", 1, MSG_NOSIGNAL) != 1)
		return false;
	do
		n = recvmsg(z->sock, &m, MSG_CMSG_CLOEXEC);
	while (n < 0 && errno == EINTR);
	struct cmsghdr *c = n == sizeof pid ? CMSG_FIRSTHDR(&m) : NULL;
	if (!c || c->cmsg_len != CMSG_LEN(sizeof fds))
		return false;
	memcpy(fds, CMSG_DATA(c), sizeof fds);
	w->page = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fds[1], 0);
	close(fds[1]);
	if (w->page == MAP_FAILED)
		return false;
	w->sock = fds[0];
	w->pidfd = fds[2];
	w->pid = pid;
	return true;
}

void worker_close(struct worker_handle *w, bool kill_it)
{
	if (kill_it)
		syscall(SYS_pidfd_send_signal, w->pidfd, SIGKILL, NULL, 0);
	close(w->sock);
	close(w->pidfd);
	munmap(w->page, 4096);
	*w = (struct worker_handle){.sock = -1, .pidfd = -1};
}

void zygote_stop(struct zygote *z)
{
	close(z->sock);
	kill(z->pid, SIGKILL);
	waitpid(z->pid, NULL, 0);
}
