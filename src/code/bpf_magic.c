/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a packet filter asks for: which of its compares are about bytes behind the headers of IP
 * and its transports, and whether anything is let through without one of them. Jumps go forward
 * only, so one pass over the instructions tells it.
 */
#include "code/bpf.h"

enum kind {
	UNKNOWN,
	CONSTANT, /* k */
	HEADER,	  /* X: length of the IP header, which stands k bytes into the packet */
	DEEPER,	  /* X: an offset that was computed from header fields */
	LINK,	  /* A: `size` bytes of the packet at k */
	BEHIND,	  /* A: `size` bytes, k bytes behind the IP header */
	PAYLOAD,  /* A: `size` bytes at an offset that was computed */
};

struct content {
	uint8_t kind, size;
	uint32_t k;
};

struct point { /* before an instruction */
	struct content a, x;
	bool reached;
	bool plain; /* some way leads here without a magic compare */
};

struct reading {
	const struct bpf_program *p;
	struct point at[BPF_MAX_INSNS + 1];
	uint32_t link; /* bytes in front of the IP header */
	bool udp;
};

static bool same(struct content a, struct content b)
{
	return a.kind == b.kind && a.size == b.size && a.k == b.k;
}

static void go_to(struct reading *r, size_t to, const struct point *from, bool plain)
{
	if (to > r->p->count)
		return;
	struct point *t = &r->at[to];
	if (!t->reached) {
		*t = *from;
		t->reached = true;
		t->plain = plain;
		return;
	}
	if (!same(t->a, from->a))
		t->a = (struct content){0};
	if (!same(t->x, from->x))
		t->x = (struct content){0};
	t->plain = t->plain || plain;
}

static struct content loaded(const struct bpf_insn *i, struct content x)
{
	struct content v = {.kind = LINK, .size = 4, .k = i->k};
	unsigned size = i->code >> 3 & 3;
	v.size = (uint8_t)(size == 1 ? 2 : size == 2 ? 1 : 4);
	switch (i->code >> 5) {
	case 0:
		return (struct content){.kind = CONSTANT, .k = i->k};
	case 1:
		if (i->k >= 0xfffff000)
			v.kind = UNKNOWN; /* what Linux knows about a packet */
		return v;
	case 2:
		if (x.kind == HEADER && i->k >= x.k) {
			v.kind = BEHIND;
			v.k = i->k - x.k;
		} else {
			v.kind = x.kind == DEEPER ? PAYLOAD : UNKNOWN;
		}
		return v;
	default:
		return (struct content){0};
	}
}

bool bpf_known_word(uint32_t v)
{
	static const uint32_t words[] = {
	    0x63825363,				/* DHCP, RFC 2131 */
	    0x2112a442,				/* STUN, RFC 5389 */
	    0x47455420, 0x504f5354, 0x48545450, /* GET, POST, HTTP */
	    0x5353482d,				/* SSH- */
	    0x7f000001, 0xffffffff,
	};
	for (size_t n = 0; n < sizeof words / sizeof *words; n++)
		if (words[n] == v)
			return true;
	return false;
}

static bool odd_number(uint32_t v, unsigned size)
{
	if (size == 2)
		return v >= 0x100 && v != 0xffff && (v & 0xff);
	return size == 4 && v >= 0x10000 && (v & 0xffff) && !bpf_known_word(v);
}

/* Is the equal outcome of this jump about bytes that no header has a meaning for? */
static bool is_magic(const struct reading *r, const struct bpf_insn *i, struct content a)
{
	enum { UDP_HEADER = 8, TCP_HEADER = 20, IP_HEADER = 20 };
	if (i->code != 0x15 || !odd_number(i->k, a.size))
		return false;
	switch (a.kind) {
	case PAYLOAD:
		return true;
	case BEHIND:
		return a.k >= UDP_HEADER || (!r->udp && a.k >= 4 && a.size == 4);
	case LINK:
		return a.k >= r->link + IP_HEADER + UDP_HEADER;
	default:
		return false;
	}
}

static void note_magic(struct bpf_meaning *out, struct bpf_magic m)
{
	for (size_t n = 0; n < out->magic_count; n++)
		if (out->magics[n].value == m.value)
			return;
	if (out->magic_count < BPF_MAX_MAGICS)
		out->magics[out->magic_count++] = m;
}

static void jump(struct reading *r, size_t at, struct bpf_meaning *out)
{
	const struct bpf_insn *i = &r->p->insns[at];
	const struct point *now = &r->at[at];
	if (i->code == 0x05) {
		go_to(r, at + 1 + i->k, now, now->plain);
		return;
	}
	bool magic = is_magic(r, i, now->a);
	if (magic)
		note_magic(out, (struct bpf_magic){i->k, now->a.size});
	go_to(r, at + 1 + i->jt, now, now->plain && !magic);
	go_to(r, at + 1 + i->jf, now, now->plain);
}

static void step(struct reading *r, size_t at)
{
	const struct bpf_insn *i = &r->p->insns[at];
	struct point next = r->at[at];
	switch (i->code & 7) {
	case 0:
		next.a = loaded(i, next.x);
		break;
	case 1:
		next.x = (struct content){0};
		if (i->code == 0xb1)
			next.x = (struct content){.kind = HEADER, .k = i->k};
		break;
	case 4: /* arithmetic on header fields makes offsets */
		next.a = (struct content){.kind = next.a.kind == UNKNOWN ? UNKNOWN : DEEPER};
		break;
	case 7:
		if (i->code == 0x07)
			next.x = next.a.kind == DEEPER ? next.a : (struct content){0};
		else
			next.a = (struct content){0};
		break;
	default:
		break;
	}
	go_to(r, at + 1, &next, next.plain);
}

/* Where the IP header stands, and whether the filter is about UDP. */
static void survey(struct reading *r)
{
	for (size_t n = 0; n < r->p->count; n++) {
		const struct bpf_insn *i = &r->p->insns[n];
		if (i->code == 0xb1 && i->k >= 14)
			r->link = i->k;
		if (i->code == 0x28 && i->k == 12 && r->link == 0)
			r->link = 14;
		r->udp = r->udp || (i->code == 0x15 && i->k == 17);
	}
}

void bpf_understand(const struct bpf_program *p, struct bpf_meaning *out)
{
	struct reading r = {.p = p};
	bool accepts = false, plain = false;
	*out = (struct bpf_meaning){0};
	survey(&r);
	r.at[0] = (struct point){.reached = true, .plain = true};
	for (size_t n = 0; n < p->count; n++) {
		const struct bpf_insn *i = &p->insns[n];
		if (!r.at[n].reached)
			continue;
		if ((i->code & 7) == 5) {
			jump(&r, n, out);
		} else if ((i->code & 7) == 6) {
			bool lets = i->code == 0x16 || i->k;
			accepts = accepts || lets;
			plain = plain || (lets && r.at[n].plain);
		} else {
			step(&r, n);
		}
	}
	out->only_magic = accepts && !plain && out->magic_count;
}
