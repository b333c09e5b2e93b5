/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A bare Linux kernel (what vmlinux.bin is): machine code from the first byte, somewhere the banner
 * "Linux version 3.10.14 (user@host) (gcc version ...) #1 ...". There is no header, so this is only
 * looked for at the start of an artifact, and both the banner and the machine must be plain.
 */
#include "format/kernel.h"

enum { LEAST = 256 * 1024, START = 1 << 20, ZEROS = 64 * 1024 };

static bool starts_with_code(struct span in)
{
	struct span head = span_cut(in, 0, ZEROS);
	size_t filled = 0;
	for (size_t i = 0; i < head.n; i++)
		filled += head.p[i] != 0 && head.p[i] != 0xff;
	return filled >= 32 && !SPAN_IS(in, 0, "\177ELF") && kernel_machine(span_cut(in, 0, START));
}

static int bid(struct span in, uint64_t *size)
{
	*size = in.n;
	if (in.n < LEAST || !starts_with_code(in) || kernel_banner(in).n == 0)
		return 0;
	return 55;
}

static void label(struct span in, struct label *out)
{
	struct span banner = kernel_banner(in);
	out->type = "kernel";
	out->arch = kernel_machine(in);
	snprintf(out->text, sizeof out->text, "%.*s", (int)banner.n, (const char *)banner.p);
}

const struct format format_linux_kernel = {
	.name = "linux-kernel",
	.title = "Linux kernel, bare",
	.reference = "Linux init/version.c (linux_banner)",
	.tested = "generator in tests",
	.flags = FORMAT_LEAF | FORMAT_START,
	.bid = bid,
	.label = label,
};
