/** Athena functions that DuckDB lacks or means differently, as DuckDB macros. The text of a query is made to call them by their prefixed name. */

/** The catalogue under which Athena's databases appear. */
export const CATALOG_NAME = 'awsdatacatalog';

export const MACRO_PREFIX = 'athena_';

const INTEGERS = "('TINYINT', 'SMALLINT', 'INTEGER', 'BIGINT', 'HUGEINT')";

/** `b`, or an error where integers are divided by zero. The branch is only taken for rows that are. */
const DIVISOR = `CASE WHEN b = 0 AND typeof(a) IN ${INTEGERS} AND typeof(b) IN ${INTEGERS} THEN error('Division by zero') ELSE b END`;

const FUNCTIONS: Readonly<Record<string, string>> = {
  approx_percentile: '(x, p) AS quantile_disc(x, p)',
  array_join:
    '(a, d, n := NULL) AS array_to_string(list_filter(list_transform(a, x -> coalesce(CAST(x AS VARCHAR), n)), x -> x IS NOT NULL), d)',
  cardinality: '(a) AS len(a)',
  codepoint: '(s) AS unicode(s)',
  date_add: '(unit, n, t) AS t + CASE lower(unit) ' + intervals() + ' END',
  date_diff: '(unit, a, b) AS datesub(lower(unit), a, b)',
  day_of_month: '(t) AS day(t)',
  day_of_week: '(t) AS isodow(t)',
  day_of_year: '(t) AS dayofyear(t)',
  dow: '(t) AS isodow(t)',
  doy: '(t) AS dayofyear(t)',
  e: '() AS exp(1e0)',
  element_at: '(a, i) AS a[i]',
  flatten: '(a) AS flatten(a)',
  from_iso8601_date: '(s) AS CAST(s AS DATE)',
  from_iso8601_timestamp: '(s) AS CAST(s AS TIMESTAMPTZ)',
  from_unixtime: '(s) AS to_timestamp(s)',
  infinity: "() AS CAST('Infinity' AS DOUBLE)",
  is_finite: '(x) AS isfinite(x)',
  is_infinite: '(x) AS isinf(x)',
  is_nan: '(x) AS isnan(x)',
  json_array_length: '(j) AS json_array_length(j)',
  json_extract_scalar:
    "(j, p) AS CASE WHEN json_type(j, p) IN ('OBJECT', 'ARRAY') THEN NULL ELSE json_extract_string(j, p) END",
  map_agg: '(k, v) AS map(list(k), list(v))',
  nan: "() AS CAST('NaN' AS DOUBLE)",
  repeat: '(x, n) AS list_transform(range(n), i -> x)',
  reverse: '(s) AS reverse(s)',
  sequence:
    '(a, b, step := NULL) AS generate_series(CAST(a AS BIGINT), CAST(b AS BIGINT), coalesce(step, CASE WHEN a > b THEN -1 ELSE 1 END))',
  slice: '(a, s, n) AS a[s : s + n - 1]',
  split: '(s, d) AS string_split(s, d)',
  split_part: '(s, d, n) AS string_split(s, d)[n]',
  strpos: '(s, t) AS strpos(s, t)',
  to_unixtime: '(t) AS epoch(t)',
  truncate: '(x) AS trunc(x)',
  week_of_year: '(t) AS week(t)',
  year_of_week: '(t) AS isoyear(t)',
  yow: '(t) AS isoyear(t)',
};

/** Operators that the tree is made to call as functions; no query text may. */
const OPERATORS: Readonly<Record<string, string>> = {
  divide: `(a, b) AS a / ${DIVISOR}`,
  modulo: `(a, b) AS a % ${DIVISOR}`,
};

export const MACRO_NAMES: ReadonlySet<string> = new Set(Object.keys(FUNCTIONS));

function intervals(): string {
  return ['millisecond', 'second', 'minute', 'hour', 'day', 'week', 'month', 'quarter', 'year']
    .map((unit) => `WHEN '${unit}' THEN to_${unit}s(n)`)
    .join(' ');
}

/** One CREATE MACRO statement for each. */
export function macroStatements(): readonly string[] {
  return Object.entries({ ...FUNCTIONS, ...OPERATORS }).map(
    ([name, definition]) => `CREATE MACRO ${MACRO_PREFIX}${name}${definition}`,
  );
}
