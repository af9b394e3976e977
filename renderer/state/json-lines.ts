/**
 * JSON as the lines of a page, each value with its JSON Pointer, numbers exactly as they came (12.0 stays 12.0); for anything else the
 * place where it stops being JSON.
 */

export type JsonLine = {
  readonly depth: number;
  /** With its quotes; null in lists and at the root. */
  readonly key: string | null;
  /** The value, or the bracket that opens or closes. */
  readonly text: string;
  readonly kind: 'string' | 'number' | 'word' | 'open' | 'close';
  /** RFC 6901. */
  readonly pointer: string;
  readonly hasComma: boolean;
  /** Of an opening line: the index of its closing line, and how many values are inside. */
  readonly end: number;
  readonly size: number;
};

export type JsonFault = { readonly position: number; readonly line: number; readonly column: number };

export type JsonPage = { readonly lines: readonly JsonLine[] } | { readonly fault: JsonFault };

class Stop extends Error {
  readonly position: number;
  constructor(position: number) {
    super('not JSON');
    this.position = position;
  }
}

const MOST_DEPTH = 500;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
// eslint-disable-next-line no-control-regex -- JSON forbids control characters in strings.
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const WORD = /true|false|null/y;
const SPACE = /[ \t\r\n]*/y;

type Writable = { -readonly [Key in keyof JsonLine]: JsonLine[Key] };

export function jsonPage(text: string): JsonPage {
  const lines: Writable[] = [];
  let at = 0;

  const read = (pattern: RegExp): string | null => {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0] ?? null;
    if (found !== null) at += found.length;
    return found;
  };
  const skip = (): void => {
    read(SPACE);
  };
  const need = (character: string): void => {
    if (text[at] !== character) throw new Stop(at);
    at += 1;
  };
  const push = (line: Pick<JsonLine, 'depth' | 'key' | 'text' | 'kind' | 'pointer'>): number =>
    lines.push({ ...line, hasComma: false, end: -1, size: 0 }) - 1;

  const container = (depth: number, key: string | null, pointer: string, isObject: boolean): void => {
    if (depth > MOST_DEPTH) throw new Stop(at);
    const opening = push({ depth, key, text: isObject ? '{' : '[', kind: 'open', pointer });
    const close = isObject ? '}' : ']';
    at += 1;
    skip();
    let size = 0;
    while (text[at] !== close) {
      if (size > 0) {
        need(',');
        skip();
      }
      let name: string | null = null;
      if (isObject) {
        name = read(STRING);
        if (name === null) throw new Stop(at);
        skip();
        need(':');
        skip();
      }
      const step = name === null ? String(size) : String(JSON.parse(name)).replaceAll('~', '~0').replaceAll('/', '~1');
      value(depth + 1, name, `${pointer}/${step}`);
      size += 1;
      skip();
      const last = lines.at(-1);
      if (last !== undefined && text[at] === ',') last.hasComma = true;
    }
    at += 1;
    const end = push({ depth, key: null, text: close, kind: 'close', pointer });
    const line = lines[opening];
    if (line !== undefined) {
      line.end = end;
      line.size = size;
    }
  };

  const value = (depth: number, key: string | null, pointer: string): void => {
    const character = text[at];
    if (character === '{' || character === '[') {
      container(depth, key, pointer, character === '{');
      return;
    }
    const kind = character === '"' ? 'string' : character === '-' || /\d/.test(character ?? '') ? 'number' : 'word';
    const found = read(kind === 'string' ? STRING : kind === 'number' ? NUMBER : WORD);
    if (found === null) throw new Stop(at);
    push({ depth, key, text: found, kind, pointer });
  };

  try {
    skip();
    value(0, null, '');
    skip();
    if (at < text.length) throw new Stop(at);
    return { lines };
  } catch (error) {
    if (error instanceof Stop) return { fault: placeOf(text, error.position) };
    throw error;
  }
}

/** The lines one sees while the containers that open at `folded` are folded. */
export function unfolded(lines: readonly JsonLine[], folded: ReadonlySet<number>): readonly number[] {
  const seen: number[] = [];
  for (let index = 0; index < lines.length; index++) {
    seen.push(index);
    const end = lines[index]?.end ?? -1;
    if (end >= 0 && folded.has(index)) index = end;
  }
  return seen;
}

function placeOf(text: string, position: number): JsonFault {
  const before = text.slice(0, position).split('\n');
  return { position, line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}
