import { describe, expect, it } from 'vitest';
import { parseStatement } from './parse.ts';

describe('the parser', () => {
  it('reads items, aliases, filter and condition with the precedence of SQL', () => {
    const text = 'select *, a.b, -x + 2*3 as s.t, \'it\' As "not"';
    expect(() => parseStatement(text)).toThrow('expected a name, found "not" (line 1, column 41)');
    expect(parseStatement("select *, state.end, x - 2 * 3 as s.from From 't/+/#' where NOT a = 1 and b OR c")).toEqual({
      items: [
        { kind: 'star', alias: [] },
        { kind: 'value', expression: { kind: 'path', names: ['state', 'end'] }, alias: ['end'] },
        {
          kind: 'value',
          alias: ['s', 'from'],
          expression: {
            kind: 'arithmetic',
            operator: '-',
            left: { kind: 'path', names: ['x'] },
            right: {
              kind: 'arithmetic',
              operator: '*',
              left: { kind: 'literal', value: { text: '2' } },
              right: { kind: 'literal', value: { text: '3' } },
            },
          },
        },
      ],
      topicFilter: 't/+/#',
      where: {
        kind: 'logic',
        operator: 'OR',
        left: {
          kind: 'logic',
          operator: 'AND',
          left: {
            kind: 'not',
            operand: {
              kind: 'comparison',
              operator: '=',
              left: { kind: 'path', names: ['a'] },
              right: { kind: 'literal', value: { text: '1' } },
            },
          },
          right: { kind: 'path', names: ['b'] },
        },
        right: { kind: 'path', names: ['c'] },
      },
    });
  });

  it('takes words that are keywords elsewhere as names of attributes', () => {
    for (const item of ['value', 'value.x', 'value * 2 AS v', 'value AS v', 'timestamp', 'long, time']) {
      expect(() => parseStatement(`SELECT ${item} FROM 't'`)).not.toThrow();
    }
  });

  it('names what is not there yet, with its place', () => {
    const refusals: [string, string][] = [
      ["SET @a = 1 SELECT @a AS a FROM 't'", 'SET is not supported by the lab yet (line 1, column 1)'],
      ["SELECT VALUE a FROM 't'", 'SELECT VALUE is not supported by the lab yet (line 1, column 8)'],
      ["SELECT VALUE * FROM 't'", 'SELECT VALUE is not supported by the lab yet (line 1, column 8)'],
      [
        "SELECT a,\n  topic(2) AS t FROM 't'",
        'the function topic() is not supported by the lab yet (line 2, column 3)',
      ],
      ["SELECT CASE a WHEN 1 THEN 2 END AS c FROM 't'", 'CASE is not supported by the lab yet (line 1, column 8)'],
      ["SELECT (SELECT a FROM b) AS c FROM 't'", 'a nested SELECT is not supported by the lab yet (line 1, column 9)'],
      ["SELECT {} AS c FROM 't'", 'an object literal is not supported by the lab yet (line 1, column 8)'],
      ["SELECT [1] AS c FROM 't'", 'an array literal is not supported by the lab yet (line 1, column 8)'],
      ["SELECT * FROM 't' WHERE 3 IN a", 'IN is not supported by the lab yet (line 1, column 27)'],
      [
        "SELECT * FROM 't' WHERE EXISTS (SELECT a FROM b)",
        'EXISTS is not supported by the lab yet (line 1, column 25)',
      ],
      ["SELECT a.@b FROM 't'", 'expected a name, found "@b" (line 1, column 10)'],
    ];
    for (const [sql, reason] of refusals) {
      expect(() => parseStatement(sql), sql).toThrow(`The SQL of the rule: ${reason}.`);
    }
  });

  it('refuses what is no statement', () => {
    const broken: [string, string][] = [
      ['', 'expected SELECT, found the end (line 1, column 1)'],
      ['SELECT * FROM t', 'expected a topic filter in \'…\', found "t" (line 1, column 15)'],
      ['SELECT * FROM "t"', 'expected a topic filter in \'…\', found "t" (line 1, column 15)'],
      ["SELECT * FROM 't/#/x'", '"#" must be alone in the last level (line 1, column 15)'],
      ["SELECT 1 + 2 FROM 't'", 'this expression needs a name in the result, given with AS (line 1, column 8)'],
      ["SELECT a FROM 't' WHERE a > ", 'expected an expression, found the end (line 1, column 29)'],
      ["SELECT a FROM 't' WHERE a != 1", 'the character "!" has no place in a rule\'s SQL (line 1, column 27)'],
      ["SELECT a FROM 't", 'a string begins here and does not end (line 1, column 15)'],
      ["SELECT a b FROM 't'", 'expected FROM, found "b" (line 1, column 10)'],
      ["SELECT 007 AS a FROM 't'", 'a number has no zeros in front (line 1, column 8)'],
      [`SELECT ${'('.repeat(5000)} FROM 't'`, 'the expression is nested too deeply (line 1, column 108)'],
    ];
    for (const [sql, reason] of broken) {
      expect(() => parseStatement(sql), sql.slice(0, 60)).toThrow(`The SQL of the rule: ${reason}.`);
    }
  });
});
