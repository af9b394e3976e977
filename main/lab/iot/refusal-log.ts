/** Remembers what clients were refused, so that a person can see why; the same again is counted, not listed again. */
import type { Refusal } from '../../../preload/shapes-trace.ts';
import type { Refusal as Refused } from './authorization.ts';
import type { Peer } from './peer.ts';
import type { Decision } from './policy-evaluation.ts';

export type RefusalEvent = {
  readonly clientId: string | null;
  readonly certificateId: string | null;
  readonly reason: string;
  /** What the policies said; null when something else is the reason. */
  readonly decision: Decision | null;
  readonly outcome: Refusal['outcome'];
};

export type RefusalLog = {
  readonly add: (event: RefusalEvent) => void;
  /** Newest first. */
  readonly newest: () => readonly Refusal[];
  /** Since the start, repeated ones included. */
  readonly total: () => number;
};

const MOST_KEPT = 200;
/** AWS's limit; a client that sends a longer one is refused for it. */
const LONGEST_CLIENT_ID = 128;

/** `onChange` is called at every refusal. */
export function openRefusalLog(onChange: () => void): RefusalLog {
  /** By what makes two the same; the newest is the last. */
  const kept = new Map<string, Refusal>();
  let total = 0;
  let nextId = 1;
  return {
    add: ({ clientId: given, certificateId, reason, decision, outcome }) => {
      const clientId = given?.slice(0, LONGEST_CLIENT_ID) ?? null;
      const key = JSON.stringify([clientId, certificateId, reason, outcome]);
      const now = Date.now();
      const before = kept.get(key);
      kept.delete(key);
      kept.set(key, {
        id: before?.id ?? nextId++,
        firstAt: before?.firstAt ?? now,
        lastAt: now,
        count: (before?.count ?? 0) + 1,
        clientId,
        certificateId,
        action: decision?.action ?? null,
        resource: decision?.resource ?? null,
        reason,
        outcome,
        fix: fixOf(decision),
      });
      total++;
      for (const oldest of kept.keys()) {
        if (kept.size <= MOST_KEPT) break;
        kept.delete(oldest);
      }
      onChange();
    },
    newest: () => [...kept.values()].reverse(),
    total: () => total,
  };
}

/** Whom it happened to and why; the client id is empty where it is not known. */
export function eventOf(
  peer: Peer | undefined,
  { reason, decision }: Refused,
  clientId = '',
): Omit<RefusalEvent, 'outcome'> {
  const certificateId = peer?.principal.kind === 'certificate' ? peer.principal.certificateId : null;
  return { clientId: clientId === '' ? null : clientId, certificateId, reason, decision };
}

function fixOf(decision: Decision | null): Refusal['fix'] {
  const fix = decision?.fix ?? null;
  if (fix === null) return null;
  return {
    kind: fix.kind,
    policyName: fix.kind === 'change' ? fix.where.policyName : null,
    statement: JSON.stringify(fix.statement, null, 2),
  };
}
