/** What a rule's statement and its actions' templates see of one message; made once for all rules that the message meets. */
import type { JournalMessage } from '../iot/journal-record.ts';
import { openPayload, type Payload } from './evaluate.ts';
import { readJson } from './json-reader.ts';
import type { Value } from './value.ts';

export type MessageScope = { readonly message: JournalMessage; readonly payload: Payload };

/** What a statement made of a message: the bytes that actions send, and as values for those that look inside. */
export type RuleOutput = { readonly bytes: Buffer; readonly value: () => Value };

export function openScope(message: JournalMessage): MessageScope {
  return { message, payload: openPayload(message.payload) };
}

export function outputOf(bytes: Buffer): RuleOutput {
  return { bytes, value: () => readJson(bytes) };
}
