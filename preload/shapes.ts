/** The shapes of what crosses the border to the window. Times are ISO 8601 UTC text or epoch milliseconds as each field says. */
import type { PlainError } from './errors.ts';
import type { StreamGauge } from './shapes-streams.ts';

export type AppInfo = {
  readonly version: string;
  readonly electron: string;
  readonly platform: string;
  readonly dataFolder: string;
  /** False where the system offers no keychain: station keys are then protected by file permissions only. */
  readonly keychain: boolean;
};

export type Settings = {
  readonly theme: 'system' | 'light' | 'dark';
  readonly language: 'system' | 'en' | 'fr';
  /** End each MQTT payload with a newline, so that Firehose without separator still writes one record per line. */
  readonly finalNewline: boolean;
  /** The lab discards what is above AWS's quotas of a connection (100 messages/s each way, 512 KiB/s), as AWS does. */
  readonly awsQuotas: boolean;
};

// ---- stations

/** `generated` = fictitious demo data; `observed` = real observations. Shown wherever a person meets the data. */
export type DataKind = 'generated' | 'observed' | 'file';

export type CatalogueStation = {
  readonly id: string;
  readonly name: string;
  readonly latitude: number | null;
  readonly longitude: number | null;
  /** Metres above sea level. */
  readonly elevation: number | null;
  readonly first: string;
  readonly last: string;
  readonly records: number;
  /** Already in the fleet. */
  readonly added: boolean;
};

export type CatalogueSet = {
  readonly id: string;
  readonly name: string;
  readonly kind: DataKind;
  readonly description: string;
  readonly source: string;
  readonly licence: string;
  readonly stations: readonly CatalogueStation[];
};

export type Catalogue = { readonly sets: readonly CatalogueSet[] };

/** One entry for each file or station asked for; a refused one never stops the others. */
export type StationsAdded = {
  readonly added: readonly string[];
  readonly refused: readonly { readonly name: string; readonly error: PlainError }[];
  /** Damaged records that were left out, by file. */
  readonly skipped: readonly { readonly name: string; readonly records: number; readonly firstLine: number }[];
};

export type StationState = 'idle' | 'provisioning' | 'connecting' | 'live' | 'paused' | 'finished' | 'faulty';

/** Latest observation as a person reads it; null = the station did not measure it. */
export type LatestObservation = {
  readonly time: string;
  /** °C */
  readonly temperature: number | null;
  readonly dewPoint: number | null;
  /** m/s */
  readonly windSpeed: number | null;
  /** Degrees from true north, 1-360. */
  readonly windDirection: number | null;
  /** hPa at sea level */
  readonly pressure: number | null;
  /** Metres; 22,000 = unlimited. */
  readonly ceiling: number | null;
  /** Metres */
  readonly visibility: number | null;
  /** Oktas 0-8 of the highest layer reported, null when unknown. */
  readonly skyOktas: number | null;
  /** Plain words for present weather, in the course's labels; empty when nothing is reported. */
  readonly weather: string;
};

export type StationStatus = {
  readonly id: string;
  readonly name: string;
  readonly kind: DataKind;
  readonly topic: string;
  readonly thingName: string;
  readonly latitude: number | null;
  readonly longitude: number | null;
  readonly elevation: number | null;
  readonly state: StationState;
  readonly error: PlainError | null;
  readonly speed: number;
  /** The station's simulated clock, null before its first start. */
  readonly simulatedTime: string | null;
  /** Index of the next observation to send, and how many there are. */
  readonly position: number;
  readonly length: number;
  readonly sent: number;
  readonly acknowledged: number;
  readonly failed: number;
  /** Messages due by the simulated clock but not yet sent: above 0 for long means the target rate is not met. */
  readonly behind: number;
  /** Messages per second: acknowledged over the last seconds, and what speed and data ask for. */
  readonly rate: number;
  readonly targetRate: number;
  readonly latest: LatestObservation | null;
  /** Latest air temperatures in °C, oldest first, at most 60; null = missing. */
  readonly sparkline: readonly (number | null)[];
};

export type FleetStatus = {
  readonly stations: readonly StationStatus[];
  readonly acknowledged: number;
  /** Messages acknowledged per second, whole fleet. */
  readonly rate: number;
};

export type PayloadPreview = { readonly topic: string; readonly payload: string };

