/* SPDX-License-Identifier: Apache-2.0 */
#include "fact/known_doors.h"

#include "fact/known_doors_sql.h"

static const char tables[] =
	"CREATE TABLE known_door(id TEXT PRIMARY KEY, year INTEGER, vendor TEXT, product TEXT, class TEXT,"
	" cve TEXT, source TEXT, verified INTEGER, explanation TEXT) STRICT;"
	"CREATE TABLE known_term(door TEXT, way INTEGER, terms INTEGER, kind TEXT, text TEXT, value TEXT,"
	" second TEXT, port INTEGER) STRICT;";

static const char accounts[] =
	"INSERT INTO known(artifact,\"offset\",length,vaddr,packet,observer,door,indicator,context)"
	" SELECT a.artifact, a.\"offset\", a.length, a.vaddr, a.packet, 'known-doors', t.door, t.text,"
	" CASE t.kind WHEN 'account' THEN 'credential' WHEN 'user' THEN 'user name of an account'"
	" WHEN 'hash' THEN 'password hash of an account' ELSE 'password of an account' END"
	" FROM known_term t JOIN account a ON coalesce(a.state,'') <> 'locked' AND CASE t.kind"
	" WHEN 'account' THEN a.user = t.value AND a.password = t.second"
	" WHEN 'user' THEN a.user = t.value"
	" WHEN 'password' THEN a.password = t.value"
	" WHEN 'suffix' THEN length(a.password) > length(t.value)"
	"  AND substr(a.password, -length(t.value)) = t.value"
	" WHEN 'hash' THEN a.hash = t.value ELSE 0 END"
	" WHERE t.terms = 1 AND t.kind IN ('account','user','password','suffix','hash')"
	" AND NOT EXISTS(SELECT 1 FROM known k WHERE k.door = t.door AND k.artifact = a.artifact)"
	" GROUP BY t.door, a.artifact HAVING a.id = min(a.id) ORDER BY t.door, a.id;";

static const char listeners[] =
	"INSERT INTO known(artifact,\"offset\",length,vaddr,packet,observer,door,indicator,context)"
	" SELECT l.artifact, l.\"offset\", l.length, l.vaddr, l.packet, 'known-doors', t.door, t.text,"
	" 'listener'"
	" FROM known_term t JOIN listener l ON l.protocol = t.second AND l.port = t.port"
	" AND (t.value = '' OR l.program = t.value OR l.program LIKE '%/' || t.value)"
	" AND ((l.origin = 'config' AND l.present = 1) OR l.origin IN ('code','wire'))"
	" WHERE t.kind = 'listener'"
	" AND NOT EXISTS(SELECT 1 FROM known k WHERE k.door = t.door AND k.artifact = l.artifact)"
	" GROUP BY t.door, l.artifact HAVING l.id = min(l.id) ORDER BY t.door, l.id;";

static void quoted(struct buf *out, const char *text)
{
	buf_byte(out, '\'');
	for (; *text; text++) {
		if (*text == '\'')
			buf_byte(out, '\'');
		buf_byte(out, (uint8_t)*text);
	}
	buf_byte(out, '\'');
}

static void put_door(struct buf *out, const struct known_door *d)
{
	const char *const texts[] = {d->vendor, d->product, d->class, d->cve, d->source};
	buf_str(out, "INSERT INTO known_door VALUES(");
	quoted(out, d->id);
	buf_printf(out, ",%d", d->year);
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		buf_byte(out, ',');
		quoted(out, texts[i]);
	}
	buf_printf(out, ",%d,", d->verified);
	quoted(out, d->explanation);
	buf_str(out, ");");
}

static void put_term(struct buf *out, const struct known_term *t, int terms)
{
	bool binary = t->kind == KNOWN_BYTES || t->kind == KNOWN_HEX || t->kind == KNOWN_KEY;
	buf_str(out, "INSERT INTO known_term VALUES(");
	quoted(out, known_doors[t->door].id);
	buf_printf(out, ",%d,%d,'%s',", t->way, terms, known_kind_names[t->kind]);
	quoted(out, t->text);
	buf_byte(out, ',');
	quoted(out, binary ? "" : t->value);
	buf_byte(out, ',');
	quoted(out, t->second ? t->second : "");
	buf_printf(out, ",%d);", t->port);
}

void known_doors_sql(struct buf *out)
{
	buf_str(out, tables);
	for (size_t i = 0; i < known_door_count; i++)
		put_door(out, &known_doors[i]);
	for (size_t i = 0; i < known_term_count; i++) {
		const struct known_term *t = &known_terms[i];
		int terms = 0;
		for (size_t k = 0; k < known_term_count; k++)
			terms += known_terms[k].door == t->door && known_terms[k].way == t->way;
		put_term(out, t, terms);
	}
}

void known_doors_facts_sql(struct buf *out)
{
	buf_str(out, accounts);
	buf_str(out, listeners);
}
