/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the functions of the C library (and of the usual web server kits) mean to the analysis:
 * where input comes from, what is compared or copied, what is privileged.
 */
#ifndef CODE_NAMES_H
#define CODE_NAMES_H

#include "base/span.h"

enum role_kind {
	ROLE_NONE,
	ROLE_PURE,    /* reads its arguments only */
	ROLE_EXEC,    /* runs a command: arg is the command or program */
	ROLE_READ,    /* fills the buffer `arg`, at most the number in `len` */
	ROLE_GET,     /* returns input; the name of what is asked for is `arg` */
	ROLE_BYTE,    /* returns one byte of the stream `arg` */
	ROLE_CONFIG,  /* returns a setting */
	ROLE_COMPARE, /* 0: the texts `arg` and `other` are equal */
	ROLE_FIND,    /* not NULL: `other` stands in `arg` */
	ROLE_COPY,    /* copies `other` to `arg` */
	ROLE_FORMAT,  /* makes text at `arg` by the format `other` and what follows */
	ROLE_DERIVE,  /* returns a pointer into, or a copy of, `arg` */
	ROLE_SPLIT,   /* returns the text that `arg` points to the pointer of, and moves that on */
	ROLE_NUMBER,  /* returns the number in the text `arg` */
	ROLE_FILL,    /* memset, bzero */
	ROLE_SWAP,    /* htons and relatives: `len` bytes */
	ROLE_SOCKET,
	ROLE_BIND,
	ROLE_LISTEN,
	ROLE_ACCEPT,
	ROLE_CONNECT,
	ROLE_ADDRINFO,
	ROLE_THREAD,   /* starts the function in `arg` */
	ROLE_PACKETS,  /* calls the function in `arg` with input in its parameter `other` */
	ROLE_IDENTITY, /* setuid and relatives */
	ROLE_REBOOT,
	ROLE_MODULE, /* loads kernel code */
	ROLE_NORETURN,
	ROLE_CHECK,	 /* 0: a credential was right */
	ROLE_CRYPT,	 /* returns the hash of the password `arg` made with the salt `other` */
	ROLE_ACCOUNT,	 /* returns what is stored about the user `arg` */
	ROLE_DIGEST,	 /* puts a digest of `other` to `arg` */
	ROLE_SETTING,	 /* writes a setting */
	ROLE_FLASH,	 /* writes or erases flash memory */
	ROLE_SCAN,	 /* takes the text `arg` apart by the format `other` into what follows */
	ROLE_DELETE,	 /* deletes the file `arg` */
	ROLE_LOAD,	 /* loads the code in the file `arg` */
	ROLE_SCRIPT,	 /* runs the script text `arg` */
	ROLE_OPEN,	 /* opens the file `arg`; `other` tells how */
	ROLE_MODE,	 /* gives the file `arg` the permissions `other` */
	ROLE_OWNER,	 /* gives the file `arg` to another user */
	ROLE_CLOCK,	 /* tells the time, as its result or at `arg` */
	ROLE_PASSPHRASE, /* `other` is a secret that opens a key, a service or a database; `arg` the
			    user */
};

enum source_kind {
	SOURCE_NONE,
	SOURCE_NETWORK,
	SOURCE_WEB,    /* a parameter of a web page */
	SOURCE_STREAM, /* a file, a terminal or a socket */
	SOURCE_ENVIRONMENT,
};

/* In role.len: `arg` is where a pointer to new memory is put; `arg` may be a format. */
enum { LEN_NEW = -2, LEN_FORMAT = -3 };

struct role {
	const char *name;
	uint8_t kind;
	int8_t arg, other, len; /* numbers of arguments, -1: none */
	uint8_t source;
};

/* What a function of this name does; NULL: nothing that matters. */
const struct role *role_of(const char *name);

const struct role *
role_web_getter(void); /* for functions that behave like one: (page, "name", "default") */

const char *source_word(enum source_kind s);

/* Is this environment variable set by a web server from a request? */
bool is_request_variable(struct span name);

#endif
