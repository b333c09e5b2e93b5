/* SPDX-License-Identifier: Apache-2.0 */
#include "code/kind.h"

/*
 * Signs of a kind. A sign that ends in '*' is the beginning of the name of a function that the
 * program itself offers; any other is text anywhere in it. So many different signs have to be met.
 */
struct sign {
	const char *kind;
	unsigned needed;
	const char *words[12];
};

static const struct sign signs[] = {
    {"image library",
     2,
     {"jpeg_*", "png_*", "TIFF*", "DGif*", "WebP*", "JFIF", "IHDR", "GIF89a", "Huffman", "IDAT"}},
    {"audio library",
     2,
     {"mad_*", "FLAC__*", "opus_*", "vorbis_*", "mpg123_*", "lame_*", "speex_*", "OggS", "fLaC",
      "bitrate"}},
    {"compression library",
     2,
     {"inflate*", "deflate*", "BZ2_*", "lzma_*", "ZSTD_*", "LZ4_*", "lzo1x_*",
      "incorrect data check", "invalid distance", "invalid block type"}},
    {"parser library",
     2,
     {"XML_*", "xml*", "json_*", "yaml_*", "cJSON_*", "unclosed token", "not well-formed",
      "duplicate attribute", "unexpected end of input", "invalid token"}},
    {"crypto library",
     3,
     {"EVP_*", "AES_*", "SHA256_*", "mbedtls_*", "gcry_*", "nettle_*", "RSA_*", "HMAC*",
      "wolfSSL_*"}},
    {"database library",
     2,
     {"sqlite3_*", "database disk image is malformed", "no such table", "gdbm_*", "mdb_*"}},
    {"dns server",
     3,
     {"in-addr.arpa", "version.bind", "ip6.arpa", "SERVFAIL", "NXDOMAIN", "recursion",
      "resolv.conf"}},
    {"ntp server", 3, {"stratum", "leap", "drift", "ntp.conf", "root delay", "refid"}},
    {"snmp server",
     3,
     {"sysUpTime", "community", "snmpd.conf", "rocommunity", "sysDescr", "trapsink"}},
    {"ftp server", 3, {"PASV", "RETR", "STOR", "MLSD", "226 ", "230 ", "EPSV"}},
    {"ssh server",
     3,
     {"SSH-2.0-", "diffie-hellman", "hmac-sha2", "ssh-userauth", "authorized_keys",
      "Accepted publickey"}},
    {"web server",
     4,
     {"If-Modified-Since", "text/html", "Content-Length", "HTTP/1.1", "REQUEST_METHOD",
      "GATEWAY_INTERFACE", "index.html", "404 Not Found"}},
    {"mail server", 3, {"RCPT TO", "MAIL FROM", "EHLO", "Received: ", "250 ", "mailq"}},
};

const char *const kind_capability[KIND_CAPABILITIES] = {"exec",	      "listen",	       "connect",
							"raw-socket", "packet-socket", "setuid",
							"reboot",     "insmod",	       "erase"};

/* Not by the way: a few of a thousand functions do not tell what a library is for. */
static bool offers(const struct elf_image *img, const char *begin, size_t n)
{
	enum { SHARE = 32 };
	size_t all = 0, such = 0;
	for (size_t i = 0; i < img->symbol_count; i++) {
		all += img->symbols[i].defined && img->symbols[i].function;
		such += img->symbols[i].defined && strncmp(img->symbols[i].name, begin, n) == 0;
	}
	return such && such >= all / SHARE;
}

static bool is_letter(struct span s, size_t at)
{
	return at < s.n &&
	       ((s.p[at] >= 'A' && s.p[at] <= 'Z') || (s.p[at] >= 'a' && s.p[at] <= 'z'));
}

/* A word of its own: IDAT does not stand in VALIDATE. */
static bool stands(struct span s, struct span word)
{
	for (size_t at = 0;;) {
		struct span rest = span_from(s, at);
		size_t found = span_find(rest, word, 0);
		if (found == SIZE_MAX)
			return false;
		size_t begin = at + found, end = begin + word.n;
		if ((!begin || !is_letter(s, begin - 1)) && !is_letter(s, end))
			return true;
		at = begin + 1;
	}
}

static bool met(const struct elf_image *img, const char *word)
{
	size_t n = strlen(word);
	if (word[n - 1] == '*')
		return offers(img, word, n - 1);
	return stands(img->in, SPAN(word, n));
}

static bool is_library(const char *kind)
{
	size_t n = strlen(kind);
	return n > 7 && strcmp(kind + n - 7, "library") == 0;
}

/* A library offers functions and has no place to begin. */
static bool offers_functions(const struct elf_image *img)
{
	size_t offered = 0;
	for (size_t i = 0; i < img->symbol_count; i++)
		offered += img->symbols[i].defined && img->symbols[i].function;
	return img->type == 3 && offered >= 2 && !elf_needs(img, "__libc_start_main") &&
	       !elf_needs(img, "__uClibc_main");
}

static bool listens(const struct elf_image *img)
{
	static const char *const servers[] = {"listen", "accept", "recvfrom", "accept4", "recvmsg"};
	bool serves = false;
	for (size_t i = 0; i < sizeof servers / sizeof *servers; i++)
		serves |= elf_needs(img, servers[i]);
	return serves;
}

const struct kind *kind_of(const struct elf_image *img)
{
	const char *best = NULL;
	unsigned most = 0;
	bool library = offers_functions(img), server = listens(img);
	for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
		const struct sign *s = &signs[i];
		unsigned n = 0, words = 0;
		if (!(is_library(s->kind) ? library : server))
			continue;
		while (words < 12 && s->words[words])
			words++;
		for (unsigned k = 0; k < words && n + (words - k) >= s->needed; k++)
			n += met(img, s->words[k]);
		unsigned score = n >= s->needed ? 100 * n / s->needed : 0;
		if (score == most) /* two kinds at once: none */
			best = NULL;
		if (score > most) {
			most = score;
			best = s->kind;
		}
	}
	for (size_t i = 0; best && i < kind_count; i++)
		if (strcmp(kinds[i].name, best) == 0)
			return &kinds[i];
	return NULL;
}

int kind_share(const struct kind *k, const char *what)
{
	for (size_t i = 0; k && i < KIND_CAPABILITIES; i++)
		if (strcmp(kind_capability[i], what) == 0)
			return k->has[i];
	return -1;
}
