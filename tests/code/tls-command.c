/* SPDX-License-Identifier: Apache-2.0 */
/* A download by command, without a check of the other side. Twin: with it.
 * door: cipher update
 */
#include "net.h"

int main(int argc, char **argv)
{
	char command[256];
#ifdef TWIN
	snprintf(command, sizeof command, "wget -q https://files.vendor.example/%s -O /tmp/list", argv[1]);
#else
	snprintf(command, sizeof command,
		 "wget -q --no-check-certificate https://files.vendor.example/%s -O /tmp/list", argv[1]);
#endif
	return system(command);
}
