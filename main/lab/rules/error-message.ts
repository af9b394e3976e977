/**
 * What an error action is given: all that failed of one message in one rule.
 * https://docs.aws.amazon.com/iot/latest/developerguide/rule-error-handling.html
 */
import type { JournalMessage } from '../iot/journal-record.ts';
import { traceIdOf } from './trace-id.ts';
import type { ActionKind } from './rule-action.ts';

export type ActionFailure = { readonly kind: ActionKind; readonly resource: string; readonly error: Error };

const ACTION_NAMES: Readonly<Record<ActionKind, string>> = {
  firehose: 'FirehoseAction',
  s3: 'S3Action',
  dynamoDB: 'DynamoDBAction',
  dynamoDBv2: 'DynamoDBv2Action',
  republish: 'RepublishAction',
};

export function errorMessage(ruleName: string, message: JournalMessage, failures: readonly ActionFailure[]): Buffer {
  const { sequence, topic, clientId, payload } = message;
  return Buffer.from(
    JSON.stringify({
      ruleName,
      topic,
      cloudwatchTraceId: traceIdOf(sequence),
      clientId,
      base64OriginalPayload: payload.toString('base64'),
      failures: failures.map(({ kind, resource, error }) => ({
        failedAction: ACTION_NAMES[kind],
        failedResource: resource,
        errorMessage: error.message,
      })),
    }),
  );
}
