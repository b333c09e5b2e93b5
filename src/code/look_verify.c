/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Checks that are switched off: of the peer's certificate in TLS, of the signature of what is
 * written to flash. Only what the program does in any case counts: a user who asks for no check
 * gets none.
 */
#include "code/consts.h"
#include "code/effect.h"

enum { MAX_VERIFY = 40, CURL_VERIFYPEER = 64, CURL_VERIFYHOST = 81, MAX_DEPTH = 2 };

struct verify_look {
	struct look *l;
	unsigned count;
	bool client;	 /* the program opens TLS connections ... */
	bool checks;	 /* ... and looks at certificates by itself */
	bool asks_check; /* somewhere the check is on, or depends on something */
};

static bool is(const struct call *c, const char *name)
{
	return c->name && strcmp(c->name, name) == 0;
}

static bool any(const struct call *c, const char *const *names)
{
	for (; c->name && *names; names++)
		if (strcmp(c->name, *names) == 0)
			return true;
	return false;
}

static bool sets_verify(const struct call *c)
{
	static const char *const names[] = {"SSL_CTX_set_verify",     "SSL_set_verify",
					    "wolfSSL_CTX_set_verify", "wolfSSL_set_verify",
					    "CyaSSL_CTX_set_verify",  NULL};
	return any(c, names);
}

static void survey(struct verify_look *w, const struct call *c)
{
	static const char *const client[] = {
	    "SSL_connect",	   "SSL_set_connect_state", "wolfSSL_connect",
	    "CyaSSL_connect",	   "TLS_client_method",	    "SSLv23_client_method",
	    "BIO_new_ssl_connect", "TLSv1_2_client_method", NULL};
	static const char *const checks[] = {"SSL_get_verify_result",
					     "SSL_get_peer_certificate",
					     "SSL_get1_peer_certificate",
					     "X509_verify_cert",
					     "SSL_CTX_set_cert_verify_callback",
					     "X509_check_host",
					     "SSL_get_peer_cert_chain",
					     "wolfSSL_get_verify_result",
					     "wolfSSL_get_peer_certificate",
					     NULL};
	w->client = w->client || any(c, client);
	w->checks = w->checks || any(c, checks);
	if (sets_verify(c) && !(value_is(c->args[1], V_CONST) && c->args[1].k == 0))
		w->asks_check = true;
}

static void emit(struct verify_look *w, const struct function *f, const struct call *c,
		 const char *what, const char *algorithm, const char *value, const char *chain,
		 const char *confidence)
{
	if (w->count++ >= MAX_VERIFY)
		return;
	fact_cipher(w->l->out, &(struct fact_cipher){.at = look_place(w->l, c->at),
						     .function = f->name,
						     .what = what,
						     .algorithm = algorithm,
						     .value = value,
						     .chain = chain,
						     .confidence = confidence});
}

static const char *step(const struct look *l, const struct call *c, const char *with)
{
	return arena_printf(l->arena, "%s(%s) at 0x%llx", look_name(c), with,
			    (unsigned long long)c->at);
}

static const struct function *callback(const struct look *l, struct value v)
{
	uint64_t thumb = l->p->isa == &isa_arm;
	return value_is(v, V_CONST) && v.k ? program_function(l->p, v.k & ~thumb) : NULL;
}

static void look_at_tls(struct verify_look *w, const struct function *f, const struct call *c)
{
	struct look *l = w->l;
	if (!sets_verify(c) || !value_is(c->args[1], V_CONST))
		return;
	const struct function *back = callback(l, c->args[2]);
	if (c->args[1].k == 0) {
		bool sure = w->client && !w->checks && !w->asks_check && !call_is_optional(f, c);
		if (w->client && !w->checks)
			emit(w, f, c, "no-peer-check", "tls", "SSL_VERIFY_NONE",
			     step(l, c, "SSL_VERIFY_NONE"), sure ? "likely" : "hint");
	} else if (back && value_is(back->result, V_CONST) && back->result.k == 1 &&
		   !back->call_count) {
		bool sure = w->client && !w->checks && !call_is_optional(f, c);
		emit(w, f, c, "no-peer-check", "tls", "a callback that always says yes",
		     arena_printf(l->arena, "%s > callback at 0x%llx returns 1",
				  step(l, c, "callback"), (unsigned long long)back->start),
		     sure ? "likely" : "hint");
	}
}

