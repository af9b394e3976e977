import { describe, expect, it } from 'vitest';
import { parseStatement } from './parse.ts';
import { printStatement } from './print.ts';

function parse(sql: string): ReturnType<typeof parseStatement> {
  return parseStatement(sql, '2016-03-23');
}

describe('the parser', () => {
  it('reads items, aliases, filter and condition with the precedence of SQL', () => {
    expect(parse("SELECT x - 2 * 3 as s.from From 't/+/#'")).toEqual({
      assignments: [],
      selection: {
        kind: 'items',
        items: [
          {
            kind: 'value',
            alias: ['s', 'from'],
            expression: {
              kind: 'arithmetic',
              at: 9,
              operator: '-',
              left: { kind: 'path', at: 7, names: ['x'] },
              right: {
                kind: 'arithmetic',
                at: 13,
                operator: '*',
                left: { kind: 'literal', at: 11, value: { text: '2' } },
                right: { kind: 'literal', at: 15, value: { text: '3' } },
              },
            },
          },
        ],
      },
      topicFilter: 't/+/#',
      where: undefined,
    });
  });

  it('prints what it read with only the brackets that are needed', () => {
    const statements = [
      "SELECT * FROM 't' WHERE NOT a = 1 AND b OR c",
      "SELECT * FROM 't' WHERE NOT (a AND (b OR c)) = true",
      "SELECT a - (b - c) - d AS r, -(5) * -a AS s, -(-5) AS t, (1 + 2) * 3 AS u FROM 't'",
      "SELECT VALUE (-a + 1) FROM 't'",
      "SELECT value, value.x AS y, value * 2 AS v FROM 't'",
      "SELECT *, state.end, * AS all.of, topic(2), get(a, 0).v FROM 't'",
      `SET @a = 1, @b = {'k': [@a, "it's"], 'l': {}} SELECT @b.k AS b WHERE EXISTS (SELECT * FROM e AS x WHERE x.y IN @b.k)`,
      "SELECT CASE a WHEN 1 THEN 'x' ELSE NULL END AS c, cast(a AS Int) AS d FROM 't'",
      "SELECT (SELECT VALUE v FROM data.e WHERE n = 'light').x AS r, encode(*, 'base64') AS e FROM 't'",
    ];
    expect(statements.map((sql) => printStatement(parse(sql)))).toEqual(statements);
  });

  it('takes words that are keywords elsewhere as names of attributes', () => {
    for (const item of ['value', 'value.x', 'value * 2 AS v', 'value AS v', 'timestamp', 'long, time', 'a.select']) {
      expect(() => parse(`SELECT ${item} FROM 't'`)).not.toThrow();
    }
  });

  it('says what was expected and where', () => {
    const broken: [string, string][] = [
      ['', 'expected SELECT at the beginning, found the end at 1:1'],
      ["SELECT a FORM 't'", 'expected FROM after the column list, found "FORM" at 1:10'],
      ["SELECT a,\n  nope(2) AS t FROM 't'", 'there is no function nope(), at 2:3'],
      ["SELECT aws_lambda('a', *) AS t FROM 't'", 'aws_lambda() cannot be used here, it asks AWS Lambda, at 1:8'],
      ['SELECT * FROM t', 'expected a topic filter in \'…\', found "t" at 1:15'],
      ['SELECT * FROM "t"', 'expected a topic filter in \'…\', found ""t"" at 1:15'],
      ["SELECT * FROM 't/#/x'", '"#" must be alone in the last level, at 1:15'],
      ["SELECT 1 + 2 FROM 't'", 'this expression needs a name in the result, given with AS, at 1:8'],
      ["SELECT a FROM 't' WHERE a > ", 'expected an expression, found the end at 1:29'],
      ["SELECT a FROM 't' WHERE a != 1", '"not equal" is written <> here, found "!=", at 1:27'],
      ["SELECT a FROM 't", 'a string begins here and does not end, at 1:15'],
      ["SELECT 007 AS a FROM 't'", 'a number has no zeros in front, at 1:8'],
      ["SELECT a.2b AS a FROM 't'", 'expected a name after ".", found "2" at 1:10'],
      [
        "SELECT a[0] AS a FROM 't'",
        'expected an operator (the items of arrays are reached with get()), found "[" at 1:9',
      ],
      ["SELECT @b AS a FROM 't'", 'the variable @b is used before SET makes it, at 1:8'],
      ["SET @a = 1, @a = 2 SELECT @a AS a FROM 't'", '@a has its value already and keeps it, at 1:13'],
      [
        "SELECT CASE WHEN a THEN b END AS c FROM 't'",
        'expected a value after CASE (the form is CASE value WHEN candidate THEN result … END), found "WHEN" at 1:13',
      ],
      [`SELECT ${'('.repeat(5000)} FROM 't'`, 'the expression is nested too deeply, at 1:108'],
    ];
    for (const [sql, reason] of broken) {
      expect(() => parse(sql), sql.slice(0, 60)).toThrow(`The SQL of the rule: ${reason}.`);
    }
  });

  it('refuses in 2015-10-08 what came later', () => {
    const refusals: [string, string][] = [
      ['SELECT {} AS c', 'an object in braces'],
      ['SELECT [1] AS c', 'an array in brackets'],
      ['SELECT (SELECT a FROM b) AS c', 'a SELECT inside an expression'],
      ['SELECT length(a) AS c', 'the function length()'],
      ['SELECT cast(a AS Boolean) AS c', 'cast(… as boolean)'],
    ];
    for (const [sql, what] of refusals) {
      expect(() => parseStatement(sql, '2015-10-08'), sql).toThrow(
        `${what} needs the SQL version 2016-03-23, and this rule has 2015-10-08`,
      );
    }
  });
});
