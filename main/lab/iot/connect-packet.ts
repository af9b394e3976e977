/** What a CONNECT packet may ask for: AWS IoT's limits first, then the policies. */
import { limit, publishRefusal, refusalOf, type Refusal } from './authorization.ts';
import type { ConnectionPolicy } from './connection-policy.ts';

type ConnectWish = {
  readonly clientId: string;
  readonly will?: Parameters<typeof publishRefusal>[1] | undefined;
};

const LONGEST_CLIENT_ID = 128;
/** AWS keeps a connection's keep-alive within these bounds, whatever was asked for; without one it is the longest. */
const SHORTEST_KEEP_ALIVE_SECONDS = 30;
const LONGEST_KEEP_ALIVE_SECONDS = 1_200;

/** Why the connection is refused, or undefined. A last will must be allowed when it is left, too. */
export function connectRefusal(policy: ConnectionPolicy, { clientId, will }: ConnectWish): Refusal | undefined {
  if (clientId === '') return limit('the client id is empty');
  if (Buffer.byteLength(clientId) > LONGEST_CLIENT_ID) return limit('the client id is longer than 128 bytes');
  const refused = refusalOf(policy.decide('iot:Connect', `client/${clientId}`));
  if (refused !== undefined || will === undefined) return refused;
  const willRefused = publishRefusal(policy, will);
  return willRefused === undefined ? undefined : { ...willRefused, reason: `the last will: ${willRefused.reason}` };
}

/** Seconds; 0 or undefined: the client asked for none. */
export function keepAliveOf(seconds = 0): number {
  if (seconds === 0) return LONGEST_KEEP_ALIVE_SECONDS;
  return Math.min(Math.max(seconds, SHORTEST_KEEP_ALIVE_SECONDS), LONGEST_KEEP_ALIVE_SECONDS);
}