/* Is another value given for this option somewhere, or one that is not constant? */
static bool curl_differs(const struct look *l, uint64_t option)
{
	for (size_t i = 0; i < l->p->function_count; i++)
		for (size_t n = 0; n < l->p->functions[i]->call_count; n++) {
			const struct call *c = &l->p->functions[i]->calls[n];
			if (!is(c, "curl_easy_setopt"))
				continue;
			if (!value_is(c->args[1], V_CONST))
				continue;
			if (c->args[1].k == option &&
			    !(value_is(c->args[2], V_CONST) && c->args[2].k == 0))
				return true;
		}
	return false;
}

static void look_at_curl(struct verify_look *w, const struct function *f, const struct call *c)
{
	struct look *l = w->l;
	if (!is(c, "curl_easy_setopt") || !value_is(c->args[1], V_CONST) ||
	    !value_is(c->args[2], V_CONST) || c->args[2].k)
		return;
	bool peer = c->args[1].k == CURL_VERIFYPEER;
	if (!peer && c->args[1].k != CURL_VERIFYHOST)
		return;
	bool sure = peer && !call_is_optional(f, c) && !curl_differs(l, c->args[1].k);
	emit(w, f, c, "no-peer-check", "tls",
	     peer ? "CURLOPT_SSL_VERIFYPEER=0" : "CURLOPT_SSL_VERIFYHOST=0",
	     step(l, c, peer ? "CURLOPT_SSL_VERIFYPEER, 0" : "CURLOPT_SSL_VERIFYHOST, 0"),
	     sure ? "likely" : "hint");
}

static void look_at_mbedtls(struct verify_look *w, const struct function *f, const struct call *c)
{
	if (!is(c, "mbedtls_ssl_conf_authmode") && !is(c, "ssl_set_authmode"))
		return;
	if (!value_is(c->args[1], V_CONST) || c->args[1].k)
		return;
	bool client = false;
	for (size_t n = 0; n < f->call_count; n++) {
		const struct call *d = &f->calls[n];
		client = client ||
			 ((is(d, "mbedtls_ssl_config_defaults") || is(d, "ssl_set_endpoint")) &&
			  value_is(d->args[1], V_CONST) && d->args[1].k == 0);
	}
	emit(w, f, c, "no-peer-check", "tls", "MBEDTLS_SSL_VERIFY_NONE",
	     step(w->l, c, "MBEDTLS_SSL_VERIFY_NONE"),
	     client && !call_is_optional(f, c) ? "likely" : "hint");
}

/* wget --no-check-certificate and curl -k in commands. */
static bool unchecked_download(struct span s)
{
	struct span curl = span_from(s, span_find(s, SPAN_LIT("curl "), 0));
	if (span_find(s, SPAN_LIT("wget "), 0) != SIZE_MAX &&
	    span_find(s, SPAN_LIT("--no-check-certificate"), 0) != SIZE_MAX)
		return true;
	return span_find(curl, SPAN_LIT(" -k "), 0) != SIZE_MAX ||
	       span_find(curl, SPAN_LIT("--insecure"), 0) != SIZE_MAX;
}

static void look_at_command(struct verify_look *w, const struct function *f, const struct call *c)
{
	struct look *l = w->l;
	if (!c->role || (c->role->kind != ROLE_EXEC && c->role->kind != ROLE_FORMAT))
		return;
	int8_t arg = c->role->kind == ROLE_EXEC ? c->role->arg : c->role->other;
	struct span s = arg >= 0 ? program_text(l->p, c->args[arg]) : SPAN(NULL, 0);
	if (!s.n || !unchecked_download(s))
		return;
	emit(w, f, c, "no-peer-check", "tls", arena_str(l->arena, s),
	     step(l, c, "download without a check"), "likely");
}

static bool verifies_signature(const struct call *c)
{
	static const char *const names[] = {"RSA_verify",
					    "EVP_VerifyFinal",
					    "EVP_DigestVerifyFinal",
					    "EVP_DigestVerify",
					    "ECDSA_verify",
					    "DSA_verify",
					    "PKCS7_verify",
					    "CMS_verify",
					    "mbedtls_pk_verify",
					    "EVP_PKEY_verify",
					    "mbedtls_rsa_pkcs1_verify",
					    "wc_SignatureVerify",
					    "crypto_sign_verify_detached",
					    "crypto_sign_ed25519_verify_detached",
					    "ed25519_verify",
					    "rsa_pkcs1_verify",
					    NULL};
	return any(c, names);
}

