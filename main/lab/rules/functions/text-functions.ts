/** Functions on texts. Arguments become texts first; Null and Undefined have none, which makes the result Undefined. */
import { Buffer } from 'node:buffer';
import { randomUUID } from 'node:crypto';
import { toDecimal, toIndex, toText } from '../conversions.ts';
import { floor, wholeOf } from '../decimal.ts';
import type { SqlVersion } from '../sql-version.ts';
import { isArray, type Value } from '../value.ts';
import { charactersOf, lengthOf } from './characters.ts';
import { always, newer, type SqlFunction } from './function.ts';

export const TEXT_FUNCTIONS: readonly (readonly [name: string, SqlFunction])[] = [
  ['chr', always([1, 1], ([code]) => chr(code))],
  ['concat', always([0, Infinity], concat)],
  ['endswith', texts(2, (text, end) => text.endsWith(end))],
  ['startswith', texts(2, (text, start) => text.startsWith(start))],
  ['indexof', newerTexts(2, (text, part) => integer(indexOf(text, part)))],
  ['length', newerTexts(1, (text) => integer(lengthOf(text)))],
  ['numbytes', newerTexts(1, (text) => integer(Buffer.byteLength(text)))],
  ['lower', texts(1, (text) => text.toLowerCase())],
  ['upper', texts(1, (text) => text.toUpperCase())],
  ['lpad', padding((text, spaces) => spaces + text)],
  ['rpad', padding((text, spaces) => text + spaces)],
  ['ltrim', texts(1, (text) => text.replace(/^[ \t]+/, ''))],
  ['rtrim', texts(1, trimEnd)],
  ['trim', texts(1, (text) => trimEnd(text).replace(/^[ \t]+/, ''))],
  ['replace', texts(3, (text, from, to) => (from === '' ? text : text.split(from).join(to)))],
  ['substring', always([2, 3], substring)],
  ['newuuid', always([0, 0], () => randomUUID())],
];

function integer(value: number): Value {
  return { text: String(value) };
}

/** A function of exactly `count` texts. */
function texts(count: number, call: (first: string, second: string, third: string) => Value): SqlFunction {
  return always([count, count], (given, { version }) => withTexts(given, version, call));
}

function newerTexts(count: number, call: (first: string, second: string) => Value): SqlFunction {
  return newer([count, count], (given, { version }) => withTexts(given, version, call));
}

function withTexts(
  given: readonly Value[],
  version: SqlVersion,
  call: (first: string, second: string, third: string) => Value,
): Value {
  const first = toText(given[0], version);
  const second = given.length > 1 ? toText(given[1], version) : '';
  const third = given.length > 2 ? toText(given[2], version) : '';
  return first === undefined || second === undefined || third === undefined ? undefined : call(first, second, third);
}

const HIGHEST_ASCII = 127n;

function chr(code: Value): Value {
  const decimal = toDecimal(code);
  if (decimal === undefined) return undefined;
  const point = wholeOf(floor(decimal));
  return point < 0n || point > HIGHEST_ASCII ? undefined : String.fromCharCode(Number(point));
}

/** With an array among its arguments it joins arrays, else texts. One argument comes back as it is. */
function concat(given: readonly Value[], { version }: { readonly version: SqlVersion }): Value {
  if (given.length < 2) return given[0];
  if (given.includes(undefined)) return undefined;
  if (given.some(isArray)) return given.flatMap((value) => (isArray(value) ? value : [value]));
  const parts = given.map((value) => toText(value, version));
  return parts.includes(undefined) ? undefined : parts.join('');
}

function indexOf(text: string, part: string): number {
  const index = text.indexOf(part);
  return index <= 0 ? index : lengthOf(text.slice(0, index));
}

const MOST_SPACES = 1000;

function padding(pad: (text: string, spaces: string) => string): SqlFunction {
  return always([2, 2], ([value, count], { version }) => {
    const text = toText(value, version);
    const decimal = toDecimal(count);
    if (text === undefined || decimal === undefined) return undefined;
    const wanted = wholeOf(floor(decimal));
    return pad(text, ' '.repeat(wanted < 0n ? 0 : wanted > MOST_SPACES ? MOST_SPACES : Number(wanted)));
  });
}

/** Not by a pattern, which would try each run of spaces anew. */
function trimEnd(text: string): string {
  let end = text.length;
  while (end > 0 && (text[end - 1] === ' ' || text[end - 1] === '\t')) end--;
  return text.slice(0, end);
}

function substring(given: readonly Value[], { version }: { readonly version: SqlVersion }): Value {
  const text = toText(given[0], version);
  const from = toIndex(given[1]);
  if (text === undefined || from === undefined) return undefined;
  const to = given.length === 3 ? toIndex(given[2]) : Infinity;
  if (to === undefined) return undefined;
  const [start, end] = [Math.max(0, from), Math.max(0, to)];
  if (start >= end) return '';
  const characters = charactersOf(text);
  return typeof characters === 'string' ? characters.slice(start, end) : characters.slice(start, end).join('');
}
