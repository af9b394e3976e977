/** Who sent a message, as the rules' clientid(), principal() and sourceip() tell it; it goes through the journal with the message. */
import { principalOf } from './lifecycle-events.ts';
import type { Peer } from './peer.ts';

export type Sender = {
  /** Of the MQTT client; `n/a`, as the rules' clientid() has it, when the message came another way. */
  readonly clientId: string;
  /** Empty where nobody is behind the message. */
  readonly principal: string;
  /** Empty where it is not known, as for what a rule has republished. */
  readonly sourceIp: string;
  /** How many rules have republished what began as another message; 0 for what came from outside. */
  readonly hops: number;
};

export const NOT_MQTT = 'n/a';

/** As functions of rules tell it: Undefined where nothing is known. */
export type KnownSender = {
  readonly clientId: string | undefined;
  readonly principal: string | undefined;
  readonly sourceIp: string | undefined;
};

export function knownSender({ clientId, principal, sourceIp }: Sender): KnownSender {
  return {
    clientId: clientId === NOT_MQTT ? undefined : clientId,
    principal: principal === '' ? undefined : principal,
    sourceIp: sourceIp === '' ? undefined : sourceIp,
  };
}

/** The lab itself: lifecycle events, answers of shadows. */
export const THE_LAB: Sender = { clientId: NOT_MQTT, principal: '', sourceIp: '', hops: 0 };

export function senderOf(peer: Peer, clientId: string = NOT_MQTT): Sender {
  return { clientId, principal: principalOf(peer), sourceIp: peer.address, hops: 0 };
}
