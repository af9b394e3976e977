/** Reads values in DynamoDB JSON as callers send them, and knows their size as DynamoDB counts it. */
import type { AttributeValue, Item } from '../services.ts';
import { normalNumber, numberSize } from './numbers.ts';
import { invalid, invalidParameter } from './refusals.ts';

export const TYPES = ['S', 'N', 'B', 'BOOL', 'NULL', 'M', 'L', 'SS', 'NS', 'BS'] as const;
export type AttributeType = (typeof TYPES)[number];

export const MAX_ITEM_BYTES = 400 * 1024;
const MOST_LEVELS = 32;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** Throws AwsError ValidationException. Numbers come back in their normal form. */
export function readItem(value: unknown): Item {
  return readMap(value, 1);
}

/** Throws AwsError ValidationException. `depth` is the level of nesting at which the value lies. */
export function readValue(value: unknown, depth = 1): AttributeValue {
  const given = structure(value);
  const [type, ...more] = Object.keys(given);
  if (type === undefined) throw noType();
  if (more.length > 0) {
    throw invalid(
      'Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes',
    );
  }
  if (depth > MOST_LEVELS) throw invalid('Nesting Levels have exceeded supported limits');
  const content = given[type];
  switch (type) {
    case 'S':
      return { S: text(content) };
    case 'N':
      return { N: normalNumber(text(content)) };
    case 'B':
      return { B: binary(content) };
    case 'BOOL':
      if (typeof content !== 'boolean') throw malformed();
      return { BOOL: content };
    case 'NULL':
      if (content !== true) throw invalidParameter('Null attribute value types must have the value of true');
      return { NULL: true };
    case 'M':
      return { M: readMap(content, depth + 1) };
    case 'L':
      return { L: list(content).map((member) => readValue(member, depth + 1)) };
    case 'SS':
      return { SS: set(content, 'string', text) };
    case 'NS':
      return { NS: set(content, 'number', (member) => normalNumber(text(member))) };
    case 'BS':
      return { BS: set(content, 'binary', binary) };
    default:
      throw noType();
  }
}

function noType() {
  return invalid('Supplied AttributeValue is empty, must contain exactly one of the supported datatypes');
}

function readMap(value: unknown, depth: number): Item {
  return Object.fromEntries(Object.entries(structure(value)).map(([name, member]) => [name, readValue(member, depth)]));
}

function set(value: unknown, kind: string, read: (member: unknown) => string): readonly string[] {
  const members = list(value).map(read);
  if (members.length === 0) throw invalidParameter(`An ${kind} set  may not be empty`);
  if (new Set(members).size < members.length) {
    throw invalidParameter(`Input collection [${members.join(', ')}] contains duplicates.`);
  }
  return members;
}

function text(value: unknown): string {
  if (typeof value !== 'string') throw malformed();
  return value;
}

function binary(value: unknown): string {
  const encoded = text(value);
  if (!BASE64.test(encoded)) throw malformed();
  return encoded;
}

function list(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw malformed();
  return value;
}

function structure(value: unknown): Readonly<Record<string, unknown>> {
  if (!isStructure(value)) throw malformed();
  return value;
}

export function isStructure(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function malformed() {
  return invalid('An attribute value is not of the form that its type asks for.');
}

export function typeOf(value: AttributeValue): AttributeType {
  return TYPES.find((type) => type in value) ?? 'NULL';
}

/** Undefined also for names that every object has. */
export function attributeOf(item: Item, name: string): AttributeValue | undefined {
  return Object.hasOwn(item, name) ? item[name] : undefined;
}

/** Bytes, by the rules of the developer guide, "DynamoDB item sizes and formats". */
export function itemSize(item: Item): number {
  let size = 0;
  for (const [name, value] of Object.entries(item)) size += Buffer.byteLength(name) + valueSize(value);
  return size;
}

export function valueSize(value: AttributeValue): number {
  if ('S' in value) return Buffer.byteLength(value.S);
  if ('N' in value) return numberSize(value.N);
  if ('B' in value) return Buffer.byteLength(value.B, 'base64');
  if ('M' in value) return 3 + Object.keys(value.M).length + itemSize(value.M);
  if ('L' in value) return 3 + value.L.reduce((sum, member) => sum + 1 + valueSize(member), 0);
  if ('SS' in value) return value.SS.reduce((sum, member) => sum + Buffer.byteLength(member), 0);
  if ('NS' in value) return value.NS.reduce((sum, member) => sum + numberSize(member), 0);
  if ('BS' in value) return value.BS.reduce((sum, member) => sum + Buffer.byteLength(member, 'base64'), 0);
  return 1;
}
