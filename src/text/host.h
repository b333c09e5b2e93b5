/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Host names, IPv4 addresses and URLs as they stand in text (RFC 1123, RFC 3986). Spans that come
 * out are cut from what went in.
 */
#ifndef TEXT_HOST_H
#define TEXT_HOST_H

#include "base/span.h"

enum host_zone {
	HOST_ZONE_NONE,    /* not a top-level domain */
	HOST_ZONE_COMMON,  /* com, net, org, edu, gov, cn: rarely anything but a host name */
	HOST_ZONE_COUNTRY, /* two letters; many are file suffixes and members of objects too */
	HOST_ZONE_FILE,    /* exists, but is nearly always a file: sh, so, py, zip */
	HOST_ZONE_OTHER,   /* the newer generic ones */
};

/* The zone of the last label; HOST_ZONE_NONE also when the labels are not those of a host name. */
enum host_zone host_zone(struct span s);

/* Number of labels: 1 + dots. */
size_t host_labels(struct span s);

/* Exactly four decimal numbers below 256 without leading zeros. */
bool host_address(struct span s, uint32_t *v4);

/* An address that leads nowhere outside: private, loopback, link-local, multicast, masks (RFC 6890). */
bool host_address_local(uint32_t v4);

/* Reserved for documentation (RFC 5737). */
bool host_address_example(uint32_t v4);

struct url {
	struct span whole, scheme, user, host, path; /* path with query and fragment */
	uint32_t port;                               /* 0: none given */
};

/* The URL whose "://" stands at `at`; false when it is none or its scheme does not leave the device. */
bool url_at(struct span s, uint64_t at, struct url *u);

#endif
