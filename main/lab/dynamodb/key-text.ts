/** Keys as text that sorts the way DynamoDB orders items: by partition, in it by the sort key (numbers by value, text and binary by bytes). */
import type { AttributeValue, Item } from '../services.ts';
import { attributeOf, typeOf, valueSize } from './attribute.ts';
import { sortableNumber } from './numbers.ts';
import { invalid, invalidParameter } from './refusals.ts';

export type KeyType = 'S' | 'N' | 'B';
export type KeyPart = { readonly name: string; readonly type: KeyType };
/** What orders a table or an index. */
export type KeyShape = { readonly hash: KeyPart; readonly range: KeyPart | undefined };

const END = '\0\0';
const TOKEN_LENGTH = 8;
const MOST_HASH_BYTES = 2048;
const MOST_RANGE_BYTES = 1024;
const ZEROS = /\0/g;
/** Sorts by bytes as it is. */
const PLAIN = /^[^\0\u0080-\uffff]*$/;

/** Sorts as the key value does among values of its type. */
export function sortable(value: AttributeValue): string {
  if ('N' in value) return sortableNumber(value.N);
  const bytes = 'B' in value ? Buffer.from(value.B, 'base64').toString('latin1') : 'S' in value ? value.S : '';
  if (PLAIN.test(bytes)) return bytes;
  const inBytes = 'B' in value ? bytes : Buffer.from(bytes, 'utf8').toString('latin1');
  return inBytes.replace(ZEROS, '\0\xff');
}

/** The text of a part of a key, finished: no longer one begins with it. */
export function endOf(text: string): string {
  return text + END;
}

/** Begins the text of every key of the partition. The token scatters partitions, as AWS does, so that segments share a scan evenly. */
export function partitionText(hash: AttributeValue): string {
  const text = sortable(hash);
  return `${tokenOf(text)}${text}${END}`;
}

/** The text of a key whose parts are there and of the right type. */
export function keyText(shape: KeyShape, item: Item): string {
  const hash = attributeOf(item, shape.hash.name);
  const range = shape.range === undefined ? undefined : attributeOf(item, shape.range.name);
  if (hash === undefined) throw new Error(`an item without its key ${shape.hash.name}`);
  return range === undefined ? partitionText(hash) : `${partitionText(hash)}${sortable(range)}${END}`;
}

/** The text of the item's own key out of its place in an index (`keyText` of the index, then of the table). */
export function primaryOfIndexText(shape: KeyShape, text: string): string {
  let at = text.indexOf(END, TOKEN_LENGTH) + END.length;
  if (shape.range !== undefined) at = text.indexOf(END, at) + END.length;
  return text.slice(at);
}

/** Sorts at the beginning of segment `segment` of `total`. */
export function segmentStart(segment: number, total: number): string {
  return Math.ceil((segment * 0x1_0000_0000) / total)
    .toString(16)
    .padStart(TOKEN_LENGTH, '0');
}

/** Sorts right behind everything that begins with `text`: no key holds this character. */
export function past(text: string): string {
  return `${text}\uffff`;
}

/** Parts of a primary key or index key are in the item, of the right type and size. Throws AwsError ValidationException. */
export function checkKeyParts(shape: KeyShape, item: Item): void {
  checkPart(shape.hash, attributeOf(item, shape.hash.name), MOST_HASH_BYTES, 'hashkey');
  if (shape.range !== undefined) {
    checkPart(shape.range, attributeOf(item, shape.range.name), MOST_RANGE_BYTES, 'aggregated size of all range keys');
  }
}

function checkPart(part: KeyPart, value: AttributeValue | undefined, most: number, what: string): void {
  if (value === undefined) throw invalidParameter(`Missing the key ${part.name} in the item`);
  if (typeOf(value) !== part.type) {
    throw invalidParameter(`Type mismatch for key ${part.name} expected: ${part.type} actual: ${typeOf(value)}`);
  }
  checkSize(part, value, most, what);
}

function checkSize(part: KeyPart, value: AttributeValue, most: number, what: string): void {
  if (!('N' in value) && valueSize(value) === 0) {
    const kind = part.type === 'S' ? 'string' : 'binary';
    throw invalid(
      `One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty ${kind} value. Key: ${part.name}`,
    );
  }
  if (valueSize(value) > most) {
    throw invalidParameter(`Size of ${what} has exceeded the maximum size limit of ${most} bytes`);
  }
}

/** The item in an index: true with all the index's key parts, false when one is missing. Throws AwsError ValidationException for a wrong type. */
export function belongsToIndex(shape: KeyShape, index: string, item: Item): boolean {
  const parts = shape.range === undefined ? [shape.hash] : [shape.hash, shape.range];
  let isWhole = true;
  for (const part of parts) {
    const value = attributeOf(item, part.name);
    if (value === undefined) isWhole = false;
    else if (typeOf(value) !== part.type) {
      throw invalidParameter(
        `Type mismatch for Index Key ${part.name} Expected: ${part.type} Actual: ${typeOf(value)} IndexName: ${index}`,
      );
    } else if (!('N' in value) && valueSize(value) === 0) {
      throw invalid(
        `One or more parameter values are not valid. A value specified for a secondary index key is not supported. The AttributeValue for a key attribute cannot contain an empty ${part.type === 'S' ? 'string' : 'binary'} value. IndexName: ${index}, IndexKey: ${part.name}`,
      );
    }
  }
  return isWhole;
}

/** Exactly the parts of the key and nothing else. Throws AwsError ValidationException. */
export function checkWholeKey(shape: KeyShape, key: Item): void {
  const parts = shape.range === undefined ? [shape.hash] : [shape.hash, shape.range];
  const isWhole =
    Object.keys(key).length === parts.length &&
    parts.every(({ name, type }) => {
      const value = attributeOf(key, name);
      return value !== undefined && typeOf(value) === type;
    });
  if (!isWhole) throw invalid('The provided key element does not match the schema');
  checkSize(shape.hash, attributeOf(key, shape.hash.name) ?? { NULL: true }, MOST_HASH_BYTES, 'hashkey');
  if (shape.range === undefined) return;
  const range = attributeOf(key, shape.range.name) ?? { NULL: true };
  checkSize(shape.range, range, MOST_RANGE_BYTES, 'aggregated size of all range keys');
}

/** The key attributes of an item alone. */
export function keyOf(shape: KeyShape, item: Item): Item {
  const names = shape.range === undefined ? [shape.hash.name] : [shape.hash.name, shape.range.name];
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = attributeOf(item, name);
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

/** FNV-1a, finished so that near keys lie far apart; eight hexadecimal digits. */
function tokenOf(text: string): string {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0).toString(16).padStart(TOKEN_LENGTH, '0');
}
