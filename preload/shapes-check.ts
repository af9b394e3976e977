/** "Check this station": what each step of a station's way to its broker found, in the order a connection takes them. */
import type { PlainError } from './errors.ts';

/** Host name, TCP connection, TLS handshake, MQTT CONNECT, what the policies allow. */
export type CheckStepName = 'name' | 'tcp' | 'tls' | 'mqtt' | 'policy';

/** What a step saw; the window knows a word for each name, the value is shown as it is. */
export type CheckFact = {
  readonly name:
    | 'host'
    | 'addresses'
    | 'address'
    | 'milliseconds'
    | 'protocol'
    | 'serverNames'
    | 'serverUntil'
    | 'issuer'
    | 'ownUntil'
    | 'clientId'
    | 'connectedNow'
    | 'certificate'
    | 'status'
    | 'policies'
    | 'topic';
  readonly value: string;
};

export type CheckStep = {
  readonly name: CheckStepName;
  /** `skipped`: a step before it failed, or the station is not there to be tried, so it could tell nothing. */
  readonly state: 'waiting' | 'running' | 'passed' | 'failed' | 'skipped';
  readonly facts: readonly CheckFact[];
  /** Why it failed and what to do; for a missing permission the hint holds the policy statement to add. */
  readonly error: PlainError | null;
};

export type StationCheck = { readonly steps: readonly CheckStep[]; readonly isDone: boolean };
