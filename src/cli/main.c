/* SPDX-License-Identifier: Apache-2.0 */
#include "format/format.h"

int main(void)
{
	for (size_t i = 0; i < format_count; i++)
		printf("%s\n", formats[i]->name);
	return 0;
}
