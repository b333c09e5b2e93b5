/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Extended attributes of files. security.capability gives a program powers of root whoever starts
 * it: its bits are written as getcap(8) does.
 *
 *   vfs_cap_data, little endian: revision and flags(4), permitted(4) inheritable(4), from revision 2
 *   on another pair for the numbers 32 and up, in revision 3 the owner of the user namespace(4)
 *
 * Reference: Linux include/uapi/linux/capability.h; xattr(7), capabilities(7).
 */
#include "base/buf.h"
#include "base/hash.h"
#include "base/text.h"
#include "fact/observer.h"

enum { KEPT = 1024 /* bytes of a value */, REVISION = 0xff, EFFECTIVE = 1, NUMBERS = 64 };

static const char *const names[] = {
	"chown",	  "dac_override",    "dac_read_search", "fowner",	 "fsetid",
	"kill",		  "setgid",	     "setuid",		"setpcap",	 "linux_immutable",
	"net_bind_service", "net_broadcast", "net_admin",	"net_raw",	 "ipc_lock",
	"ipc_owner",	  "sys_module",	     "sys_rawio",	"sys_chroot",	 "sys_ptrace",
	"sys_pacct",	  "sys_admin",	     "sys_boot",	"sys_nice",	 "sys_resource",
	"sys_time",	  "sys_tty_config",  "mknod",		"lease",	 "audit_write",
	"audit_control",  "setfcap",	     "mac_override",	"mac_admin",	 "syslog",
	"wake_alarm",	  "block_suspend",   "audit_read",	"perfmon",	 "bpf",
	"checkpoint_restore",
};
enum { NAMES = sizeof names / sizeof *names };

/* "cap_net_admin,cap_net_raw=ep": those that are in `set`. */
static void put_set(struct buf *out, uint64_t set, bool effective, const char *how)
{
	bool first = true;
	if (!set)
		return;
	if (out->n)
		buf_byte(out, ' ');
	for (unsigned i = 0; i < NUMBERS; i++) {
		if (!(set >> i & 1))
			continue;
		if (i < NAMES)
			buf_printf(out, "%scap_%s", first ? "" : ",", names[i]);
		else
			buf_printf(out, "%s%u", first ? "" : ",", i);
		first = false;
	}
	buf_printf(out, "=%s%s", effective ? "e" : "", how);
}

static const char *capabilities(struct span v, struct arena *ar)
{
	uint32_t head = span_le32(v, 0), revision = head >> 24;
	struct buf out = {.max = 4096};
	if (revision < 1 || revision > 3 || v.n < (revision == 1 ? 12u : revision == 2 ? 20u : 24u))
		return NULL;
	uint64_t permitted = span_le32(v, 4), inherited = span_le32(v, 8);
	if (revision > 1) {
		permitted |= (uint64_t)span_le32(v, 12) << 32;
		inherited |= (uint64_t)span_le32(v, 16) << 32;
	}
	bool effective = head & EFFECTIVE;
	put_set(&out, permitted & inherited, effective, "ip");
	put_set(&out, permitted & ~inherited, effective, "p");
	put_set(&out, inherited & ~permitted, effective, "i");
	if (revision == 3)
		buf_printf(&out, " [rootid=%u]", span_le32(v, 20));
	const char *text = arena_str(ar, buf_span(&out));
	buf_free(&out);
	return text;
}

/* Text as it is, without the NUL that ends some; anything else in hex. */
static const char *value_of(struct span v, struct arena *ar)
{
	struct span text = v.n && v.p[v.n - 1] == 0 ? span_cut(v, 0, v.n - 1) : v;
	bool plain = true;
	for (size_t i = 0; i < text.n; i++)
		plain = plain && text.p[i] >= 0x20 && text.p[i] < 0x7f;
	if (plain)
		return arena_str(ar, span_cut(text, 0, KEPT));
	v = span_cut(v, 0, KEPT);
	char *hex = arena_alloc(ar, 2 * v.n + 1);
	hash_hex(v.p, v.n, hex);
	return hex;
}

static void observe(const struct artifact *a, struct facts *out)
{
	for (size_t i = 0; i < a->xattr_count; i++) {
		const struct xattr *x = &a->xattrs[i];
		struct fact_xattr f = {.name = x->name, .value = value_of(x->value, a->arena)};
		f.size = NUM((int64_t)x->value.n);
		if (strcmp(x->name, "security.capability") == 0)
			f.meaning = capabilities(x->value, a->arena);
		fact_xattr(out, &f);
	}
}

const struct observer observer_attributes = {
	.name = "attributes",
	.title = "extended attributes of files, among them capabilities of programs",
	.wants = WANTS_XATTRS,
	.observe = observe,
};
