/* SPDX-License-Identifier: Apache-2.0 */
/* Table of library functions. Sorted by strcmp; a unit test holds the order. */
#include "code/names.h"

#include <strings.h>

#define R(name_, kind_, arg_, other_, len_, source_)                                               \
	{                                                                                          \
		name_, ROLE_##kind_, arg_, other_, len_, SOURCE_##source_                          \
	}

static const struct role roles[] = {
    R("__bzero", FILL, 0, -1, 1, NONE),
    R("__fgets_chk", READ, 0, -1, 2, STREAM),
    R("__longjmp_chk", NORETURN, -1, -1, -1, NONE),
    R("__memcpy_chk", COPY, 0, 1, 2, NONE),
    R("__read_chk", READ, 1, -1, 2, STREAM),
    R("__recv_chk", READ, 1, -1, 2, NETWORK),
    R("__recvfrom_chk", READ, 1, -1, 2, NETWORK),
    R("__snprintf_chk", FORMAT, 0, 4, 1, NONE),
    R("__sprintf_chk", FORMAT, 0, 3, -1, NONE),
    R("__stack_chk_fail", NORETURN, -1, -1, -1, NONE),
    R("__strcat_chk", COPY, 0, 1, -1, NONE),
    R("__strcpy_chk", COPY, 0, 1, -1, NONE),
    R("__strdup", DERIVE, 0, -1, -1, NONE),
    R("__strncpy_chk", COPY, 0, 1, 2, NONE),
    R("__vsnprintf_chk", FORMAT, 0, 4, 1, NONE),
    R("__vsprintf_chk", FORMAT, 0, 3, -1, NONE),
    R("_exit", NORETURN, -1, -1, -1, NONE),
    R("abort", NORETURN, -1, -1, -1, NONE),
    R("accept", ACCEPT, 0, -1, -1, NONE),
    R("accept4", ACCEPT, 0, -1, -1, NONE),
    R("atoi", NUMBER, 0, -1, -1, NONE),
    R("atol", NUMBER, 0, -1, -1, NONE),
    R("bcmp", COMPARE, 0, 1, 2, NONE),
    R("bind", BIND, 1, -1, -1, NONE),
    R("bzero", FILL, 0, -1, 1, NONE),
    R("close", PURE, -1, -1, -1, NONE),
    R("connect", CONNECT, 1, -1, -1, NONE),
    R("delete_module", MODULE, 0, -1, -1, NONE),
    R("err", NORETURN, -1, -1, -1, NONE),
    R("errx", NORETURN, -1, -1, -1, NONE),
    R("execl", EXEC, 0, 1, -1, NONE),
    R("execle", EXEC, 0, 1, -1, NONE),
    R("execlp", EXEC, 0, 1, -1, NONE),
    R("execv", EXEC, 0, -1, -1, NONE),
    R("execve", EXEC, 0, -1, -1, NONE),
    R("execvp", EXEC, 0, -1, -1, NONE),
    R("execvpe", EXEC, 0, -1, -1, NONE),
    R("exit", NORETURN, -1, -1, -1, NONE),
    R("fgets", READ, 0, -1, 1, STREAM),
    R("fopen", PURE, -1, -1, -1, NONE),
    R("fprintf", PURE, -1, -1, -1, NONE),
    R("fputs", PURE, -1, -1, -1, NONE),
    R("fread", READ, 0, -1, -1, STREAM),
    R("free", PURE, -1, -1, -1, NONE),
    R("fwrite", PURE, -1, -1, -1, NONE),
    R("getaddrinfo", ADDRINFO, 1, -1, -1, NONE),
    R("getenv", GET, 0, -1, -1, ENVIRONMENT),
    R("gets", READ, 0, -1, -1, STREAM),
    R("htonl", SWAP, 0, -1, 4, NONE),
    R("htons", SWAP, 0, -1, 2, NONE),
    R("init_module", MODULE, 0, -1, -1, NONE),
    R("listen", LISTEN, 0, -1, -1, NONE),
    R("memcmp", COMPARE, 0, 1, 2, NONE),
    R("memcpy", COPY, 0, 1, 2, NONE),
    R("memmove", COPY, 0, 1, 2, NONE),
    R("memset", FILL, 0, 1, 2, NONE),
    R("ntohl", SWAP, 0, -1, 4, NONE),
    R("ntohs", SWAP, 0, -1, 2, NONE),
    R("nvram_bufget", CONFIG, 1, -1, -1, NONE),
    R("nvram_get", CONFIG, 0, -1, -1, NONE),
    R("nvram_safe_get", CONFIG, 0, -1, -1, NONE),
    R("perror", PURE, -1, -1, -1, NONE),
    R("popen", EXEC, 0, -1, -1, NONE),
    R("posix_spawn", EXEC, 1, -1, -1, NONE),
    R("posix_spawnp", EXEC, 1, -1, -1, NONE),
    R("printf", PURE, -1, -1, -1, NONE),
    R("pthread_create", THREAD, 2, -1, -1, NONE),
    R("puts", PURE, -1, -1, -1, NONE),
    R("read", READ, 1, -1, 2, STREAM),
    R("reboot", REBOOT, 0, -1, -1, NONE),
    R("recv", READ, 1, -1, 2, NETWORK),
    R("recvfrom", READ, 1, -1, 2, NETWORK),
    R("send", PURE, -1, -1, -1, NONE),
    R("sendto", PURE, -1, -1, -1, NONE),
    R("setenv", PURE, -1, -1, -1, NONE),
    R("seteuid", IDENTITY, 0, -1, -1, NONE),
    R("setgid", IDENTITY, 0, -1, -1, NONE),
    R("setreuid", IDENTITY, 0, -1, -1, NONE),
    R("setresuid", IDENTITY, 0, -1, -1, NONE),
    R("setsockopt", PURE, -1, -1, -1, NONE),
    R("setuid", IDENTITY, 0, -1, -1, NONE),
    R("snprintf", FORMAT, 0, 2, 1, NONE),
    R("socket", SOCKET, 0, 1, -1, NONE),
    R("sprintf", FORMAT, 0, 1, -1, NONE),
    R("stpcpy", COPY, 0, 1, -1, NONE),
    R("strcasecmp", COMPARE, 0, 1, -1, NONE),
    R("strcasestr", FIND, 0, 1, -1, NONE),
    R("strcat", COPY, 0, 1, -1, NONE),
    R("strchr", DERIVE, 0, -1, -1, NONE),
    R("strcmp", COMPARE, 0, 1, -1, NONE),
    R("strcpy", COPY, 0, 1, -1, NONE),
    R("strdup", DERIVE, 0, -1, -1, NONE),
    R("strlen", PURE, -1, -1, -1, NONE),
    R("strncasecmp", COMPARE, 0, 1, 2, NONE),
    R("strncat", COPY, 0, 1, 2, NONE),
    R("strncmp", COMPARE, 0, 1, 2, NONE),
    R("strncpy", COPY, 0, 1, 2, NONE),
    R("strndup", DERIVE, 0, -1, -1, NONE),
    R("strrchr", DERIVE, 0, -1, -1, NONE),
    R("strstr", FIND, 0, 1, -1, NONE),
    R("strtok", DERIVE, 0, -1, -1, NONE),
    R("strtok_r", DERIVE, 0, -1, -1, NONE),
    R("strtol", NUMBER, 0, -1, -1, NONE),
    R("strtoul", NUMBER, 0, -1, -1, NONE),
    R("syslog", PURE, -1, -1, -1, NONE),
    R("system", EXEC, 0, -1, -1, NONE),
    R("unlink", PURE, -1, -1, -1, NONE),
    R("vfork", PURE, -1, -1, -1, NONE),
    R("vsnprintf", FORMAT, 0, 2, 1, NONE),
    R("vsprintf", FORMAT, 0, 1, -1, NONE),
    R("write", PURE, -1, -1, -1, NONE),
};

