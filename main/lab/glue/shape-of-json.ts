/**
 * What kinds of values have been seen where: grown by scanning JSON text, merged over objects and partitions, and read as Hive types at the end.
 * Nothing is decided before all is seen, so the order of the records does not matter.
 */

/** Kinds seen, as a bit set. Null sets none. */
export const BOOLEAN = 1;
export const INT = 2;
export const BIGINT = 4;
export const DOUBLE = 8;
export const STRING = 16;
export const OBJECT = 32;
export const ARRAY = 64;

const NUMBERS = INT | BIGINT | DOUBLE;

export type Shape = {
  kinds: number;
  /** By lower-case key, in the order of first sight. */
  fields: Map<string, Field> | undefined;
  /** The same fields, for a look by position. */
  readonly order: Field[];
  item: Shape | undefined;
};

export type Field = {
  readonly name: string;
  /** As it was first spelled. */
  readonly key: string;
  readonly keyBytes: Buffer;
  readonly shape: Shape;
};

export function emptyShape(): Shape {
  return { kinds: 0, fields: undefined, order: [], item: undefined };
}

export function fieldOf(shape: Shape, key: string): Field {
  const name = key.toLowerCase();
  shape.fields ??= new Map();
  const found = shape.fields.get(name);
  if (found !== undefined) return found;
  const field = { name, key, keyBytes: Buffer.from(key), shape: emptyShape() };
  shape.fields.set(name, field);
  shape.order.push(field);
  return field;
}

export function itemOf(shape: Shape): Shape {
  shape.item ??= emptyShape();
  return shape.item;
}

/** Adds what `source` has seen to `target`. */
export function mergeShape(target: Shape, source: Shape): void {
  target.kinds |= source.kinds;
  for (const { key, shape } of source.fields?.values() ?? []) mergeShape(fieldOf(target, key).shape, shape);
  if (source.item !== undefined) mergeShape(itemOf(target), source.item);
}

/**
 * The Hive type: numbers widen to the widest seen, kinds that do not fit together are `string`, and so is what was only ever null. `spelled`
 * keeps the keys of structs as the files have them; else they are lower case, as the catalogue wants them.
 */
export function hiveType(shape: Shape, spelled = false): string {
  const { kinds } = shape;
  if (kinds === BOOLEAN) return 'boolean';
  if (kinds !== 0 && (kinds & ~NUMBERS) === 0)
    return (kinds & DOUBLE) !== 0 ? 'double' : kinds === INT ? 'int' : 'bigint';
  if (kinds === ARRAY) return `array<${hiveType(itemOf(shape), spelled)}>`;
  const fields = [...(shape.fields?.values() ?? [])];
  // A struct needs a field; `{}` alone tells nothing.
  if (kinds !== OBJECT || fields.length === 0) return 'string';
  const inner = fields.map((field) => `${spelled ? field.key : field.name}:${hiveType(field.shape, spelled)}`);
  return `struct<${inner.join(',')}>`;
}
