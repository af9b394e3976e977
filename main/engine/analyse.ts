/**
 * Decides what a statement is and which tables it reads, before anything runs. Only queries over catalogue tables pass, so that no SQL text can
 * name a file, a setting or a function of the engine beneath.
 */
import type { QueryPlan, TableReference } from '../query-seam.ts';
import { positionOf, queryFailure } from './failure.ts';
import { isTree, parseStatements, tokens, type Tree } from './polyglot.ts';

const CATALOG = 'awsdatacatalog';
const QUERIES = ['select', 'union', 'intersect', 'except', 'values', 'subquery'];
/** What may stand in FROM. A function there would be one of the engine's own readers of files. */
const SOURCES = ['table', 'subquery', 'alias', 'unnest', 'values', 'joined_table', 'paren'];
/** Statement words that only the engine beneath knows; Athena's parser stops at the first word. */
const FOREIGN = [
  'copy',
  'pragma',
  'set',
  'attach',
  'detach',
  'install',
  'load',
  'use',
  'export',
  'import',
  'call',
  'from',
];
/** Scalar functions of the engine beneath that look outside the query or wait. */
const FORBIDDEN_FUNCTIONS = [
  'current_query',
  'current_setting',
  'currval',
  'error',
  'getenv',
  'getvariable',
  'nextval',
  'parse_duckdb_log_message',
  'sleep_ms',
  'write_log',
];

/** Functions that exist in both worlds under one name with different meaning, and have no translation yet. */
const NOT_YET = ['format', 'greatest', 'least', 'typeof'];

/** A name in lower case, as the catalogue stores it. */
type Scope = ReadonlySet<string>;

/**
 * Parses Athena SQL. Rejects with `athena.MALFORMED_QUERY` (`line L:C: …`), or `athena.NOT_SUPPORTED` for a statement that the lab does not run yet.
 * `database` is the one of unqualified names.
 */
export function analyse(input: { readonly sql: string; readonly database: string }): QueryPlan {
  const plan = analyseListing(input);
  if (plan !== undefined) return plan;
  const statement = parseQuery(input.sql);
  const tables = new Map<string, TableReference>();
  visitQueries(statement, input, (reference) => {
    tables.set(`${reference.database}\n${reference.table}`, reference);
    return undefined;
  });
  return { kind: 'select', tables: [...tables.values()] };
}

const NAME = '(?:`([^`]+)`|"([^"]+)"|([A-Za-z_][\\w$]*))';
const SHOW_DATABASES = /^\s*show\s+(?:databases|schemas)\s*;?\s*$/i;
const SHOW_TABLES = new RegExp(`^\\s*show\\s+tables(?:\\s+(?:in|from)\\s+${NAME})?\\s*;?\\s*$`, 'i');
const DESCRIBE = new RegExp(`^\\s*desc(?:ribe)?\\s+(?:${NAME}\\s*\\.\\s*)?${NAME}\\s*;?\\s*$`, 'i');

function analyseListing({ sql, database }: { readonly sql: string; readonly database: string }): QueryPlan | undefined {
  if (SHOW_DATABASES.test(sql)) return { kind: 'showDatabases' };
  const shown = SHOW_TABLES.exec(sql);
  if (shown !== null) return { kind: 'showTables', database: nameIn(shown, 1) ?? database };
  const described = DESCRIBE.exec(sql);
  const table = described === null ? undefined : nameIn(described, 4);
  if (described === null || table === undefined) return undefined;
  return { kind: 'describe', table: { database: nameIn(described, 1) ?? database, table } };
}

/** The name that one of the three alternatives of NAME, from group `first` on, took. */
function nameIn(match: RegExpExecArray, first: number): string | undefined {
  return (match[first] ?? match[first + 1] ?? match[first + 2])?.toLowerCase();
}

