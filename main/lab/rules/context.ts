/** What a rule's statement and the templates of its actions may know of one message. */
import { readJson } from './json-reader.ts';
import type { Value } from './value.ts';

/** A message's payload; read as JSON when a rule first asks, and only once for all rules. */
export type Payload = { readonly bytes: Buffer; readonly json: () => Value };

export type EvaluationContext = {
  readonly payload: Payload;
  /** As it was published. The prefix of Basic Ingest is taken off by `topic()` itself. */
  readonly topic: string;
  /** When the lab received this message, epoch milliseconds: the answer of `timestamp()`. */
  readonly receivedAt: number;
  /** Twelve digits. */
  readonly accountId: string;
  /** Undefined when the message did not come over MQTT. */
  readonly clientId: string | undefined;
  /** A certificate's thumbprint or a user's id. */
  readonly principal: string | undefined;
  readonly sourceIp: string | undefined;
  /** A UUID; undefined when the message did not come over MQTT. */
  readonly traceId: string | undefined;
  /** Of MQTT 5, where the message came with them. */
  readonly mqtt5?: Mqtt5 | undefined;
  readonly shadow: ReadShadow;
};

/**
 * The document of a thing's shadow as GetThingShadow answers it, the classic one where no name is given, read with the rights of a role.
 * Where there is none, what a person should know of it.
 */
export type ReadShadow = (
  thingName: string,
  shadowName: string | undefined,
  roleArn: string,
) => { readonly document: Value } | { readonly missing: string };

export type Mqtt5 = {
  readonly contentType?: string | undefined;
  readonly responseTopic?: string | undefined;
  readonly payloadFormatIndicator?: string | undefined;
  readonly correlationDataBase64?: string | undefined;
  readonly userProperties?: readonly (readonly [key: string, value: string])[] | undefined;
};

export function openPayload(bytes: Buffer): Payload {
  let value: { readonly json: Value } | undefined;
  return { bytes, json: () => (value ??= { json: readJson(bytes) }).json };
}

const BASIC_INGEST = '$aws/rules/';

/** The topic that a rule sees: without the `$aws/rules/name/` of Basic Ingest. */
export function visibleTopic(topic: string): string {
  if (!topic.startsWith(BASIC_INGEST)) return topic;
  const end = topic.indexOf('/', BASIC_INGEST.length);
  return end === -1 ? topic : topic.slice(end + 1);
}
