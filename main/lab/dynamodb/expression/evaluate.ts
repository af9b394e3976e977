/** Whether an item meets a condition. Nothing here fails: what is missing or of another type does not match. */
import type { AttributeValue, Item } from '../../services.ts';
import { typeOf } from '../attribute.ts';
import { sortable } from '../key-text.ts';
import type { Comparator, Condition, Operand } from './condition.ts';
import { valueAt } from './path.ts';

export function meets(item: Item, condition: Condition): boolean {
  switch (condition.kind) {
    case 'and':
      return meets(item, condition.left) && meets(item, condition.right);
    case 'or':
      return meets(item, condition.left) || meets(item, condition.right);
    case 'not':
      return !meets(item, condition.inner);
    case 'compare':
      return compares(condition.comparator, valueOf(item, condition.left), valueOf(item, condition.right));
    case 'between': {
      const value = valueOf(item, condition.operand);
      return (
        compares('>=', value, valueOf(item, condition.low)) && compares('<=', value, valueOf(item, condition.high))
      );
    }
    case 'in': {
      const value = valueOf(item, condition.operand);
      return condition.among.some((one) => compares('=', value, valueOf(item, one)));
    }
    case 'exists':
      return (valueAt(item, condition.path) !== undefined) === condition.expected;
    case 'type': {
      const value = valueAt(item, condition.path);
      return value !== undefined && typeOf(value) === condition.type;
    }
    case 'begins':
      return begins(valueOf(item, condition.operand), valueOf(item, condition.part));
    case 'contains':
      return contains(valueOf(item, condition.operand), valueOf(item, condition.part));
  }
}

function valueOf(item: Item, operand: Operand): AttributeValue | undefined {
  switch (operand.kind) {
    case 'value':
      return operand.value;
    case 'path':
      return valueAt(item, operand.path);
    case 'size':
      return sizeOf(valueAt(item, operand.path));
  }
}

function sizeOf(value: AttributeValue | undefined): AttributeValue | undefined {
  if (value === undefined) return undefined;
  if ('S' in value) return numbered([...value.S].length);
  if ('B' in value) return numbered(Buffer.byteLength(value.B, 'base64'));
  if ('M' in value) return numbered(Object.keys(value.M).length);
  if ('L' in value) return numbered(value.L.length);
  if ('SS' in value) return numbered(value.SS.length);
  if ('NS' in value) return numbered(value.NS.length);
  if ('BS' in value) return numbered(value.BS.length);
  return undefined;
}

function numbered(count: number): AttributeValue {
  return { N: String(count) };
}

function compares(
  comparator: Comparator,
  left: AttributeValue | undefined,
  right: AttributeValue | undefined,
): boolean {
  // A missing attribute is unlike everything.
  if (left === undefined || right === undefined) return comparator === '<>';
  if (comparator === '=') return isSame(left, right);
  if (comparator === '<>') return !isSame(left, right);
  const type = typeOf(left);
  if (type !== typeOf(right) || (type !== 'S' && type !== 'N' && type !== 'B')) return false;
  const a = sortable(left);
  const b = sortable(right);
  switch (comparator) {
    case '<':
      return a < b;
    case '<=':
      return a <= b;
    case '>':
      return a > b;
    case '>=':
      return a >= b;
  }
}

/** Of the same type and value; the order in sets and maps does not count. Numbers are in their normal form. */
function isSame(left: AttributeValue, right: AttributeValue): boolean {
  if ('S' in left) return 'S' in right && left.S === right.S;
  if ('N' in left) return 'N' in right && left.N === right.N;
  if ('B' in left) return 'B' in right && left.B === right.B;
  if ('BOOL' in left) return 'BOOL' in right && left.BOOL === right.BOOL;
  if ('NULL' in left) return 'NULL' in right;
  if ('SS' in left) return 'SS' in right && areSameSets(left.SS, right.SS);
  if ('NS' in left) return 'NS' in right && areSameSets(left.NS, right.NS);
  if ('BS' in left) return 'BS' in right && areSameSets(left.BS, right.BS);
  if ('L' in left) {
    if (!('L' in right) || left.L.length !== right.L.length) return false;
    const other = right.L;
    return left.L.every((member, index) => isSameAsThere(member, other[index]));
  }
  if (!('M' in right)) return false;
  const other = new Map(Object.entries(right.M));
  const members = Object.entries(left.M);
  return members.length === other.size && members.every(([name, member]) => isSameAsThere(member, other.get(name)));
}

function isSameAsThere(left: AttributeValue, right: AttributeValue | undefined): boolean {
  return right !== undefined && isSame(left, right);
}

function areSameSets(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((member) => right.includes(member));
}

function begins(value: AttributeValue | undefined, part: AttributeValue | undefined): boolean {
  if (value === undefined || part === undefined) return false;
  if ('S' in value && 'S' in part) return value.S.startsWith(part.S);
  if ('B' in value && 'B' in part) {
    const beginning = Buffer.from(part.B, 'base64');
    return Buffer.from(value.B, 'base64').subarray(0, beginning.length).equals(beginning);
  }
  return false;
}

function contains(value: AttributeValue | undefined, part: AttributeValue | undefined): boolean {
  if (value === undefined || part === undefined) return false;
  if ('S' in value) return 'S' in part && value.S.includes(part.S);
  if ('B' in value) return 'B' in part && Buffer.from(value.B, 'base64').includes(Buffer.from(part.B, 'base64'));
  if ('SS' in value) return 'S' in part && value.SS.includes(part.S);
  if ('NS' in value) return 'N' in part && value.NS.includes(part.N);
  if ('BS' in value) return 'B' in part && value.BS.includes(part.B);
  return 'L' in value && value.L.some((member) => isSame(member, part));
}
