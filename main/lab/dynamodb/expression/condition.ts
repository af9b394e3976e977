/** Parses conditions: ConditionExpression, FilterExpression, KeyConditionExpression. */
import type { AttributeValue } from '../../services.ts';
import { typeOf, TYPES, type AttributeType } from '../attribute.ts';
import { sortable } from '../key-text.ts';
import { invalid } from '../refusals.ts';
import { openCursor, type Cursor } from './cursor.ts';
import { printedPath, type Path } from './path.ts';
import type { Placeholders } from './placeholders.ts';

export type Operand =
  | { readonly kind: 'path'; readonly path: Path }
  | { readonly kind: 'value'; readonly value: AttributeValue }
  | { readonly kind: 'size'; readonly path: Path };

export type Comparator = '=' | '<>' | '<' | '<=' | '>' | '>=';

export type Condition =
  | { readonly kind: 'and' | 'or'; readonly left: Condition; readonly right: Condition }
  | { readonly kind: 'not'; readonly inner: Condition }
  | { readonly kind: 'compare'; readonly comparator: Comparator; readonly left: Operand; readonly right: Operand }
  | { readonly kind: 'between'; readonly operand: Operand; readonly low: Operand; readonly high: Operand }
  | { readonly kind: 'in'; readonly operand: Operand; readonly among: readonly Operand[] }
  | { readonly kind: 'exists'; readonly path: Path; readonly expected: boolean }
  | { readonly kind: 'type'; readonly path: Path; readonly type: string }
  | { readonly kind: 'begins' | 'contains'; readonly operand: Operand; readonly part: Operand };

const COMPARATORS: readonly Comparator[] = ['=', '<>', '<', '<=', '>', '>='];
const ORDERED: readonly AttributeType[] = ['S', 'N', 'B'];
const MOST_AMONG = 100;

/** Throws AwsError ValidationException. `expression` is the parameter's name. */
export function parseCondition(text: string, expression: string, placeholders: Placeholders): Condition {
  const cursor = openCursor(text, expression, placeholders);
  const condition = either(cursor);
  if (cursor.peek() !== '') cursor.refuse();
  return condition;
}

function either(cursor: Cursor): Condition {
  let left = both(cursor);
  while (cursor.takeIf('OR')) left = { kind: 'or', left, right: both(cursor) };
  return left;
}

function both(cursor: Cursor): Condition {
  let left = negated(cursor);
  while (cursor.takeIf('AND')) left = { kind: 'and', left, right: negated(cursor) };
  return left;
}

const inParentheses = new WeakSet<Condition>();

function negated(cursor: Cursor): Condition {
  if (cursor.takeIf('NOT')) return { kind: 'not', inner: negated(cursor) };
  if (cursor.takeIf('(')) {
    const inner = either(cursor);
    cursor.expect(')');
    if (inParentheses.has(inner))
      throw invalid(`Invalid ${cursor.expression}: The expression has redundant parentheses;`);
    inParentheses.add(inner);
    return inner;
  }
  return single(cursor);
}

function single(cursor: Cursor): Condition {
  const isFunction = cursor.peekSecond() === '(' && cursor.peek() !== 'size';
  if (isFunction) return calledFunction(cursor);
  const operand = anOperand(cursor);
  if (cursor.takeIf('BETWEEN')) {
    const low = anOperand(cursor);
    cursor.expect('AND');
    const high = anOperand(cursor);
    for (const bound of [low, high]) checkOrdered('BETWEEN', bound, cursor);
    checkBounds(low, high, cursor);
    checkDistinct('BETWEEN', operand, [low, high], cursor);
    return { kind: 'between', operand, low, high };
  }
  if (cursor.takeIf('IN')) {
    cursor.expect('(');
    const among = [anOperand(cursor)];
    while (cursor.takeIf(',')) among.push(anOperand(cursor));
    cursor.expect(')');
    if (among.length > MOST_AMONG) {
      throw invalid(
        `Invalid ${cursor.expression}: The IN operator is provided with too many operands; number of operands: ${among.length}`,
      );
    }
    checkDistinct('IN', operand, among, cursor);
    return { kind: 'in', operand, among };
  }
  const comparator = COMPARATORS.find((one) => one === cursor.peek());
  if (comparator === undefined) return cursor.refuse();
  cursor.take();
  const right = anOperand(cursor);
  if (comparator !== '=' && comparator !== '<>') {
    checkOrdered(comparator, operand, cursor);
    checkOrdered(comparator, right, cursor);
  }
  checkDistinct(comparator, operand, [right], cursor);
  return { kind: 'compare', comparator, left: operand, right };
}

