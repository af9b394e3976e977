/** Parses what stands between SELECT and FROM, and the SELECT inside an expression. */
import {
  acceptKeyword,
  acceptSymbol,
  current,
  expectKeyword,
  expectSymbol,
  following,
  isKeyword,
  isWord,
  needsNewVersion,
  refused,
  takeName,
  type Cursor,
} from './cursor.ts';
import { nameWithoutAlias } from './default-name.ts';
import { RESERVED } from './reserved.ts';
import type { Query, SelectItem, Selection } from './statement.ts';

export function parseSelection(cursor: Cursor): Selection {
  if (isValueKeyword(cursor)) {
    cursor.at++;
    const { start } = current(cursor);
    if (acceptSymbol(cursor, '*')) return { kind: 'value', expression: { kind: 'star', at: start } };
    return { kind: 'value', expression: cursor.grammar.expression(cursor) };
  }
  const items = [parseItem(cursor)];
  while (acceptSymbol(cursor, ',')) items.push(parseItem(cursor));
  return { kind: 'items', items };
}

function parseItem(cursor: Cursor): SelectItem {
  if (acceptSymbol(cursor, '*')) {
    return { kind: 'star', alias: acceptKeyword(cursor, 'AS') ? parseAlias(cursor) : [] };
  }
  const { start } = current(cursor);
  const expression = cursor.grammar.expression(cursor);
  if (acceptKeyword(cursor, 'AS')) return { kind: 'value', expression, alias: parseAlias(cursor) };
  const name = nameWithoutAlias(expression);
  if (name === undefined) {
    throw refused(cursor, start, 'this expression needs a name in the result, given with AS');
  }
  return { kind: 'value', expression, alias: [name] };
}

/** `a.b` builds objects inside objects. Any word may be a name here. */
function parseAlias(cursor: Cursor): readonly string[] {
  const names = [takeName(cursor, 'a name after AS')];
  while (acceptSymbol(cursor, '.')) names.push(takeName(cursor, 'a name after "."'));
  return names;
}

/** Behind its opening bracket; takes the closing one too. */
export function parseQuery(cursor: Cursor): Query {
  needsNewVersion(cursor, current(cursor).start, 'a SELECT inside an expression');
  expectKeyword(cursor, 'SELECT', 'at the beginning of the nested query');
  const selection = parseSelection(cursor);
  expectKeyword(cursor, 'FROM', 'after the column list of the nested query');
  const source = cursor.grammar.postfix(cursor);
  const alias = acceptKeyword(cursor, 'AS') ? takeName(cursor, 'a name after AS') : undefined;
  const where = acceptKeyword(cursor, 'WHERE') ? cursor.grammar.expression(cursor) : undefined;
  expectSymbol(cursor, ')', 'at the end of the nested query');
  return { selection, source, alias, where };
}

const BEGINS_EXPRESSION = ['TRUE', 'FALSE', 'NULL', 'NOT', 'CASE', 'EXISTS'];

/** `value` is a keyword only where something to select follows: `SELECT value`, `SELECT value.x` and `SELECT value * 2` name an attribute. */
function isValueKeyword(cursor: Cursor): boolean {
  if (!isKeyword(cursor, 'VALUE')) return false;
  const next = following(cursor, 1);
  switch (next.kind) {
    case 'end':
      return false;
    case 'name':
      return !RESERVED.has(next.text.toUpperCase()) || BEGINS_EXPRESSION.includes(next.text.toUpperCase());
    case 'symbol': {
      const after = following(cursor, 2);
      if (next.text === '*') return after.kind === 'end' || isWord(after, 'FROM') || isWord(after, 'WHERE');
      return ['(', '{', '['].includes(next.text);
    }
    default:
      return true;
  }
}
