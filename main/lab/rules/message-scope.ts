/** What a rule's statement and its actions' templates see of one message; made once for all rules that the message meets. */
import type { JournalMessage } from '../iot/journal-record.ts';
import { NOT_MQTT } from '../iot/sender.ts';
import { openPayload, type EvaluationContext } from './context.ts';
import { readJson } from './json-reader.ts';
import { traceIdOf } from './trace-id.ts';
import type { Value } from './value.ts';

export type MessageScope = EvaluationContext;

/** What a statement made of a message: the bytes that actions send, and as values for those that look inside. */
export type RuleOutput = { readonly bytes: Buffer; readonly value: () => Value };

export function openScope(message: JournalMessage, accountId: string): MessageScope {
  const { topic, receivedAt, clientId, principal, sourceIp, sequence } = message;
  const isMqtt = clientId !== NOT_MQTT;
  return {
    payload: openPayload(message.payload),
    topic,
    receivedAt,
    accountId,
    clientId: isMqtt ? clientId : undefined,
    principal: principal === '' ? undefined : principal,
    sourceIp: sourceIp === '' ? undefined : sourceIp,
    // Few rules ask, and it is a hash.
    get traceId() {
      return isMqtt ? traceIdOf(sequence) : undefined;
    },
  };
}

export function outputOf(bytes: Buffer): RuleOutput {
  return { bytes, value: () => readJson(bytes) };
}
