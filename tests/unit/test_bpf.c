/* SPDX-License-Identifier: Apache-2.0 */
/* Packet filters: what is one, what it says, which constants it asks for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "code/bpf.h"
#include "code/cipher_names.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

/* tcpdump -d arp */
static const struct bpf_insn arp[] = {
    {0x28, 0, 0, 12}, {0x15, 0, 1, 0x806}, {6, 0, 0, 262144}, {6, 0, 0, 0}};

/* What clients of DHCP attach: IPv4, UDP, no fragment, port 68, and the cookie of RFC 2131. */
static const struct bpf_insn dhcp[] = {
    {0x28, 0, 0, 12}, {0x15, 0, 9, 0x800},  {0x30, 0, 0, 23},	      {0x15, 0, 7, 17},
    {0x28, 0, 0, 20}, {0x45, 5, 0, 0x1fff}, {0xb1, 0, 0, 14},	      {0x48, 0, 0, 16},
    {0x15, 0, 2, 68}, {0x40, 0, 0, 258},    {0x15, 1, 0, 0x63825363}, {6, 0, 0, 0},
    {6, 0, 0, 0xffff}};

/* UDP whose first two bytes are 0x6b1d */
static const struct bpf_insn magic[] = {{0x28, 0, 0, 12},     {0x15, 0, 6, 0x800}, {0x30, 0, 0, 23},
					{0x15, 0, 4, 17},     {0xb1, 0, 0, 14},	   {0x48, 0, 0, 22},
					{0x15, 0, 1, 0x6b1d}, {6, 0, 0, 65535},	   {6, 0, 0, 0}};

/* TCP: the length of the header is read from the packet, and what stands behind is compared. */
static const struct bpf_insn deep[] = {
    {0xb1, 0, 0, 14}, {0x50, 0, 0, 26}, {0x54, 0, 0, 0xf0},   {0x74, 0, 0, 2}, {0x0c, 0, 0, 0},
    {0x07, 0, 0, 0},  {0x48, 0, 0, 14}, {0x15, 0, 1, 0x5c93}, {6, 0, 0, 96},   {6, 0, 0, 0}};

static void bytes_of(const struct bpf_insn *list, size_t n, bool big, uint8_t *out)
{
	for (size_t i = 0; i < n; i++) {
		uint8_t *b = out + i * BPF_INSN_SIZE;
		b[big ? 1 : 0] = (uint8_t)list[i].code;
		b[big ? 0 : 1] = (uint8_t)(list[i].code >> 8);
		b[2] = list[i].jt;
		b[3] = list[i].jf;
		for (unsigned k = 0; k < 4; k++)
			b[4 + k] = (uint8_t)(list[i].k >> (big ? 3 - k : k) * 8);
	}
}

static bool take(struct bpf_program *p, const struct bpf_insn *list, size_t n)
{
	uint8_t bytes[64 * BPF_INSN_SIZE];
	bytes_of(list, n, false, bytes);
	return bpf_read(p, SPAN(bytes, n * BPF_INSN_SIZE), n, false);
}

static void reads_both_orders(void **state)
{
	(void)state;
	for (int big = 0; big < 2; big++) {
		uint8_t bytes[16 * BPF_INSN_SIZE] = {0};
		struct bpf_program p;
		bytes_of(dhcp, COUNT(dhcp), big, bytes);
		assert_true(bpf_read(&p, SPAN(bytes, sizeof bytes), COUNT(dhcp), big));
		assert_false(bpf_read(&p, SPAN(bytes, sizeof bytes), COUNT(dhcp), !big));
		assert_true(bpf_find(&p, SPAN(bytes, sizeof bytes), big));
		assert_int_equal(p.count, COUNT(dhcp));
		assert_false(bpf_find(&p, SPAN(bytes, 9 * BPF_INSN_SIZE), big));
	}
}

static void tells_as_text(void **state)
{
	(void)state;
	struct bpf_program p;
	struct buf b = {0};
	assert_true(take(&p, arp, COUNT(arp)));
	bpf_text(&p, &b);
	assert_string_equal(buf_text(&b), "0 ldh [12]; 1 jeq #0x806 2 3; 2 ret #262144; 3 ret #0");
	buf_reset(&b);
	assert_true(take(&p, deep, COUNT(deep)));
	bpf_text(&p, &b);
	assert_string_equal(buf_text(&b),
			    "0 ldxb 4*([14]&0xf); 1 ldb [x + 26]; 2 and #0xf0; 3 rsh #0x2; "
			    "4 add x; 5 tax; 6 ldh [x + 14]; 7 jeq #0x5c93 8 9; 8 ret #96; "
			    "9 ret #0");
	buf_free(&b);
}

