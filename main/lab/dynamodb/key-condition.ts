/** KeyConditionExpression: one partition, and in it a range of sort keys, as a stretch of ordered key texts. */
import type { AttributeValue } from '../services.ts';
import { typeOf } from './attribute.ts';
import { parseCondition, type Condition, type Operand } from './expression/condition.ts';
import type { Placeholders } from './expression/placeholders.ts';
import { endOf, partitionText, past, sortable, type KeyPart, type KeyShape } from './key-text.ts';
import { invalid, invalidParameter } from './refusals.ts';

/** Keys from `from` on and below `to`. */
export type Stretch = { readonly from: string; readonly to: string };

type Clause = { readonly name: string; readonly kind: string; readonly values: readonly AttributeValue[] };

const EXPRESSION = 'KeyConditionExpression';

/** Throws AwsError ValidationException. */
export function parseKeyCondition(text: string, placeholders: Placeholders, shape: KeyShape): Stretch {
  const clauses = clausesOf(parseCondition(text, EXPRESSION, placeholders));
  const { hash, range } = shape;
  const [first, ...twice] = clauses.filter(({ name }) => name === hash.name);
  if (first === undefined) throw invalid(`Query condition missed key schema element: ${hash.name}`);
  if (twice.length > 0 || clauses.length > 2) {
    throw invalid('KeyConditionExpressions must only contain one condition per key');
  }
  const [hashValue] = first.values;
  if (first.kind !== '=' || hashValue === undefined) throw invalid('Query key condition not supported');
  checkType(hash, first.values);
  const partition = partitionText(hashValue);
  const second = clauses.find((clause) => clause !== first);
  if (second === undefined) return { from: partition, to: past(partition) };
  if (second.name !== range?.name) {
    if (range === undefined) throw invalid('Query key condition not supported');
    throw invalid(`Query condition missed key schema element: ${range.name}`);
  }
  checkType(range, second.values);
  return stretchOf(partition, second);
}

function stretchOf(partition: string, { kind, values }: Clause): Stretch {
  const [low = '', high = ''] = values.map((value) => partition + sortable(value));
  switch (kind) {
    case '=':
      return { from: endOf(low), to: past(endOf(low)) };
    case '<':
      return { from: partition, to: low };
    case '<=':
      return { from: partition, to: past(endOf(low)) };
    case '>':
      return { from: past(endOf(low)), to: past(partition) };
    case '>=':
      return { from: low, to: past(partition) };
    case 'between':
      return { from: low, to: past(endOf(high)) };
    case 'begins':
      if (values.some((value) => 'N' in value)) throw invalid('Query key condition not supported');
      return { from: low, to: past(low) };
    default:
      throw invalid('Query key condition not supported');
  }
}

function clausesOf(condition: Condition): readonly Clause[] {
  switch (condition.kind) {
    case 'and':
      return [...clausesOf(condition.left), ...clausesOf(condition.right)];
    case 'or':
    case 'not':
      throw invalid(`Invalid operator used in ${EXPRESSION}: ${condition.kind.toUpperCase()}`);
    case 'compare': {
      if (condition.comparator === '<>') throw invalid(`Invalid operator used in ${EXPRESSION}: <>`);
      const isTurned = condition.left.kind === 'value';
      const [key, value] = isTurned ? [condition.right, condition.left] : [condition.left, condition.right];
      return [
        {
          name: nameOf(key),
          kind: isTurned ? turned(condition.comparator) : condition.comparator,
          values: [valueOf(value)],
        },
      ];
    }
    case 'between':
      return [
        { name: nameOf(condition.operand), kind: 'between', values: [valueOf(condition.low), valueOf(condition.high)] },
      ];
    case 'begins':
      return [{ name: nameOf(condition.operand), kind: 'begins', values: [valueOf(condition.part)] }];
    case 'in':
    case 'exists':
    case 'type':
    case 'contains':
      throw invalid(`Invalid operator used in ${EXPRESSION}: ${AWS_NAMES[condition.kind]}`);
  }
}

const AWS_NAMES = { in: 'IN', exists: 'attribute_exists', type: 'attribute_type', contains: 'contains' } as const;

function turned(comparator: string): string {
  return comparator.startsWith('<') ? comparator.replace('<', '>') : comparator.replace('>', '<');
}

function nameOf(operand: Operand): string {
  const [name, ...deeper] = operand.kind === 'path' ? operand.path : [];
  if (typeof name === 'string' && deeper.length === 0) return name;
  throw invalid(
    operand.kind === 'path'
      ? `Invalid ${EXPRESSION}: ${EXPRESSION}s cannot have conditions on nested attributes`
      : `Invalid ${EXPRESSION}: A condition must compare a key attribute with a value`,
  );
}

function valueOf(operand: Operand): AttributeValue {
  if (operand.kind === 'value') return operand.value;
  throw invalid(`Invalid ${EXPRESSION}: A condition must compare a key attribute with a value`);
}

function checkType(part: KeyPart, values: readonly AttributeValue[]): void {
  if (values.some((value) => typeOf(value) !== part.type)) {
    throw invalidParameter(`Condition parameter type does not match schema type`);
  }
}
