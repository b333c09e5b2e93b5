/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A worker's whole task in this process: recognition, carving, opening, observers, regions. What it
 * would say to the parent is thrown away; the pipe has a target of its own.
 */
#include "engine/budget.h"
#include "engine/job.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct scanner *scanner;
	static struct findings *findings;
	struct status_page page = {0};
	struct outbox out = {.fd = -1};
	if (!scanner) {
		scanner = scanner_new();
		findings = findings_new();
	}
	struct job j = {.scanner = scanner, .findings = findings, .out = &out, .page = &page};
	j.task = (struct task){.parts = 1, .size = size, .budget = 8 << 20, .type = ENTRY_PART,
			       .name = "fuzz.bin", .chain = "fuzz.bin"};
	j.bytes = SPAN(data, size);
	job_run(&j);
	findings = j.findings ? j.findings : findings_new();
	buf_free(&out.b);
	return 0;
}
