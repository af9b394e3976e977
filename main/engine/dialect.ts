/** Athena SQL to DuckDB SQL: what the parser's own translation gets wrong is mended in the text before it and in the tree between. */
import { kindOf, listOf, nameOf, parseQuery, visitQueries } from './analyse.ts';
import { CATALOG_NAME, MACRO_NAMES, MACRO_PREFIX } from './macros.ts';
import { isTree, parseStatements, toDuckSql, tokens, type Tree } from './polyglot.ts';

export type DuckQuery = {
  readonly sql: string;
  /** The heading of a result column, from DuckDB's name for it and its position from 0. */
  readonly heading: (duckName: string, position: number) => string;
};

const UNNAMED = 'isobar_unnamed';

/** Rejects like `analyse`. Every table name of the result is qualified to the end, so that nothing but the views made for this query can answer. */
export function toDuckDb(input: { readonly sql: string; readonly database: string }): DuckQuery {
  parseQuery(input.sql);
  const [statement] = parseStatements(mendText(input.sql));
  if (statement === undefined) throw new Error('A checked query has a statement.');
  const qualified = visitQueries(statement, input, ({ database, table }) => ({
    name: identifier(table),
    schema: identifier(database),
    catalog: identifier(CATALOG_NAME),
  }));
  const named = nameOutputs(qualified);
  return {
    sql: toDuckSql(mendNodes(named)),
    heading: (duckName, position) =>
      kindOf(statement) === 'values' || duckName.startsWith(UNNAMED) ? `_col${position}` : duckName,
  };
}

function identifier(name: string): Tree {
  return { name, quoted: true, trailing_comments: [] };
}

/** Decimal-point literals are doubles in Athena and decimals in DuckDB; functions that have a macro of ours are called by its name. */
function mendText(sql: string): string {
  const characters = [...sql];
  const words = tokens(sql);
  let mended = '';
  let done = 0;
  for (const [index, { kind, text, start, end }] of words.entries()) {
    const before = words[index - 1];
    const isCall = words[index + 1]?.kind === 'L_PAREN' && before?.kind !== 'DOT';
    let replacement: string | undefined;
    if (kind === 'NUMBER' && text.includes('.') && !/e/i.test(text)) replacement = `${text}E0`;
    if (isCall && kind !== 'STRING' && MACRO_NAMES.has(text.toLowerCase())) {
      replacement = MACRO_PREFIX + text.toLowerCase();
    }
    // A macro cannot hand a lambda on.
    if (isCall && text.toLowerCase() === 'transform') replacement = 'list_transform';
    if (replacement === undefined) continue;
    mended += characters.slice(done, start).join('') + replacement;
    done = end;
  }
  return mended + characters.slice(done).join('');
}

/** Gives every output column without a name one that is told apart later: Athena calls them by position, DuckDB by their text. */
function nameOutputs(statement: Tree): Tree {
  const kind = kindOf(statement);
  const query = statement[kind];
  if (!isTree(query)) return statement;
  if (kind === 'select') {
    const expressions = listOf(query['expressions']).map((expression, index) => {
      const name = isTree(expression) ? headingOf(expression, index) : undefined;
      return isTree(expression) && name !== undefined ? aliased(expression, name) : expression;
    });
    return { [kind]: { ...query, expressions } };
  }
  const member = kind === 'subquery' ? 'this' : 'left';
  const first = query[member];
  return isTree(first) ? { [kind]: { ...query, [member]: nameOutputs(first) } } : statement;
}

/** The alias an output needs, if any. A plain column gets its own name, because the heading keeps the spelling of the query. */
function headingOf(expression: Tree, index: number): string | undefined {
  const kind = kindOf(expression);
  const column = expression[kind];
  if (kind === 'column' && isTree(column)) return nameOf(column['name']);
  return ['alias', 'aliases', 'star', 'dot', 'identifier'].includes(kind) ? undefined : `${UNNAMED}_${index}`;
}

function aliased(expression: Tree, name: string): Tree {
  return {
    alias: {
      this: expression,
      alias: identifier(name),
      column_aliases: [],
      alias_explicit_as: true,
      pre_alias_comments: [],
      trailing_comments: [],
    },
  };
}

/** Integer division by zero fails in Athena and is NULL in DuckDB. */
function mendNodes(node: Tree): Tree {
  const mend = (part: unknown): unknown => {
    if (Array.isArray(part)) return part.map(mend);
    if (!isTree(part)) return part;
    const mended = Object.fromEntries(Object.entries(part).map(([member, value]) => [member, mend(value)]));
    const division = mended['div'];
    if (isTree(division)) return call(`${MACRO_PREFIX}divide`, [division['left'], division['right']]);
    const remainder = mended['mod'];
    if (isTree(remainder)) return call(`${MACRO_PREFIX}modulo`, [remainder['left'], remainder['right']]);
    return mended;
  };
  const mended = mend(node);
  return isTree(mended) ? mended : node;
}

function call(name: string, args: readonly unknown[]): Tree {
  return {
    function: {
      name,
      args,
      distinct: false,
      trailing_comments: [],
      use_bracket_syntax: false,
      no_parens: false,
      quoted: false,
    },
  };
}