// ---- pipeline and lake

export type StepState = 'waiting' | 'running' | 'done' | 'failed';

export type PipelineStep = {
  readonly id: 'buckets' | 'database' | 'stream' | 'rule' | 'crawler';
  readonly state: StepState;
  /** What was found or made, e.g. the names. */
  readonly detail: string;
  readonly error: PlainError | null;
};

export type PipelineState = {
  /** `unknown` until the target was asked once. */
  readonly status: 'unknown' | 'absent' | 'partial' | 'settingUp' | 'ready' | 'failed';
  readonly steps: readonly PipelineStep[];
  readonly rule: {
    readonly name: string;
    readonly sql: string;
    /** Null where the target does not tell. */
    readonly matched: number | null;
    readonly passed: number | null;
    readonly delivered: number | null;
    readonly failed: number | null;
  } | null;
  /** Null where the target does not tell how many records are buffered. */
  readonly stream: { readonly name: string; readonly bufferedRecords: number | null } | null;
  /** Of the whole target, by name. */
  readonly streams: readonly StreamGauge[];
  /** Whether the whole target holds no bucket, no stream and no table. */
  readonly isTargetEmpty: boolean;
  readonly lake: {
    readonly bucket: string;
    readonly prefix: string;
    readonly objects: number;
    readonly bytes: number;
    readonly latest: readonly { readonly key: string; readonly bytes: number; readonly modified: number }[];
  } | null;
  readonly crawler: {
    readonly name: string;
    readonly state: 'READY' | 'RUNNING' | 'STOPPING';
    readonly lastCrawl: { readonly status: string; readonly message: string; readonly at: number } | null;
  } | null;
  readonly error: PlainError | null;
};

export type LakeListing = {
  /** Buckets when no bucket was asked for. */
  readonly buckets: readonly { readonly name: string; readonly created: number }[];
  readonly prefixes: readonly string[];
  readonly objects: readonly { readonly key: string; readonly bytes: number; readonly modified: number }[];
  readonly token: string | null;
};

export type ObjectPreview = {
  readonly key: string;
  readonly bytes: number;
  readonly text: string;
  readonly cut: boolean;
};

// ---- query

export type ColumnInfo = { readonly name: string; readonly type: string };

export type TableInfo = {
  readonly name: string;
  readonly columns: readonly ColumnInfo[];
  readonly partitionKeys: readonly ColumnInfo[];
};

export type DatabaseInfo = { readonly name: string; readonly tables: readonly TableInfo[] };

export type QueryStatus = {
  readonly id: string;
  readonly state: 'QUEUED' | 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'CANCELLED';
  /** Why it failed, in Athena's words. */
  readonly reason: string | null;
  readonly milliseconds: number;
  readonly scannedBytes: number;
};

export type QueryRows = {
  readonly columns: readonly ColumnInfo[];
  /** Athena's text of each value; null = SQL NULL. The header row is not among them. */
  readonly rows: readonly (readonly (string | null)[])[];
  readonly token: string | null;
};

// ---- health

export type ProcessName = 'stations' | 'lab' | 'engine';

export type ProcessHealth = {
  readonly name: ProcessName;
  readonly state: 'starting' | 'ready' | 'restarting' | 'stopped' | 'failed';
  readonly restarts: number;
  readonly error: PlainError | null;
};

export type TargetInfo = {
  readonly kind: 'lab' | 'aws';
  readonly region: string;
  readonly account: string;
  readonly endpoint: string | null;
  readonly mqttHost: string;
  readonly mqttPort: number;
  /** Where devices that pass no port are answered; null: they must pass `mqttPort`. */
  readonly alpnPort: number | null;
  readonly caFile: string | null;
};

/** What the lab has discarded, as AWS would, since its quotas were switched on; counted for the connections that lost most. */
export type Discarded = {
  /** Messages that did not reach the Topics page. */
  readonly viewer: number;
  /** Messages of stations, by thing name. */
  readonly things: Readonly<Record<string, number>>;
};

export type HealthStatus = {
  readonly processes: readonly ProcessHealth[];
  readonly target: TargetInfo | null;
  readonly targetError: PlainError | null;
  /** Null where nothing is discarded: the quotas are off, or the target does not tell. */
  readonly discarded: Discarded | null;
};
