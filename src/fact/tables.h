/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ONE list of fact tables: the C structs, the SQL tables, the encoding on the pipe and
 * docs/case.md are made from it. X(table, kind, column, "meaning"); kind is TEXT or INT.
 * Every table also has id, artifact, offset, length, vaddr, packet and observer.
 * Names are a public interface: add, do not rename.
 */
#ifndef FACT_TABLES_H
#define FACT_TABLES_H

#define FACT_ACCOUNT(X)                                                                            \
	X(account, TEXT, user, "login name")                                                       \
	X(account, INT, uid, "numeric user id")                                                    \
	X(account, INT, gid, "numeric group id")                                                   \
	X(account, TEXT, shell, "login shell")                                                     \
	X(account, TEXT, hash, "password hash as it stands")                                       \
	X(account, TEXT, scheme, "des, md5, sha256, sha512, bcrypt, yescrypt, plain, apr1, ...")   \
	X(account, TEXT, password, "the password, where it stands in clear or was found out")      \
	X(account, TEXT, state, "password, empty, locked, hash")                                   \
	X(account, TEXT, service, "what the account is for: system, web, ftp, ppp, acs, snmp, ...")

#define FACT_KEY(X)                                                                                \
	X(key, TEXT, kind,                                                                         \
	  "pem, der, pkcs8, pkcs12, openssh, dropbear, putty, authorized, symmetric")              \
	X(key, TEXT, algorithm, "rsa, dsa, ec, ed25519, aes, ...")                                 \
	X(key, INT, bits, "size of the key")                                                       \
	X(key, TEXT, fingerprint, "SHA-256 of the public key (SubjectPublicKeyInfo), hex")         \
	X(key, INT, private, "1: the secret half is here")                                         \
	X(key, INT, encrypted, "1: protected by a passphrase")                                     \
	X(key, TEXT, use,                                                                          \
	  "what it is for: tls, ssh-host, ssh-login, vpn, signing, test; empty: not known")        \
	X(key, TEXT, known, "where this very key is published; empty: not known")                  \
	X(key, TEXT, comment, "comment or name that stands with the key")

#define FACT_CERTIFICATE(X)                                                                        \
	X(certificate, TEXT, subject, "distinguished name (RFC 4514)")                             \
	X(certificate, TEXT, issuer, "distinguished name (RFC 4514)")                              \
	X(certificate, TEXT, not_after, "end of validity, ISO 8601")                               \
	X(certificate, INT, self_signed, "1: signed by its own key")                               \
	X(certificate, INT, ca, "1: may sign other certificates")                                  \
	X(certificate, TEXT, fingerprint, "SHA-256 of the certificate, hex")                       \
	X(certificate, TEXT, key, "SHA-256 of its public key: equals key.fingerprint")

#define FACT_AUTOSTART(X)                                                                          \
	X(autostart, TEXT, program, "path of the program, through links and applets")              \
	X(autostart, TEXT, arguments, "its arguments")                                             \
	X(autostart, TEXT, how, "inittab, rc, procd, systemd, inetd, cron, profile, script")       \
	X(autostart, TEXT, when_, "the condition in the script; empty: always")                    \
	X(autostart, INT, present, "1: the program is in the image")                               \
	X(autostart, TEXT, terminal, "the tty or console it is bound to")                          \
	X(autostart, TEXT, chain, "scripts that lead to it from boot, separated by ' > '")

#define FACT_LISTENER(X)                                                                           \
	X(listener, TEXT, protocol, "tcp, udp, ...")                                               \
	X(listener, TEXT, address, "address it binds; empty: any")                                 \
	X(listener, INT, port, "port number")                                                      \
	X(listener, TEXT, program, "program that listens")                                         \
	X(listener, TEXT, origin, "config, code, wire, declared")                                  \
	X(listener, TEXT, service, "telnet, ssh, ftp, http, https, snmp, cwmp, upnp, debug, ...")  \
	X(listener, TEXT, login, "password, none, key, fixed; empty: not known")                   \
	X(listener, TEXT, start, "boot, condition, manual; empty: not known")                      \
	X(listener, TEXT, when_, "the condition in the script or the option that enables it")      \
	X(listener, INT, present, "1: the program is in the image")                                \
	X(listener, TEXT, handler, "code: the function that serves a connection")

#define FACT_ENDPOINT(X)                                                                           \
	X(endpoint, TEXT, host, "host name")                                                       \
	X(endpoint, TEXT, address, "IP address")                                                   \
	X(endpoint, INT, port, "port number")                                                      \
	X(endpoint, TEXT, url, "whole URL")                                                        \
	X(endpoint, TEXT, purpose,                                                                 \
	  "update, acs, ntp, dns, ddns, cloud, telemetry, mail, docs, ...")                        \
	X(endpoint, TEXT, context, "the option or words it stands in")

#define FACT_COMPONENT(X)                                                                          \
	X(component, TEXT, name, "name of the software")                                           \
	X(component, TEXT, version, "its version")                                                 \
	X(component, TEXT, purl, "package URL")                                                    \
	X(component, TEXT, cpe, "CPE 2.3 name")                                                    \
	X(component, TEXT, licence, "SPDX licence")

#define FACT_HARDENING(X)                                                                          \
	X(hardening, INT, nx, "1: stack not executable")                                           \
	X(hardening, INT, pie, "1: position independent")                                          \
	X(hardening, TEXT, relro, "none, partial, full")                                           \
	X(hardening, INT, canary, "1: stack protector")                                            \
	X(hardening, INT, fortify, "1: fortified libc calls")                                      \
	X(hardening, INT, stripped, "1: no symbol table")

