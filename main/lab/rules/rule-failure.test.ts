/** The causes that the window has words for, from what the lab's own services answer. */
import { expect, test } from 'vitest';
import { AwsError } from '../services.ts';
import { EvaluationFailure } from './failure.ts';
import { causeOf, statementCause } from './rule-failure.ts';

const item = (words: string) => causeOf('dynamoDBv2', new AwsError('ValidationException', words));

test('the same code means another thing in another service', () => {
  const gone = new AwsError('ResourceNotFoundException', 'not found');
  expect([causeOf('firehose', gone), causeOf('dynamoDB', gone)]).toEqual(['noStream', 'noTable']);
});

test("DynamoDB's sentences about an item are told apart", () => {
  const invalid = 'One or more parameter values were invalid: ';
  expect(item(`${invalid}Missing the key station_id in the item`)).toBe('keyMissing');
  expect(item(`${invalid}Type mismatch for key t expected: S actual: N`)).toBe('keyType');
  expect(item('Item size has exceeded the maximum allowed size')).toBe('itemTooBig');
  expect(item('Something new')).toBe('itemRefused');
});

test('a function that fails in a template, a fault of the lab, and a result that is too big', () => {
  expect(causeOf('s3', new EvaluationFailure('no such encoding'))).toBe('templateFailed');
  expect(causeOf('s3', new Error('bug'))).toBe('other');
  expect(statementCause('the result is larger than 128 KiB')).toBe('resultTooBig');
  expect(statementCause('the payload is not JSON')).toBe('statementFailed');
});