static void refuses(void **state)
{
	(void)state;
	static const struct bpf_insn bad[][2] = {
	    {{0x15, 1, 0, 5}, {6, 0, 0, 0}}, /* jumps out */
	    {{0x05, 0, 0, 0xffffffff}, {6, 0, 0, 0}},
	    {{0x60, 0, 0, 16}, {6, 0, 0, 0}},	  /* scratch memory that is not there */
	    {{0x34, 0, 0, 0}, {6, 0, 0, 0}},	  /* divides by zero */
	    {{0x64, 0, 0, 32}, {6, 0, 0, 0}},	  /* shifts by a word */
	    {{0x28, 0, 0, 12}, {0x28, 0, 0, 12}}, /* does not return */
	    {{0x1234, 0, 0, 0}, {6, 0, 0, 0}},
	};
	struct bpf_program p;
	for (size_t i = 0; i < COUNT(bad); i++)
		assert_false(take(&p, bad[i], 2));
	assert_false(bpf_read(&p, SPAN("", 0), 0, false));
	assert_false(bpf_read(&p, SPAN("12345678", 8), UINT64_MAX / 8, false));
}

/* Tables of small numbers and zeros are no filters. */
static void finds_no_tables(void **state)
{
	(void)state;
	uint8_t bytes[1024] = {0};
	struct bpf_program p;
	assert_false(bpf_find(&p, SPAN(bytes, sizeof bytes), false));
	for (size_t i = 0; i < sizeof bytes; i += 4)
		bytes[i] = (uint8_t)(i / 4);
	for (size_t i = 0; i < sizeof bytes; i += 4)
		assert_false(bpf_find(&p, span_from(SPAN(bytes, sizeof bytes), i), false));
}

static void understands(void **state)
{
	(void)state;
	struct bpf_program p;
	struct bpf_meaning m;
	assert_true(take(&p, arp, COUNT(arp)));
	bpf_understand(&p, &m);
	assert_int_equal(m.magic_count, 0);
	assert_true(take(&p, dhcp, COUNT(dhcp)));
	bpf_understand(&p, &m);
	assert_int_equal(m.magic_count, 0);
	assert_false(m.only_magic);
	assert_true(take(&p, magic, COUNT(magic)));
	bpf_understand(&p, &m);
	assert_int_equal(m.magic_count, 1);
	assert_int_equal(m.magics[0].value, 0x6b1d);
	assert_true(m.only_magic);
	assert_true(take(&p, deep, COUNT(deep)));
	bpf_understand(&p, &m);
	assert_int_equal(m.magics[0].value, 0x5c93);
	assert_true(m.only_magic);
}

/* The constant is one of two ways in: ordinary packets pass, too. */
static void another_way(void **state)
{
	(void)state;
	struct bpf_insn list[COUNT(magic)];
	struct bpf_program p;
	struct bpf_meaning m;
	memcpy(list, magic, sizeof list);
	list[3].jf = 3;
	assert_true(take(&p, list, COUNT(list)));
	bpf_understand(&p, &m);
	assert_int_equal(m.magic_count, 1);
	assert_false(m.only_magic);
}

static void knows_functions(void **state)
{
	(void)state;
	static const char *const names[] = {
	    "AES_cbc_encrypt", "AES_set_encrypt_key",	 "EVP_DecryptInit_ex", "HMAC",
	    "RC4_set_key",     "mbedtls_aes_setkey_enc", "wc_AesSetKey",       "wc_HmacSetKey"};
	for (size_t i = 0; i < COUNT(names); i++)
		assert_string_equal(cipher_use_of(names[i])->name, names[i]);
	assert_null(cipher_use_of("memcpy"));
	assert_null(cipher_use_of(NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(reads_both_orders), cmocka_unit_test(tells_as_text),
	    cmocka_unit_test(refuses),		 cmocka_unit_test(finds_no_tables),
	    cmocka_unit_test(understands),	 cmocka_unit_test(another_way),
	    cmocka_unit_test(knows_functions),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
