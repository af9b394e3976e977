/** One call of the data plane over HTTP, as its operations see it. */
import { AwsError } from '../services.ts';
import type { Answer } from '../wire.ts';
import type { ConnectionPolicy } from './connection-policy.ts';
import type { Peer } from './peer.ts';
import type { IotAction } from './policy-evaluation.ts';

/** What an operation needs to know of its request. */
export type DataCall = {
  /** Decoded variable parts of the path. */
  readonly names: readonly string[];
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  readonly policy: ConnectionPolicy;
  readonly peer: Peer;
  readonly isSigned: boolean;
};

export type DataRoute = {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Each group is one name. */
  readonly path: RegExp;
  readonly handle: (call: DataCall) => Answer | Promise<Answer>;
};

/** Throws AwsError ForbiddenException when the policies do not allow it. */
export function allow(policy: ConnectionPolicy, action: IotAction, resource: string): void {
  const { isAllowed, reason } = policy.decide(action, resource);
  if (!isAllowed) throw forbidden(reason);
}

export function forbidden(reason: string): AwsError {
  return new AwsError('ForbiddenException', reason, 403);
}
