/** Reads an expression word by word, and the paths and values in it. */
import type { AttributeValue } from '../../services.ts';
import { invalid } from '../refusals.ts';
import type { Path } from './path.ts';
import type { Placeholders } from './placeholders.ts';
import { isReserved } from './reserved-words.ts';

export type Cursor = {
  /** The parameter's name, for messages. */
  readonly expression: string;
  /** The word at hand, '' at the end. */
  readonly peek: () => string;
  /** The word after it. */
  readonly peekSecond: () => string;
  readonly take: () => string;
  /** The word at hand is this one, whatever its case: then it is taken. */
  readonly takeIf: (word: string) => boolean;
  readonly expect: (word: string) => void;
  readonly path: () => Path;
  /** The value behind a `:placeholder`. */
  readonly value: () => AttributeValue;
  readonly refuse: () => never;
};

const WORD = /\s*([A-Za-z_][A-Za-z0-9_]*|[#:][A-Za-z0-9_]+|\d+|<>|<=|>=|[=<>(),.[\]+-])/y;
const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;
const MOST_BYTES = 4096;
const NEAR = 2;

/** Throws AwsError ValidationException, as all functions of the cursor do. */
export function openCursor(text: string, expression: string, placeholders: Placeholders): Cursor {
  if (text.trim() === '') throw invalid(`Invalid ${expression}: The expression can not be empty;`);
  if (Buffer.byteLength(text) > MOST_BYTES) {
    throw invalid(
      `Invalid ${expression}: Expression size has exceeded the maximum allowed size; expression size: ${Buffer.byteLength(text)}`,
    );
  }
  const words = wordsOf(text, expression);
  let at = 0;
  const wordAt = (position: number): string => words[position]?.word ?? '';

  const refuse = (): never => {
    const here = words[at];
    if (here === undefined) {
      throw invalid(
        `Invalid ${expression}: Syntax error; token: "<EOF>", near: "${text.slice(words[at - 1]?.start ?? 0).trim()}"`,
      );
    }
    const start = words[Math.max(0, at - 1)]?.start ?? 0;
    const last = words[Math.min(words.length - 1, at + NEAR - 1)];
    const near = text.slice(start, last === undefined ? text.length : last.start + last.word.length);
    throw invalid(`Invalid ${expression}: Syntax error; token: "${here.word}", near: "${near}"`);
  };
  const take = (): string => {
    const word = wordAt(at);
    if (word === '') refuse();
    at++;
    return word;
  };
  const takeIf = (word: string): boolean => {
    if (wordAt(at).toUpperCase() !== word.toUpperCase()) return false;
    at++;
    return true;
  };
  const name = (): string => {
    const word = wordAt(at);
    if (word.startsWith('#')) {
      at++;
      return placeholders.name(word, expression);
    }
    if (!NAME.test(word)) return refuse();
    if (isReserved(word)) {
      throw invalid(`Invalid ${expression}: Attribute name is a reserved keyword; reserved keyword: ${word}`);
    }
    at++;
    return word;
  };
  return {
    expression,
    peek: () => wordAt(at),
    peekSecond: () => wordAt(at + 1),
    take,
    takeIf,
    expect: (word) => {
      if (!takeIf(word)) refuse();
    },
    path: () => {
      const path: (string | number)[] = [name()];
      for (;;) {
        if (takeIf('.')) path.push(name());
        else if (takeIf('[')) {
          const index = take();
          if (!/^\d+$/.test(index)) {
            at--;
            refuse();
          }
          path.push(Number(index));
          if (!takeIf(']')) refuse();
        } else return path;
      }
    },
    value: () => {
      const word = wordAt(at);
      if (!word.startsWith(':')) return refuse();
      at++;
      return placeholders.value(word, expression);
    },
    refuse,
  };
}

type Word = { readonly word: string; readonly start: number };

function wordsOf(text: string, expression: string): readonly Word[] {
  const words: Word[] = [];
  const end = text.trimEnd().length;
  WORD.lastIndex = 0;
  while (WORD.lastIndex < end) {
    const from = WORD.lastIndex;
    const word = WORD.exec(text)?.[1];
    if (word === undefined) {
      const rest = text.slice(from).trimStart();
      throw invalid(
        `Invalid ${expression}: Syntax error; token: "${rest.slice(0, 1)}", near: "${text.slice(Math.max(0, from - 8), from + 8).trim()}"`,
      );
    }
    words.push({ word, start: WORD.lastIndex - word.length });
  }
  return words;
}
