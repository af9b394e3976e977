/** Applies an update expression to an item: every clause reads the item as it was before. */
import type { AttributeValue, Item } from '../../services.ts';
import { attributeOf } from '../attribute.ts';
import { addNumbers } from '../numbers.ts';
import { invalid } from '../refusals.ts';
import { valueAt, type Path } from './path.ts';
import type { Change, Source } from './update.ts';

/** The new item. Throws AwsError ValidationException. */
export function applyUpdate(item: Item, changes: readonly Change[]): Item {
  let next = item;
  for (const change of changes) {
    if (change.kind === 'set') next = placed(next, change.path, valueFrom(item, change.source));
    if (change.kind === 'add') next = placed(next, change.path, added(valueAt(item, change.path), change.value));
    if (change.kind === 'delete') next = reduced(next, change.path, valueAt(item, change.path), change.value);
  }
  // From the back, because what is behind a removed member of a list moves up.
  const removals = changes.filter((change) => change.kind === 'remove').sort((a, b) => backwards(a.path, b.path));
  for (const { path } of removals) next = without(next, path);
  return next;
}

function valueFrom(item: Item, source: Source): AttributeValue {
  switch (source.kind) {
    case 'value':
      return source.value;
    case 'path': {
      const value = valueAt(item, source.path);
      if (value !== undefined) return value;
      throw invalid('The provided expression refers to an attribute that does not exist in the item');
    }
    case 'ifNotExists':
      return valueAt(item, source.path) ?? valueFrom(item, source.otherwise);
    case 'append': {
      const left = valueFrom(item, source.left);
      const right = valueFrom(item, source.right);
      if ('L' in left && 'L' in right) return { L: [...left.L, ...right.L] };
      throw wrongType();
    }
    case 'sum': {
      const left = valueFrom(item, source.left);
      const right = valueFrom(item, source.right);
      if ('N' in left && 'N' in right) return { N: addNumbers(left.N, right.N, source.sign) };
      throw wrongType();
    }
  }
}

function added(value: AttributeValue | undefined, more: AttributeValue): AttributeValue {
  if (value === undefined) return more;
  if ('N' in value && 'N' in more) return { N: addNumbers(value.N, more.N, 1) };
  if ('SS' in value && 'SS' in more) return { SS: united(value.SS, more.SS) };
  if ('NS' in value && 'NS' in more) return { NS: united(value.NS, more.NS) };
  if ('BS' in value && 'BS' in more) return { BS: united(value.BS, more.BS) };
  throw wrongType();
}

function united(set: readonly string[], more: readonly string[]): readonly string[] {
  return [...new Set([...set, ...more])];
}

function reduced(item: Item, path: Path, value: AttributeValue | undefined, less: AttributeValue): Item {
  if (value === undefined) return item;
  const rest = setLess(value, less);
  return rest === undefined ? without(item, path) : placed(item, path, rest);
}

/** Undefined when nothing is left: sets are never empty. */
function setLess(value: AttributeValue, less: AttributeValue): AttributeValue | undefined {
  const left = (set: readonly string[], gone: readonly string[]) => set.filter((member) => !gone.includes(member));
  if ('SS' in value && 'SS' in less) {
    const rest = left(value.SS, less.SS);
    return rest.length === 0 ? undefined : { SS: rest };
  }
  if ('NS' in value && 'NS' in less) {
    const rest = left(value.NS, less.NS);
    return rest.length === 0 ? undefined : { NS: rest };
  }
  if ('BS' in value && 'BS' in less) {
    const rest = left(value.BS, less.BS);
    return rest.length === 0 ? undefined : { BS: rest };
  }
  throw wrongType();
}

function placed(item: Item, path: Path, value: AttributeValue): Item {
  return mapOf(changedAt({ M: item }, path, () => value));
}

/** Removing what is not there changes nothing, but the way to it must be there. */
function without(item: Item, path: Path): Item {
  return mapOf(changedAt({ M: item }, path, () => undefined));
}

function changedAt(
  value: AttributeValue,
  path: Path,
  change: () => AttributeValue | undefined,
): AttributeValue | undefined {
  const [step, ...rest] = path;
  if (step === undefined) return change();
  if (typeof step === 'string') {
    if (!('M' in value)) throw noWay();
    const next = deeper(attributeOf(value.M, step), rest, change);
    if (next !== undefined) return { M: { ...value.M, [step]: next } };
    return { M: Object.fromEntries(Object.entries(value.M).filter(([name]) => name !== step)) };
  }
  if (!('L' in value)) throw noWay();
  const next = deeper(value.L[step], rest, change);
  // Behind the end means at the end.
  const head = value.L.slice(0, step);
  const tail = value.L.slice(step + 1);
  return { L: next === undefined ? [...head, ...tail] : [...head, next, ...tail] };
}

function deeper(
  member: AttributeValue | undefined,
  rest: Path,
  change: () => AttributeValue | undefined,
): AttributeValue | undefined {
  if (rest.length === 0) return change();
  if (member === undefined) throw noWay();
  return changedAt(member, rest, change);
}

function mapOf(value: AttributeValue | undefined): Item {
  return value !== undefined && 'M' in value ? value.M : {};
}

function backwards(a: Path, b: Path): number {
  for (const [index, step] of a.entries()) {
    const other = b[index];
    if (typeof step === 'number' && typeof other === 'number' && step !== other) return other - step;
  }
  return 0;
}

function noWay() {
  return invalid('The document path provided in the update expression is invalid for update');
}

function wrongType() {
  return invalid('An operand in the update expression has an incorrect data type');
}
