import { describe, expect, it } from 'vitest';
import { compileStatement, type Outcome } from './evaluate.ts';
import { readJson } from './json-reader.ts';
import { parseStatement } from './parse.ts';
import type { SqlVersion } from './sql-version.ts';
import { testContext } from './test-context.ts';
import { matchesFilter } from './topic-filter.ts';
import { toJson } from './value.ts';

function outcomeOf(sql: string, payload: string | Buffer, version: SqlVersion = '2016-03-23'): Outcome {
  return compileStatement(parseStatement(sql, version), version)(testContext(payload));
}

/** As text, or how it ended. */
function run(sql: string, payload: string | Buffer, version?: SqlVersion): string {
  const outcome = outcomeOf(sql, payload, version);
  return outcome.kind === 'selected' ? outcome.record.toString() : outcome.kind;
}

function select(items: string, payload: string, version?: SqlVersion): string {
  return run(`SELECT ${items} FROM 't'`, payload, version);
}

describe('a statement', () => {
  it('hands on the bytes as they are for SELECT *, whatever they are', () => {
    const bytes = Buffer.from([0, 255, 10]);
    expect(outcomeOf("SELECT * FROM 't'", bytes)).toEqual({ kind: 'selected', record: bytes });
    expect(run("SELECT * FROM 't' WHERE a = 1", '{ "a" : 1.0 }\n')).toBe('{ "a" : 1.0 }\n');
    expect(run("SELECT * FROM 't' WHERE a = 1", 'text')).toBe('filtered');
  });

  it('keeps the text of numbers in projections', () => {
    const payload = '{"a": 7.0, "big": 12345678901234567890123, "o": {"x": [1.50, 1e3]}, "t": "\\u00e9\\n"}';
    expect(select('*', payload)).toBe(payload);
    expect(select('a, big, o, t', payload)).toBe(
      '{"a":7.0,"big":12345678901234567890123,"o":{"x":[1.50,1e3]},"t":"é\\n"}',
    );
    expect(select('*, a + 1 AS a', payload)).toBe(
      '{"a":8,"big":12345678901234567890123,"o":{"x":[1.50,1e3]},"t":"é\\n"}',
    );
    expect(select('* AS all', '{"a":7.0}')).toBe('{"all":{"a":7.0}}');
  });

  it('builds objects from dotted aliases and leaves out what is Undefined', () => {
    expect(select('a.b, a.b AS x.y, a.c AS x.z, a AS x.w', '{"a":{"b":1,"c":null}}')).toBe(
      '{"b":1,"x":{"y":1,"z":null,"w":{"b":1,"c":null}}}',
    );
    expect(select('missing, a.b.c.d AS x.y', '{"a":1}')).toBe('{}');
    expect(select('a', 'no JSON')).toBe('{}');
    expect(select('*, 1 AS b', 'no JSON')).toBe('failed');
  });

  it('calculates exactly, and shows whole decimals by version', () => {
    expect(select('0.1 + 0.2 AS r', '{}')).toBe('{"r":0.3}');
    expect(select('1 / 3 AS r', '{}')).toBe('{"r":0.3333333333333333333333333333333333}');
    expect(select('2 / 3 AS r', '{}')).toBe('{"r":0.6666666666666666666666666666666667}');
    expect(select('6 / 3 AS r, 1 / 0 AS never, 5 % 0 AS none, -7 % 3 AS m', '{}')).toBe('{"r":2,"m":-1}');
    expect(select("a * 1 AS r, 'x' + a AS s", '{"a":10.0}')).toBe('{"r":10,"s":"x10"}');
    expect(select("a * 1 AS r, 'x' + a AS s", '{"a":10.0}', '2015-10-08')).toBe('{"r":10.0,"s":"x10.0"}');
    expect(select('1E999 * 10 AS r, 1E400 + 1 AS big', '{}')).toBe(`{"big":1E400}`);
    expect(select('-a AS r', '{"a":"12"}')).toBe('{"r":-12}');
  });

  it('compares 34 digits, not doubles', () => {
    const payload = '{"a":12345678901234567890.1,"b":12345678901234567890.2}';
    expect(select('a < b AS lt, a = b AS eq, a <> b AS ne', payload)).toBe('{"lt":true,"eq":false,"ne":true}');
  });
});

describe('topic filters', () => {
  it('match as the rules of AWS IoT do', () => {
    const cases: [string, string, boolean][] = [
      ['sensor/#', 'sensor', false],
      ['sensor/#', 'sensor/', true],
      ['sensor/#', 'sensor/a/b', true],
      ['#', 'a/b', true],
      ['#', '$aws/things/x', false],
      ['+/a', '$aws/a', false],
      ['$aws/things/+', '$aws/things/x', true],
      ['a/+/c', 'a/b/c', true],
      ['a/+', 'a/b/c', false],
      ['a/+', 'a/', true],
      ['a', 'A', false],
    ];
    expect(cases.map(([filter, topic]) => matchesFilter(filter, topic))).toEqual(cases.map(([, , result]) => result));
  });
});

describe('the JSON reader', () => {
  it('takes exactly what JSON.parse takes', () => {
    const texts = [
      '{"a":[1,2.50,-0,1E+5,null,true,false,"x\\"\\\\\\u0041"],"b":{}}',
      ' [ ] ',
      '"é"',
      '01',
      '1.',
      '.5',
      '+1',
      '[1,]',
      '{"a":1,}',
      "{'a':1}",
      '{"a" 1}',
      '"\n"',
      '"\\x"',
      'nul',
      '',
      '1 2',
      '{"a":1,"a":2}',
    ];
    const ours = texts.map((text) => {
      const value = readJson(Buffer.from(text));
      return value === undefined ? undefined : (JSON.parse(toJson(value)) as unknown);
    });
    expect(ours).toEqual(texts.map(parseOrUndefined));
    expect(readJson(Buffer.from('['.repeat(100_000)))).toBeUndefined();
    expect(readJson(Buffer.from([34, 255, 34]))).toBeUndefined();
  });
});

function parseOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
