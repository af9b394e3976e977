/** Functions on arrays, objects and encoded bytes. */
import { Buffer, isUtf8 } from 'node:buffer';
import { toIndex, toText } from '../conversions.ts';
import { EvaluationFailure } from '../failure.ts';
import { readJson } from '../json-reader.ts';
import { isArray, isObject, toJson, type SqlObject, type Value } from '../value.ts';
import { characterAt } from './characters.ts';
import { always, newer, type SqlFunction } from './function.ts';

export const JSON_FUNCTIONS: readonly (readonly [name: string, SqlFunction])[] = [
  ['get', always([2, 2], ([container, key]) => get(container, key))],
  ['decode', newer([2, 2], ([value, encoding], { version }) => decode(toText(value, version), encoding))],
  ['encode', newer([2, 2], ([value, encoding], { version }) => encode(toText(value, version), encoding))],
  ['transform', newer([3, 3], ([mode, object, array]) => transform(mode, object, array))],
];

/** An item by its index from 0, a character by its index, a member by its key. */
function get(container: Value, key: Value): Value {
  if (isObject(container)) return typeof key === 'string' ? container.get(key) : undefined;
  if (!isArray(container) && typeof container !== 'string') return undefined;
  const index = toIndex(key);
  if (index === undefined || index < 0) return undefined;
  return isArray(container) ? container[index] : characterAt(container, index);
}

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?$/;

/** JSON becomes a value, other text a string; what is no base64 of text is Null. */
function decode(text: string | undefined, encoding: Value): Value {
  if (text === undefined || encoding !== 'base64') return undefined;
  if (!BASE64.test(text)) return null;
  const bytes = Buffer.from(text, 'base64');
  if (!isUtf8(bytes)) return null;
  const json = readJson(bytes);
  return json === undefined ? bytes.toString('utf8') : json;
}

function encode(text: string | undefined, encoding: Value): Value {
  return text === undefined ? undefined : encodeBytes(Buffer.from(text), encoding);
}

export function encodeBytes(bytes: Buffer, encoding: Value): Value {
  return encoding === 'base64' ? bytes.toString('base64') : undefined;
}

const LARGEST_RESULT = 128 * 1024;

/** Every object of the array with the object's members behind its own; on the same key its own member stays. */
function transform(mode: Value, object: Value, array: Value): Value {
  if (mode !== 'enrichArray' || !isObject(object) || !isArray(array)) return undefined;
  const result = array.map((item) => (isObject(item) ? enriched(item, object) : item));
  if (Buffer.byteLength(toJson(result)) > LARGEST_RESULT) {
    throw new EvaluationFailure('the result of transform() is larger than 128 KiB');
  }
  return result;
}

function enriched(item: SqlObject, more: SqlObject): SqlObject {
  const result = new Map(item);
  for (const [key, value] of more) if (!result.has(key)) result.set(key, value);
  return result;
}
