/** Functions that tell of the message and of the engine. */
import { toIndex, toText } from '../conversions.ts';
import { visibleTopic, type Mqtt5 } from '../context.ts';
import type { Value } from '../value.ts';
import { always, newer, type Scene, type SqlFunction } from './function.ts';

export const MESSAGE_FUNCTIONS: readonly (readonly [name: string, SqlFunction])[] = [
  ['sql_version', always([0, 0], (_none, { version }) => version)],
  ['accountid', always([0, 0], (_none, { context }) => context.accountId)],
  ['clientid', always([0, 0], (_none, { context }) => context.clientId ?? 'n/a')],
  ['principal', always([0, 0], (_none, { context }) => context.principal)],
  ['sourceip', newer([0, 0], (_none, { context }) => context.sourceIp)],
  ['traceid', always([0, 0], (_none, { context }) => context.traceId)],
  ['timestamp', always([0, 0], (_none, { context }) => ({ text: String(Math.trunc(context.receivedAt)) }))],
  ['topic', always([0, 1], (given, { context }) => topic(given, context.topic))],
  ['get_mqtt_property', always([1, 1], ([name], { context }) => mqttProperty(name, context.mqtt5 ?? {}))],
  ['get_user_properties', always([0, 1], userProperties)],
  ['get_thing_shadow', newer([2, 3], thingShadow)],
];

/** Levels count from 1; beyond the last one there is nothing. */
function topic(given: readonly Value[], published: string): Value {
  const visible = visibleTopic(published);
  if (given.length === 0) return visible;
  const level = toIndex(given[0]);
  return level === undefined ? undefined : visible.split('/')[level - 1];
}

function mqttProperty(name: Value, mqtt5: Mqtt5): Value {
  switch (name) {
    case 'format_indicator':
      return mqtt5.payloadFormatIndicator ?? 'UNSPECIFIED_BYTES';
    case 'content_type':
      return mqtt5.contentType;
    case 'response_topic':
      return mqtt5.responseTopic;
    case 'correlation_data':
      return mqtt5.correlationDataBase64;
    default:
      return undefined;
  }
}

/** Of one key all values, without a key all pairs in their order; Undefined when there is none. */
function userProperties(given: readonly Value[], { context, version }: Scene): Value {
  const pairs = context.mqtt5?.userProperties ?? [];
  if (given.length === 0) return pairs.length === 0 ? undefined : pairs.map(([key, value]) => new Map([[key, value]]));
  const wanted = toText(given[0], version);
  const values = pairs.filter(([key]) => key === wanted).map(([, value]) => value);
  return values.length === 0 ? undefined : values;
}

/** Undefined without such a shadow, or with a role that cannot be assumed. */
function thingShadow(given: readonly Value[], { context, version, note }: Scene): Value {
  const thingName = toText(given[0], version);
  const shadowName = given.length === 3 ? toText(given[1], version) : undefined;
  const roleArn = toText(given.at(-1), version);
  if (thingName === undefined || roleArn === undefined) return undefined;
  if (given.length === 3 && shadowName === undefined) return undefined;
  const found = context.shadow(thingName, shadowName, roleArn);
  if ('document' in found) return found.document;
  note?.(found.missing);
  return undefined;
}
