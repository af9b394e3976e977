/** DuckDB's refusals in Athena's names and, where its text says enough, in Athena's words. */
import { AppError } from '../../preload/errors.ts';
import { positionOfWord } from './analyse.ts';
import { queryFailure } from './failure.ts';

type Rule = {
  readonly pattern: RegExp;
  readonly name: string;
  /** `found` are the pattern's groups, `at` gives `line L:C` of a word. */
  readonly text: (found: readonly string[], at: (word: string) => string) => string;
};

const RULES: readonly Rule[] = [
  {
    pattern:
      /Referenced column "([^"]+)" (?:was )?not found|Referenced table "([^"]+)" not found|Column "([^"]+)" referenced that exists in the SELECT clause/i,
    name: 'COLUMN_NOT_FOUND',
    text: ([first, second, third], at) => {
      const column = first ?? second ?? third ?? '';
      return `${at(column)}: Column '${column}' cannot be resolved or requester is not authorized to access requested resources`;
    },
  },
  {
    pattern: /Ambiguous reference to column name "([^"]+)"/,
    name: 'AMBIGUOUS_NAME',
    text: ([column = ''], at) => `${at(column)}: Column '${column}' is ambiguous`,
  },
  {
    pattern:
      /(?:Scalar|Aggregate|Table)(?: Macro)? Function with name "?([^\s"]+)"? does not exist|Function with name "?([^\s"]+)"? does not exist/i,
    name: 'FUNCTION_NOT_FOUND',
    text: ([first, second], at) => {
      const name = (first ?? second ?? '').toLowerCase();
      return `${at(name)}: Function '${name}' not registered`;
    },
  },
  { pattern: /Invalid Input Error: Division by zero/, name: 'DIVISION_BY_ZERO', text: () => 'Division by zero' },
  {
    pattern: /column "([^"]+)" must appear in the GROUP BY clause/,
    name: 'EXPRESSION_NOT_AGGREGATE',
    text: ([column = ''], at) =>
      `${at(column)}: '${column}' must be an aggregate expression or appear in GROUP BY clause`,
  },
  {
    pattern: /Conversion Error: Could not convert string '([^']*)' to (\w+)/,
    name: 'INVALID_CAST_ARGUMENT',
    text: ([value = '', type = '']) => `Cannot cast '${value}' to ${castName(type)}`,
  },
  {
    pattern: /Malformed JSON|JSON transform error|Failed to cast value/i,
    name: 'HIVE_BAD_DATA',
    text: () => 'Error parsing a row of the table: it is not the JSON that the table declares',
  },
  {
    pattern: /Out of Memory Error/i,
    name: 'EXCEEDED_MEMORY_LIMIT',
    text: () => 'Query exceeded the memory limit of the lab',
  },
];

/** Type clashes, with DuckDB's own first line: Athena's wording needs the types of all operands. */
const TYPE_MISMATCH =
  /No function matches the given name and argument types|Cannot compare values of type|Cannot mix values of type|Cannot extract field/;

function castName(duckType: string): string {
  const names: Readonly<Record<string, string>> = {
    INT32: 'INT',
    INT64: 'BIGINT',
    INT16: 'SMALLINT',
    INT8: 'TINYINT',
    BOOL: 'BOOLEAN',
  };
  return names[duckType] ?? duckType;
}

/** Whatever was thrown, as `athena.<NAME>`; nothing of a stack, and nothing of the SQL that DuckDB was given. */
export function athenaFailure(thrown: unknown, sql: string): AppError {
  if (thrown instanceof AppError) return thrown;
  const full = thrown instanceof Error ? thrown.message : String(thrown);
  const message = full.replaceAll('awsdatacatalog.', '').replaceAll('athena_', '');
  for (const { pattern, name, text } of RULES) {
    const found = pattern.exec(message);
    if (found !== null)
      return queryFailure(
        name,
        text(found.slice(1), (word) => positionOfWord(sql, word)),
      );
  }
  const [firstLine = ''] = message.split('\n');
  const sentence = firstLine.replace(/^[A-Z][A-Za-z -]* Error: /, '');
  return queryFailure(TYPE_MISMATCH.test(message) ? 'TYPE_MISMATCH' : 'GENERIC_INTERNAL_ERROR', sentence);
}
