/** The IoT registry: what is stored of certificates, things, types, groups, policies, tags and their ties. */
import { z } from 'zod';
import type { LabIdentity } from '../services.ts';
import type { Store, Table } from './append-log-store.ts';
import type { CertificateAuthority } from './certificate-authority.ts';
import { openTies, type Ties } from './ties.ts';

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
  /** The registered CA it came with; null for what the lab signed itself or took without a CA. */
  caCertificateId: z.string().nullable().default(null),
  mode: z.enum(['DEFAULT', 'SNI_ONLY']).default('DEFAULT'),
});
export type Certificate = z.infer<typeof certificateSchema>;

const caCertificateSchema = z.object({
  certificateId: z.string(),
  pem: z.string(),
  status: z.enum(['ACTIVE', 'INACTIVE']),
  mode: z.enum(['DEFAULT', 'SNI_ONLY']),
  createdAt: z.number(),
  modifiedAt: z.number(),
  notBefore: z.number(),
  notAfter: z.number(),
  generationId: z.string(),
});
export type CaCertificate = z.infer<typeof caCertificateSchema>;

const thingSchema = z.object({
  thingName: z.string(),
  thingId: z.string(),
  thingTypeName: z.string().nullable().default(null),
  attributes: z.record(z.string(), z.string()),
  version: z.number(),
});
export type Thing = z.infer<typeof thingSchema>;

const thingTypeSchema = z.object({
  thingTypeName: z.string(),
  thingTypeId: z.string(),
  description: z.string().nullable(),
  searchableAttributes: z.array(z.string()),
  createdAt: z.number(),
  /** Epoch seconds, null while things may be made of it. */
  deprecatedAt: z.number().nullable(),
});
export type ThingType = z.infer<typeof thingTypeSchema>;

const thingGroupSchema = z.object({
  thingGroupName: z.string(),
  thingGroupId: z.string(),
  parentGroupName: z.string().nullable(),
  description: z.string().nullable(),
  attributes: z.record(z.string(), z.string()),
  version: z.number(),
  createdAt: z.number(),
});
export type ThingGroup = z.infer<typeof thingGroupSchema>;

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

const tagsSchema = z.array(z.object({ Key: z.string(), Value: z.string() }));
export type Tags = z.infer<typeof tagsSchema>;

type ArnKind = 'thing' | 'thingtype' | 'thinggroup' | 'cert' | 'cacert' | 'policy' | 'rule';

export type Registry = {
  readonly store: Store;
  readonly certificates: Table<Certificate>;
  readonly caCertificates: Table<CaCertificate>;
  readonly things: Table<Thing>;
  readonly thingTypes: Table<ThingType>;
  readonly thingGroups: Table<ThingGroup>;
  readonly policies: Table<Policy>;
  /** By the ARN of what is tagged. */
  readonly tags: Table<Tags>;
  /** Single texts of the account, by name, such as the registration code for CAs. */
  readonly settings: Table<string>;
  /** Policy name to certificate id. */
  readonly policyTargets: Ties;
  /** Policy name to thing group name. */
  readonly groupPolicies: Ties;
  /** Thing name to certificate id. */
  readonly thingPrincipals: Ties;
  /** Thing group name to the names of the things that are directly in it. */
  readonly groupMembers: Ties;
  /** Certificate id to the one thing it is attached to as EXCLUSIVE_THING; such a pair is in `thingPrincipals`, too. */
  readonly exclusiveThings: Table<string>;
  readonly arn: (kind: ArnKind, name: string) => string;
};

/**
 * The account that operations work on, and whom they tell when a certificate loses something it has connected with. Operations are plain
 * functions of the account, the names and the body of the request: the HTTP routes and the bulk registration call the same ones.
 */
export type Account = {
  readonly registry: Registry;
  readonly authority: CertificateAuthority;
  readonly identity: LabIdentity;
  /** The certificate may no longer be used: its connections end. */
  readonly onInactive: (certificateId: string) => void;
  /** The certificate is no longer attached to the thing: the connections it made as this thing end. */
  readonly onDetached: (certificateId: string, thingName: string) => void;
};

/** Throws AppError `lab.stateDamaged`. */
export function openRegistry(store: Store, identity: LabIdentity): Registry {
  return {
    store,
    certificates: store.table('certificates', certificateSchema),
    caCertificates: store.table('caCertificates', caCertificateSchema),
    things: store.table('things', thingSchema),
    thingTypes: store.table('thingTypes', thingTypeSchema),
    thingGroups: store.table('thingGroups', thingGroupSchema),
    policies: store.table('policies', policySchema),
    tags: store.table('tags', tagsSchema),
    settings: store.table('settings', z.string()),
    policyTargets: openTies(store, 'policyTargets'),
    groupPolicies: openTies(store, 'groupPolicies'),
    thingPrincipals: openTies(store, 'thingPrincipals'),
    groupMembers: openTies(store, 'groupMembers'),
    exclusiveThings: store.table('exclusiveThings', z.string()),
    arn: (kind, name) => `arn:aws:iot:${identity.region}:${identity.account}:${kind}/${name}`,
  };
}

/** Now, in the unit of IoT's answers. */
export function epochSeconds(): number {
  return Math.round(Date.now()) / 1000;
}