/* Vendors wrap system() in functions of their own libraries: doSystem, twsystem, CsteSystem ... */
static const struct role vendor_system = R("system", EXEC, 0, -1, -1, NONE);
static const struct role web_getter = R("web", GET, 1, -1, -1, WEB);

static bool ends_with(const char *name, const char *end)
{
	size_t n = strlen(name), k = strlen(end);
	return n >= k && strcasecmp(name + n - k, end) == 0;
}

const struct role *role_of(const char *name)
{
	size_t lo = 0, hi = sizeof roles / sizeof *roles;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		int order = strcmp(roles[mid].name, name);
		if (order == 0)
			return &roles[mid];
		if (order < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (ends_with(name, "system") && !ends_with(name, "filesystem") &&
	    !ends_with(name, "subsystem"))
		return &vendor_system;
	if (strcmp(name, "websGetVar") == 0)
		return &web_getter;
	return NULL;
}

const struct role *role_web_getter(void)
{
	return &web_getter;
}

const char *source_word(enum source_kind s)
{
	switch (s) {
	case SOURCE_NETWORK:
		return "network";
	case SOURCE_WEB:
		return "web form";
	case SOURCE_STREAM:
		return "stream";
	case SOURCE_ENVIRONMENT:
		return "environment";
	default:
		return "unknown";
	}
}

bool is_request_variable(struct span name)
{
	static const char *const names[] = {"QUERY_STRING", "REQUEST_URI",    "CONTENT_TYPE",
					    "PATH_INFO",    "REQUEST_METHOD", "REMOTE_USER"};
	if (SPAN_IS(name, 0, "HTTP_"))
		return true;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (span_eq_str(name, names[i]))
			return true;
	return false;
}
