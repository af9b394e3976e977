/**
 * Everything the window may ask of main: calls (question and answer) and streams (batches pushed to the window).
 * Single source of truth: both sides infer their types from here and main parses every input with the schema.
 * Inputs are intentions and ids: never paths, URLs, keys or channel names.
 */
import { z } from 'zod';
import type { PlainError } from './errors.ts';
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
  TopicBatch,
} from './shapes.ts';
import type { StationCheck } from './shapes-check.ts';

type Call<Input extends z.ZodType, Output> = { readonly input: Input; readonly output: (value: Output) => Output };
type Stream<Input extends z.ZodType, Batch> = { readonly input: Input; readonly batch: (value: Batch) => Batch };

const call = <Input extends z.ZodType>(input: Input) => ({
  returns: <Output>(): Call<Input, Output> => ({ input, output: (value) => value }),
});
const stream = <Input extends z.ZodType>(input: Input) => ({
  of: <Batch>(): Stream<Input, Batch> => ({ input, batch: (value) => value }),
});

const nothing = z.object({}).strict();
const id = z.string().min(1).max(128);
const ids = z.array(id).min(1).max(10_000);
/** A simulated second lasts 1/speed real seconds: 1 = real time, 86,400 = a day a second. */
const speed = z.number().min(1).max(86_400);
const bucket = z.string().min(3).max(63);
const key = z.string().min(1).max(1024);

export const calls = {
  'app.info': call(nothing).returns<AppInfo>(),
  'settings.get': call(nothing).returns<Settings>(),
  'settings.set': call(
    z
      .object({
        theme: z.enum(['system', 'light', 'dark']),
        language: z.enum(['system', 'en', 'fr']),
        finalNewline: z.boolean(),
      })
      .partial()
      .strict(),
  ).returns<Settings>(),
  /** Puts `AWS_ENDPOINT_URL=…` and the lab's key pair on the clipboard; the secret itself never reaches the window. */
  'target.copyEnvironment': call(z.object({ shell: z.enum(['posix', 'powershell']) }).strict()).returns<null>(),

  'stations.catalogue': call(nothing).returns<Catalogue>(),
  'stations.add': call(z.object({ set: id, stations: ids }).strict()).returns<StationsAdded>(),
  /** Opens the system's file dialog; the paths stay in main. */
  'stations.chooseFiles': call(nothing).returns<StationsAdded>(),
  'stations.remove': call(z.object({ ids }).strict()).returns<null>(),
  'stations.start': call(z.object({ ids }).strict()).returns<null>(),
  'stations.pause': call(z.object({ ids }).strict()).returns<null>(),
  'stations.rewind': call(z.object({ ids }).strict()).returns<null>(),
  'stations.setSpeed': call(z.object({ ids, speed }).strict()).returns<null>(),
  'stations.preview': call(z.object({ id }).strict()).returns<PayloadPreview>(),

  /** Starts (or repeats, safely) the creation of buckets, stream, rule, database and crawler; progress comes on `pipeline.state`. */
  'pipeline.setUp': call(nothing).returns<null>(),
  'pipeline.flush': call(nothing).returns<null>(),
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
} as const;

export const streams = {
  health: stream(nothing).of<HealthStatus>(),
  'fleet.status': stream(nothing).of<FleetStatus>(),
  'topics.messages': stream(z.object({ filter: z.string().min(1).max(256) }).strict()).of<TopicBatch>(),
  'pipeline.state': stream(nothing).of<PipelineState>(),
  /** Opening it checks the station's way to its broker, once, step by step; it ends with `isDone`. */
  'stations.check': stream(z.object({ id }).strict()).of<StationCheck>(),
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
