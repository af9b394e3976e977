/**
 * The data plane of IoT Core over HTTP (signing scope `iotdata`): publish, retained messages, connections, shadows. What is published here passes
 * the same journal, rules, sessions and subscribers as MQTT.
 * https://docs.aws.amazon.com/iot/latest/apireference/API_Operations_AWS_IoT_Data_Plane.html
 */
import { randomUUID } from 'node:crypto';
import { unknownOperation, type BytesHandler } from '../dispatch.ts';
import type { LabIdentity } from '../services.ts';
import { decodeSegment, jsonAnswer, type Answer } from '../wire.ts';
import { publishRefusal } from './authorization.ts';
import type { Broker } from './broker.ts';
import { openConnectionPolicy, type ConnectionPolicy } from './connection-policy.ts';
import { allow, forbidden, type DataCall, type DataRoute } from './data-call.ts';
import { booleanOf, BY_TOKEN, integerOf, invalidRequest, nextPage, notFound, pageOf } from './input.ts';
import type { Peer } from './peer.ts';
import { eventOf, type RefusalLog } from './refusal-log.ts';
import type { Registry } from './registry.ts';
import type { RetainedMessage, RetainedMessages } from './retained-messages.ts';
import { senderOf } from './sender.ts';
import type { Sessions } from './sessions.ts';
import { shadowRoutes } from './shadow-routes.ts';
import type { Shadows } from './shadows.ts';

/** Properties of MQTT 5: the lab's subscribers speak MQTT 3.1.1 and would never see them. */
const MQTT5_PARAMETERS = ['contentType', 'responseTopic', 'messageExpiry'];
const MQTT5_HEADERS = [
  'x-amz-mqtt5-user-properties',
  'x-amz-mqtt5-payload-format-indicator',
  'x-amz-mqtt5-correlation-data',
];

export function openIotData(parts: {
  readonly registry: Registry;
  readonly identity: LabIdentity;
  readonly broker: Broker;
  readonly retained: RetainedMessages;
  readonly sessions: Sessions;
  readonly shadows: Shadows;
  readonly refusals: RefusalLog;
}): BytesHandler {
  const { registry, identity, broker, refusals, retained, sessions, shadows } = parts;

  const publish = async ({ names, query, headers, body, policy, peer }: DataCall): Promise<Answer> => {
    const [topic = ''] = names;
    const property =
      MQTT5_PARAMETERS.find((name) => query.has(name)) ?? MQTT5_HEADERS.find((name) => headers[name] !== undefined);
    if (property !== undefined) {
      throw invalidRequest(`The lab's broker speaks MQTT 3.1.1 and cannot carry the MQTT 5 property ${property}.`);
    }
    const qos = integerOf({ query }, 'qos') ?? 0;
    if (qos !== 0 && qos !== 1) throw invalidRequest("'qos' must be 0 or 1.");
    const retain = booleanOf({ query }, 'retain');
    const refused = publishRefusal(policy, { topic, payload: body, qos, retain });
    if (refused !== undefined) {
      throw refused.decision === null ? invalidRequest(`${refused.reason}.`) : forbidden(refused.reason);
    }
    await broker.publish({ topic, payload: body, qos, retain, sender: senderOf(peer) });
    return jsonAnswer(null, { message: 'OK', traceId: randomUUID() });
  };

  const getRetained = ({ names, policy }: DataCall): Answer => {
    const [topic = ''] = names;
    allow(policy, 'iot:GetRetainedMessage', `topic/${topic}`);
    const message = retained.get(topic);
    if (message === undefined) throw notFound(`No retained message was found for the topic ${topic}.`);
    const { qos, modified, payload } = message;
    const answer = { topic, payload: payload.toString('base64'), qos, lastModifiedTime: modified };
    return jsonAnswer(null, { ...answer, userProperties: null });
  };

  const listRetained = ({ query, policy }: DataCall): Answer => {
    allow(policy, 'iot:ListRetainedMessages', '*');
    const page = pageOf({ query }, retained.all(), { ...BY_TOKEN, largest: 200 }, ({ topic }) => topic);
    return jsonAnswer(null, { retainedTopics: page.items.map(summary), ...nextPage('nextToken', page.next) });
  };

  const deleteConnection = ({ names, query, isSigned }: DataCall): Answer => {
    const [clientId = ''] = names;
    if (!isSigned) throw forbidden('The lab lets only signed requests end connections.');
    const cleanSession = booleanOf({ query }, 'cleanSession');
    const preventWill = booleanOf({ query }, 'preventWillMessage');
    if (!broker.disconnect(clientId, { cleanSession, preventWill })) {
      throw notFound(`No connection or session of a client ${clientId} was found.`);
    }
    return { status: 200, headers: {}, body: null };
  };

  const listSubscriptions = ({ names, query, isSigned }: DataCall): Answer => {
    const [clientId = ''] = names;
    if (!isSigned) throw forbidden('The lab lets only signed requests list subscriptions.');
    const found =
      broker.subscriptionsOf(clientId) ?? (sessions.has(clientId) ? sessions.subscriptionsOf(clientId) : null);
    if (found === null) throw notFound(`No connection or session of a client ${clientId} was found.`);
    const page = pageOf({ query }, found, { ...BY_TOKEN, largest: 200 }, ({ topic }) => topic);
    const subscriptions = page.items.map(({ topic, qos }) => ({ topicFilter: topic, qos }));
    return jsonAnswer(null, { subscriptions, ...nextPage('nextToken', page.next) });
  };

  /** A policy whose refusals are remembered. */
  const recording = (policy: ConnectionPolicy, peer: Peer): ConnectionPolicy => ({
    decide: (action, resource) => {
      const decision = policy.decide(action, resource);
      if (!decision.isAllowed)
        refusals.add({ ...eventOf(peer, { reason: decision.reason, decision }), outcome: 'answered' });
      return decision;
    },
  });

  const routes: readonly DataRoute[] = [
    // A topic comes percent-encoded from the SDKs and with plain slashes from people.
    { method: 'POST', path: /^\/topics\/(.+)$/, handle: publish },
    { method: 'GET', path: /^\/retainedMessage\/?$/, handle: listRetained },
    { method: 'GET', path: /^\/retainedMessage\/(.+)$/, handle: getRetained },
    { method: 'DELETE', path: /^\/connections\/([^/]+)$/, handle: deleteConnection },
    { method: 'GET', path: /^\/connections\/([^/]+)\/subscriptions$/, handle: listSubscriptions },
    ...shadowRoutes(shadows, broker),
  ];

  return async ({ method, rawPath, rawQuery, headers }, body, peer) => {
    for (const route of routes) {
      const match = route.method === method ? route.path.exec(rawPath) : null;
      if (match === null) continue;
      return route.handle({
        names: match.slice(1).map(decodeSegment),
        query: new URLSearchParams(rawQuery),
        headers,
        body,
        // A request has no client id, so policies that ask for one do not allow it.
        policy: recording(openConnectionPolicy(registry, identity, { peer, clientId: '' }), peer),
        peer,
        isSigned: peer.principal.kind === 'signed',
      });
    }
    throw unknownOperation(`The lab does not have the operation "${method} ${rawPath}" yet.`);
  };
}

function summary({ topic, payload, qos, modified }: RetainedMessage): object {
  return { topic, payloadSize: payload.length, qos, lastModifiedTime: modified };
}
