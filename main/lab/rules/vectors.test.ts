import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { CHOICES } from './choices.ts';
import { runRules } from './command.ts';

const VECTORS = join(
  process.env['ISOBAR_SHARED'] ?? join(process.cwd(), '..', 'shared'),
  'reference/aws-iot-sql-vectors.json',
);

const vectorSchema = z.looseObject({ id: z.string(), expected: z.unknown(), doubtful: z.boolean().optional() });

/** As `isobar rule` answers: a line for each line. */
async function answersTo(lines: readonly string[]): Promise<readonly unknown[]> {
  const output = new PassThrough();
  const answers = text(output);
  expect(await runRules(Readable.from(lines.map((line) => `${line}\n`)), output)).toBe(0);
  output.end();
  return (await answers)
    .split('\n')
    .slice(0, -1)
    .map((line): unknown => JSON.parse(line));
}

it('answers a line that it cannot run with an error, and goes on', async () => {
  const sql = "SELECT a FORM 't'";
  const good = { sql: "SELECT a FROM 't/#'", topic: 't/1' };
  const lines = [
    'no JSON',
    JSON.stringify({ sql, topic: 't' }),
    `${JSON.stringify(good).slice(0, -1)},"payload":{"a":7.0}}`,
  ];
  const answers = await answersTo([...lines, JSON.stringify({ ...good, template: '${a', templateField: 's3.key' })]);
  expect(answers).toEqual([
    { error: { code: 'rule.input', message: 'The line is no JSON object.' } },
    {
      error: {
        code: 'SqlParseException',
        message: 'The SQL of the rule: expected FROM after the column list, found "FORM" at 1:10.',
      },
    },
    { value: { a: 7 } },
    { error: { code: 'SqlParseException', message: 'The substitution template "${a" has a ${ that is not closed.' } },
  ]);
});

it('answers all shared vectors as they expect', async ({ skip }) => {
  if (!existsSync(VECTORS)) skip('the shared vectors are not on this machine');
  const vectors = z.array(vectorSchema).parse(JSON.parse(readFileSync(VECTORS, 'utf8')));
  const answers = await answersTo(vectors.map((vector) => JSON.stringify(vector)));
  expect(answers.length).toBe(vectors.length);
  const wrong = vectors.flatMap((vector, index) => {
    const { id, expected } = vector;
    const answer = answers[index];
    return isAnswer(answer, expected) ? [] : [{ id, sql: vector['sql'], expected, answer }];
  });
  const decidedOtherwise = CHOICES.flatMap(({ againstVectors = [] }) => againstVectors);
  expect(wrong.filter(({ id }) => !decidedOtherwise.includes(id))).toEqual([]);
  expect(wrong.map(({ id }) => id).sort()).toEqual([...decidedOtherwise].sort());
  // Each doubtful one has its decision in the table.
  const decided = [...decidedOtherwise, ...CHOICES.flatMap(({ asVectors = [] }) => asVectors)];
  expect(
    vectors
      .filter(({ doubtful }) => doubtful === true)
      .map(({ id }) => id)
      .sort(),
  ).toEqual(decided.sort());
  expect(vectors.length).toBeGreaterThan(380);
});

/** Numbers by value, as the vectors ask; doubles may differ in their last digit. */
function isAnswer(answer: unknown, expected: unknown): boolean {
  try {
    expect(answer).toEqual(answerFor(expected));
    return true;
  } catch {
    return isClose(answer, expected);
  }
}

function answerFor(expected: unknown): unknown {
  if (typeof expected !== 'object' || expected === null) return { value: expected };
  if ('$undefined' in expected) return { undefined: true };
  return 'base64' in expected ? expected : { value: expected };
}

const closeAnswer = z.object({ value: z.object({ r: z.number() }) });
const closeExpected = z.object({ r: z.number() });

function isClose(answer: unknown, expected: unknown): boolean {
  const [a, b] = [closeAnswer.safeParse(answer), closeExpected.safeParse(expected)];
  if (!a.success || !b.success) return false;
  return Math.abs(a.data.value.r - b.data.r) <= 1e-15 * Math.abs(b.data.r);
}
