/** The part of jq 1.6 that partition keys need: paths, objects, pipes, `//`, arithmetic and the functions of jq-functions.ts, compiled to closures. */
import { type Json, type JqFilter, isJsonObject, JqError, JQ_FUNCTIONS, textOf } from './jq-functions.ts';
import { badJq, lexJq, type Token } from './jq-lexer.ts';

export type KeyQuery = {
  /** Names of the keys in the order of the query. */
  readonly keys: readonly string[];
  /** The values by key. Throws JqError when the record is no JSON, or a key is missing, null, empty, or no text, number or boolean. */
  readonly extract: (record: Buffer) => ReadonlyMap<string, string>;
};

const MAX_KEYS = 50;
const MAX_DEPTH = 50;

type Entry = { readonly key: string; readonly filter: JqFilter };
type Parser = { readonly program: string; readonly tokens: readonly Token[]; at: number; depth: number };

/**
 * Compiles `{station: .station_id, year: .timestamp | strftime("%Y")}`. Throws AwsError InvalidArgumentException with the position of what the lab
 * does not understand. Source: Firehose guide, "Understand partitioning keys"; jq 1.6 manual.
 */
export function compileKeyQuery(program: string): KeyQuery {
  const parser: Parser = { program, tokens: lexJq(program), at: 0, depth: 0 };
  expect(parser, '{');
  const entries = parseEntries(parser);
  if (peek(parser).kind !== 'end') throw unexpected(parser, 'the end of the query');
  const keys = entries.map(({ key }) => key);
  const twice = keys.find((key, index) => keys.indexOf(key) !== index);
  if (twice !== undefined) throw badJq(program, 0, `the key "${twice}" is given twice`);
  if (keys.length < 1 || keys.length > MAX_KEYS) {
    throw badJq(program, 0, `it gives ${keys.length} keys where 1 to ${MAX_KEYS} are possible`);
  }
  return {
    keys,
    extract: (record) => {
      const document = parseRecord(record);
      const values = new Map<string, string>();
      for (const { key, filter } of entries) values.set(key, keyText(key, filter(document)));
      return values;
    },
  };
}

function parseRecord(record: Buffer): Json {
  try {
    return JSON.parse(record.toString('utf8')) as Json;
  } catch {
    throw new JqError('The record is not one JSON document.');
  }
}

function keyText(key: string, value: Json): string {
  if (value === null || value === '') throw new JqError(`The partition key "${key}" is null or empty.`);
  if (typeof value === 'object') throw new JqError(`The partition key "${key}" is not a text, number or boolean.`);
  return textOf(value);
}

function parseEntries(parser: Parser): readonly Entry[] {
  const entries: Entry[] = [];
  while (!accept(parser, '}')) {
    if (entries.length > 0) expect(parser, ',');
    const token = peek(parser);
    if (token.kind !== 'name' && token.kind !== 'text') throw unexpected(parser, 'the name of a key');
    parser.at++;
    const { text: key } = token;
    entries.push({ key, filter: accept(parser, ':') ? parsePipe(parser) : field(key) });
  }
  return entries;
}

function parsePipe(parser: Parser): JqFilter {
  if (++parser.depth > MAX_DEPTH) throw unexpected(parser, 'less nesting');
  const left = parseAlternative(parser);
  const right = accept(parser, '|') ? parsePipe(parser) : null;
  parser.depth--;
  return right === null ? left : (input) => right(left(input));
}

function parseAlternative(parser: Parser): JqFilter {
  const left = parseSum(parser);
  if (!accept(parser, '//')) return left;
  const right = parseAlternative(parser);
  return (input) => {
    const value = quietly(left)(input);
    return value === null || value === false ? right(input) : value;
  };
}

function parseSum(parser: Parser): JqFilter {
  let left = parseProduct(parser);
  for (;;) {
    const before = left;
    if (accept(parser, '+')) {
      const right = parseProduct(parser);
      left = (input) => add(before(input), right(input));
    } else if (accept(parser, '-')) {
      const right = parseProduct(parser);
      left = (input) => number(before(input), '-') - number(right(input), '-');
    } else return left;
  }
}

function parseProduct(parser: Parser): JqFilter {
  let left = parsePostfix(parser);
  for (;;) {
    const before = left;
    if (accept(parser, '*')) {
      const right = parsePostfix(parser);
      left = (input) => number(before(input), '*') * number(right(input), '*');
    } else if (accept(parser, '/')) {
      const right = parsePostfix(parser);
      left = (input) => {
        const divisor = number(right(input), '/');
        if (divisor === 0) throw new JqError('A number cannot be divided by 0.');
        return number(before(input), '/') / divisor;
      };
    } else return left;
  }
}

