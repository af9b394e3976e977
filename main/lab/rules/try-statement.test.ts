/** Trying a statement: the verdicts are those of the rules, and each says why. */
import { expect, test } from 'vitest';
import { testContext } from './test-context.ts';
import { tryStatement, type TriedMessage } from './try-statement.ts';

const message = (text: string): TriedMessage => ({
  topic: 'sensor/weather/1',
  payload: Buffer.from(text),
  receivedAt: 1,
  clientId: 'station-1',
  principal: 'p',
  sourceIp: '127.0.0.1',
});
const tried = (sql: string, pasted: string | null, ...real: readonly string[]) =>
  tryStatement(
    { sql, sqlVersion: '2016-03-23', pasted, templates: [], messages: null },
    () => real.map(message),
    testContext(''),
  );

const COLD =
  "SELECT weather_station AS id, air_temperature.value AS t FROM 'sensor/weather/#' WHERE air_temperature.value < -5";

test('what passes shows its output, what does not shows the values that decided', () => {
  const cold = '{"weather_station":"a","air_temperature":{"value":-7.0}}';
  const warm = '{"weather_station":"b","air_temperature":{"value":7.0}}';
  const { verdicts, error } = tried(COLD, null, cold, warm);
  expect(error).toBeNull();
  expect(verdicts.map(({ outcome, output }) => [outcome, output])).toEqual([
    ['passed', '{"id":"a","t":-7.0}'],
    ['filtered', null],
  ]);
  expect(verdicts[1]?.where).toEqual([
    {
      text: 'air_temperature.value < -5',
      value: 'false',
      operands: [{ text: 'air_temperature.value', value: '7.0', line: 1, column: 88, reason: null }],
      isConverted: false,
    },
  ]);
});

test('an operand that is Undefined is named, and so is a selected field that is not there', () => {
  const [without] = tried(COLD, '{"weather_station":"a"}').verdicts;
  expect(without).toMatchObject({ outcome: 'filtered', at: null });
  expect(without?.where[0]?.operands).toMatchObject([{ text: 'air_temperature.value', value: null }]);
  const [partly] = tried("SELECT a, b FROM 'x'", '{"a":1}').verdicts;
  expect(partly).toMatchObject({ outcome: 'passed', output: '{"a":1}', absent: [{ text: 'b', reason: null }] });
  const [refused] = tried("SELECT regexp_substr(a, a) AS c FROM 'x'", '{"a":"(?=b)"}').verdicts;
  expect(refused?.absent).toMatchObject([{ reason: expect.stringContaining('looking ahead') as string }]);
});

test('calls and variables are explained too, with what they were given', () => {
  const [verdict] = tried("SET @n = n SELECT VALUE b FROM 'x' WHERE length(a.b) > @n * '2'", '{"n":1}').verdicts;
  expect(verdict?.where).toMatchObject([
    {
      text: "length(a.b) > @n * '2'",
      value: null,
      operands: [
        { text: 'length(a.b)', value: null, line: 1, column: 42 },
        { text: 'a.b', value: null, line: 1, column: 49 },
        { text: '@n', value: '1', line: 1, column: 56 },
      ],
      isConverted: true,
    },
  ]);
});

test('text beside a number is told as a conversion', () => {
  const [verdict] = tried("SELECT * FROM 'x' WHERE a < 5", '{"a":"3"}').verdicts;
  expect(verdict?.where[0]).toMatchObject({ operands: [{ text: 'a', value: '"3"' }], isConverted: true });
});

test('a simple statement is rows, another is not, and a wrong one has a place', () => {
  expect(tried(COLD, null).rows).toEqual({
    columns: [
      { field: 'weather_station', alias: 'id' },
      { field: 'air_temperature.value', alias: 't' },
    ],
    topicFilter: 'sensor/weather/#',
    joined: 'AND',
    conditions: [{ field: 'air_temperature.value', operator: '<', value: '-5' }],
  });
  expect(tried("SELECT a + 1 AS b FROM 'x'", null)).toMatchObject({ error: null, rows: null });
  expect(tried("SELECT * FROM 'x' WHERE a < 1 AND (b = 2 OR c = 3)", null).rows).toBeNull();
  expect(tried("SELECT *\nFORM 'x'", null).error).toMatchObject({ line: 2, column: 1 });
});

