/** Parses a rule's `[SET …] SELECT … [FROM '…'] [WHERE …]`, and single expressions as templates hold them. */
import {
  acceptKeyword,
  acceptSymbol,
  current,
  expectKeyword,
  expectSymbol,
  isKeyword,
  openCursor,
  refused,
  unexpected,
  type Creation,
  type Cursor,
} from './cursor.ts';
import { parseExpression, parsePostfix } from './parse-expression.ts';
import { parseQuery, parseSelection } from './parse-selection.ts';
import type { SqlVersion } from './sql-version.ts';
import type { Assignment, Expression, Statement } from './statement.ts';
import { filterFault } from './topic-filter.ts';

const MOST_VARIABLES = 10;
const LONGEST_VARIABLE = 64;

const GRAMMAR = { expression: parseExpression, postfix: parsePostfix, query: parseQuery };

/** Throws AwsError SqlParseException with the place as line:column, both from 1. */
export function parseStatement(sql: string, version: SqlVersion, creation?: Creation): Statement {
  const cursor = openCursor(sql, version, { creation, grammar: GRAMMAR });
  const assignments = acceptKeyword(cursor, 'SET') ? parseAssignments(cursor) : [];
  expectKeyword(cursor, 'SELECT', assignments.length === 0 ? 'at the beginning' : 'after the variables of SET');
  const selection = parseSelection(cursor);
  const { kind } = current(cursor);
  if (!isKeyword(cursor, 'FROM') && !isKeyword(cursor, 'WHERE') && kind !== 'end') {
    throw unexpected(cursor, 'FROM after the column list');
  }
  const topicFilter = acceptKeyword(cursor, 'FROM') ? parseFilter(cursor) : '';
  const where = acceptKeyword(cursor, 'WHERE') ? parseExpression(cursor) : undefined;
  if (current(cursor).kind !== 'end') {
    throw unexpected(cursor, where === undefined ? 'WHERE or the end of the statement' : 'the end of the statement');
  }
  return { assignments, selection, topicFilter, where };
}

/** `variables` are those that the rule's SET makes. Throws as parseStatement. */
export function parseExpressionText(
  sql: string,
  version: SqlVersion,
  variables: readonly string[],
  creation?: Creation,
): Expression {
  const cursor = openCursor(sql, version, { creation, grammar: GRAMMAR });
  for (const name of variables) cursor.variables.add(name);
  const expression = parseExpression(cursor);
  if (current(cursor).kind !== 'end') throw unexpected(cursor, 'an operator or the end of the expression');
  return expression;
}

function parseAssignments(cursor: Cursor): readonly Assignment[] {
  const assignments: Assignment[] = [];
  do {
    const { kind, text: name, start } = current(cursor);
    if (kind !== 'variable') throw unexpected(cursor, 'a variable such as @celsius');
    if (assignments.length === MOST_VARIABLES) {
      throw refused(cursor, start, `SET makes at most ${MOST_VARIABLES} variables`);
    }
    if (name.length > LONGEST_VARIABLE) {
      throw refused(cursor, start, `the name of a variable has at most ${LONGEST_VARIABLE} characters`);
    }
    if (cursor.variables.has(name)) throw refused(cursor, start, `@${name} has its value already and keeps it`);
    cursor.at++;
    expectSymbol(cursor, '=', `after @${name}`);
    assignments.push({ name, at: start, value: parseExpression(cursor) });
    cursor.variables.add(name);
  } while (acceptSymbol(cursor, ','));
  return assignments;
}

function parseFilter(cursor: Cursor): string {
  const { kind, text, start } = current(cursor);
  if (kind !== 'string' || cursor.sql[start] !== "'") throw unexpected(cursor, "a topic filter in '…'");
  const fault = filterFault(text);
  if (fault !== undefined) throw refused(cursor, start, fault);
  cursor.at++;
  return text;
}
