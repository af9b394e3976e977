/**
 * Everything the window may ask of main: calls (question and answer) and streams (batches pushed to the window).
 * Single source of truth: both sides infer their types from here and main parses every input with the schema.
 * Inputs are intentions and ids: never paths, URLs, keys or channel names.
 */
import { z } from 'zod';
import { itemQuestion, keyAttribute, ruleForm, ruleName, ruleTrial, tableName } from './contract-rules.ts';
import type { PlainError } from './errors.ts';
import type {
  CertificateView,
  FilesTaken,
  ImportBatch,
  ImportOutcome,
  RotationStatus,
  VaultCertificate,
} from './shapes-certificates.ts';
import type {
  AppInfo,
  Catalogue,
  DatabaseInfo,
  FleetStatus,
  HealthStatus,
  LakeListing,
  ObjectPreview,
  PayloadPreview,
  PipelineState,
  QueryRows,
  QueryStatus,
  Settings,
  StationsAdded,
} from './shapes.ts';
import type { RuleCode, RulesState, RuleTrial } from './shapes-rules.ts';
import type { StationCheck } from './shapes-check.ts';
import type { TopicBatch, TopicMessage, TopicPublished, TopicRecording, TopicRepeat } from './shapes-topics.ts';

import type { DryRun, LedgerState, ProvisionStatus, ThingStep } from './shapes-provisioning.ts';

import type { TablePage, TableState } from './shapes-tables.ts';

import type { MessageTrace, RefusalReport, TraceAnswer } from './shapes-trace.ts';

type Call<Input extends z.ZodType, Output> = { readonly input: Input; readonly output: (value: Output) => Output };
type Stream<Input extends z.ZodType, Batch> = { readonly input: Input; readonly batch: (value: Batch) => Batch };

const call = <Input extends z.ZodType>(input: Input) => ({
  returns: <Output>(): Call<Input, Output> => ({ input, output: (value) => value }),
});
const stream = <Input extends z.ZodType>(input: Input) => ({
  of: <Batch>(): Stream<Input, Batch> => ({ input, batch: (value) => value }),
});

/** 128 KiB, the largest payload, as base64. */
const payloadBytes = z.base64().max(174_764);
const nothing = z.object({}).strict();
const id = z.string().min(1).max(128);
const ids = z.array(id).min(1).max(10_000);
/** A simulated second lasts 1/speed real seconds: 1 = real time, 86,400 = a day a second. */
const speed = z.number().min(1).max(86_400);
const bucket = z.string().min(3).max(63);
const key = z.string().min(1).max(1024);
/** SHA-256 fingerprint in hex, which is the AWS certificate id. */
const certificateId = z.string().regex(/^[0-9a-f]{64}$/);

const filter = z.string().min(1).max(256);
const qos = z.union([z.literal(0), z.literal(1)]);
const recordFormat = z.enum(['ndjson', 'csv']);
/** A JSON Pointer (RFC 6901). */
const pointer = z.string().max(512);
const look = z
  .object({
    messages: z.boolean(),
    topics: z.boolean(),
    search: z.string().max(256),
    display: z.enum(['auto', 'text', 'hex']),
    fields: z.array(pointer).max(12).readonly(),
    pins: z
      .array(z.object({ id, topic: filter, path: pointer }).strict())
      .max(16)
      .readonly(),
    isPaused: z.boolean(),
    keepMessages: z.number().int().min(10).max(20_000),
    keepBytes: z.number().int().min(100_000).max(64_000_000),
  })
  .strict();
/** AWS takes 128 kB; two digits and a space for each byte where it is written as hexadecimal. */
const outgoing = z
  .object({
    topic: z.string().max(1_024),
    payload: z.string().max(400_000),
    encoding: z.enum(['text', 'hex']),
    qos,
    retain: z.boolean(),
  })
  .strict();

