/* SPDX-License-Identifier: Apache-2.0 */
/*
 * box: the small tools of the example router in one program; the name it is called by chooses.
 * They do the least that makes a router of them. The image is made to be read, not to be run.
 */
#include "sys.h"

enum { MAX_LINE = 512, MAX_WORDS = 32 };

static long start(const char *path, char **argv)
{
	static char *no_environment[] = {NULL};
	long pid = sys(SYS_FORK, 0, 0, 0, 0, 0, 0);
	if (pid == 0) {
		sys(SYS_EXECVE, (long)path, (long)argv, (long)no_environment, 0, 0, 0);
		quit(127);
	}
	return pid;
}

/* Looks where programs are kept, for a name without a slash. */
static long start_by_name(char **argv)
{
	static const char *const folders[] = {"/bin/", "/sbin/", "/usr/bin/", "/usr/sbin/"};
	char path[MAX_LINE];
	if (argv[0][0] == '/')
		return start(argv[0], argv);
	for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
		size_t n = 0;
		for (const char *s = folders[i]; *s; s++)
			path[n++] = *s;
		for (const char *s = argv[0]; *s && n < sizeof path - 1; s++)
			path[n++] = *s;
		path[n] = 0;
		long fd = sys(SYS_OPEN, (long)path, O_RDONLY, 0, 0, 0, 0);
		if (fd < 0)
			continue;
		sys(SYS_CLOSE, fd, 0, 0, 0, 0, 0);
		return start(path, argv);
	}
	say(2, "not found\n");
	return -1;
}

/* One command a line, "#" begins a comment, "&" at the end does not wait. */
static int sh(char **argv)
{
	char line[MAX_LINE], *words[MAX_WORDS];
	int fd = 0, status = 0;
	if (argv[1] && argv[1][0] == '/')
		fd = (int)sys(SYS_OPEN, (long)argv[1], O_RDONLY, 0, 0, 0, 0);
	while (read_line(fd, line, sizeof line)) {
		size_t n = line[0] == '#' ? 0 : split(line, words, MAX_WORDS);
		bool wait = n == 0 || !same(words[n - 1], "&");
		if (n && !wait)
			words[--n] = NULL;
		if (n == 0)
			continue;
		if (same(words[0], "exit"))
			return 0;
		long pid = start_by_name(words);
		if (pid > 0 && wait)
			sys(SYS_WAITPID, pid, (long)&status, 0, 0, 0, 0);
	}
	return 0;
}

static int init(char **argv)
{
	char *boot[] = {"/bin/sh", "/etc/init.d/rcS", NULL}, *console[] = {"/bin/sh", NULL};
	int status;
	(void)argv;
	sys(SYS_WAITPID, start("/bin/sh", boot), (long)&status, 0, 0, 0, 0);
	for (long shell = start("/bin/sh", console); shell > 0; shell = start("/bin/sh", console))
		sys(SYS_WAITPID, shell, (long)&status, 0, 0, 0, 0);
	return 1;
}

static int mount(char **argv)
{
	size_t n = 0;
	while (argv[n])
		n++;
	if (n == 5 && same(argv[1], "-t"))
		return sys(SYS_MOUNT, (long)argv[3], (long)argv[4], (long)argv[2], 0, 0, 0) < 0;
	say(2, "usage: mount -t TYPE DEVICE FOLDER\n");
	return 1;
}

/* Asks for a name and a word. Checking them needs a hash function that this box does not have. */
static int login(char **argv)
{
	char name[MAX_LINE], word[MAX_LINE];
	(void)argv;
	say(1, "login: ");
	read_line(0, name, sizeof name);
	say(1, "password: ");
	read_line(0, word, sizeof word);
	say(1, "Login incorrect\n");
	return 1;
}

static int getty(char **argv)
{
	char *next[] = {"/bin/login", NULL};
	(void)argv;
	become(0, "/bin/login", next);
}

