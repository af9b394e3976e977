/** Tells the causes of failures of statements and actions apart, so that the window can say what to do about each. */
import type { RuleFailure } from '../../../preload/shapes-rules.ts';
import type { FailureCause } from '../../../preload/shapes-trace.ts';
import { AwsError } from '../services.ts';
import { EvaluationFailure } from './failure.ts';
import type { ActionKind } from './rule-action.ts';

/** By the code that the service behind the action, or the action itself, answers with. */
const CAUSES: Readonly<Record<string, FailureCause>> = {
  NoSuchBucket: 'noBucket',
  InvalidBucketName: 'bucketName',
  KeyTooLongError: 'keyTooLong',
  SubstitutionUndefined: 'templateUndefined',
  ResultNotAnObject: 'notAnObject',
  OperationUnknown: 'operationUnknown',
  TopicRefused: 'topicRefused',
  RepublishLoop: 'republishLoop',
  TooManyRecords: 'tooManyRecords',
  InvalidArgumentException: 'recordTooBig',
  ServiceUnavailable: 'tooBusy',
  ServiceUnavailableException: 'tooBusy',
  SlowDown: 'tooBusy',
  ProvisionedThroughputExceededException: 'tooBusy',
  ThrottlingException: 'tooBusy',
};

/** DynamoDB has one code for everything that is wrong with an item; its sentences are the same on AWS. */
const ITEM_CAUSES: readonly (readonly [words: string, cause: FailureCause])[] = [
  ['Missing the key', 'keyMissing'],
  ['does not match the schema', 'keyMissing'],
  ['empty string value', 'keyMissing'],
  ['Type mismatch', 'keyType'],
  ['Item size', 'itemTooBig'],
];

export function failureOf(index: number, kind: ActionKind, resource: string, error: Error): RuleFailure {
  const code = error instanceof AwsError ? error.code : 'InternalFailure';
  return { at: Date.now(), action: index, cause: causeOf(kind, error), code, message: error.message, resource };
}

export function causeOf(kind: ActionKind, error: Error): FailureCause {
  if (error instanceof EvaluationFailure) return 'templateFailed';
  if (!(error instanceof AwsError)) return 'other';
  const { code, message } = error;
  if (code === 'ResourceNotFoundException') return kind === 'firehose' ? 'noStream' : 'noTable';
  if (code === 'ValidationException' && (kind === 'dynamoDB' || kind === 'dynamoDBv2')) {
    return ITEM_CAUSES.find(([words]) => message.includes(words))?.[1] ?? 'itemRefused';
  }
  return Object.hasOwn(CAUSES, code) ? (CAUSES[code] ?? 'other') : 'other';
}

/** Of a statement; `reason` as its evaluation gave it. */
export function statementCause(reason: string): FailureCause {
  return reason.includes('larger than 128 KiB') ? 'resultTooBig' : 'statementFailed';
}
