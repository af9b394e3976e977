/** Parses calls of functions and `cast`, and refuses what could never be answered here. */
import { CAST_TYPES, NEW_CAST_WORDS } from './cast.ts';
import {
  acceptSymbol,
  current,
  expectKeyword,
  expectSymbol,
  following,
  isSymbol,
  needsNewVersion,
  refused,
  takeName,
  unexpected,
  type Creation,
  type Cursor,
} from './cursor.ts';
import { FUNCTIONS, REFUSED_FUNCTIONS } from './functions.ts';
import { constantOf, type Expression } from './statement.ts';

export function parseCast(cursor: Cursor): Expression {
  const { start: at } = current(cursor);
  cursor.at += 2;
  const operand = cursor.grammar.expression(cursor);
  expectKeyword(cursor, 'AS', 'after the value of cast');
  const place = current(cursor).start;
  const word = takeName(cursor, 'a type after AS').toLowerCase();
  const type = CAST_TYPES.get(word);
  if (type === undefined) {
    throw refused(cursor, place, `"${word}" is no type, choose one of String, Int, Decimal, Double, Boolean`);
  }
  if (NEW_CAST_WORDS.has(word)) needsNewVersion(cursor, place, `cast(… as ${word})`);
  expectSymbol(cursor, ')', 'after the type of cast');
  return { kind: 'cast', at, operand, type };
}

export function parseCall(cursor: Cursor): Expression {
  const { text, start: at } = current(cursor);
  const name = text.toLowerCase();
  const refusal = REFUSED_FUNCTIONS.get(name);
  if (refusal !== undefined) throw refused(cursor, at, `${name}() cannot be used here, ${refusal}`);
  const found = FUNCTIONS.get(name);
  if (found === undefined) throw refused(cursor, at, `there is no function ${text}()`);
  if (found.since === '2016-03-23') needsNewVersion(cursor, at, `the function ${name}()`);
  cursor.at += 2;
  const given = parseArguments(cursor, name);
  checkConstants(cursor, name, given);
  if (cursor.creation !== undefined) checkCreation(cursor, name, given, cursor.creation);
  return { kind: 'call', at, name, arguments: given };
}

function parseArguments(cursor: Cursor, name: string): readonly Expression[] {
  const given: Expression[] = [];
  if (acceptSymbol(cursor, ')')) return given;
  do given.push(parseArgument(cursor, name, given.length));
  while (acceptSymbol(cursor, ','));
  if (!isSymbol(cursor, ')')) throw unexpected(cursor, `")" or "," in the arguments of ${name}()`);
  cursor.at++;
  return given;
}

function parseArgument(cursor: Cursor, name: string, index: number): Expression {
  const { start: at } = current(cursor);
  const next = following(cursor, 1);
  if (!isSymbol(cursor, '*') || next.kind !== 'symbol') return cursor.grammar.expression(cursor);
  if (name !== 'encode' || index > 0) {
    throw refused(cursor, at, `"*" stands for the whole payload in encode(*, 'base64') only`);
  }
  cursor.at++;
  return { kind: 'star', at };
}

/** Arguments that choose what a function does must be there before the first message. */
function checkConstants(cursor: Cursor, name: string, given: readonly Expression[]): void {
  const [first, second] = given;
  if (name === 'decode' && second?.kind === 'literal' && second.value === 'proto') {
    throw refused(cursor, second.at, "decode(…, 'proto', …) reads descriptors from S3 and is not in the lab");
  }
  const isConstantNeeded = name === 'transform' || name === 'get_mqtt_property';
  if (isConstantNeeded && first !== undefined && first.kind !== 'literal') {
    throw refused(cursor, first.at, `the first argument of ${name}() must be a constant text`);
  }
}

/** What a message could only fail by is better said before. */
function checkCreation(cursor: Cursor, name: string, given: readonly Expression[], { roleArn }: Creation): void {
  const refusal = FUNCTIONS.get(name)?.refusal?.(given.map(constantOf));
  const place = refusal === undefined ? undefined : given[refusal.argument];
  if (refusal !== undefined && place !== undefined) throw refused(cursor, place.at, `${name}(): ${refusal.reason}`);
  const role = name === 'get_thing_shadow' && roleArn !== null ? given.at(-1) : undefined;
  if (role?.kind !== 'literal' || role.value === roleArn) return;
  const reason = `get_thing_shadow(): its last argument must be a role that can be assumed, and the lab has one, ${roleArn}`;
  throw refused(cursor, role.at, reason);
}