test('fields come from the messages, with a sample of each', () => {
  expect(tried("SELECT * FROM 'x'", null, '{"a":{"b":1.0},"c":"d"}').fields).toEqual([
    { path: 'a.b', sample: '1.0' },
    { path: 'c', sample: '"d"' },
  ]);
});

test('the sender of a message is known to the statement, and a pasted one has none', () => {
  const sql = "SELECT clientid() AS c, principal() AS p, sourceip() AS s FROM 'x'";
  expect(tried(sql, '{}', '{}').verdicts.map(({ output }) => output)).toEqual([
    '{"c":"n/a"}',
    '{"c":"station-1","p":"p","s":"127.0.0.1"}',
  ]);
});

test('a call that is Undefined for a reason of its own says it', () => {
  const [verdict] = tried(
    "SELECT * FROM 'x' WHERE regexp_matches(a, b) AND get_thing_shadow(a, 'r').n = 1",
    '{"a":"t","b":"(?=t)"}',
  ).verdicts;
  expect(verdict?.where.map(({ operands }) => operands.map(({ reason }) => reason))).toEqual([
    [expect.stringContaining('cannot do looking ahead or behind'), null, null],
    [null, 'no shadows in this test', null],
  ]);
});

test('templates are filled in as the actions would, on the newest message that passes', () => {
  const filled = (text: string, isTopic = false) =>
    tryStatement(
      {
        sql: "SET @s = station SELECT * FROM 'x' WHERE t < 0",
        sqlVersion: '2016-03-23',
        pasted: null,
        messages: null,
        templates: [{ text, isTopic }],
      },
      () => ['{"station":"warm","t":1}', '{"station":"cold","t":-1}'].map(message),
      testContext(''),
    ).templates[0];
  expect(filled('${topic(2)}/${clientid()}/${timestamp()}.json')).toMatchObject({
    filled: 'weather/station-1/1.json',
  });
  expect(filled('${@s}/${sttion}/${t.value}')).toMatchObject({
    filled: null,
    missing: ['sttion', 't.value'],
    error: null,
  });
  expect(filled('${topic(')?.error).toContain('not closed');
  expect(filled('$$aws/things/${station}/shadow/update', true)).toMatchObject({
    filled: '$aws/things/cold/shadow/update',
    error: null,
  });
  expect(filled('alarms/${station}/#', true)?.error).toContain('wildcard');
});

test('a template is read also where no message has come', () => {
  const { templates } = tryStatement(
    {
      sql: "SELECT * FROM 'x'",
      sqlVersion: '2016-03-23',
      pasted: null,
      messages: null,
      templates: [
        { text: '${a}', isTopic: false },
        { text: '${a b}', isTopic: false },
      ],
    },
    () => [],
    testContext(''),
  );
  expect(templates).toMatchObject([
    { filled: null, missing: [], error: null },
    { filled: null, error: expect.any(String) as string },
  ]);
});

test('messages of stations stand in for those that the lab took, with their topic and client id', () => {
  const messages = ['1', '2', '3'].map((n) => ({
    topic: n === '3' ? 'other' : `sensor/weather/${n}`,
    payload: `{"n":${n}}`,
    receivedAt: 5,
    clientId: `station-${n}`,
  }));
  const { verdicts } = tryStatement(
    {
      sql: "SELECT clientid() AS c, topic(3) AS t, timestamp() AS at FROM 'sensor/weather/#'",
      ...{ sqlVersion: '2016-03-23', pasted: null, templates: [], messages },
    },
    () => [message('{}')],
    testContext(''),
  );
  expect(verdicts.map(({ output }) => output)).toEqual([
    '{"c":"station-1","t":"1","at":5}',
    '{"c":"station-2","t":"2","at":5}',
  ]);
});
