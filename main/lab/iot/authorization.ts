/** Whether a connected client may publish or subscribe: the limits of AWS IoT first, then the policies. */
import { basicIngestRule } from '../rules/rule-book.ts';
import { filterFault, topicFault } from '../rules/topic-filter.ts';
import type { ConnectionPolicy } from './connection-policy.ts';
import { isShadowRequest } from './shadows.ts';
import type { Decision } from './policy-evaluation.ts';

const LARGEST_PAYLOAD = 128 * 1024;
const MOST_SUBSCRIPTIONS = 50;

type Message = {
  readonly topic: string;
  readonly payload: string | Buffer;
  readonly qos?: 0 | 1 | 2;
  readonly retain?: boolean;
};

/** Why something is refused. */
export type Refusal = {
  /** One line for a person. */
  readonly reason: string;
  /** What the policies said; null when a limit of AWS IoT is the reason. */
  readonly decision: Decision | null;
};

/** Why the message is refused, or undefined. */
export function publishRefusal(
  policy: ConnectionPolicy,
  { topic, payload, qos = 0, retain = false }: Message,
): Refusal | undefined {
  if (qos === 2) return limit('QoS 2 is not served by AWS IoT');
  if (Buffer.byteLength(payload) > LARGEST_PAYLOAD) return limit('the payload is larger than 128 KiB');
  const rule = basicIngestRule(topic);
  // The prefix of Basic Ingest does not count towards the limits.
  const fault = topicFault(rule === undefined ? topic : topic.slice(`$aws/rules/${rule}/`.length));
  if (fault !== undefined) return limit(`topic "${shortened(topic)}": ${fault}`);
  if (topic.startsWith('$') && rule === undefined && !isShadowRequest(topic)) {
    return limit(
      `topic "${topic}" is reserved; of these the lab takes $aws/rules/<rule>/… and $aws/things/<thing>/shadow/…`,
    );
  }
  if (retain && topic.startsWith('$')) return limit('a message on a reserved topic cannot be retained');
  return (
    refusalOf(policy.decide('iot:Publish', `topic/${topic}`)) ??
    (retain ? refusalOf(policy.decide('iot:RetainPublish', `topic/${topic}`)) : undefined)
  );
}

/** Why the subscription is refused, or undefined. `filters` are those the connection has. */
export function subscribeRefusal(
  policy: ConnectionPolicy,
  { topic: filter, qos }: { readonly topic: string; readonly qos: 0 | 1 | 2 },
  filters: ReadonlyMap<string, unknown>,
): Refusal | undefined {
  if (qos === 2) return limit('QoS 2 is not served by AWS IoT');
  const fault = filterFault(filter);
  if (fault !== undefined) return limit(`topic filter "${shortened(filter)}": ${fault}`);
  if (filter.startsWith('$') && !filter.startsWith('$aws/')) return limit(`topic filter "${filter}" is reserved`);
  if (filter.startsWith('$aws/rules/')) return limit(`topic filter "${filter}": nobody can subscribe to Basic Ingest`);
  if (!filters.has(filter) && filters.size >= MOST_SUBSCRIPTIONS) {
    return limit(`a connection has at most ${MOST_SUBSCRIPTIONS} subscriptions`);
  }
  return refusalOf(policy.decide('iot:Subscribe', `topicfilter/${filter}`));
}

/** Undefined when the policies allow it. */
export function refusalOf(decision: Decision): Refusal | undefined {
  return decision.isAllowed ? undefined : { reason: decision.reason, decision };
}

/** Not a policy, a limit of AWS IoT is the reason. */
export function limit(reason: string): Refusal {
  return { reason, decision: null };
}

function shortened(topic: string): string {
  return topic.length > 300 ? `${topic.slice(0, 300)}…` : topic;
}
