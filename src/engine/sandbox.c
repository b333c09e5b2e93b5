/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Landlock: Documentation/userspace-api/landlock.rst. Access bits are defined here because the
 * distribution's header is older than the kernels we run on; unknown bits are masked by ABI.
 * seccomp: what is not on the list kills the process, except calls that libraries try and can live
 * without: those fail with EPERM.
 */
#include "engine/sandbox.h"

#include <errno.h>
#include <seccomp.h>
#include <signal.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include "base/banned.h"
#include "engine/budget.h"

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

enum { CREATE_RULESET_VERSION = 1 };

struct ruleset_attr {
	uint64_t fs, net, scoped;
};

static int landlock_abi(void)
{
	return (int)syscall(SYS_landlock_create_ruleset, NULL, 0, CREATE_RULESET_VERSION);
}

static void forbid_files(void)
{
	int abi = landlock_abi();
	if (abi < 1)
		return;
	struct ruleset_attr attr = {.fs = (1u << 13) - 1};
	size_t size = 8;
	if (abi >= 2)
		attr.fs |= 1u << 13; /* refer */
	if (abi >= 3)
		attr.fs |= 1u << 14; /* truncate */
	if (abi >= 4) {
		attr.net = 3; /* bind and connect TCP */
		size = 16;
	}
	if (abi >= 5)
		attr.fs |= 1u << 15; /* ioctl on devices */
	if (abi >= 6) {
		attr.scoped = 3; /* abstract sockets, signals */
		size = 24;
	}
	int fd = (int)syscall(SYS_landlock_create_ruleset, &attr, size, 0);
	if (fd < 0)
		return;
	if (syscall(SYS_landlock_restrict_self, fd, 0) != 0)
		abort();
	close(fd);
}

static void limit(int what, uint64_t value)
{
	struct rlimit r = {value, value};
	setrlimit((__rlimit_resource_t)what, &r);
}

static void filter_calls(void)
{
	static const int allowed[] = {
	    SCMP_SYS(read),
	    SCMP_SYS(write),
	    SCMP_SYS(readv),
	    SCMP_SYS(writev),
	    SCMP_SYS(pread64),
	    SCMP_SYS(pwrite64),
	    SCMP_SYS(recvmsg),
	    SCMP_SYS(sendmsg),
	    SCMP_SYS(recvfrom),
	    SCMP_SYS(mmap),
	    SCMP_SYS(munmap),
	    SCMP_SYS(mremap),
	    SCMP_SYS(mprotect),
	    SCMP_SYS(madvise),
	    SCMP_SYS(brk),
	    SCMP_SYS(memfd_create),
	    SCMP_SYS(ftruncate),
	    SCMP_SYS(fcntl),
	    SCMP_SYS(fstat),
	    SCMP_SYS(newfstatat),
	    SCMP_SYS(lseek),
	    SCMP_SYS(close),
	    SCMP_SYS(futex),
	    SCMP_SYS(clock_gettime),
	    SCMP_SYS(gettimeofday),
	    SCMP_SYS(time),
	    SCMP_SYS(exit),
	    SCMP_SYS(exit_group),
	    SCMP_SYS(rt_sigreturn),
	    SCMP_SYS(rt_sigprocmask),
	    SCMP_SYS(rt_sigaction),
	    SCMP_SYS(getrandom),
	    SCMP_SYS(sched_yield),
	    SCMP_SYS(getpid),
	    SCMP_SYS(gettid),
	    SCMP_SYS(tgkill),
	    SCMP_SYS(poll),
	    SCMP_SYS(ppoll),
	    SCMP_SYS(getuid),
	    SCMP_SYS(geteuid),
	    SCMP_SYS(getgid),
	    SCMP_SYS(getegid),
	    SCMP_SYS(restart_syscall),
	};
	static const int refused[] = {
	    SCMP_SYS(open),
	    SCMP_SYS(openat),
	    SCMP_SYS(access),
	    SCMP_SYS(faccessat),
	    SCMP_SYS(readlink),
	    SCMP_SYS(readlinkat),
	    SCMP_SYS(stat),
	    SCMP_SYS(lstat),
	    SCMP_SYS(ioctl),
	    SCMP_SYS(uname),
	    SCMP_SYS(sysinfo),
	    SCMP_SYS(prlimit64),
	    SCMP_SYS(sched_getaffinity),
	    SCMP_SYS(getcwd),
	    SCMP_SYS(umask),
	    SCMP_SYS(statx),
	};
	scmp_filter_ctx c = seccomp_init(SCMP_ACT_KILL_PROCESS);
	int rc = c ? 0 : -1;
	for (size_t i = 0; rc == 0 && i < sizeof allowed / sizeof *allowed; i++)
		rc = seccomp_rule_add(c, SCMP_ACT_ALLOW, allowed[i], 0);
	for (size_t i = 0; rc == 0 && i < sizeof refused / sizeof *refused; i++)
		rc = seccomp_rule_add(c, SCMP_ACT_ERRNO(EPERM), refused[i], 0);
	if (rc != 0 || seccomp_load(c) != 0)
		abort();
	seccomp_release(c);
}

void sandbox_enter(void)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	limit(RLIMIT_CORE, 0);
	limit(RLIMIT_NOFILE, 64);
	if (SANITIZED)
		return; /* its shadow memory and its own calls do not fit into the cage */
	limit(RLIMIT_AS, WORKER_MEMORY);
	forbid_files();
	filter_calls();
}

const char *sandbox_describe(void)
{
	static char text[80];
	int abi = landlock_abi();
	if (SANITIZED)
		return "off (built with a sanitizer)";
	snprintf(text, sizeof text, "seccomp, Landlock %s%d", abi < 1 ? "not available " : "ABI ",
		 abi < 1 ? 0 : abi);
	return text;
}
