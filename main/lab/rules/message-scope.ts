/** What a rule's statement and its actions' templates see of one message; made once for all rules that the message meets. */
import type { JournalMessage } from '../iot/journal-record.ts';
import { knownSender } from '../iot/sender.ts';
import { openPayload, type EvaluationContext, type ReadShadow } from './context.ts';
import { readJson } from './json-reader.ts';
import { traceIdOf } from './trace-id.ts';
import type { Value } from './value.ts';

export type MessageScope = EvaluationContext;

/** What a statement made of a message: the bytes that actions send, and as values for those that look inside. */
export type RuleOutput = { readonly bytes: Buffer; readonly value: () => Value };

export function openScope(message: JournalMessage, accountId: string, shadow: ReadShadow): MessageScope {
  const { topic, receivedAt, sequence } = message;
  const sender = knownSender(message);
  return {
    payload: openPayload(message.payload),
    topic,
    receivedAt,
    accountId,
    ...sender,
    shadow,
    // Few rules ask, and it is a hash.
    get traceId() {
      return sender.clientId !== undefined ? traceIdOf(sequence) : undefined;
    },
  };
}

export function outputOf(bytes: Buffer): RuleOutput {
  return { bytes, value: () => readJson(bytes) };
}
