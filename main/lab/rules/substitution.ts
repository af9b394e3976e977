/** Substitution templates: `${expression}` in the fields of a rule's actions, filled in for each message. */
import { AwsError } from '../services.ts';
import { rootScope, type Evaluate, type Frame } from './closures.ts';
import { compile } from './compile.ts';
import type { EvaluationContext } from './context.ts';
import type { Creation } from './cursor.ts';
import { toText } from './conversions.ts';
import { compileAssignments } from './evaluate.ts';
import { parseExpressionText } from './parse.ts';
import type { SqlVersion } from './sql-version.ts';
import type { Assignment } from './statement.ts';

/**
 * Fills the template in for one message. It sees the message as it came, not the result of the statement, and the variables of SET.
 * Throws EvaluationFailure where a function fails.
 */
export type Template = (context: EvaluationContext) => Filled;

export type Filled = {
  /** What is Undefined or Null adds nothing. */
  readonly text: string;
  /** The expressions that were Undefined or Null, as they are written. An action that needs the text whole fails when there is one. */
  readonly missing: readonly string[];
};

const NOTHING_MISSING: readonly string[] = [];

/**
 * `${topic(3)}/${timestamp()}.json` → a function of the message's context. Text without `${` stands for itself.
 * Strings go in without quotes, arrays and objects as JSON. Throws AwsError SqlParseException.
 * @param assignments Of the rule's statement, for `${@variable}`.
 * @param creation As for `parseStatement`.
 */
export function compileTemplate(
  text: string,
  version: SqlVersion,
  assignments: readonly Assignment[] = [],
  creation?: Creation,
): Template {
  if (!isTemplate(text)) {
    const filled: Filled = { text, missing: NOTHING_MISSING };
    return () => filled;
  }
  const names = assignments.map(({ name }) => name);
  const pieces = piecesOf(text).map((piece) => {
    if (typeof piece === 'string') return piece;
    const expression = parseExpressionText(piece.source, version, names, creation);
    return { source: piece.source.trim(), evaluate: compile(expression, rootScope(names)) };
  });
  const prepare = compileAssignments(assignments);
  return (context) => {
    const frame: Frame = { context, version, variables: [], elements: [] };
    prepare(frame);
    return fill(pieces, frame);
  };
}

/** `republish.topic`: `$$aws/…` stands for the topic `$aws/…`, as a `$` before a name would not be taken. */
export function compileRepublishTopic(
  text: string,
  version: SqlVersion,
  assignments: readonly Assignment[] = [],
  creation?: Creation,
): Template {
  return compileTemplate(text.startsWith('$$') ? text.slice(1) : text, version, assignments, creation);
}

export function isTemplate(text: string): boolean {
  return text.includes('${');
}

function fill(
  pieces: readonly (string | { readonly source: string; readonly evaluate: Evaluate })[],
  frame: Frame,
): Filled {
  let text = '';
  let missing: string[] | undefined;
  for (const piece of pieces) {
    if (typeof piece === 'string') {
      text += piece;
      continue;
    }
    const found = toText(piece.evaluate(frame), frame.version);
    if (found === undefined) (missing ??= []).push(piece.source);
    else text += found;
  }
  return { text, missing: missing ?? NOTHING_MISSING };
}

function piecesOf(text: string): readonly (string | { readonly source: string })[] {
  const pieces: (string | { readonly source: string })[] = [];
  let at = 0;
  for (;;) {
    const start = text.indexOf('${', at);
    if (start === -1) break;
    if (start > at) pieces.push(text.slice(at, start));
    const end = endOf(text, start + 2);
    pieces.push({ source: text.slice(start + 2, end) });
    at = end + 1;
  }
  if (at < text.length) pieces.push(text.slice(at));
  return pieces;
}

/** Where the bracket closes: not in a string, and not that of an object inside. */
function endOf(text: string, start: number): number {
  let open = 0;
  for (let at = start; at < text.length; at++) {
    const character = text[at];
    if (character === "'" || character === '"') {
      const close = text.indexOf(character, at + 1);
      if (close === -1) break;
      at = close;
    } else if (character === '{') {
      open++;
    } else if (character === '}' && open-- === 0) {
      return at;
    }
  }
  throw new AwsError('SqlParseException', `The substitution template "${text}" has a \${ that is not closed.`);
}