#define FACT_GUARD(X)                                                                              \
	X(guard, TEXT, function, "function that holds the compare")                                \
	X(guard, TEXT, compare, "strcmp, memcmp, word, byte, hash, length, ...")                   \
	X(guard, TEXT, literal, "the constant compared with, decoded")                             \
	X(guard, TEXT, operand,                                                                    \
	  "where the other side comes from: network, environment, file, ...")                      \
	X(guard, TEXT, sink, "the privileged effect: exec, verdict, setuid, config, listen, ...")  \
	X(guard, TEXT, chain, "input > trigger > payload > state, with addresses")                 \
	X(guard, TEXT, kind,                                                                       \
	  "trigger, outlier, override, unguarded, hidden, packet, kill, credential")               \
	X(guard, TEXT, confidence, "certain, likely, hint: what the analysis saw of the chain")

#define FACT_CAPABILITY(X)                                                                         \
	X(capability, TEXT, function, "function in which it stands")                               \
	X(capability, TEXT, what, "exec, raw-socket, packet-socket, setuid, listen, connect, ...") \
	X(capability, TEXT, kind, "kind of program: web server, dns, image library, ...")          \
	X(capability, TEXT, detail, "the call and its arguments, or why it is odd")                \
	X(capability, INT, expected, "0: outside of what this kind of program does")

#define FACT_HANDLER(X)                                                                            \
	X(handler, TEXT, name, "what it is asked for by: the last part of a path, a command")      \
	X(handler, TEXT, function, "function that answers")                                        \
	X(handler, TEXT, menu, "the table, or what registers it: the same for its siblings")       \
	X(handler, TEXT, effect, "the strongest privileged effect: exec, config, ...; empty: none") \
	X(handler, INT, chosen, "1: whoever asks chooses the command, or gets a shell")            \
	X(handler, INT, login, "1: it asks who is there before the effect")                        \
	X(handler, INT, mentioned, "1: another text of the program names it")                      \
	X(handler, TEXT, chain, "request > effect, with addresses")

#define FACT_REFERENCE(X)                                                                          \
	X(reference, TEXT, names,                                                                  \
	  "names that a page refers to, each between blanks; *: there are more than are kept")

#define FACT_CIPHER(X)                                                                             \
	X(cipher, TEXT, function, "function in which it stands")                                   \
	X(cipher, TEXT, what,                                                                      \
	  "constant-key, constant-iv, dual-ec, weak-random, no-peer-check, ...")                   \
	X(cipher, TEXT, algorithm, "aes, des, rc4, xor, p-256, rsa, ...")                          \
	X(cipher, TEXT, value, "the constant, hex or text")                                        \
	X(cipher, TEXT, chain, "how it gets to where it is used, with addresses")                  \
	X(cipher, TEXT, confidence, "certain, likely, hint: what the analysis saw of the chain")

#define FACT_KNOWN(X)                                                                              \
	X(known, TEXT, door, "row of data/known-doors.tsv, such as KD053")                         \
	X(known, TEXT, indicator, "the indicator that was met")                                    \
	X(known, TEXT, context, "as what it was met: credential, listener, string, url, ...")

#define FACT_UPDATE(X)                                                                             \
	X(update, TEXT, url, "where code comes from")                                              \
	X(update, TEXT, transport, "http, ftp, tftp, https, ...")                                  \
	X(update, INT, verified, "1: a signature check was seen; 0: none was seen")                \
	X(update, TEXT, program, "program or script that fetches it")

#define FACT_FLOW(X)                                                                               \
	X(flow, TEXT, protocol, "tcp, udp, ...")                                                   \
	X(flow, TEXT, client, "address that opened the flow")                                      \
	X(flow, INT, client_port, "its port")                                                      \
	X(flow, TEXT, server, "address it went to")                                                \
	X(flow, INT, server_port, "its port")                                                      \
	X(flow, INT, packets, "packets seen")                                                      \
	X(flow, INT, bytes, "bytes seen")

#define FACT_XATTR(X)                                                                              \
	X(xattr, TEXT, name, "name with its class, such as security.capability")                   \
	X(xattr, TEXT, value, "its value, in hex where that is no plain text; the first 1024 bytes") \
	X(xattr, INT, size, "bytes of the value")                                                  \
	X(xattr, TEXT, meaning,                                                                    \
	  "security.capability: what the program may do, such as cap_net_raw=ep")

/* T(table, COLUMNS, "what a row is") */
#define FACT_TABLES(T)                                                                             \
	T(account, FACT_ACCOUNT, "an account line or a credential")                                \
	T(key, FACT_KEY, "a key, private or public")                                               \
	T(certificate, FACT_CERTIFICATE, "an X.509 certificate")                                   \
	T(autostart, FACT_AUTOSTART, "a program that is started without anybody asking")           \
	T(listener, FACT_LISTENER, "a service that waits for connections or packets")              \
	T(endpoint, FACT_ENDPOINT, "a host, address or URL outside of the device")                 \
	T(component, FACT_COMPONENT, "a piece of software with its version")                       \
	T(hardening, FACT_HARDENING, "how a program was built")                                    \
	T(guard, FACT_GUARD, "code that is reached only by one secret input")                      \
	T(handler, FACT_HANDLER, "something that a program can be asked for by name")              \
	T(reference, FACT_REFERENCE, "names that a page, menu or document refers to")              \
	T(cipher, FACT_CIPHER, "cryptography that is weakened or keyed with a constant")           \
	T(capability, FACT_CAPABILITY, "what a function of a program can do")                      \
	T(known, FACT_KNOWN, "an entry of the catalogue of known doors was met")                   \
	T(update, FACT_UPDATE, "a way by which code comes to the device")                          \
	T(xattr, FACT_XATTR, "an extended attribute of a file")                                    \
	T(flow, FACT_FLOW, "a conversation on the wire")

#endif
