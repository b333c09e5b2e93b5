/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Readers of configuration syntaxes: each walks a text once and hands keys and values with their
 * exact places to `pairs`. None of them recurses, and none keeps more than the pairs do.
 */
#ifndef TEXT_CONFIG_READERS_H
#define TEXT_CONFIG_READERS_H

#include "text/pairs.h"

void read_xml(struct span text, struct pairs *p);
void read_json(struct span text, struct pairs *p);
void read_uci(struct span text, struct pairs *p);
void read_keyvalue(struct span text, struct pairs *p);
void read_keyvalue_at(struct span text, uint64_t base,
		      struct pairs *p); /* part of a whole, at `base` */

bool looks_xml(struct span text); /* XML that is no page */
bool looks_json(struct span text);
bool looks_uci(struct span text);

#endif
