/** The SQL parser: the only file that knows polyglot. Trees are plain JSON, each node an object of one member named for its kind. */
import { Dialect, generate, init, parse, tokenize, transpile } from '@polyglot-sql/sdk';
import { positionOf, queryFailure } from './failure.ts';

/** A node of the tree, or a part of one. */
export type Tree = { readonly [member: string]: unknown };

export type Token = {
  readonly kind: string;
  readonly text: string;
  /** In code points from 0; `end` is exclusive. */
  readonly start: number;
  readonly end: number;
};

/** Must have resolved before anything else here is called: loads the WebAssembly module. */
export async function loadParser(): Promise<void> {
  await init();
}

export function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The statements of a text. Rejects with `athena.MALFORMED_QUERY`. Athena's query language is Trino's; its own dialect here reads backslashes as escapes. */
export function parseStatements(sql: string): readonly Tree[] {
  const parsed = parse(sql, Dialect.Trino);
  if (!parsed.success) throw malformed(sql, parsed.errorStart ?? 0);
  // Through JSON, so that what follows deals with data only and never with the parser's own hundreds of types.
  const statements: unknown = JSON.parse(JSON.stringify(parsed.ast));
  return Array.isArray(statements) ? statements.filter(isTree) : [];
}

function malformed(sql: string, offset: number): Error {
  const token = tokens(sql).find(({ end }) => end > offset);
  const characters = [...sql];
  const found = token === undefined ? '<EOF>' : characters.slice(token.start, token.end).join('');
  const at = token === undefined ? characters.length : token.start;
  return queryFailure('MALFORMED_QUERY', `${positionOf(sql, at)}: mismatched input '${found}'`);
}

/** The tokens of a text; none when it cannot even be split into tokens. */
export function tokens(sql: string): readonly Token[] {
  const split = tokenize(sql, Dialect.Trino);
  return (split.tokens ?? []).map((token) => {
    const { text, span } = token;
    // The published type says `tokenType`, the module answers `token_type`.
    const kind = 'token_type' in token ? token.token_type : token.tokenType;
    return { kind: String(kind), text, start: span.start, end: span.end };
  });
}

/** The tree as DuckDB's SQL. Rejects with `athena.NOT_SUPPORTED` for what has no counterpart. */
export function toDuckSql(statement: Tree): string {
  const trino = generate([statement], Dialect.Trino);
  const text = trino.success ? trino.sql?.[0] : undefined;
  if (text === undefined) throw untranslatable(trino.error);
  const duck = transpile(text, Dialect.Trino, Dialect.DuckDB);
  const sql = duck.success ? duck.sql?.[0] : undefined;
  if (sql === undefined) throw untranslatable(duck.error);
  return sql;
}

function untranslatable(reason: string | null | undefined): Error {
  return queryFailure('NOT_SUPPORTED', `The lab cannot run this query yet: ${reason ?? 'it has no translation'}`);
}