function parsePostfix(parser: Parser): JqFilter {
  let filter = parsePrimary(parser);
  for (;;) {
    const before = filter;
    if (accept(parser, '?')) filter = quietly(before);
    else if (accept(parser, '[')) {
      const step = parseIndex(parser);
      filter = (input) => step(before(input));
    } else if (accept(parser, '.')) {
      const step = accept(parser, '[') ? parseIndex(parser) : field(fieldName(parser));
      filter = (input) => step(before(input));
    } else return filter;
  }
}

function parsePrimary(parser: Parser): JqFilter {
  const token = peek(parser);
  if (accept(parser, '.')) {
    const next = peek(parser);
    return next.kind === 'name' || next.kind === 'text' ? field(fieldName(parser)) : (input) => input;
  }
  if (accept(parser, '(')) {
    const inner = parsePipe(parser);
    expect(parser, ')');
    return inner;
  }
  if (accept(parser, '-')) {
    const inner = parsePostfix(parser);
    return (input) => -number(inner(input), '-');
  }
  parser.at++;
  if (token.kind === 'text') return () => token.text;
  if (token.kind === 'number') return () => Number(token.text);
  if (token.kind === 'name') return parseName(parser, token);
  parser.at--;
  throw unexpected(parser, 'a path, a value or a function');
}

function parseName(parser: Parser, { text }: Token): JqFilter {
  switch (text) {
    case 'null':
      return () => null;
    case 'true':
      return () => true;
    case 'false':
      return () => false;
  }
  const inputs: JqFilter[] = [];
  if (accept(parser, '(')) {
    do inputs.push(parsePipe(parser));
    while (accept(parser, ';'));
    expect(parser, ')');
  }
  const found = JQ_FUNCTIONS[`${text}/${inputs.length}`];
  if (found === undefined) {
    throw badJq(
      parser.program,
      peek(parser).at,
      `the lab has no function ${text}/${inputs.length} (it has ${Object.keys(JQ_FUNCTIONS).join(', ')})`,
    );
  }
  return (input) =>
    found(
      input,
      inputs.map((filter) => filter(input)),
    );
}

function parseIndex(parser: Parser): JqFilter {
  const isNegative = accept(parser, '-');
  const token = peek(parser);
  if (token.kind !== 'number' && (token.kind !== 'text' || isNegative)) {
    throw unexpected(parser, 'a number or a text in the brackets');
  }
  parser.at++;
  expect(parser, ']');
  return token.kind === 'text' ? field(token.text) : element(isNegative ? -Number(token.text) : Number(token.text));
}

function fieldName(parser: Parser): string {
  const token = peek(parser);
  if (token.kind !== 'name' && token.kind !== 'text') throw unexpected(parser, 'the name of a field');
  parser.at++;
  return token.text;
}

function field(name: string): JqFilter {
  return (input) => {
    if (input === null) return null;
    if (!isJsonObject(input)) throw new JqError(`"${name}" cannot be looked up in what is no object.`);
    return Object.hasOwn(input, name) ? (input[name] ?? null) : null;
  };
}

function element(index: number): JqFilter {
  return (input) => {
    if (input === null) return null;
    if (!Array.isArray(input)) throw new JqError(`Element ${index} cannot be looked up in what is no array.`);
    return input.at(Math.floor(index)) ?? null;
  };
}

/** What fails gives null. */
function quietly(filter: JqFilter): JqFilter {
  return (input) => {
    try {
      return filter(input);
    } catch (error) {
      if (error instanceof JqError) return null;
      throw error;
    }
  };
}

function add(left: Json, right: Json): Json {
  if (left === null) return right;
  if (right === null) return left;
  if (typeof left === 'string' && typeof right === 'string') return left + right;
  return number(left, '+') + number(right, '+');
}

function number(value: Json, sign: string): number {
  if (typeof value !== 'number') throw new JqError(`"${sign}" needs numbers.`);
  return value;
}

function peek({ tokens, at, program }: Parser): Token {
  return tokens[at] ?? { kind: 'end', text: 'the end', at: program.length };
}

function accept(parser: Parser, sign: string): boolean {
  const token = peek(parser);
  if (token.kind !== 'sign' || token.text !== sign) return false;
  parser.at++;
  return true;
}

function expect(parser: Parser, sign: string): void {
  if (!accept(parser, sign)) throw unexpected(parser, `"${sign}"`);
}

function unexpected(parser: Parser, wanted: string): Error {
  const token = peek(parser);
  const found = token.kind === 'end' ? 'the end' : `"${token.text}"`;
  return badJq(parser.program, token.at, `expected ${wanted}, found ${found}`);
}
