/* SPDX-License-Identifier: Apache-2.0 */
/* Bid for, label and open one format (TARGET), whatever the bid says: open must bear anything. */
#include "collect.h"

extern const struct format TARGET;
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span in = SPAN(data, size);
	struct label label = {0};
	struct collect c;
	uint64_t own = 0;
	collect_init(&c);
	c.budget = 16 << 20;
	int sure = TARGET.bid(in, &own);
	if (sure < 0 || sure > 100)
		abort();
	if (sure && TARGET.label)
		TARGET.label(in, &label);
	if (TARGET.open)
		TARGET.open(in, &c.sink);
	if (c.open)
		abort(); /* begin without end */
	collect_free(&c);
	return 0;
}
