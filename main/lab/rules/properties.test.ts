/** What must hold for any statement and any payload: printing is stable, nothing is thrown, Undefined is no text. */
import { expect, it } from 'vitest';
import { compileStatement } from './evaluate.ts';
import { FUNCTIONS } from './functions.ts';
import { readJson } from './json-reader.ts';
import { parseStatement } from './parse.ts';
import { printStatement } from './print.ts';
import { testContext } from './test-context.ts';

const CASES = 3_000;
const SEED = 20_140_414;

type Chance = (below: number) => number;

/** The same cases in every run (mulberry32). */
function openChance(seed: number): Chance {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

function oneOf(chance: Chance, choices: readonly string[]): string {
  return choices[chance(choices.length)] ?? '';
}

const NAMES = ['a', 'b', 'c.d', 'missing', 'value', 'e'];
const LITERALS = [
  '1',
  '2.50',
  '-7.0',
  '1E3',
  '-2.411E247',
  "'x'",
  '"it\'s"',
  "'12'",
  "'true'",
  'true',
  'NULL',
  "'yyyy-MM-dd'",
];
const OPERATORS = ['+', '-', '*', '/', '%', '=', '<>', '<', '>=', 'AND', 'OR', 'IN'];
/** Their constants are refused where something else stands. */
const CALLABLE = [...FUNCTIONS.keys()].filter(
  (name) => !['transform', 'get_mqtt_property', 'get_thing_shadow', 'newuuid', 'rand'].includes(name),
);

function sqlExpression(chance: Chance, depth: number): string {
  if (depth === 0) return chance(2) === 0 ? oneOf(chance, NAMES) : oneOf(chance, LITERALS);
  const inner = (): string => sqlExpression(chance, depth - 1);
  switch (chance(9)) {
    case 0:
      return `(${inner()}) ${oneOf(chance, OPERATORS)} ${inner()}`;
    case 1:
      return `${inner()} ${oneOf(chance, OPERATORS)} ${inner()}`;
    case 2:
      return `(NOT (${inner()}))`;
    case 3:
      return `-(${inner()})`;
    case 4:
      return `${oneOf(chance, CALLABLE)}(${Array.from({ length: chance(4) }, inner).join(', ')})`;
    case 5:
      return `cast(${inner()} AS ${oneOf(chance, ['Int', 'String', 'Decimal', 'Double', 'Boolean'])})`;
    case 6:
      return `CASE ${inner()} WHEN ${inner()} THEN ${inner()}${chance(2) === 0 ? '' : ` ELSE ${inner()}`} END`;
    case 7:
      return `(SELECT ${chance(2) === 0 ? `VALUE (${inner()})` : `*, ${inner()} AS x.y`} FROM e AS el WHERE ${inner()})`;
    default:
      return chance(2) === 0 ? `{'k': ${inner()}, 'l': [${inner()}]}.k` : `[${inner()}, ${inner()}]`;
  }
}

function sqlStatement(chance: Chance): string {
  const set = chance(4) === 0 ? `SET @v = ${sqlExpression(chance, 1)} ` : '';
  const columns = `${sqlExpression(chance, 3)} AS r, ${set === '' ? 'a' : '@v'} AS s`;
  const where = chance(3) === 0 ? ` WHERE ${sqlExpression(chance, 2)}` : '';
  return `${set}SELECT ${columns} FROM 't/#'${where}`;
}

function jsonText(chance: Chance, depth: number): string {
  const kinds = depth === 0 ? 5 : 7;
  switch (chance(kinds)) {
    case 0:
      return oneOf(chance, ['7.0', '-0', '1e5', '12345678901234567890123', '0.1']);
    case 1:
      return oneOf(chance, ['"x"', '"12"', '"TRUE"', '"\\ud83d\\ude00é"', '""', '"undefined"']);
    case 2:
      return 'null';
    case 3:
      return 'true';
    case 4:
      return '3';
    case 5:
      return `[${Array.from({ length: chance(3) }, () => jsonText(chance, depth - 1)).join(',')}]`;
    default:
      return `{"d":${jsonText(chance, depth - 1)},"a":${jsonText(chance, depth - 1)}}`;
  }
}

function payloadText(chance: Chance): string {
  if (chance(12) === 0) return oneOf(chance, ['', 'no JSON', '80', '\u0000\ufffd', '[1,2]', '{"a":']);
  return `{${['a', 'b', 'c', 'e', 'value'].map((key) => `"${key}":${jsonText(chance, 2)}`).join(',')}}`;
}

it('prints what parses to the same, whatever the statement is', () => {
  const chance = openChance(SEED);
  const withoutPlaces = (statement: unknown): string =>
    JSON.stringify(statement, (key, value: unknown) => (key === 'at' ? undefined : value));
  for (let index = 0; index < CASES; index++) {
    const statement = parseStatement(sqlStatement(chance), '2016-03-23');
    const printed = printStatement(statement);
    const again = parseStatement(printed, '2016-03-23');
    expect(withoutPlaces(again), printed).toBe(withoutPlaces(statement));
    expect(printStatement(again)).toBe(printed);
  }
});

it('never throws, and what it selects is JSON without any trace of Undefined', () => {
  const chance = openChance(SEED + 1);
  const ends = { selected: 0, filtered: 0, failed: 0 };
  for (let index = 0; index < CASES; index++) {
    const sql = sqlStatement(chance);
    const payload = payloadText(chance).replaceAll('"undefined"', '"u"');
    const outcome = compileStatement(parseStatement(sql, '2016-03-23'), '2016-03-23')(testContext(payload));
    ends[outcome.kind]++;
    if (outcome.kind === 'failed') expect(outcome.reason, sql).not.toContain('could not evaluate');
    if (outcome.kind !== 'selected') continue;
    const record = outcome.record.toString();
    expect(readJson(outcome.record), `${sql} on ${payload} gave ${record}`).toBeInstanceOf(Map);
    expect(record, `${sql} on ${payload}`).not.toMatch(/undefined|NaN|Infinity|\[object/);
  }
  expect(ends.selected).toBeGreaterThan(CASES / 2);
});

it('finds no attribute, so no text, in what is not there', () => {
  const expressions = [...FUNCTIONS.entries()]
    .filter(
      ([name, { least }]) => least > 0 && !['isnull', 'isundefined', 'transform', 'get_mqtt_property'].includes(name),
    )
    .filter(([name]) => name !== 'get_thing_shadow' && name !== 'get_or_default')
    .map(([name, { least }]) => `${name}(${Array.from({ length: least }, () => 'missing').join(', ')})`);
  const operators = ["'a' + missing", 'missing + 1', 'missing = missing', 'missing IN [1]', 'cast(missing AS String)'];
  for (const expression of [...expressions, ...operators]) {
    const statement = parseStatement(`SELECT ${expression} AS r FROM 't'`, '2016-03-23');
    const outcome = compileStatement(statement, '2016-03-23')(testContext('{}'));
    expect(outcome.kind === 'selected' ? outcome.record.toString() : outcome, expression).toBe('{}');
  }
});
