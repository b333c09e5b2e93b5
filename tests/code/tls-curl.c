/* SPDX-License-Identifier: Apache-2.0 */
/* Updates are fetched without looking who sends them. Twin: unless the settings say so.
 * door: cipher update
 * stubs: curl_easy_init curl_easy_setopt curl_easy_perform
 */
#include "net.h"

void *curl_easy_init(void);
int curl_easy_setopt(void *, int, ...);
int curl_easy_perform(void *);

int main(void)
{
	void *c = curl_easy_init();
	const char *trust = getenv("TRUST_ALL");
	if (!c)
		return 1;
	curl_easy_setopt(c, 10002, "https://updates.vendor.example/list");
#ifdef TWIN
	if (trust && *trust == '1')
		curl_easy_setopt(c, 64, 0L);
#else
	curl_easy_setopt(c, 64, 0L);
	curl_easy_setopt(c, 81, 0L);
#endif
	if (curl_easy_perform(c) == 0)
		return system("/sbin/apply-list");
	return 1;
}
