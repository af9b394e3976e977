/** What every kind of rule action offers: it packs a message into what it sends, and sends several of them at once. */
import type { JournalMessage } from '../../iot/journal-record.ts';
import { AwsError, type DeliveryStreams, type ObjectStore, type Tables } from '../../services.ts';
import type { ActionKind } from '../rule-action.ts';
import type { MessageScope, RuleOutput } from '../message-scope.ts';
import type { Sender } from '../../iot/sender.ts';

export type ActionServices = {
  readonly streams: DeliveryStreams;
  readonly objects: ObjectStore;
  readonly tables: Tables;
  /** Resolves when the message is taken as if it had been published; rejects when it could not be written. */
  readonly publish: (message: RepublishedMessage) => Promise<void>;
};

export type RepublishedMessage = {
  readonly topic: string;
  readonly payload: Buffer;
  readonly qos: 0 | 1;
  readonly sender: Sender;
};

/** A message that a rule lets pass, on its way into an action. */
export type ActionInput = {
  readonly message: JournalMessage;
  readonly scope: MessageScope;
  /** What SELECT made of it; for an error action what AWS tells of the failures. */
  readonly output: RuleOutput;
};

export type SentResult = {
  readonly error: Error | undefined;
  /** Where an S3 action has put it. */
  readonly object?: { readonly bucket: string; readonly key: string };
};

/** What is sent of one message. */
export type Parcel = {
  readonly sequence: number;
  readonly bytes: number;
  /** The stream, bucket, table or topic, with all templates filled in. */
  readonly resource: string;
};

export type Action<Packed extends Parcel> = {
  readonly kind: ActionKind;
  /** What the rule names as the target: may be a template. */
  readonly target: string;
  /** Throws AwsError when the message cannot be sent this way. */
  readonly pack: (input: ActionInput) => Packed;
  /** How many of the first parcels go together; at least one. */
  readonly together: (parcels: readonly Packed[]) => number;
  /** One result for each parcel, in their order. */
  readonly send: (parcels: readonly Packed[]) => Promise<readonly SentResult[]>;
};

/** A refusal that stays the same however often one asks. */
export function isFinal(error: Error): boolean {
  return error instanceof AwsError && error.status < 500 && !PASSING.has(error.code);
}

/** AWS answers these with status 400, and they pass. */
const PASSING = new Set([
  'ProvisionedThroughputExceededException',
  'ThrottlingException',
  'LimitExceededException',
  'RequestLimitExceeded',
]);

export function toError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}

/** Why an action itself cannot take a message as it is. AWS names no codes for these; ours tell the causes apart. */
export function invalidForAction(
  code: 'ResultNotAnObject' | 'OperationUnknown' | 'TopicRefused' | 'RepublishLoop' | 'TooManyRecords',
  message: string,
): AwsError {
  return new AwsError(code, message);
}
