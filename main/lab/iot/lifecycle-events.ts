/**
 * What AWS IoT tells of its own clients on `$aws/events/…`, for subscribers and rules alike.
 * https://docs.aws.amazon.com/iot/latest/developerguide/life-cycle-events.html
 */
import { randomUUID } from 'node:crypto';
import type { Peer } from './peer.ts';

/** Those of AWS's reasons that the lab has cause for. Except for the first, each sends the last will. */
export type DisconnectReason =
  | 'CLIENT_INITIATED_DISCONNECT'
  | 'API_INITIATED_DISCONNECT'
  | 'AUTH_ERROR'
  | 'CLIENT_ERROR'
  | 'CONNECTION_LOST'
  | 'DUPLICATE_CLIENTID'
  | 'MQTT_KEEP_ALIVE_TIMEOUT'
  | 'SERVER_INITIATED_DISCONNECT';

export type Presence = {
  readonly clientId: string;
  readonly peer: Peer;
  readonly sessionIdentifier: string;
  readonly versionNumber: number;
};

export type LifecycleEvents = {
  /** Numbers the connection; its events carry that number. */
  readonly open: (clientId: string, peer: Peer) => Presence;
  readonly connected: (presence: Presence) => void;
  readonly disconnected: (presence: Presence, reason: DisconnectReason) => void;
  readonly subscriptions: (
    presence: Presence,
    eventType: 'subscribed' | 'unsubscribed',
    topics: readonly string[],
  ) => void;
};

/** Client ids whose number of connections is remembered. AWS begins again at 0 after about an hour without connection. */
const MOST_CLIENTS = 20_000;

export function openLifecycleEvents(publish: (topic: string, payload: Buffer) => void): LifecycleEvents {
  const versions = new Map<string, number>();

  const tell = (topic: string, clientId: string, event: object): void => {
    // Such client ids get no lifecycle events: they cannot be part of a topic.
    if (/[#+]/.test(clientId)) return;
    publish(`$aws/events/${topic}/${clientId}`, Buffer.from(JSON.stringify(event)));
  };
  const common = ({ clientId, sessionIdentifier, peer }: Presence, eventType: string) => ({
    clientId,
    timestamp: Date.now(),
    eventType,
    sessionIdentifier,
    principalIdentifier: principalOf(peer),
  });

  return {
    open: (clientId, peer) => {
      const versionNumber = (versions.get(clientId) ?? -1) + 1;
      // Put last again, so that the one forgotten is the one unseen for longest.
      versions.delete(clientId);
      versions.set(clientId, versionNumber);
      if (versions.size > MOST_CLIENTS) versions.delete(versions.keys().next().value ?? clientId);
      return { clientId, peer, sessionIdentifier: randomUUID(), versionNumber };
    },
    connected: (presence) => {
      const { clientId, peer, versionNumber } = presence;
      const event = { ...common(presence, 'connected'), ipAddress: peer.address, versionNumber };
      tell('presence/connected', clientId, event);
    },
    disconnected: (presence, disconnectReason) => {
      const { clientId, versionNumber } = presence;
      tell('presence/disconnected', clientId, {
        ...common(presence, 'disconnected'),
        clientInitiatedDisconnect: disconnectReason === 'CLIENT_INITIATED_DISCONNECT',
        disconnectReason,
        versionNumber,
      });
    },
    subscriptions: (presence, eventType, topics) => {
      if (topics.length === 0) return;
      tell(`subscriptions/${eventType}`, presence.clientId, { ...common(presence, eventType), topics });
    },
  };
}

/** AWS gives the certificate's id, or the user's for a signed connection. */
export function principalOf({ principal }: Peer): string {
  return principal.kind === 'certificate' ? principal.certificateId : principal.accessKeyId;
}
