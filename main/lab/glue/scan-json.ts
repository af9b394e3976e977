/**
 * Looks at JSON text for the kinds of its values only. `JSON.parse` would make 7.0 a whole number and round large ones, and it would build
 * values that nobody needs.
 */
import { ARRAY, BIGINT, BOOLEAN, DOUBLE, fieldOf, INT, itemOf, OBJECT, STRING, type Shape } from './shape-of-json.ts';

const DEPTH_LIMIT = 200;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const COMMA = 0x2c;
const COLON = 0x3a;
const MINUS = 0x2d;
const ZERO = 0x30;
const NINE = 0x39;

/** Adds the kinds of one JSON object to `shape`; false when the bytes are not one. What stood before the mistake has been added then. */
export function scanObject(bytes: Buffer, start: number, end: number, shape: Shape): boolean {
  const scanner = new Scanner(bytes, start, end);
  return scanner.object(shape, 0) && scanner.isAtEnd();
}

/** Has a position; every method leaves it behind what it read, or answers false. */
class Scanner {
  private readonly bytes: Buffer;
  private readonly end: number;
  private at: number;

  constructor(bytes: Buffer, start: number, end: number) {
    this.bytes = bytes;
    this.at = start;
    this.end = end;
  }

  isAtEnd(): boolean {
    return this.next() === -1;
  }

  object(shape: Shape, depth: number): boolean {
    if (this.next() !== OPEN_BRACE || depth > DEPTH_LIMIT) return false;
    shape.kinds |= OBJECT;
    this.at += 1;
    if (this.next() === CLOSE_BRACE) {
      this.at += 1;
      return true;
    }
    for (let expected = 0; ;) {
      const position = this.key(shape, expected);
      const field = shape.order[position];
      if (field === undefined || this.next() !== COLON) return false;
      this.at += 1;
      if (!this.value(field.shape, depth + 1)) return false;
      expected = position + 1;
      const after = this.next();
      this.at += 1;
      if (after === CLOSE_BRACE) return true;
      if (after !== COMMA) return false;
    }
  }

  private array(shape: Shape, depth: number): boolean {
    if (depth > DEPTH_LIMIT) return false;
    shape.kinds |= ARRAY;
    this.at += 1;
    if (this.next() === CLOSE_BRACKET) {
      this.at += 1;
      return true;
    }
    const item = itemOf(shape);
    for (;;) {
      if (!this.value(item, depth + 1)) return false;
      const after = this.next();
      this.at += 1;
      if (after === CLOSE_BRACKET) return true;
      if (after !== COMMA) return false;
    }
  }

  private value(shape: Shape, depth: number): boolean {
    const first = this.next();
    if (first === QUOTE) {
      shape.kinds |= STRING;
      return this.skipText() !== -1;
    }
    if (first === OPEN_BRACE) return this.object(shape, depth);
    if (first === OPEN_BRACKET) return this.array(shape, depth);
    if (first === MINUS || (first >= ZERO && first <= NINE)) return this.number(shape);
    return this.word(shape);
  }

  private word(shape: Shape): boolean {
    if (this.skipWord('null')) return true;
    if (!this.skipWord('true') && !this.skipWord('false')) return false;
    shape.kinds |= BOOLEAN;
    return true;
  }

  private skipWord(word: string): boolean {
    if (this.bytes.toString('latin1', this.at, this.at + word.length) !== word) return false;
    this.at += word.length;
    return true;
  }

  /** Its text decides: a point or an exponent makes a double, whatever the value. */
  private number(shape: Shape): boolean {
    const start = this.at;
    let isDouble = false;
    for (; this.at < this.end; this.at += 1) {
      const byte = this.bytes[this.at] ?? 0;
      if ((byte >= ZERO && byte <= NINE) || byte === MINUS) continue;
      // . e E +
      if (byte !== 0x2e && byte !== 0x65 && byte !== 0x45 && byte !== 0x2b) break;
      isDouble = true;
    }
    if (!isDouble && this.at - start <= 9) {
      shape.kinds |= INT;
      return this.bytes[this.at - 1] !== MINUS;
    }
    const text = this.bytes.toString('latin1', start, this.at);
    if (!/^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/.test(text)) return false;
    shape.kinds |= isDouble ? DOUBLE : integerKind(text);
    return true;
  }

  /** The field's position in `shape.order`. Records repeat their keys in the same order, so the `expected` one and those behind it are compared byte by byte first. */
  private key(shape: Shape, expected: number): number {
    if (this.next() !== QUOTE) return -1;
    for (let position = expected; position < shape.order.length; position += 1) {
      const field = shape.order[position];
      if (field !== undefined && this.skipKey(field.keyBytes)) return position;
    }
    const start = this.at;
    const close = this.skipText();
    if (close === -1) return -1;
    const raw = this.bytes.toString('utf8', start + 1, close);
    if (!raw.includes('\\')) return shape.order.indexOf(fieldOf(shape, raw));
    try {
      return shape.order.indexOf(fieldOf(shape, String(JSON.parse(`"${raw}"`))));
    } catch {
      // Not a JSON string: the whole record is not JSON, which is what -1 says.
      return -1;
    }
  }

  /** Moves behind the key when it is this one. No key with an escape is: its bytes differ from its text. */
  private skipKey(key: Buffer): boolean {
    const close = this.at + 1 + key.length;
    if (this.bytes[close] !== QUOTE || close >= this.end) return false;
    for (let index = 0; index < key.length; index += 1) {
      if (this.bytes[this.at + 1 + index] !== key[index]) return false;
    }
    this.at = close + 1;
    return true;
  }

  /** Moves behind the closing quote and returns where it is; -1 when there is none. */
  private skipText(): number {
    let close = this.bytes.indexOf(QUOTE, this.at + 1);
    while (close !== -1 && close < this.end) {
      let backslashes = 0;
      while (this.bytes[close - 1 - backslashes] === BACKSLASH) backslashes += 1;
      if (backslashes % 2 === 0) {
        this.at = close + 1;
        return close;
      }
      close = this.bytes.indexOf(QUOTE, close + 1);
    }
    return -1;
  }

  /** The next byte that is not white space, not consumed; -1 at the end. */
  private next(): number {
    while (this.at < this.end) {
      const byte = this.bytes[this.at] ?? 0;
      if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return byte;
      this.at += 1;
    }
    return -1;
  }
}

/** What no longer fits 64 bits can only be read as a double. */
function integerKind(text: string): number {
  const value = BigInt(text);
  if (BigInt.asIntN(32, value) === value) return INT;
  return BigInt.asIntN(64, value) === value ? BIGINT : DOUBLE;
}