/** The one query of the text, every node of it checked. */
export function parseQuery(sql: string): Tree {
  const words = tokens(sql);
  const first = words[0];
  if (first === undefined) throw queryFailure('MALFORMED_QUERY', 'Query string is empty.');
  if (FOREIGN.includes(first.text.toLowerCase())) {
    throw queryFailure('MALFORMED_QUERY', `${positionOf(sql, first.start)}: mismatched input '${first.text}'`);
  }
  const statements = parseStatements(sql);
  const [statement] = statements;
  if (statement === undefined || statements.length > 1) {
    throw queryFailure('MALFORMED_QUERY', 'Only one sql statement is allowed.');
  }
  const kind = kindOf(statement);
  if (!QUERIES.includes(kind)) {
    throw queryFailure('NOT_SUPPORTED', `The lab does not run this statement yet: ${first.text.toUpperCase()}.`);
  }
  checkNodes(statement, sql);
  return statement;
}

export function kindOf(node: Tree): string {
  return Object.keys(node)[0] ?? '';
}

function checkNodes(node: unknown, sql: string): void {
  if (Array.isArray(node)) {
    for (const item of node) checkNodes(item, sql);
    return;
  }
  if (!isTree(node)) return;
  for (const [member, value] of Object.entries(node)) {
    if (isTree(value)) {
      if (member === 'function') checkFunction(value, sql);
      if (member === 'select') checkSources(value, sql);
      if (member === 'joined_table') checkJoins(value, sql);
    }
    checkNodes(value, sql);
  }
}

function checkFunction(call: Tree, sql: string): void {
  const name = typeof call['name'] === 'string' ? call['name'].toLowerCase() : '';
  if (NOT_YET.includes(name)) throw unsupported(`the function ${name}`);
  if (name === 'date_format' || name === 'date_parse') checkDatePattern(name, listOf(call['args'])[1]);
  const isSeveralLargest = (name === 'max' || name === 'min') && listOf(call['args']).length > 1;
  if (isSeveralLargest) throw unsupported(`the function ${name} with two arguments`);
  if (!FORBIDDEN_FUNCTIONS.includes(name)) return;
  throw queryFailure('FUNCTION_NOT_FOUND', `${positionOfWord(sql, name)}: Function '${name}' not registered`);
}

/** DuckDB takes these MySQL letters for others of its own: a wrong date would pass for a right one. */
const MISREAD_DATE_LETTERS = /%[chMW]/;

function checkDatePattern(name: string, pattern: unknown): void {
  const literal = isTree(pattern) ? pattern['literal'] : undefined;
  const text = isTree(literal) ? literal['value'] : undefined;
  if (typeof text !== 'string') throw unsupported(`${name} with a computed format`);
  const [letter] = MISREAD_DATE_LETTERS.exec(text.replaceAll('%%', '')) ?? [];
  if (letter !== undefined)
    throw queryFailure('NOT_SUPPORTED', `The lab does not run ${name.toUpperCase()} with ${letter} yet.`);
}

function checkSources(select: Tree, sql: string): void {
  for (const member of ['into', 'qualify', 'distribute_by', 'cluster_by', 'connect', 'distinct_on', 'top']) {
    if (select[member] !== null && select[member] !== undefined) throw unsupported(member.replace('_', ' '));
  }
  const from = select['from'];
  if (isTree(from)) {
    for (const source of listOf(from['expressions'])) checkSource(source, sql);
  }
  if (listOf(select['lateral_views']).length > 0) throw unsupported('lateral view');
  checkJoins(select, sql);
}

function checkJoins(node: Tree, sql: string): void {
  if ('left' in node) checkSource(node['left'], sql);
  for (const join of listOf(node['joins'])) {
    if (isTree(join)) checkSource(join['this'], sql);
  }
}

function checkSource(source: unknown, sql: string): void {
  if (!isTree(source)) return;
  const kind = kindOf(source);
  if (kind === 'function') {
    const call = source[kind];
    const name = isTree(call) && typeof call['name'] === 'string' ? call['name'] : '';
    throw queryFailure('MALFORMED_QUERY', `${positionOfWord(sql, name)}: mismatched input '${name}'`);
  }
  if (!SOURCES.includes(kind)) throw unsupported(`${kind.replace('_', ' ')} in FROM`);
  const inner = source[kind];
  if (isTree(inner) && (kind === 'alias' || kind === 'paren')) checkSource(inner['this'], sql);
}

