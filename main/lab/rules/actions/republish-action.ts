/** The republish action: the result goes back to the broker under another topic, and a circle of rules is cut. */
import { isShadowRequest } from '../../iot/shadows.ts';
import { NOT_MQTT } from '../../iot/sender.ts';
import { basicIngestRule } from '../rule-book.ts';
import type { Field } from '../field.ts';
import type { RepublishAction } from '../rule-action.ts';
import { topicFault } from '../topic-filter.ts';
import { type Action, type ActionServices, type Parcel, invalidForAction, toError } from './action.ts';

type Republished = Parcel & { readonly payload: Buffer; readonly hops: number };

/** A message that has been republished this often goes round in a circle. AWS names no number; it counts on the account's quota. */
const MOST_HOPS = 8;
const AT_ONCE = 100;

/** https://docs.aws.amazon.com/iot/latest/developerguide/republish-rule-action.html */
export function republishAction(
  { publish }: Pick<ActionServices, 'publish'>,
  settings: RepublishAction,
  topic: Field,
): Action<Republished> {
  const { qos = 0 } = settings;
  return {
    kind: 'republish',
    target: settings.topic,
    pack: ({ message: { sequence, hops }, scope, output: { bytes: payload } }) => {
      const resource = republishTopic(topic(scope));
      const fault = republishFault(resource);
      if (fault !== undefined) {
        throw invalidForAction('TopicRefused', `The message cannot be republished to "${resource}": ${fault}.`);
      }
      if (hops >= MOST_HOPS) {
        throw invalidForAction(
          'RepublishLoop',
          `The message has been republished ${hops} times: rules that republish into their own topic filters go round in a circle, which the lab cuts here.`,
        );
      }
      return { sequence, bytes: payload.length, resource, payload, hops: hops + 1 };
    },
    together: (parcels) => Math.min(parcels.length, AT_ONCE),
    // They enter the journal in the order they are published in.
    send: (parcels) =>
      Promise.all(
        parcels.map(({ resource, payload, hops }) =>
          publish({
            topic: resource,
            payload,
            qos,
            sender: { clientId: NOT_MQTT, principal: '', sourceIp: '', hops },
          }).then(
            () => ({ error: undefined }),
            (thrown: unknown) => ({ error: toError(thrown) }),
          ),
        ),
      ),
  };
}

/** `$$aws/…` stands for `$aws/…`: a single dollar would begin a template. */
export function republishTopic(text: string): string {
  return text.startsWith('$$') ? text.slice(1) : text;
}

/** Why a rule cannot republish to the topic, or undefined. */
export function republishFault(topic: string): string | undefined {
  const rule = basicIngestRule(topic);
  const fault = topicFault(rule === undefined ? topic : topic.slice(`$aws/rules/${rule}/`.length));
  if (fault !== undefined) return fault;
  if (!topic.startsWith('$') || rule !== undefined || isShadowRequest(topic)) return undefined;
  return 'the topic is reserved; of these $$aws/rules/<rule>/… and $$aws/things/<thing>/shadow/… can be republished to';
}
