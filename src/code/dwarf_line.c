/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Line number tables, versions 2 to 5, in 32-bit and 64-bit DWARF.
 * Reference: DWARF Debugging Information Format, version 5, section 6.2.
 *
 *   unit_length  version(2)  [5: address_size(1) segment_size(1)]  header_length
 *   minimum_instruction_length(1)  [4 and 5: maximum_operations(1)]  default_is_stmt(1)
 *   line_base(1)  line_range(1)  opcode_base(1)  lengths of standard opcodes
 *   folders, files, then the program: opcodes that move (address, file, line) and emit rows
 */
#include "code/dwarf_line.h"

#include <elf.h>

enum { MAX_SECTIONS = 4096, MAX_FORMS = 16 };

enum {
	LNS_COPY = 1,
	LNS_ADVANCE_PC,
	LNS_ADVANCE_LINE,
	LNS_SET_FILE,
	LNS_SET_COLUMN,
	LNS_CONST_ADD_PC = 8,
	LNS_FIXED_ADVANCE_PC
};
enum { LNE_END_SEQUENCE = 1, LNE_SET_ADDRESS };
enum { LNCT_PATH = 1 };
enum {
	FORM_BLOCK = 0x09,
	FORM_STRING = 0x08,
	FORM_DATA1 = 0x0b,
	FORM_DATA2 = 0x05,
	FORM_DATA4 = 0x06,
	FORM_DATA8 = 0x07,
	FORM_DATA16 = 0x1e,
	FORM_UDATA = 0x0f,
	FORM_STRP = 0x0e,
	FORM_LINE_STRP = 0x1f
};

struct unit {
	const struct elf_image *img;
	struct span all, strings, line_strings;
	struct reader tables, program;
	unsigned version;
	bool wide; /* 64-bit DWARF */
	uint8_t min_length, line_range, opcode_base;
	int8_t line_base;
	struct span lengths;
};

static uint64_t word(const struct elf_image *img, uint64_t at, unsigned narrow, unsigned wide)
{
	at += img->wide ? wide : narrow;
	if (!img->wide)
		return span_u32(img->in, at, img->big);
	return img->big ? span_be64(img->in, at) : span_le64(img->in, at);
}

static struct span text_at(struct span s, uint64_t at)
{
	struct span rest = span_from(s, at);
	const uint8_t *end = rest.n ? memchr(rest.p, 0, rest.n) : NULL;
	return end ? SPAN(rest.p, (size_t)(end - rest.p)) : SPAN(rest.p, 0);
}

static struct span section(const struct elf_image *img, const char *name)
{
	uint64_t shoff = word(img, 0, 32, 40), tail = img->wide ? 58 : 46;
	uint16_t step = span_u16(img->in, tail, img->big);
	uint16_t count = span_u16(img->in, tail + 2, img->big);
	uint16_t names = span_u16(img->in, tail + 4, img->big);
	if (!shoff || step != (img->wide ? 64 : 40) || count > MAX_SECTIONS || names >= count)
		return SPAN(img->in.p, 0);
	uint64_t strings = word(img, shoff + (uint64_t)names * step, 16, 24);
	for (uint16_t i = 0; i < count; i++) {
		uint64_t at = shoff + (uint64_t)i * step;
		uint32_t where = span_u32(img->in, at, img->big);
		if (span_eq_str(text_at(span_from(img->in, strings), where), name) &&
		    !(word(img, at, 8, 8) & SHF_COMPRESSED))
			return span_cut(img->in, word(img, at, 16, 24), word(img, at, 20, 32));
	}
	return SPAN(img->in.p, 0);
}

static uint64_t uleb(struct reader *r)
{
	uint64_t v = 0;
	for (unsigned shift = 0; !r->bad; shift += 7) {
		uint8_t b = read_u8(r);
		if (shift < 64)
			v |= (uint64_t)(b & 0x7f) << shift;
		if (!(b & 0x80))
			break;
	}
	return v;
}