function anOperand(cursor: Cursor): Operand {
  if (cursor.peek().startsWith(':')) return { kind: 'value', value: cursor.value() };
  if (cursor.peek() === 'size' && cursor.peekSecond() === '(') {
    cursor.take();
    cursor.expect('(');
    const path = cursor.path();
    cursor.expect(')');
    return { kind: 'size', path };
  }
  return { kind: 'path', path: cursor.path() };
}

function calledFunction(cursor: Cursor): Condition {
  const name = cursor.take();
  cursor.expect('(');
  const condition = functionNamed(name, cursor);
  cursor.expect(')');
  return condition;
}

function functionNamed(name: string, cursor: Cursor): Condition {
  switch (name) {
    case 'attribute_exists':
    case 'attribute_not_exists':
      return { kind: 'exists', path: cursor.path(), expected: name === 'attribute_exists' };
    case 'attribute_type': {
      const path = cursor.path();
      cursor.expect(',');
      const type = cursor.value();
      if (!('S' in type)) throw wrongType('attribute_type', type, cursor);
      if (!TYPES.some((one) => one === type.S)) {
        throw invalid(
          `Invalid ${cursor.expression}: Invalid attribute type name found; type: ${type.S}, valid types: {${TYPES.join(',')}}`,
        );
      }
      return { kind: 'type', path, type: type.S };
    }
    case 'begins_with': {
      const operand = anOperand(cursor);
      cursor.expect(',');
      const part = anOperand(cursor);
      if (part.kind === 'value' && !('S' in part.value) && !('B' in part.value)) {
        throw wrongType('begins_with', part.value, cursor);
      }
      return { kind: 'begins', operand, part };
    }
    case 'contains': {
      const operand = anOperand(cursor);
      cursor.expect(',');
      return { kind: 'contains', operand, part: anOperand(cursor) };
    }
    default:
      throw invalid(`Invalid ${cursor.expression}: Invalid function name; function: ${name}`);
  }
}

function checkBounds(low: Operand, high: Operand, cursor: Cursor): void {
  if (low.kind !== 'value' || high.kind !== 'value') return;
  const told = `lower bound operand: AttributeValue: ${printed(low.value)}, upper bound operand: AttributeValue: ${printed(high.value)}`;
  if (typeOf(low.value) !== typeOf(high.value)) {
    throw invalid(
      `Invalid ${cursor.expression}: The BETWEEN operator requires same data type for lower and upper bounds; ${told}`,
    );
  }
  if (sortable(low.value) > sortable(high.value)) {
    throw invalid(
      `Invalid ${cursor.expression}: The BETWEEN operator requires upper bound to be greater than or equal to lower bound; ${told}`,
    );
  }
}

function printed(value: AttributeValue): string {
  const members = Object.entries(value).map(([type, content]) => `${type}:${String(content)}`);
  return `{${members.join()}}`;
}

/** What is compared with itself is a mistake, says AWS. */
function checkDistinct(operator: string, first: Operand, others: readonly Operand[], cursor: Cursor): void {
  if (first.kind !== 'path') return;
  const text = JSON.stringify(first.path);
  if (!others.some((other) => other.kind === 'path' && JSON.stringify(other.path) === text)) return;
  throw invalid(
    `Invalid ${cursor.expression}: The first operand must be distinct from the remaining operands for this operator or function; operator: ${operator}, first operand: ${printedPath(first.path)}`,
  );
}

function checkOrdered(operator: string, operand: Operand, cursor: Cursor): void {
  if (operand.kind === 'value' && !ORDERED.includes(typeOf(operand.value)))
    throw wrongType(operator, operand.value, cursor);
}

function wrongType(operator: string, value: AttributeValue, cursor: Cursor) {
  return invalid(
    `Invalid ${cursor.expression}: Incorrect operand type for operator or function; operator or function: ${operator}, operand type: ${typeOf(value)}`,
  );
}
