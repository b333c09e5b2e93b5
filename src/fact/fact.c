/* SPDX-License-Identifier: Apache-2.0 */
#include "fact/fact.h"

#include <stdarg.h>

#include "base/buf.h"

#define COLUMN(t_, k_, c_, d_)                                                                     \
	{#c_, d_, COLUMN_##k_, offsetof(struct fact_##t_, c_)},
#define COLUMNS(t_, cols_, d_) static const struct column columns_##t_[] = {cols_(COLUMN)};
FACT_TABLES(COLUMNS)

#define TABLE(t_, cols_, d_)                                                                       \
	{#t_, d_, columns_##t_, sizeof columns_##t_ / sizeof *columns_##t_, sizeof(struct fact_##t_)},
const struct table fact_tables[TABLE_COUNT] = {FACT_TABLES(TABLE)};

void facts_note(struct facts *out, struct place at, const char *fmt, ...)
{
	struct buf b = {.max = 400};
	va_list ap;
	va_start(ap, fmt);
	buf_vprintf(&b, fmt, ap);
	va_end(ap);
	out->note(out, &at, buf_text(&b));
	buf_free(&b);
}
