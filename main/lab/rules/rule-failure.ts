/** Says of a failed action what a person can do about it. */
import type { FailureCure, RuleFailure } from '../api.ts';
import { AwsError } from '../services.ts';
import type { ActionKind } from './rule-action.ts';

/** By the code that the service behind the action answers with. */
const CURES: Readonly<Record<string, FailureCure>> = {
  NoSuchBucket: 'makeBucket',
  InvalidBucketName: 'fixTemplate',
  KeyTooLongError: 'fixTemplate',
  SubstitutionUndefined: 'fixTemplate',
  ServiceUnavailable: 'waitOrSlowDown',
  ServiceUnavailableException: 'waitOrSlowDown',
  ProvisionedThroughputExceededException: 'waitOrSlowDown',
  ThrottlingException: 'waitOrSlowDown',
};

export function failureOf(index: number, kind: ActionKind, resource: string, error: Error): RuleFailure {
  const code = error instanceof AwsError ? error.code : 'InternalFailure';
  return { at: Date.now(), action: index, code, message: error.message, resource, cure: cureOf(kind, code) };
}

function cureOf(kind: ActionKind, code: string): FailureCure {
  if (code === 'ResourceNotFoundException') return kind === 'firehose' ? 'makeStream' : 'makeTable';
  if (code === 'ValidationException' && kind !== 'firehose') return 'fixKeys';
  if (kind === 'republish') return 'fixTopic';
  return Object.hasOwn(CURES, code) ? (CURES[code] ?? 'fixAction') : 'fixAction';
}