function unsupported(what: string): Error {
  return queryFailure('NOT_SUPPORTED', `The lab does not run ${what.toUpperCase()} yet.`);
}

/** Where a word first stands in the text, for messages. */
export function positionOfWord(sql: string, word: string): string {
  const found = tokens(sql).find(({ text }) => text.toLowerCase() === word.toLowerCase());
  return positionOf(sql, found?.start ?? 0);
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

type Resolve = (reference: TableReference) => Tree | undefined;

/**
 * Calls `onTable` for every catalogue table in the tree, with CTE names scoped as SQL scopes them; what it returns takes the table node's place in
 * the tree that is given back.
 */
export function visitQueries(
  statement: Tree,
  where: { readonly sql: string; readonly database: string },
  onTable: Resolve,
): Tree {
  const visit = (node: unknown, scope: Scope): unknown => {
    if (Array.isArray(node)) return node.map((item: unknown) => visit(item, scope));
    if (!isTree(node)) return node;
    const table = node['table'];
    if (isTable(table)) {
      const reference = referenceOf(table, where, scope);
      const replacement = reference === undefined ? undefined : onTable(reference);
      return replacement === undefined ? node : { table: { ...table, ...replacement } };
    }
    const inner = withNames(node, scope);
    return Object.fromEntries(
      Object.entries(node).map(([member, value]) => [
        member,
        member === 'with' ? visitWith(value, scope) : visit(value, inner),
      ]),
    );
  };
  // Each CTE sees the ones before it.
  const visitWith = (node: unknown, scope: Scope): unknown => {
    if (!isTree(node)) return node;
    const seen = new Set(scope);
    const ctes = listOf(node['ctes']).map((cte) => {
      const visited = visit(cte, seen);
      for (const name of cteNames([cte])) seen.add(name);
      return visited;
    });
    return { ...node, ctes };
  };
  const visited = visit(statement, new Set());
  return isTree(visited) ? visited : statement;
}

function withNames(node: Tree, scope: Scope): Scope {
  const clause = node['with'];
  return isTree(clause) ? new Set([...scope, ...cteNames(listOf(clause['ctes']))]) : scope;
}

function cteNames(ctes: readonly unknown[]): readonly string[] {
  return ctes.flatMap((cte) => {
    const name = isTree(cte) ? nameOf(cte['alias']) : undefined;
    if (name === undefined) return [];
    // The engine beneath would take a name with a file's ending for that file wherever the CTE is out of scope.
    if (!/^[\w $-]+$/.test(name))
      throw queryFailure('NOT_SUPPORTED', `The lab does not run a WITH query named '${name}'.`);
    return [name.toLowerCase()];
  });
}

/** A table node, not the column node's member of the same name. */
function isTable(value: unknown): value is Tree {
  return isTree(value) && isTree(value['name']) && 'schema' in value;
}

export function nameOf(identifier: unknown): string | undefined {
  const name = isTree(identifier) ? identifier['name'] : undefined;
  return typeof name === 'string' ? name : undefined;
}

function referenceOf(
  table: Tree,
  { sql, database }: { readonly sql: string; readonly database: string },
  scope: Scope,
): TableReference | undefined {
  const name = (nameOf(table['name']) ?? '').toLowerCase();
  const schema = nameOf(table['schema'])?.toLowerCase();
  const catalog = nameOf(table['catalog'])?.toLowerCase();
  if (schema === undefined && scope.has(name)) return undefined;
  const at = positionOfWord(sql, name);
  if (catalog !== undefined && catalog !== CATALOG) {
    throw queryFailure('CATALOG_NOT_FOUND', `${at}: Catalog '${catalog}' does not exist`);
  }
  if (name.includes('$') || schema === 'information_schema') throw unsupported(`a query of "${name}"`);
  return { database: schema ?? database.toLowerCase(), table: name };
}
