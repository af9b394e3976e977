/** Parses UpdateExpression: SET, REMOVE, ADD and DELETE clauses, each at most once. */
import type { AttributeValue } from '../../services.ts';
import { typeOf, type AttributeType } from '../attribute.ts';
import { invalid } from '../refusals.ts';
import { openCursor, type Cursor } from './cursor.ts';
import { checkApart, type Path } from './path.ts';
import type { Placeholders } from './placeholders.ts';

export type Source =
  | { readonly kind: 'value'; readonly value: AttributeValue }
  | { readonly kind: 'path'; readonly path: Path }
  | { readonly kind: 'ifNotExists'; readonly path: Path; readonly otherwise: Source }
  | { readonly kind: 'append'; readonly left: Source; readonly right: Source }
  | { readonly kind: 'sum'; readonly left: Source; readonly right: Source; readonly sign: 1 | -1 };

export type Change =
  | { readonly kind: 'set'; readonly path: Path; readonly source: Source }
  | { readonly kind: 'remove'; readonly path: Path }
  | { readonly kind: 'add' | 'delete'; readonly path: Path; readonly value: AttributeValue };

const EXPRESSION = 'UpdateExpression';
/** As AWS names types where it speaks of a clause; elsewhere by their letters. */
const TYPE_WORDS = {
  S: 'STRING',
  N: 'NUMBER',
  B: 'BINARY',
  BOOL: 'BOOLEAN',
  NULL: 'NULL',
  M: 'MAP',
  L: 'LIST',
  SS: 'STRING_SET',
  NS: 'NUMBER_SET',
  BS: 'BINARY_SET',
} as const;
const CLAUSES = ['SET', 'REMOVE', 'ADD', 'DELETE'] as const;

/** Throws AwsError ValidationException. */
export function parseUpdate(text: string, placeholders: Placeholders): readonly Change[] {
  const cursor = openCursor(text, EXPRESSION, placeholders);
  const changes: Change[] = [];
  const seen = new Set<string>();
  while (cursor.peek() !== '') {
    const clause = CLAUSES.find((one) => one === cursor.peek().toUpperCase());
    if (clause === undefined) return cursor.refuse();
    if (seen.has(clause)) {
      throw invalid(`Invalid ${EXPRESSION}: The "${clause}" section can only be used once in an update expression;`);
    }
    seen.add(clause);
    cursor.take();
    do changes.push(changeOf(clause, cursor));
    while (cursor.takeIf(','));
  }
  checkApart(
    changes.map((change) => change.path),
    EXPRESSION,
  );
  return changes;
}

function changeOf(clause: (typeof CLAUSES)[number], cursor: Cursor): Change {
  const path = cursor.path();
  switch (clause) {
    case 'SET':
      cursor.expect('=');
      return { kind: 'set', path, source: sumOrOne(cursor) };
    case 'REMOVE':
      return { kind: 'remove', path };
    case 'ADD': {
      const value = cursor.value();
      if (!['N', 'SS', 'NS', 'BS'].includes(typeOf(value))) throw wrongOperand('ADD', value, 'ALLOWED_FOR_ADD_OPERAND');
      return { kind: 'add', path, value };
    }
    case 'DELETE': {
      const value = cursor.value();
      if (!['SS', 'NS', 'BS'].includes(typeOf(value)))
        throw wrongOperand('DELETE', value, 'ALLOWED_FOR_DELETE_OPERAND');
      return { kind: 'delete', path, value };
    }
  }
}

function wrongOperand(operator: string, value: AttributeValue, allowed: string) {
  return invalid(
    `Invalid ${EXPRESSION}: Incorrect operand type for operator or function; operator: ${operator}, operand type: ${TYPE_WORDS[typeOf(value)]}, typeset: ${allowed}`,
  );
}

function sumOrOne(cursor: Cursor): Source {
  const left = oneSource(cursor);
  const sign = cursor.takeIf('+') ? 1 : cursor.takeIf('-') ? -1 : null;
  if (sign === null) return left;
  const right = oneSource(cursor);
  checkOperands(sign === 1 ? '+' : '-', 'N', [left, right]);
  return { kind: 'sum', left, right, sign };
}

function checkOperands(operator: string, type: AttributeType, operands: readonly Source[]): void {
  for (const operand of operands) {
    if (operand.kind !== 'value' || typeOf(operand.value) === type) continue;
    throw invalid(
      `Invalid ${EXPRESSION}: Incorrect operand type for operator or function; operator or function: ${operator}, operand type: ${typeOf(operand.value)}`,
    );
  }
}

function oneSource(cursor: Cursor): Source {
  if (cursor.takeIf('(')) {
    const inner = sumOrOne(cursor);
    cursor.expect(')');
    return inner;
  }
  if (cursor.peek().startsWith(':')) return { kind: 'value', value: cursor.value() };
  if (cursor.peekSecond() !== '(') return { kind: 'path', path: cursor.path() };
  const name = cursor.take();
  cursor.expect('(');
  const source = calledFunction(name, cursor);
  cursor.expect(')');
  return source;
}

function calledFunction(name: string, cursor: Cursor): Source {
  if (name === 'if_not_exists') {
    const path = cursor.path();
    cursor.expect(',');
    return { kind: 'ifNotExists', path, otherwise: oneSource(cursor) };
  }
  if (name === 'list_append') {
    const left = oneSource(cursor);
    cursor.expect(',');
    const right = oneSource(cursor);
    checkOperands(name, 'L', [left, right]);
    return { kind: 'append', left, right };
  }
  throw invalid(`Invalid ${EXPRESSION}: Invalid function name; function: ${name}`);
}