/** AWS's letters for things, types, groups; policies may have more. */
const awsName = z.string().regex(/^[a-zA-Z0-9:_-]{1,128}$/);
const policyName = z.string().regex(/^[\w+=,.@-]{1,128}$/);
const attributes = z.record(
  z.string().regex(/^[a-zA-Z0-9_.,@/:#-]{1,128}$/),
  z.string().regex(/^[a-zA-Z0-9_.,@/:#=[\]-]{1,800}$/),
);
const provisionWish = z
  .object({
    way: z.enum(['direct', 'bulk']),
    count: z.number().int().min(1).max(5_000),
    /** `{n}` stands for the number. */
    pattern: z.string().regex(/^[a-zA-Z0-9:_-]{0,60}\{n\}[a-zA-Z0-9:_-]{0,60}$/),
    first: z.number().int().min(0).max(1_000_000),
    /** Null: all bundled sets. */
    set: id.nullable(),
    thingType: awsName.nullable(),
    group: awsName.nullable(),
    attributes,
    /** One that exists; null: one of its own. */
    policy: policyName.nullable(),
    /** The text of its own policy; left out: the suggested one. */
    policyDocument: z.string().min(1).max(20_000).exactOptional(),
  })
  .strict();

export const calls = {
  'app.info': call(nothing).returns<AppInfo>(),
  'settings.get': call(nothing).returns<Settings>(),
  'settings.set': call(
    z
      .object({
        theme: z.enum(['system', 'light', 'dark']),
        language: z.enum(['system', 'en', 'fr']),
        finalNewline: z.boolean(),
        awsQuotas: z.boolean(),
      })
      .partial()
      .strict(),
  ).returns<Settings>(),
  /** Puts `AWS_ENDPOINT_URL=…` and the lab's key pair on the clipboard; the secret itself never reaches the window. */
  'target.copyEnvironment': call(z.object({ shell: z.enum(['posix', 'powershell']) }).strict()).returns<null>(),

  'stations.catalogue': call(nothing).returns<Catalogue>(),
  'stations.add': call(z.object({ set: id, stations: ids }).strict()).returns<StationsAdded>(),
  'stations.remove': call(z.object({ ids }).strict()).returns<null>(),
  'stations.start': call(z.object({ ids }).strict()).returns<null>(),
  'stations.pause': call(z.object({ ids }).strict()).returns<null>(),
  'stations.rewind': call(z.object({ ids }).strict()).returns<null>(),
  'stations.setSpeed': call(z.object({ ids, speed }).strict()).returns<null>(),
  'stations.preview': call(z.object({ id }).strict()).returns<PayloadPreview>(),

  /** What is seen of an open subscription, which its filter names. */
  'topics.look': call(z.object({ filter, look }).strict()).returns<null>(),
  'topics.clear': call(z.object({ filter }).strict()).returns<null>(),
  'topics.message': call(z.object({ filter, n: z.number().int().min(1) }).strict()).returns<TopicMessage>(),
  /** Opens the system's dialog; the path stays in main. Null = cancelled. */
  'topics.record': call(z.object({ filter, format: recordFormat }).strict()).returns<{
    readonly name: string;
  } | null>(),
  'topics.stopRecording': call(z.object({ filter }).strict()).returns<null>(),
  /** What is listed now, through the system's dialog; null = cancelled. */
  'topics.export': call(z.object({ filter, format: recordFormat }).strict()).returns<TopicRecording | null>(),
  'topics.publish': call(outgoing).returns<TopicPublished>(),
  'topics.repeat': call(
    outgoing.extend({
      everyMs: z.number().int().min(20).max(3_600_000),
      times: z.number().int().min(1).max(1_000_000),
    }),
  ).returns<null>(),
  'topics.stopRepeating': call(nothing).returns<null>(),
  /** Looks only: what the job would make. */
  'provision.dryRun': call(provisionWish).returns<DryRun>(),
  /** Answers when the job is written down; how it goes comes on `provision.job`. */
  'provision.start': call(provisionWish).returns<{ readonly id: string }>(),
  'provision.act': call(
    z.object({ action: z.enum(['pause', 'resume', 'cancel', 'retry', 'undo', 'dismiss']) }).strict(),
  ).returns<null>(),
  'provision.suggestPolicy': call(nothing).returns<{ readonly document: string }>(),
  'things.choices': call(nothing).returns<{
    readonly types: readonly string[];
    readonly policies: readonly string[];
  }>(),
  'things.suggestPolicy': call(z.object({ name: awsName, topic: z.string().min(1).max(256) }).strict()).returns<{
    readonly document: string;
  }>(),
  /** May be repeated: goes on from what exists. */
  'things.create': call(
    z
      .object({
        name: awsName,
        thingType: awsName.nullable(),
        attributes,
        set: id,
        station: id,
        topic: z.string().min(1).max(256),
        certificate: z.discriminatedUnion('kind', [
          z.object({ kind: z.literal('csr') }).strict(),
          z.object({ kind: z.literal('console') }).strict(),
          /** One that the vault keeps and no station uses. */
          z.object({ kind: z.literal('imported'), certificateId }).strict(),
        ]),
        policy: z.discriminatedUnion('kind', [
          z.object({ kind: z.literal('own'), document: z.string().min(1).max(20_000) }).strict(),
          z.object({ kind: z.literal('existing'), name: policyName }).strict(),
        ]),
      })
      .strict(),
  ).returns<readonly ThingStep[]>(),
  /** Deletes everything that Isobar made on the target; `account` is typed by the person to confirm. */
  'ledger.teardown': call(z.object({ account: z.string().max(20) }).strict()).returns<null>(),
  /** What became of a message that the window has seen. `payload` is base64, `at` when it arrived in epoch milliseconds. */
  'trace.message': call(
    z.object({ topic: z.string().min(1).max(512), payload: payloadBytes, at: z.number() }).strict(),
  ).returns<TraceAnswer>(),
  /** Adds the policy line that a refused station of ours lacks. */
  'trace.allow': call(z.object({ refusal: z.number().int().min(1) }).strict()).returns<{
    readonly policyName: string;
  }>(),

  /** Starts (or repeats, safely) the creation of buckets, stream, rule, database and crawler; progress comes on `pipeline.state`. */
  'pipeline.setUp': call(nothing).returns<null>(),
  /** Null: all streams. */
  'pipeline.flush': call(z.object({ stream: id.nullable() }).strict()).returns<null>(),
  'pipeline.crawl': call(nothing).returns<null>(),
  'lake.list': call(
    z.object({ bucket: bucket.nullable(), prefix: z.string().max(1024), token: z.string().nullable() }).strict(),
  ).returns<LakeListing>(),
  'lake.preview': call(z.object({ bucket, key }).strict()).returns<ObjectPreview>(),

  'query.databases': call(nothing).returns<readonly DatabaseInfo[]>(),
  'query.start': call(z.object({ sql: z.string().min(1).max(262_144), database: id }).strict()).returns<{
    readonly id: string;
  }>(),
  'query.status': call(z.object({ id }).strict()).returns<QueryStatus>(),
  'query.cancel': call(z.object({ id }).strict()).returns<null>(),
  'query.rows': call(z.object({ id, token: z.string().nullable() }).strict()).returns<QueryRows>(),

  // ---- rules
  /** Tries a statement and its actions' templates on the last real messages of its topic, and first on a pasted one; changes nothing. */
  'rules.try': call(ruleTrial).returns<RuleTrial>(),
  /** Makes the rule, or replaces the one of this name. */
  'rules.put': call(z.object({ form: ruleForm, isNew: z.boolean() }).strict()).returns<null>(),
  'rules.setEnabled': call(z.object({ name: ruleName, isEnabled: z.boolean() }).strict()).returns<null>(),
  'rules.remove': call(z.object({ name: ruleName }).strict()).returns<null>(),
  'rules.code': call(z.object({ form: ruleForm }).strict()).returns<RuleCode>(),
  /** The ways of the newest messages that met the rule, newest first; null where the target does not tell. */
  'rules.messages': call(z.object({ name: ruleName }).strict()).returns<readonly MessageTrace[] | null>(),
  'rules.makeBucket': call(z.object({ name: bucket }).strict()).returns<null>(),
  /** A stream into a bucket, which is made where it is missing. */
  'rules.makeStream': call(z.object({ name: id, bucket }).strict()).returns<null>(),

  /** A table that is paid by request; `range: null` has no sort key. */
  'rules.makeTable': call(
    z.object({ name: tableName, hash: keyAttribute, range: keyAttribute.nullable() }).strict(),
  ).returns<null>(),

  // ---- tables
  'tables.list': call(nothing).returns<readonly TableState[]>(),
  'tables.items': call(itemQuestion).returns<TablePage>(),

  // ---- certificates
  /** Opens the system's file dialog; the paths stay in main. Observations become stations, certificates wait in a batch. */
  'files.choose': call(nothing).returns<FilesTaken>(),
  /** The password travels this way only: it is tried and forgotten. */
  'certificates.unlock': call(
    z.object({ batch: id, item: id, password: z.string().max(1024) }).strict(),
  ).returns<ImportBatch>(),
  'certificates.cancelImport': call(z.object({ batch: id }).strict()).returns<null>(),
  /** `station: null` keeps the certificate in the vault for later. */
  'certificates.import': call(
    z
      .object({
        batch: id,
        choices: z
          .array(z.object({ certificateId, station: id.nullable() }).strict())
          .min(1)
          .max(2_000),
      })
      .strict(),
  ).returns<ImportOutcome>(),
  'certificates.undoImport': call(z.object({ undo: id }).strict()).returns<null>(),
  'certificates.list': call(nothing).returns<readonly VaultCertificate[]>(),
  'certificates.view': call(z.object({ certificateId }).strict()).returns<CertificateView>(),
  'certificates.viewOfStation': call(z.object({ station: id }).strict()).returns<CertificateView>(),
  'certificates.setStatus': call(
    z.object({ certificateId, status: z.enum(['ACTIVE', 'INACTIVE', 'REVOKED']) }).strict(),
  ).returns<null>(),
  /** Answers when the rotation has begun; the rest is told by `certificates.rotations`. */
  'certificates.rotate': call(z.object({ station: id }).strict()).returns<null>(),
  'certificates.assign': call(z.object({ certificateId, station: id }).strict()).returns<null>(),
  /** Removes a certificate that no station uses from the vault; the target keeps it. */
  'certificates.forget': call(z.object({ certificateId }).strict()).returns<null>(),
  /** Asks where to save and writes the kit there, private key included; false when the person cancelled. */
  'certificates.exportKit': call(z.object({ certificateId }).strict()).returns<{ readonly isSaved: boolean }>(),
} as const;

export const streams = {
  health: stream(nothing).of<HealthStatus>(),
  'fleet.status': stream(nothing).of<FleetStatus>(),
  'topics.messages': stream(z.object({ filter, qos, look }).strict()).of<TopicBatch>(),
  'topics.repeat': stream(nothing).of<TopicRepeat>(),
  'provision.job': stream(nothing).of<ProvisionStatus>(),
  'ledger.state': stream(nothing).of<LedgerState>(),
  'trace.refusals': stream(nothing).of<RefusalReport>(),
  'rules.state': stream(nothing).of<RulesState>(),
  'pipeline.state': stream(nothing).of<PipelineState>(),
  /** Opening it checks the station's way to its broker, once, step by step; it ends with `isDone`. */
  'stations.check': stream(z.object({ id }).strict()).of<StationCheck>(),
  'certificates.rotations': stream(nothing).of<RotationStatus>(),
} as const;

export type Calls = typeof calls;
export type CallName = keyof Calls;
export type CallInput<Name extends CallName> = z.infer<Calls[Name]['input']>;
export type CallOutput<Name extends CallName> = ReturnType<Calls[Name]['output']>;

export type Streams = typeof streams;
export type StreamName = keyof Streams;
export type StreamInput<Name extends StreamName> = z.infer<Streams[Name]['input']>;
export type StreamBatch<Name extends StreamName> = ReturnType<Streams[Name]['batch']>;

/** What `ipcRenderer.invoke` resolves to: errors travel as data because Electron keeps only their message. */
export type Reply<Value> =
  { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly error: PlainError };