static int64_t sleb(struct reader *r)
{
	uint64_t v = 0;
	for (unsigned shift = 0; !r->bad; shift += 7) {
		uint8_t b = read_u8(r);
		if (shift < 64)
			v |= (uint64_t)(b & 0x7f) << shift;
		if (!(b & 0x80)) {
			if ((b & 0x40) && shift < 57)
				v |= UINT64_MAX << (shift + 7);
			break;
		}
	}
	return (int64_t)v;
}

static uint64_t offset(struct reader *r, bool wide)
{
	return wide ? read_u64(r) : read_u32(r);
}

static struct span text(struct reader *r)
{
	struct span t = text_at(r->s, r->pos);
	read_skip(r, (uint64_t)t.n + 1);
	return t;
}

/* The next unit of the section; false at its end or where it is damaged. */
static bool next_unit(struct unit *u, size_t *at)
{
	struct reader r = reader_of(u->all, u->img->big);
	read_seek(&r, *at);
	uint64_t length = read_u32(&r);
	u->wide = length == UINT32_MAX;
	if (u->wide)
		length = read_u64(&r);
	if (r.bad || !length || !span_has(u->all, r.pos, length))
		return false;
	*at = r.pos + (size_t)length;
	struct reader h = reader_of(span_cut(u->all, r.pos, length), u->img->big);
	u->version = read_u16(&h);
	if (u->version >= 5)
		read_skip(&h, 2);
	uint64_t header = offset(&h, u->wide), begin = h.pos;
	u->min_length = read_u8(&h);
	if (u->version >= 4)
		read_skip(&h, 1);
	read_skip(&h, 1);
	u->line_base = (int8_t)read_u8(&h);
	u->line_range = read_u8(&h);
	u->opcode_base = read_u8(&h);
	u->lengths = read_bytes(&h, u->opcode_base ? u->opcode_base - 1u : 0);
	u->tables = u->program = h;
	read_seek(&u->program, begin + header);
	if (h.bad || u->version < 2 || u->version > 5 || !u->line_range || header > length)
		u->program.bad = true;
	return true;
}

struct row {
	uint64_t address, file, line;
};

/* One row was emitted: does the one before it cover the address? */
static bool covers(const struct row *before, const struct row *now, bool started, uint64_t vaddr)
{
	return started && before->address && vaddr >= before->address && vaddr < now->address;
}

static void extended(struct unit *u, struct row *now, bool *ends)
{
	uint64_t n = uleb(&u->program);
	struct reader body = reader_of(read_bytes(&u->program, n), u->img->big);
	uint8_t code = read_u8(&body);
	*ends = code == LNE_END_SEQUENCE;
	if (code == LNE_SET_ADDRESS)
		now->address = n == 9 ? read_u64(&body) : read_u32(&body);
}

/* A standard opcode; true when it emits a row. */
static bool standard(struct unit *u, uint8_t op, struct row *now)
{
	struct reader *r = &u->program;
	switch (op) {
	case LNS_COPY:
		return true;
	case LNS_ADVANCE_PC:
		now->address += uleb(r) * u->min_length;
		break;
	case LNS_ADVANCE_LINE:
		now->line += (uint64_t)sleb(r);
		break;
	case LNS_SET_FILE:
		now->file = uleb(r);
		break;
	case LNS_CONST_ADD_PC:
		now->address += (255u - u->opcode_base) / u->line_range * u->min_length;
		break;
	case LNS_FIXED_ADVANCE_PC:
		now->address += read_u16(r);
		break;
	default:
		for (uint8_t i = 0; op - 1u < u->lengths.n && i < u->lengths.p[op - 1]; i++)
			uleb(r);
	}
	return false;
}

