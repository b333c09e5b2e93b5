/* SPDX-License-Identifier: Apache-2.0 */
/* Functions of the C library as the machine carries them out: texts, memory, numbers of constants.
 */
#include "code/machine.h"

enum { MOST = 1024 };

struct arguments {
	uint64_t v[4];
	bool known[4];
};

static bool byte(struct machine *m, uint64_t at, uint8_t *out)
{
	uint64_t v;
	if (!machine_load(m, at, 1, &v))
		return false;
	*out = (uint8_t)v;
	return true;
}

static bool length(struct machine *m, uint64_t at, uint64_t *n)
{
	uint8_t b;
	for (*n = 0; *n < MOST; (*n)++) {
		if (!byte(m, at + *n, &b))
			return false;
		if (!b)
			return true;
	}
	return false;
}

static bool copy(struct machine *m, uint64_t to, uint64_t from, uint64_t n)
{
	uint8_t keep[MOST];
	bool known[MOST];
	if (n > MOST)
		return false;
	for (uint64_t i = 0; i < n; i++)
		known[i] = byte(m, from + i, &keep[i]);
	for (uint64_t i = 0; i < n; i++)
		if (!machine_store(m, to + i, 1, keep[i], known[i]))
			return false;
	return true;
}

static bool fill(struct machine *m, uint64_t to, uint64_t what, uint64_t n)
{
	if (n > MOST)
		return false;
	for (uint64_t i = 0; i < n; i++)
		if (!machine_store(m, to + i, 1, what & 0xff, true))
			return false;
	return true;
}

static bool text_copy(struct machine *m, const struct arguments *a, bool append, bool bounded,
		      uint64_t *end)
{
	uint64_t n, have = 0;
	if (!length(m, a->v[1], &n) || (append && !length(m, a->v[0], &have)))
		return false;
	if (bounded && !a->known[2])
		return false;
	if (!bounded || n < a->v[2]) {
		*end = a->v[0] + have + n;
		return copy(m, a->v[0] + have, a->v[1], n + 1);
	}
	*end = a->v[0] + have + a->v[2];
	return copy(m, a->v[0] + have, a->v[1], a->v[2]) &&
	       (!append || machine_store(m, *end, 1, 0, true));
}

static bool compare(struct machine *m, const struct arguments *a, uint64_t n, bool text,
		    uint64_t *out)
{
	for (uint64_t i = 0; i < n; i++) {
		uint8_t x, y;
		if (i == MOST || !byte(m, a->v[0] + i, &x) || !byte(m, a->v[1] + i, &y))
			return false;
		*out = (uint64_t)(int64_t)(x - y);
		if (x != y || (text && !x))
			return true;
	}
	*out = 0;
	return true;
}

static int digit(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'z' ? c - 'a' + 10 : 99;
}

static bool number(struct machine *m, uint64_t at, uint64_t base, uint64_t *out)
{
	uint8_t b = 0;
	bool minus = false;
	*out = 0;
	while (byte(m, at, &b) && (b == ' ' || b == '\t'))
		at++;
	if (b == '-' || b == '+') {
		minus = b == '-';
		at++;
	}
	uint8_t second = 0;
	if (byte(m, at, &b) && b == '0' && (base == 0 || base == 16) && byte(m, at + 1, &second) &&
	    (second | 0x20) == 'x') {
		base = 16;
		at += 2;
	} else if (base == 0) {
		base = b == '0' ? 8 : 10;
	}
	for (unsigned i = 0; i < 20; i++, at++) {
		if (!byte(m, at, &b))
			return false;
		if ((uint64_t)digit(b) >= base)
			break;
		*out = *out * base + (uint64_t)digit(b);
	}
	*out = minus ? 0 - *out : *out;
	return true;
}

static bool find(struct machine *m, uint64_t at, uint8_t c, uint64_t *out)
{
	uint8_t b;
	for (unsigned i = 0; i < MOST && byte(m, at + i, &b); i++) {
		if (b == c || !b) {
			*out = b == c ? at + i : 0;
			return true;
		}
	}
	return false;
}

static bool is(const char *name, const char *what)
{
	return strcmp(name, what) == 0;
}

