/* SPDX-License-Identifier: Apache-2.0 */
/* Packet filters: found in any bytes, told as text, understood. */
#include "code/bpf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void use(const struct bpf_program *p)
{
	struct bpf_meaning m;
	struct buf text = {.max = 8192};
	if (!p->count || p->count > BPF_MAX_INSNS)
		abort();
	bpf_text(p, &text);
	bpf_understand(p, &m);
	if (m.magic_count > BPF_MAX_MAGICS || (m.only_magic && !m.magic_count))
		abort();
	buf_free(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct bpf_program p;
	if (size < 1)
		return 0;
	struct span in = SPAN(data + 1, size - 1);
	bool big = data[0] & 1;
	if (bpf_read(&p, in, in.n / BPF_INSN_SIZE, big))
		use(&p);
	if (bpf_find(&p, in, big))
		use(&p);
	return 0;
}
