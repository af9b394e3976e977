/** The IoT registry: what is stored of certificates, things, policies and their ties, and the ties' questions. */
import { z } from 'zod';
import type { LabIdentity } from '../services.ts';
import type { PendingChange, Store, Table } from './append-log-store.ts';

const certificateSchema = z.object({
  certificateId: z.string(),
  pem: z.string(),
  status: z.enum(['ACTIVE', 'INACTIVE', 'REVOKED']),
  /** Epoch seconds. */
  createdAt: z.number(),
  modifiedAt: z.number(),
  notBefore: z.number(),
  notAfter: z.number(),
  generationId: z.string(),
});
export type Certificate = z.infer<typeof certificateSchema>;

const thingSchema = z.object({
  thingName: z.string(),
  thingId: z.string(),
  attributes: z.record(z.string(), z.string()),
  version: z.number(),
});
export type Thing = z.infer<typeof thingSchema>;

const policyVersionSchema = z.object({ versionId: z.string(), document: z.string(), createdAt: z.number() });
export type PolicyVersion = z.infer<typeof policyVersionSchema>;

const policySchema = z.object({
  policyName: z.string(),
  defaultVersionId: z.string(),
  /** The number of the next version: AWS never uses one twice. */
  nextVersion: z.number(),
  versions: z.array(policyVersionSchema),
  createdAt: z.number(),
  modifiedAt: z.number(),
  generationId: z.string(),
});
export type Policy = z.infer<typeof policySchema>;

const tieSchema = z.object({ left: z.string(), right: z.string() });
type Tie = z.infer<typeof tieSchema>;

/** A many-to-many relation, kept as two indexes over one table. */
type Ties = {
  readonly has: (left: string, right: string) => boolean;
  readonly rightsOf: (left: string) => readonly string[];
  readonly leftsOf: (right: string) => readonly string[];
  readonly add: (left: string, right: string) => PendingChange;
  readonly remove: (left: string, right: string) => PendingChange;
};

export type Registry = {
  readonly store: Store;
  readonly certificates: Table<Certificate>;
  readonly things: Table<Thing>;
  readonly policies: Table<Policy>;
  /** Policy name to certificate id. */
  readonly policyTargets: Ties;
  /** Thing name to certificate id. */
  readonly thingPrincipals: Ties;
  readonly arn: (kind: 'thing' | 'cert' | 'policy' | 'rule', name: string) => string;
};

export function openRegistry(store: Store, identity: LabIdentity): Registry {
  return {
    store,
    certificates: store.table('certificates', certificateSchema),
    things: store.table('things', thingSchema),
    policies: store.table('policies', policySchema),
    policyTargets: openTies(store.table('policyTargets', tieSchema)),
    thingPrincipals: openTies(store.table('thingPrincipals', tieSchema)),
    arn: (kind, name) => `arn:aws:iot:${identity.region}:${identity.account}:${kind}/${name}`,
  };
}

function openTies(table: Table<Tie>): Ties {
  const rights = new Map<string, Set<string>>();
  const lefts = new Map<string, Set<string>>();
  const index = ({ left, right }: Tie): void => {
    membersOf(rights, left).add(right);
    membersOf(lefts, right).add(left);
  };
  for (const tie of table.values()) index(tie);
  return {
    has: (left, right) => rights.get(left)?.has(right) ?? false,
    rightsOf: (left) => [...(rights.get(left) ?? [])],
    leftsOf: (right) => [...(lefts.get(right) ?? [])],
    add: (left, right) => {
      const { change, apply } = table.set(keyOf(left, right), { left, right });
      const applyBoth = (): void => {
        apply();
        index({ left, right });
      };
      return { change, apply: applyBoth };
    },
    remove: (left, right) => {
      const { change, apply } = table.remove(keyOf(left, right));
      const applyBoth = (): void => {
        apply();
        forget(rights, left, right);
        forget(lefts, right, left);
      };
      return { change, apply: applyBoth };
    },
  };
}

/** Neither policy nor thing names hold a space. */
function keyOf(left: string, right: string): string {
  return `${left} ${right}`;
}

function membersOf(index: Map<string, Set<string>>, key: string): Set<string> {
  const found = index.get(key) ?? new Set<string>();
  index.set(key, found);
  return found;
}

function forget(index: Map<string, Set<string>>, key: string, member: string): void {
  const members = index.get(key);
  members?.delete(member);
  if (members?.size === 0) index.delete(key);
}

/** Now, in the unit of IoT's answers. */
export function epochSeconds(): number {
  return Math.round(Date.now()) / 1000;
}