static bool on_texts(struct machine *m, const char *name, const struct arguments *a, uint64_t *r)
{
	uint64_t end;
	*r = a->v[0];
	if (is(name, "strlen"))
		return length(m, a->v[0], r);
	if (is(name, "strchr") || is(name, "index"))
		return a->known[1] && find(m, a->v[0], (uint8_t)a->v[1], r);
	if (is(name, "atoi") || is(name, "atol"))
		return number(m, a->v[0], 10, r);
	if (is(name, "strtol") || is(name, "strtoul"))
		return a->known[2] && a->known[1] && !a->v[1] && number(m, a->v[0], a->v[2], r);
	if (!a->known[1])
		return false;
	if (is(name, "strcpy") || is(name, "strcat"))
		return text_copy(m, a, name[3] == 'c' && name[4] == 'a', false, &end);
	if (is(name, "stpcpy"))
		return text_copy(m, a, false, false, r);
	if (is(name, "strncpy") || is(name, "strncat"))
		return text_copy(m, a, name[4] == 'c' && name[5] == 'a', true, &end);
	if (is(name, "strcmp"))
		return compare(m, a, MOST + 1, true, r);
	if (is(name, "strncmp"))
		return a->known[2] && compare(m, a, a->v[2], true, r);
	return false;
}

static bool on_memory(struct machine *m, const char *name, const struct arguments *a, uint64_t *r)
{
	*r = a->v[0];
	if (is(name, "bzero"))
		return a->known[1] && fill(m, a->v[0], 0, a->v[1]);
	if (is(name, "free"))
		return true;
	if (is(name, "malloc") || is(name, "calloc"))
		return (*r = machine_allocate(m)) != 0 &&
		       (name[0] == 'm' || (a->known[1] && fill(m, *r, 0, a->v[0] * a->v[1])));
	if (!a->known[1] || !a->known[2])
		return false;
	if (is(name, "memcpy") || is(name, "memmove"))
		return copy(m, a->v[0], a->v[1], a->v[2]);
	if (is(name, "memset"))
		return fill(m, a->v[0], a->v[1], a->v[2]);
	if (is(name, "memcmp") || is(name, "bcmp"))
		return compare(m, a, a->v[2], false, r);
	return false;
}

static bool on_letters(const char *name, const struct arguments *a, uint64_t *r)
{
	uint64_t c = a->v[0];
	*r = c;
	if (is(name, "toupper"))
		*r = c >= 'a' && c <= 'z' ? c - 32 : c;
	else if (is(name, "tolower"))
		*r = c >= 'A' && c <= 'Z' ? c + 32 : c;
	else
		return false;
	return true;
}

bool machine_library(struct machine *m, const char *name)
{
	struct arguments a;
	uint64_t r = 0;
	for (unsigned i = 0; i < 4; i++)
		a.v[i] = machine_argument(m, i, &a.known[i]);
	bool big = a.known[0] && a.known[1] && a.v[1] > MOST && is(name, "calloc");
	if (!a.known[0] || big)
		return false;
	bool ok =
	    on_texts(m, name, &a, &r) || on_memory(m, name, &a, &r) || on_letters(name, &a, &r);
	if (!ok || m->failed)
		return false;
	machine_set(m, m->p->isa->result, value_const(0));
	m->regs[m->p->isa->result] = r;
	return true;
}

bool machine_division(struct machine *m, const char *name, uint64_t *rest)
{
	bool known[2], sign = is(name, "__aeabi_idiv") || is(name, "__aeabi_idivmod");
	uint64_t a = machine_argument(m, 0, &known[0]), b = machine_argument(m, 1, &known[1]), q;
	if (!sign && !is(name, "__aeabi_uidiv") && !is(name, "__aeabi_uidivmod"))
		return false;
	if (!known[0] || !known[1] || !(uint32_t)b)
		return false;
	if (sign) /* 64 bits: the least number by -1 */
		q = (uint64_t)((int64_t)(int32_t)a / (int64_t)(int32_t)b);
	else
		q = (uint32_t)a / (uint32_t)b;
	*rest = a - q * b;
	machine_set(m, m->p->isa->result, value_const(q & UINT32_MAX));
	return true;
}