static void serve_program(int fd, char **argv)
{
	const char *program = option(argv, "-l");
	program = program ? program : option(argv, "-e");
	program = program ? program : "/bin/login";
	char *next[] = {(char *)program, NULL};
	become(fd, program, next);
}

static int telnetd(char **argv)
{
	const char *port = option(argv, "-p");
	int s = listen_on(TCP, port ? number(port) : 23);
	if (s < 0)
		return 1;
	serve_all(s, serve_program, argv);
	return 1;
}

/* nc -l -p PORT -e PROGRAM */
static int nc(char **argv)
{
	const char *port = option(argv, "-p");
	int s = port ? listen_on(TCP, number(port)) : -1;
	if (s < 0)
		return 1;
	serve_all(s, serve_program, argv);
	return 1;
}

/* Answers every read request with "access violation". */
static int tftpd(char **argv)
{
	static const char refuse[] = "\0\5\0\2access violation";
	char request[600];
	struct peer from;
	long size = sizeof from;
	(void)argv;
	while (sys(SYS_RECVFROM, 0, (long)request, sizeof request, 0, (long)&from, (long)&size) > 0)
		sys(SYS_SENDTO, 0, (long)refuse, sizeof refuse, 0, (long)&from, size);
	return 0;
}

static void serve_ftp(int fd, char **argv)
{
	char line[MAX_LINE];
	(void)argv;
	say(fd, "220 ready\r\n");
	while (read_line(fd, line, sizeof line))
		say(fd, begins(line, "QUIT") ? "221 bye\r\n" : "530 please log in\r\n");
}

static int ftpd(char **argv)
{
	serve_ftp(0, argv);
	return 0;
}

/* One line of inetd.conf: opens the port and leaves a child behind that serves it. */
static void inetd_line(char **words, size_t n)
{
	static const struct {
		const char *name;
		unsigned port;
	} services[] = {{"ftp", 21}, {"telnet", 23}, {"tftp", 69}};
	unsigned port = number(words[0]);
	for (size_t i = 0; i < sizeof services / sizeof *services; i++)
		if (same(services[i].name, words[0]))
			port = services[i].port;
	if (n < 7 || !port || sys(SYS_FORK, 0, 0, 0, 0, 0, 0) != 0)
		return;
	bool tcp = same(words[1], "stream");
	int s = listen_on(tcp ? TCP : UDP, port);
	long c;
	while (s >= 0 && tcp && (c = sys(SYS_ACCEPT, s, 0, 0, 0, 0, 0)) >= 0) {
		if (sys(SYS_FORK, 0, 0, 0, 0, 0, 0) == 0)
			become((int)c, words[5], words + 6);
		sys(SYS_CLOSE, c, 0, 0, 0, 0, 0);
	}
	if (s >= 0 && !tcp)
		become(s, words[5], words + 6);
	quit(1);
}

static int inetd(char **argv)
{
	char line[MAX_LINE], *words[MAX_WORDS];
	const char *file = argv[1] ? argv[1] : "/etc/inetd.conf";
	long fd = sys(SYS_OPEN, (long)file, O_RDONLY, 0, 0, 0, 0);
	while (fd >= 0 && read_line((int)fd, line, sizeof line)) {
		size_t n = line[0] == '#' ? 0 : split(line, words, MAX_WORDS);
		if (n)
			inetd_line(words, n);
	}
	return 0;
}

int main(int argc, char **argv);

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		int (*run)(char **argv);
	} tools[] = {{"sh", sh}, {"init", init}, {"mount", mount}, {"login", login}, {"getty", getty},
		     {"telnetd", telnetd}, {"nc", nc}, {"tftpd", tftpd}, {"ftpd", ftpd}, {"inetd", inetd}};
	const char *name = argc ? base_name(argv[0]) : "";
	while (*name == '-')
		name++;
	for (size_t i = 0; i < sizeof tools / sizeof *tools; i++)
		if (same(tools[i].name, name))
			return tools[i].run(argv);
	say(2, "box: sh init mount login getty telnetd nc tftpd ftpd inetd\n");
	return 127;
}
