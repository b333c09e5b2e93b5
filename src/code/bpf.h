/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Programs of the classic Berkeley packet filter: which bytes are one, what it says, and whether
 * it lets packets through that carry a constant which no protocol asks for.
 *
 * Reference: S. McCanne, V. Jacobson, "The BSD Packet Filter" (1993); Linux,
 * Documentation/networking/filter.rst. A program is valid by the rules that the kernel has for
 * attaching it: known instructions, jumps forward and inside, a return at the end.
 */
#ifndef CODE_BPF_H
#define CODE_BPF_H

#include "base/buf.h"
#include "base/span.h"

enum { BPF_INSN_SIZE = 8, BPF_MAX_INSNS = 512, BPF_MAX_MAGICS = 8 };

struct bpf_insn {
	uint16_t code;
	uint8_t jt, jf;
	uint32_t k;
};

struct bpf_program {
	struct bpf_insn insns[BPF_MAX_INSNS];
	size_t count;
};

/* A constant that packets must carry at a place that no protocol header has. */
struct bpf_magic {
	uint32_t value;
	uint8_t size;
};

struct bpf_meaning {
	struct bpf_magic magics[BPF_MAX_MAGICS];
	size_t magic_count;
	bool only_magic; /* nothing is let through without one of them */
};

/* Exactly `count` instructions at the start of the bytes. False: not there, or no valid program. */
bool bpf_read(struct bpf_program *p, struct span in, size_t count, bool big);

/*
 * A program of unknown length at the start of the bytes. Stricter: it must look at packets, decide
 * something, and every instruction of it must be reached.
 */
bool bpf_find(struct bpf_program *p, struct span in, bool big);

/* As text: "0 ldh [12]; 1 jeq #0x800 2 5; ...". What does not fit is left out. */
void bpf_text(const struct bpf_program *p, struct buf *out);

void bpf_understand(const struct bpf_program *p, struct bpf_meaning *out);

/* A word that published protocols begin with, or carry at a fixed place. */
bool bpf_known_word(uint32_t v);

#endif
