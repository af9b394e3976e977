/** Reads JSON and keeps the source text of numbers, which JSON.parse would turn into doubles (`7.0` into 7). */
import { isUtf8 } from 'node:buffer';
import type { Value } from './value.ts';

/** Deeper nesting is no weather report; the bound keeps the reader off the end of the stack. */
const DEEPEST = 200;

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const SPACE = /[ \t\n\r]*/y;
/** A string without escapes and control characters, by far the most. */
// eslint-disable-next-line no-control-regex -- JSON forbids exactly these
const PLAIN_STRING = /"([^"\\\u0000-\u001f]*)"/y;
// eslint-disable-next-line no-control-regex -- as above
const ESCAPED_STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;

type Cursor = { readonly text: string; at: number };

/** Thrown and caught in this file only. */
class NotJson extends Error {}

/** The JSON value in `payload`, or undefined when it is not JSON in UTF-8. Of a key that occurs twice the last counts. */
export function readJson(payload: Buffer): Value {
  if (!isUtf8(payload)) return undefined;
  const cursor = { text: payload.toString('utf8'), at: 0 };
  try {
    const value = readValue(cursor, 0);
    skipSpace(cursor);
    return cursor.at === cursor.text.length ? value : undefined;
  } catch (error) {
    if (error instanceof NotJson) return undefined;
    throw error;
  }
}

function readValue(cursor: Cursor, depth: number): Value {
  if (depth > DEEPEST) throw new NotJson();
  skipSpace(cursor);
  switch (cursor.text[cursor.at]) {
    case '{':
      return readObject(cursor, depth);
    case '[':
      return readArray(cursor, depth);
    case '"':
      return readString(cursor);
    case 't':
      return readWord(cursor, 'true', true);
    case 'f':
      return readWord(cursor, 'false', false);
    case 'n':
      return readWord(cursor, 'null', null);
    default:
      return { text: take(cursor, NUMBER)[0] };
  }
}

function readObject(cursor: Cursor, depth: number): Value {
  const members = new Map<string, Value>();
  cursor.at++;
  if (accepts(cursor, '}')) return members;
  do {
    skipSpace(cursor);
    const key = readString(cursor);
    expect(cursor, ':');
    members.set(key, readValue(cursor, depth + 1));
  } while (accepts(cursor, ','));
  expect(cursor, '}');
  return members;
}

function readArray(cursor: Cursor, depth: number): Value {
  const items: Value[] = [];
  cursor.at++;
  if (accepts(cursor, ']')) return items;
  do items.push(readValue(cursor, depth + 1));
  while (accepts(cursor, ','));
  expect(cursor, ']');
  return items;
}

function readString(cursor: Cursor): string {
  PLAIN_STRING.lastIndex = cursor.at;
  const plain = PLAIN_STRING.exec(cursor.text)?.[1];
  if (plain !== undefined) {
    cursor.at = PLAIN_STRING.lastIndex;
    return plain;
  }
  return String(JSON.parse(take(cursor, ESCAPED_STRING)[0]));
}

function readWord<Word>(cursor: Cursor, word: string, value: Word): Word {
  if (!cursor.text.startsWith(word, cursor.at)) throw new NotJson();
  cursor.at += word.length;
  return value;
}

function skipSpace(cursor: Cursor): void {
  // 32 is the space; everything JSON calls space is at or below it.
  if (cursor.text.charCodeAt(cursor.at) > 32) return;
  SPACE.lastIndex = cursor.at;
  SPACE.test(cursor.text);
  cursor.at = SPACE.lastIndex;
}

function accepts(cursor: Cursor, character: string): boolean {
  skipSpace(cursor);
  if (cursor.text[cursor.at] !== character) return false;
  cursor.at++;
  return true;
}

function expect(cursor: Cursor, character: string): void {
  if (!accepts(cursor, character)) throw new NotJson();
}

function take(cursor: Cursor, pattern: RegExp): RegExpExecArray {
  pattern.lastIndex = cursor.at;
  const match = pattern.exec(cursor.text);
  if (match === null) throw new NotJson();
  cursor.at = pattern.lastIndex;
  return match;
}
