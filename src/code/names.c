/* SPDX-License-Identifier: Apache-2.0 */
/* Table of library functions. Sorted by strcmp; a unit test holds the order. */
#include "code/names.h"

#include <strings.h>

#define R(name_, kind_, arg_, other_, len_, source_)                                               \
	{                                                                                          \
		name_, ROLE_##kind_, arg_, other_, len_, SOURCE_##source_                          \
	}

static const struct role roles[] = {
    R("BIO_gets", READ, 1, -1, 2, NETWORK),
    R("BIO_read", READ, 1, -1, 2, NETWORK),
    R("CommitCfm", SETTING, 0, -1, -1, NONE),
    R("DES_crypt", CRYPT, 0, 1, -1, NONE),
    R("DES_fcrypt", CRYPT, 0, 1, -1, NONE),
    R("EVP_Digest", DIGEST, 2, 0, -1, NONE),
    R("EVP_DigestFinal", DIGEST, 1, 0, -1, NONE),
    R("EVP_DigestFinal_ex", DIGEST, 1, 0, -1, NONE),
    R("EVP_DigestUpdate", DIGEST, 0, 1, -1, NONE),
    R("FCGX_GetParam", GET, 0, -1, -1, NETWORK),
    R("FCGX_GetStr", READ, 0, -1, 1, NETWORK),
    R("Jim_Eval", SCRIPT, 1, -1, -1, NONE),
    R("MD5", DIGEST, 2, 0, -1, NONE),
    R("MD5Final", DIGEST, 0, 1, -1, NONE),
    R("MD5Update", DIGEST, 0, 1, -1, NONE),
    R("MD5_Final", DIGEST, 0, 1, -1, NONE),
    R("MD5_Update", DIGEST, 0, 1, -1, NONE),
    R("MHD_lookup_connection_value", GET, 2, -1, -1, NETWORK),
    R("PEM_read_PrivateKey", PASSPHRASE, -1, 3, -1, NONE),
    R("PEM_read_RSAPrivateKey", PASSPHRASE, -1, 3, -1, NONE),
    R("PEM_read_bio_PrivateKey", PASSPHRASE, -1, 3, -1, NONE),
    R("PEM_read_bio_RSAPrivateKey", PASSPHRASE, -1, 3, -1, NONE),
    R("PKCS12_create", PASSPHRASE, -1, 0, -1, NONE),
    R("PKCS12_parse", PASSPHRASE, -1, 1, -1, NONE),
    R("PQconnectdb", PASSPHRASE, -1, 0, -1, NONE),
    R("PQsetdbLogin", PASSPHRASE, 5, 6, -1, NONE),
    R("PyRun_SimpleString", SCRIPT, 0, -1, -1, NONE),
    R("PyRun_SimpleStringFlags", SCRIPT, 0, -1, -1, NONE),
    R("SHA1", DIGEST, 2, 0, -1, NONE),
    R("SHA1Final", DIGEST, 0, 1, -1, NONE),
    R("SHA1Update", DIGEST, 0, 1, -1, NONE),
    R("SHA1_Final", DIGEST, 0, 1, -1, NONE),
    R("SHA1_Update", DIGEST, 0, 1, -1, NONE),
    R("SHA224", DIGEST, 2, 0, -1, NONE),
    R("SHA256", DIGEST, 2, 0, -1, NONE),
    R("SHA256_Final", DIGEST, 0, 1, -1, NONE),
    R("SHA256_Update", DIGEST, 0, 1, -1, NONE),
    R("SHA384", DIGEST, 2, 0, -1, NONE),
    R("SHA512", DIGEST, 2, 0, -1, NONE),
    R("SHA512_Final", DIGEST, 0, 1, -1, NONE),
    R("SHA512_Update", DIGEST, 0, 1, -1, NONE),
    R("SSL_CTX_set_default_passwd_cb_userdata", PASSPHRASE, -1, 1, -1, NONE),
    R("SSL_read", READ, 1, -1, 2, NETWORK),
    R("SetValue", SETTING, 0, 1, -1, NONE),
    R("Tcl_Eval", SCRIPT, 1, -1, -1, NONE),
    R("_IO_getc", BYTE, 0, -1, -1, STREAM),
    R("__asprintf_chk", FORMAT, 0, 2, -2, NONE),
    R("__bzero", FILL, 0, -1, 1, NONE),
    R("__fgetc_unlocked", BYTE, 0, -1, -1, STREAM),
    R("__fgets_chk", READ, 0, -1, 2, STREAM),
    R("__fread_chk", READ, 0, -1, -1, STREAM),
    R("__getdelim", READ, 0, -1, -2, STREAM),
    R("__gmtime64", CLOCK, -1, -1, -1, NONE),
    R("__isoc23_sscanf", SCAN, 0, 1, -1, NONE),
    R("__isoc23_strtol", NUMBER, 0, -1, -1, NONE),
    R("__isoc23_strtoul", NUMBER, 0, -1, -1, NONE),
    R("__isoc99_sscanf", SCAN, 0, 1, -1, NONE),
    R("__localtime64", CLOCK, -1, -1, -1, NONE),
    R("__localtime64_r", CLOCK, 1, -1, -1, NONE),
    R("__longjmp_chk", NORETURN, -1, -1, -1, NONE),
    R("__memcpy_chk", COPY, 0, 1, 2, NONE),
    R("__read_chk", READ, 1, -1, 2, STREAM),
    R("__recv_chk", READ, 1, -1, 2, NETWORK),
    R("__recvfrom_chk", READ, 1, -1, 2, NETWORK),
    R("__snprintf_chk", FORMAT, 0, 4, 1, NONE),
    R("__sprintf_chk", FORMAT, 0, 3, -1, NONE),
    R("__stack_chk_fail", NORETURN, -1, -1, -1, NONE),
    R("__stpcpy_chk", COPY, 0, 1, -1, NONE),
    R("__strcat_chk", COPY, 0, 1, -1, NONE),
    R("__strcpy_chk", COPY, 0, 1, -1, NONE),
    R("__strdup", DERIVE, 0, -1, -1, NONE),
    R("__strncat_chk", COPY, 0, 1, 2, NONE),
    R("__strncpy_chk", COPY, 0, 1, 2, NONE),
    R("__strsep_g", SPLIT, 0, -1, -1, NONE),
    R("__time64", CLOCK, 0, -1, -1, NONE),
    R("__vasprintf_chk", FORMAT, 0, 2, -2, NONE),
    R("__vsnprintf_chk", FORMAT, 0, 4, 1, NONE),
    R("__vsprintf_chk", FORMAT, 0, 3, -1, NONE),
    R("_exit", NORETURN, -1, -1, -1, NONE),
    R("abort", NORETURN, -1, -1, -1, NONE),
    R("accept", ACCEPT, 0, -1, -1, NONE),
    R("accept4", ACCEPT, 0, -1, -1, NONE),
    R("acosNvramConfig_save", SETTING, -1, -1, -1, NONE),
    R("acosNvramConfig_set", SETTING, 0, 1, -1, NONE),
    R("apmib_set", SETTING, 0, 1, -1, NONE),
    R("apmib_update", SETTING, 0, -1, -1, NONE),
    R("asctime", CLOCK, -1, -1, -1, NONE),
    R("asprintf", FORMAT, 0, 1, -2, NONE),
    R("atoi", NUMBER, 0, -1, -1, NONE),
    R("atol", NUMBER, 0, -1, -1, NONE),
    R("auth_userokay", CHECK, -1, -1, -1, NONE),
    R("bcmp", COMPARE, 0, 1, 2, NONE),
    R("bcrypt", CRYPT, 0, 1, -1, NONE),
    R("bind", BIND, 1, -1, -1, NONE),
    R("bufferevent_read", READ, 1, -1, 2, NETWORK),
    R("bzero", FILL, 0, -1, 1, NONE),
    R("call_usermodehelper", EXEC, 0, -1, -1, NONE),
    R("cfg_commit", SETTING, -1, -1, -1, NONE),
    R("cfg_save", SETTING, -1, -1, -1, NONE),
    R("cfg_set", SETTING, 0, 1, -1, NONE),
    R("chmod", MODE, 0, 1, -1, NONE),
    R("chown", OWNER, 0, -1, -1, NONE),
    R("clock_gettime", CLOCK, 1, -1, -1, NONE),
    R("close", PURE, -1, -1, -1, NONE),
    R("commit_creds", IDENTITY, -1, -1, -1, NONE),
    R("connect", CONNECT, 1, -1, -1, NONE),
    R("crypt", CRYPT, 0, 1, -1, NONE),
    R("crypt_r", CRYPT, 0, 1, -1, NONE),
    R("crypt_rn", CRYPT, 0, 1, -1, NONE),
    R("ctime", CLOCK, -1, -1, -1, NONE),
    R("delete_module", MODULE, 0, -1, -1, NONE),
    R("dlopen", LOAD, 0, -1, -1, NONE),
    R("duk_eval_raw", SCRIPT, 1, -1, -1, NONE),
    R("emergency_restart", REBOOT, -1, -1, -1, NONE),
    R("err", NORETURN, -1, -1, -1, NONE),
    R("errx", NORETURN, -1, -1, -1, NONE),
    R("evbuffer_pullup", DERIVE, 0, -1, -1, NONE),
    R("evbuffer_readln", GET, -1, -1, -1, NETWORK),
    R("evbuffer_remove", READ, 1, -1, 2, NETWORK),
    R("evhttp_find_header", GET, 1, -1, -1, NETWORK),
    R("evhttp_request_get_uri", GET, -1, -1, -1, NETWORK),
    R("execl", EXEC, 0, 1, -1, NONE),
    R("execle", EXEC, 0, 1, -1, NONE),
    R("execlp", EXEC, 0, 1, -1, NONE),
    R("execv", EXEC, 0, -1, -1, NONE),
    R("execve", EXEC, 0, -1, -1, NONE),
    R("execvp", EXEC, 0, -1, -1, NONE),
    R("execvpe", EXEC, 0, -1, -1, NONE),
    R("exit", NORETURN, -1, -1, -1, NONE),
    R("fcrypt", CRYPT, 0, 1, -1, NONE),
    R("fgetc", BYTE, 0, -1, -1, STREAM),
    R("fgetc_unlocked", BYTE, 0, -1, -1, STREAM),
    R("fgets", READ, 0, -1, 1, STREAM),
    R("fgets_unlocked", READ, 0, -1, 1, STREAM),
    R("flash_erase", FLASH, 0, -1, -1, NONE),
    R("flash_write", FLASH, 0, -1, -1, NONE),
    R("fopen", OPEN, 0, 1, -1, NONE),
    R("fopen64", OPEN, 0, 1, -1, NONE),
    R("fprintf", PURE, -1, -1, -1, NONE),
    R("fputs", PURE, -1, -1, -1, NONE),
    R("fread", READ, 0, -1, -1, STREAM),
    R("fread_unlocked", READ, 0, -1, -1, STREAM),
    R("free", PURE, -1, -1, -1, NONE),
    R("fwrite", PURE, -1, -1, -1, NONE),
    R("getaddrinfo", ADDRINFO, 1, -1, -1, NONE),
    R("getc", BYTE, 0, -1, -1, STREAM),
    R("getc_unlocked", BYTE, 0, -1, -1, STREAM),
    R("getchar", BYTE, -1, -1, -1, STREAM),
    R("getdelim", READ, 0, -1, -2, STREAM),
    R("getenv", GET, 0, -1, -1, ENVIRONMENT),
    R("getline", READ, 0, -1, -2, STREAM),
    R("getpwnam", ACCOUNT, 0, -1, -1, NONE),
    R("getpwnam_r", ACCOUNT, 0, -1, -1, NONE),
    R("gets", READ, 0, -1, -1, STREAM),
    R("getspnam", ACCOUNT, 0, -1, -1, NONE),
    R("getspnam_r", ACCOUNT, 0, -1, -1, NONE),
    R("gettimeofday", CLOCK, 0, -1, -1, NONE),
    R("gmtime", CLOCK, -1, -1, -1, NONE),
    R("gmtime_r", CLOCK, 1, -1, -1, NONE),
    R("gnutls_record_recv", READ, 1, -1, 2, NETWORK),
    R("htonl", SWAP, 0, -1, 4, NONE),
    R("htons", SWAP, 0, -1, 2, NONE),
    R("index", DERIVE, 0, -1, -1, NONE),
    R("init_module", MODULE, 0, -1, -1, NONE),
    R("js_dostring", SCRIPT, 1, -1, -1, NONE),
    R("kernel_power_off", REBOOT, -1, -1, -1, NONE),
    R("kernel_restart", REBOOT, 0, -1, -1, NONE),
    R("ldap_bind_s", PASSPHRASE, 1, 2, -1, NONE),
    R("ldap_simple_bind_s", PASSPHRASE, 1, 2, -1, NONE),
    R("listen", LISTEN, 0, -1, -1, NONE),
    R("localtime", CLOCK, -1, -1, -1, NONE),
    R("localtime_r", CLOCK, 1, -1, -1, NONE),
    R("luaL_loadbuffer", SCRIPT, 1, -1, -1, NONE),
    R("luaL_loadbufferx", SCRIPT, 1, -1, -1, NONE),
    R("luaL_loadstring", SCRIPT, 1, -1, -1, NONE),
    R("lua_dostring", SCRIPT, 1, -1, -1, NONE),
    R("machine_restart", REBOOT, 0, -1, -1, NONE),
    R("mbedtls_md5", DIGEST, 2, 0, -1, NONE),
    R("mbedtls_sha1", DIGEST, 2, 0, -1, NONE),
    R("mbedtls_sha256", DIGEST, 2, 0, -1, NONE),
    R("mbedtls_ssl_read", READ, 1, -1, 2, NETWORK),
    R("memchr", DERIVE, 0, -1, -1, NONE),
    R("memcmp", COMPARE, 0, 1, 2, NONE),
    R("memcpy", COPY, 0, 1, 2, NONE),
    R("memmem", FIND, 0, 2, 3, NONE),
    R("memmove", COPY, 0, 1, 2, NONE),
    R("mempcpy", COPY, 0, 1, 2, NONE),
    R("memset", FILL, 0, 1, 2, NONE),
    R("mib_set", SETTING, 0, 1, -1, NONE),
    R("mib_update", SETTING, 0, -1, -1, NONE),
    R("mtd_erase", FLASH, 0, -1, -1, NONE),
    R("mtd_write", FLASH, 0, -1, -1, NONE),
    R("mtd_write_firmware", FLASH, 0, -1, -1, NONE),
    R("mysql_real_connect", PASSPHRASE, 2, 3, -1, NONE),
    R("ntohl", SWAP, 0, -1, 4, NONE),
    R("ntohs", SWAP, 0, -1, 2, NONE),
    R("nvram_bufget", CONFIG, 1, -1, -1, NONE),
    R("nvram_bufset", SETTING, 1, 2, -1, NONE),
    R("nvram_commit", SETTING, -1, -1, -1, NONE),
    R("nvram_get", CONFIG, 0, -1, -1, NONE),
    R("nvram_safe_get", CONFIG, 0, -1, -1, NONE),
    R("nvram_set", SETTING, 0, 1, -1, NONE),
    R("nvram_unset", SETTING, 0, -1, -1, NONE),
    R("open", OPEN, 0, 1, -1, NONE),
    R("open64", OPEN, 0, 1, -1, NONE),
    R("orderly_poweroff", REBOOT, -1, -1, -1, NONE),
    R("pam_authenticate", CHECK, -1, -1, -1, NONE),
    R("panic", NORETURN, -1, -1, -1, NONE),
    R("pcap_dispatch", PACKETS, 2, 2, -1, NETWORK),
    R("pcap_loop", PACKETS, 2, 2, -1, NETWORK),
    R("pcap_next", GET, 0, -1, -1, NETWORK),
    R("perror", PURE, -1, -1, -1, NONE),
    R("popen", EXEC, 0, -1, -1, NONE),
    R("posix_spawn", EXEC, 1, -1, -1, NONE),
    R("posix_spawnp", EXEC, 1, -1, -1, NONE),
    R("pread", READ, 1, -1, 2, STREAM),
    R("printf", PURE, -1, -1, -1, NONE),
    R("pthread_create", THREAD, 2, -1, -1, NONE),
    R("putpwent", SETTING, -1, -1, -1, NONE),
    R("puts", PURE, -1, -1, -1, NONE),
    R("putspent", SETTING, -1, -1, -1, NONE),
    R("pw_encrypt", CRYPT, 0, 1, -1, NONE),
    R("rad_add_server", PASSPHRASE, -1, 3, -1, NONE),
    R("rawmemchr", DERIVE, 0, -1, -1, NONE),
    R("rc_add_config", PASSPHRASE, -1, 2, -1, NONE),
    R("read", READ, 1, -1, 2, STREAM),
    R("reboot", REBOOT, 0, -1, -1, NONE),
    R("recv", READ, 1, -1, 2, NETWORK),
    R("recvfrom", READ, 1, -1, 2, NETWORK),
    R("remove", DELETE, 0, -1, -1, NONE),
    R("rindex", DERIVE, 0, -1, -1, NONE),
    R("rmdir", DELETE, 0, -1, -1, NONE),
    R("send", PURE, -1, -1, -1, NONE),
    R("sendto", PURE, -1, -1, -1, NONE),
    R("setenv", PURE, -1, -1, -1, NONE),
    R("seteuid", IDENTITY, 0, -1, -1, NONE),
    R("setgid", IDENTITY, 0, -1, -1, NONE),
    R("setresuid", IDENTITY, 0, -1, -1, NONE),
    R("setreuid", IDENTITY, 0, -1, -1, NONE),
    R("setsockopt", PURE, -1, -1, -1, NONE),
    R("setuid", IDENTITY, 0, -1, -1, NONE),
    R("skb_copy_bits", READ, 2, -1, 3, NETWORK),
    R("snprintf", FORMAT, 0, 2, 1, NONE),
    R("socket", SOCKET, 0, 1, -1, NONE),
    R("sprintf", FORMAT, 0, 1, -1, NONE),
    R("sscanf", SCAN, 0, 1, -1, NONE),
    R("ssl_read", READ, 1, -1, 2, NETWORK),
    R("stpcpy", COPY, 0, 1, -1, NONE),
    R("strcasecmp", COMPARE, 0, 1, -1, NONE),
    R("strcasestr", FIND, 0, 1, -1, NONE),
    R("strcat", COPY, 0, 1, -1, NONE),
    R("strchr", DERIVE, 0, -1, -1, NONE),
    R("strchrnul", DERIVE, 0, -1, -1, NONE),
    R("strcmp", COMPARE, 0, 1, -1, NONE),
    R("strcpy", COPY, 0, 1, -1, NONE),
    R("strdup", DERIVE, 0, -1, -1, NONE),
    R("strftime", CLOCK, 0, -1, -1, NONE),
    R("strlcat", COPY, 0, 1, 2, NONE),
    R("strlcpy", COPY, 0, 1, 2, NONE),
    R("strlen", PURE, -1, -1, -1, NONE),
    R("strncasecmp", COMPARE, 0, 1, 2, NONE),
    R("strncat", COPY, 0, 1, 2, NONE),
    R("strncmp", COMPARE, 0, 1, 2, NONE),
    R("strncpy", COPY, 0, 1, 2, NONE),
    R("strndup", DERIVE, 0, -1, -1, NONE),
    R("strnstr", FIND, 0, 1, -1, NONE),
    R("strpbrk", DERIVE, 0, -1, -1, NONE),
    R("strrchr", DERIVE, 0, -1, -1, NONE),
    R("strsep", SPLIT, 0, -1, -1, NONE),
    R("strstr", FIND, 0, 1, -1, NONE),
    R("strtok", DERIVE, 0, -1, -1, NONE),
    R("strtok_r", DERIVE, 0, -1, -1, NONE),
    R("strtol", NUMBER, 0, -1, -1, NONE),
    R("strtoll", NUMBER, 0, -1, -1, NONE),
    R("strtoul", NUMBER, 0, -1, -1, NONE),
    R("strtoull", NUMBER, 0, -1, -1, NONE),
    R("syslog", PURE, -1, -1, -1, NONE),
    R("system", EXEC, 0, -1, -1, NONE),
    R("tcapi_commit", SETTING, 0, -1, -1, NONE),
    R("tcapi_set", SETTING, 0, 1, -1, NONE),
    R("time", CLOCK, 0, -1, -1, NONE),
    R("uci_commit", SETTING, 1, -1, -1, NONE),
    R("uci_set", SETTING, 1, -1, -1, NONE),
    R("unlink", DELETE, 0, -1, -1, NONE),
    R("unlinkat", DELETE, 1, -1, -1, NONE),
    R("vasprintf", FORMAT, 0, 1, -2, NONE),
    R("vfork", PURE, -1, -1, -1, NONE),
    R("vsnprintf", FORMAT, 0, 2, 1, NONE),
    R("vsprintf", FORMAT, 0, 1, -1, NONE),
    R("wolfSSL_read", READ, 1, -1, 2, NETWORK),
    R("write", PURE, -1, -1, -1, NONE),
    R("zend_eval_string", SCRIPT, 0, -1, -1, NONE),
};

/* Vendors wrap system() in functions of their own libraries: doSystem, twsystem, CsteSystem ... */
static const struct role vendor_system = R("system", EXEC, 0, -1, LEN_FORMAT, NONE);
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
