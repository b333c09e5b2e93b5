/* SPDX-License-Identifier: Apache-2.0 */
/* A plain main for one fuzz target: gives it each file that is named. */
#include "collect.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		struct span in = collect_file(argv[i]);
		LLVMFuzzerTestOneInput(in.p, in.n);
	}
	return 0;
}
