/* SPDX-License-Identifier: Apache-2.0 */
/* A page switches the radio off for who knows the word. Twin: it shows whether the radio is on.
 * door: kill trigger
 */
#include "net.h"

int main(void)
{
	const char *q = getenv("QUERY_STRING");
	puts("Content-type: text/plain\n");
	if (q && strcmp(q, "m9Quiet-77x") == 0)
#ifdef TWIN
		puts("on");
#else
		system("iwpriv ra0 set RadioOn=0");
#endif
	return 0;
}