/* Run the unit's program until a row covers the address. */
static bool run(struct unit *u, uint64_t vaddr, struct row *found)
{
	struct row now = {0, 1, 1}, before = now;
	bool started = false;
	while (!u->program.bad && u->program.pos < u->program.s.n) {
		uint8_t op = read_u8(&u->program);
		bool emits = false, ends = false;
		if (op >= u->opcode_base) {
			unsigned k = (unsigned)op - u->opcode_base;
			now.address += k / u->line_range * u->min_length;
			now.line += (uint64_t)(int64_t)(u->line_base + (int)(k % u->line_range));
			emits = true;
		} else if (op == 0) {
			extended(u, &now, &ends);
			emits = ends;
		} else {
			emits = standard(u, op, &now);
		}
		if (emits && covers(&before, &now, started, vaddr)) {
			*found = before;
			return true;
		}
		if (ends)
			now = (struct row){0, 1, 1};
		if (emits) {
			before = now;
			started = !ends;
		}
	}
	return false;
}

/* One value of a table of version 5; its text when it is one. */
static struct span form_value(struct unit *u, uint64_t form)
{
	struct reader *r = &u->tables;
	struct span none = SPAN(u->all.p, 0);
	switch (form) {
	case FORM_STRING:
		return text(r);
	case FORM_STRP:
		return text_at(u->strings, offset(r, u->wide));
	case FORM_LINE_STRP:
		return text_at(u->line_strings, offset(r, u->wide));
	case FORM_DATA1:
	case FORM_DATA2:
	case FORM_DATA4:
	case FORM_DATA8:
	case FORM_DATA16:
		read_skip(r, form == FORM_DATA1	  ? 1
			     : form == FORM_DATA2 ? 2
			     : form == FORM_DATA4 ? 4
			     : form == FORM_DATA8 ? 8
						  : 16);
		return none;
	case FORM_UDATA:
		uleb(r);
		return none;
	case FORM_BLOCK:
		read_skip(r, uleb(r));
		return none;
	default:
		r->bad = true;
		return none;
	}
}

/* Entry `wanted` of the next table of version 5; all of it is read. */
static struct span table_entry(struct unit *u, uint64_t wanted)
{
	uint64_t what[MAX_FORMS], form[MAX_FORMS];
	struct span found = SPAN(u->all.p, 0);
	unsigned forms = read_u8(&u->tables);
	if (forms > MAX_FORMS)
		u->tables.bad = true;
	for (unsigned i = 0; i < forms && !u->tables.bad; i++) {
		what[i] = uleb(&u->tables);
		form[i] = uleb(&u->tables);
	}
	uint64_t count = uleb(&u->tables);
	for (uint64_t k = 0; forms && k < count && !u->tables.bad; k++) {
		size_t before = u->tables.pos;
		for (unsigned i = 0; i < forms; i++) {
			struct span t = form_value(u, form[i]);
			if (what[i] == LNCT_PATH && k == wanted)
				found = t;
		}
		if (u->tables.pos == before) /* entries without bytes say nothing */
			break;
	}
	return found;
}

static struct span file_name(struct unit *u, uint64_t number)
{
	if (u->version >= 5) {
		table_entry(u, UINT64_MAX);
		return table_entry(u, number);
	}
	while (!u->tables.bad && text(&u->tables).n) /* folders */
		;
	for (uint64_t i = 1; !u->tables.bad; i++) {
		struct span name = text(&u->tables);
		if (!name.n || i == number)
			return name;
		for (int k = 0; k < 3; k++)
			uleb(&u->tables);
	}
	return SPAN(u->all.p, 0);
}

bool dwarf_line(const struct elf_image *img, uint64_t vaddr, struct source_line *out)
{
	struct unit u = {.img = img, .all = section(img, ".debug_line")};
	struct row row;
	size_t at = 0;
	if (!u.all.n)
		return false;
	u.strings = section(img, ".debug_str");
	u.line_strings = section(img, ".debug_line_str");
	while (next_unit(&u, &at))
		if (run(&u, vaddr, &row)) {
			*out = (struct source_line){file_name(&u, row.file), row.line};
			return out->file.n != 0;
		}
	return false;
}
