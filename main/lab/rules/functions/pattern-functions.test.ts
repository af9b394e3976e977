/** Regular expressions answer in linear time, and what such an engine cannot do is said when the rule is made. */
import { expect, test } from 'vitest';
import { compileStatement } from '../evaluate.ts';
import { parseStatement } from '../parse.ts';
import { testContext } from '../test-context.ts';

const VERSION = '2016-03-23';
const NEW_RULE = { roleArn: null };

/** What the columns of the statement came to. */
function selected(columns: string, payload: object, creation?: typeof NEW_RULE): unknown {
  const statement = parseStatement(`SELECT ${columns} FROM 'x'`, VERSION, creation);
  const outcome = compileStatement(statement, VERSION)(testContext(JSON.stringify(payload)));
  return outcome.kind === 'selected' ? JSON.parse(outcome.record.toString()) : outcome;
}

function refusal(columns: string): string {
  try {
    selected(columns, {}, NEW_RULE);
    return 'not refused';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

test('patterns that take others exponential time answer, as constants and from messages', () => {
  const text = `${'a'.repeat(100_000)}!`;
  const columns = `regexp_matches(t, '(a+)+$') AS constant, regexp_matches(t, p) AS given,
    regexp_substr(t, '(a|aa)+$') AS part, length(regexp_replace(t, '(a*)*b', '')) AS n`;
  expect(selected(columns, { t: text, p: '^(([a-z])+.)+[A-Z]$' })).toEqual({
    constant: false,
    given: false,
    n: text.length,
  });
});

test('what would take for ever ends with a reason', () => {
  const outcome = selected("regexp_replace(t, 'a(?:.*b)?', 'x') AS r", { t: 'a'.repeat(120_000) });
  expect(outcome).toEqual({ kind: 'failed', reason: expect.stringContaining('longer than a second') as string });
  expect(selected("regexp_substr(t, '[ab]*a[ab]{900}c') AS r", { t: 'ac'.repeat(60_000) })).toEqual({
    kind: 'failed',
    reason: 'the regular expression is too large for a text of 120000 characters',
  });
});

test('groups, escapes and characters are those of Java', () => {
  expect(
    selected(
      `regexp_replace(a, '(\\w+) (\\w+)', '$2 $1') AS swapped, regexp_replace(a, '\\s', '\\$') AS dollar,
       regexp_substr(a, '\\u0042\\w*') AS b, regexp_matches(a, '(?i)^ABC') AS i, regexp_replace('aab', 'a*', '-') AS empty,
       regexp_substr('😀😁x', '.x') AS astral, regexp_replace('ab', 'b', '$1') AS noGroup`,
      { a: 'Abc Bcd' },
    ),
  ).toEqual({
    swapped: 'Bcd Abc',
    dollar: 'Abc$Bcd',
    b: 'Bcd',
    i: true,
    empty: '--b-',
    astral: '😁x',
  });
});

test('what the engine cannot do is refused when it stands in a new rule, and Undefined in a message or an old rule', () => {
  expect(refusal("regexp_matches(a, 'x(?=y)') AS r")).toBe(
    'The SQL of the rule: regexp_matches(): the lab matches in linear time and cannot do looking ahead or behind, (?=…) (?!…) (?<=…) (?<!…), as in "(?="; AWS may take the pattern, at 1:26.',
  );
  const others = [
    "'(?<!a)b'",
    "'(a)\\1'",
    "'a++'",
    "'(?>a)b'",
    "'a{2000}'",
    "'[a-z&&[^b]]'",
    "'\\h'",
    `'${'.{1000}'.repeat(11)}'`,
  ];
  for (const pattern of others) expect(refusal(`regexp_substr(a, ${pattern}) AS r`)).toContain('regexp_substr(): the ');
  expect(
    selected("regexp_matches(a, 'x(?=y)') AS old, regexp_matches(a, p) AS given", { a: 'xy', p: 'x(?=y)' }),
  ).toEqual({});
});

test('what is no regular expression anywhere is Undefined, as the guide says', () => {
  for (const pattern of ['(', 'a)', '[a', '*', 'a\\', 'a**']) {
    expect(selected(`regexp_matches(a, '${pattern}') AS r`, { a: 'a' }, NEW_RULE)).toEqual({});
  }
});