static bool writes_image(struct span s)
{
	static const char *const words[] = {
	    "mtd write",   "mtd -r write", "flashcp", "sysupgrade", "nandwrite", "fw_update",
	    "of=/dev/mtd", "mtd_write",	   "flashw",  "upgrade.sh", "fwupgrade"};
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (span_find(s, span_str(words[i]), 0) != SIZE_MAX)
			return true;
	return false;
}

static const struct call *flash_in(const struct look *l, const struct function *f, int depth,
				   unsigned *budget);

static const struct call *flash_of(const struct look *l, const struct function *f,
				   const struct call *c, int depth, unsigned *budget)
{
	struct effect e = effect_of(l, f, c);
	if (e.word && strcmp(e.word, "flash") == 0)
		return c;
	if (c->role && c->role->kind == ROLE_EXEC && c->role->arg >= 0 &&
	    writes_image(program_text(l->p, c->args[c->role->arg])))
		return c;
	if (c->callee && !c->callee->stub && c->callee != f && depth < MAX_DEPTH)
		return flash_in(l, c->callee, depth + 1, budget);
	return NULL;
}

static const struct call *flash_in(const struct look *l, const struct function *f, int depth,
				   unsigned *budget)
{
	for (size_t n = 0; n < f->call_count && *budget; n++) {
		--*budget;
		const struct call *c = flash_of(l, f, &f->calls[n], depth, budget);
		if (c)
			return c;
	}
	return NULL;
}

/* Does some way out of the choices about this result leave the call `then` behind? */
static bool matters(const struct function *f, const struct call *check, const struct call *then)
{
	for (size_t b = 0; b < f->cfg.block_count; b++) {
		const struct block *k = &f->cfg.blocks[b];
		const struct choice *c = &f->choices[b];
		bool about = (c->left.kind == V_RET || c->left.kind == V_IS_ZERO) &&
			     c->left.id == check->insn;
		if (!k->reached || !about)
			continue;
		if (c->soft)
			return true;
		for (int way = 0; way < 2; way++)
			if (cfg_edge_owns(&f->cfg, (int32_t)b, k->succ[way]) &&
			    cfg_dominates(&f->cfg, k->succ[way], then->block))
				return true;
	}
	return false;
}

static bool only_asked(const struct function *f, const struct call *check)
{
	for (size_t b = 0; b < f->cfg.block_count; b++)
		if ((f->choices[b].left.kind == V_RET || f->choices[b].left.kind == V_IS_ZERO) &&
		    f->choices[b].left.id == check->insn)
			return true;
	return false;
}

static void look_at_signature(struct verify_look *w, const struct function *f, size_t n)
{
	struct look *l = w->l;
	const struct call *c = &f->calls[n];
	if (!verifies_signature(c) || (value_is(f->result, V_RET) && f->result.id == c->insn))
		return;
	for (size_t k = n + 1; k < f->call_count; k++) {
		unsigned budget = 400;
		const struct call *flash = flash_of(l, f, &f->calls[k], 0, &budget);
		bool asked = only_asked(f, c);
		if (!flash || !cfg_dominates(&f->cfg, c->block, f->calls[k].block) ||
		    (c->used && !asked) || (asked && matters(f, c, &f->calls[k])))
			continue;
		emit(w, f, c, "unchecked-signature", "signature",
		     asked ? "both outcomes" : "not looked at",
		     arena_printf(l->arena, "%s > %s", step(l, c, "signature"),
				  step(l, flash, "write to flash")),
		     "likely");
		return;
	}
	if (!c->used)
		emit(w, f, c, "unchecked-signature", "signature", "not looked at",
		     step(l, c, "signature"), "hint");
}

void look_for_checks(struct look *l)
{
	struct verify_look w = {.l = l};
	for (size_t i = 0; i < l->p->function_count; i++)
		for (size_t n = 0; n < l->p->functions[i]->call_count; n++)
			survey(&w, &l->p->functions[i]->calls[n]);
	for (size_t i = 0; i < l->p->function_count; i++) {
		const struct function *f = l->p->functions[i];
		for (size_t n = 0; n < f->call_count; n++) {
			const struct call *c = &f->calls[n];
			look_at_tls(&w, f, c);
			look_at_curl(&w, f, c);
			look_at_mbedtls(&w, f, c);
			look_at_command(&w, f, c);
			look_at_signature(&w, f, n);
		}
	}
}
