import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { CHOICES } from './choices.ts';
import { answerTo } from './command.ts';

const VECTORS = join(
  process.env['ISOBAR_SHARED'] ?? join(process.cwd(), '..', 'shared'),
  'reference/aws-iot-sql-vectors.json',
);

const vectorSchema = z.looseObject({ id: z.string(), expected: z.unknown(), doubtful: z.boolean().optional() });

it('answers all shared vectors as they expect', ({ skip }) => {
  if (!existsSync(VECTORS)) skip('the shared vectors are not on this machine');
  const vectors = z.array(vectorSchema).parse(JSON.parse(readFileSync(VECTORS, 'utf8')));
  const wrong = vectors.flatMap((vector) => {
    const { id, expected } = vector;
    const answer: unknown = JSON.parse(answerTo(JSON.stringify(vector)));
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
