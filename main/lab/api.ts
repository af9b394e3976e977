/** What the lab process offers to main, and what it asks of its parent (the engine, which main relays). */
import type { RuleFailure, RuleTrial, SqlVersion, TriedTemplate } from '../../preload/shapes-rules.ts';
import type { StreamBuffer } from '../../preload/shapes-streams.ts';
import type { MessageTrace, Refusal } from '../../preload/shapes-trace.ts';
import type { QueryEngine } from '../query-seam.ts';

/** A number: this port or an error. `{ prefer }`: the next free one when taken. 0: any free one. */
export type PortChoice = number | { readonly prefer: number };

/**
 * Port 443, where device SDKs knock with ALPN when they are given no port. A number: this port or an error, 0 any free one. `ifFree`: 443 where
 * it may be opened, else none. null: none.
 */
export type AlpnPortChoice = number | 'ifFree' | null;

export type LabOptions = {
  /** Everything the lab keeps lies below this folder. */
  readonly folder: string;
  readonly port: PortChoice;
  readonly mqttPort: PortChoice;
  /** None when left out. */
  readonly alpnPort?: AlpnPortChoice;
  /** Whether the broker discards what is above AWS's quotas of a connection. Off when left out. */
  readonly quotas?: boolean;
  /** 32 bytes in base64 that seal the lab's own keys. When left out the lab keeps a key file of its own. */
  readonly sealKey?: string;
};

export type LabReport = {
  readonly endpoint: string;
  readonly port: number;
  readonly mqttHost: string;
  readonly mqttPort: number;
  /** Where a device that passes no port is answered too; null: it must pass `mqttPort`. */
  readonly alpnPort: number | null;
  readonly caFile: string;
  readonly ca: string;
  readonly region: string;
  readonly account: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly roleArn: string;
};

export type ActionCounters = {
  readonly kind: 'firehose' | 's3' | 'dynamoDBv2' | 'dynamoDB' | 'republish';
  /** Stream, bucket, table or topic as the rule names it. */
  readonly target: string;
  readonly isErrorAction: boolean;
  /** Messages. */
  readonly delivered: number;
  readonly failed: number;
  /** Since the lab's start. */
  readonly lastFailure: RuleFailure | null;
};

export type RuleCounters = {
  readonly name: string;
  readonly matched: number;
  readonly passed: number;
  /** Of all actions but the error action. */
  readonly delivered: number;
  readonly failed: number;
  /** Of the statement or of any action, since the lab's start. */
  readonly lastFailure: RuleFailure | null;
  /** In the rule's order, the error action last. */
  readonly actions: readonly ActionCounters[];
};

export type BufferState = StreamBuffer & { readonly stream: string };

/** What the broker has discarded since the quotas were switched on. */
export type QuotaActivity = {
  readonly isOn: boolean;
  /** Messages from clients. */
  readonly droppedIn: number;
  /** Messages to clients. */
  readonly droppedOut: number;
  /** The connections, among those that are open, that lost most; at most ten. */
  readonly connections: readonly {
    readonly clientId: string;
    readonly droppedIn: number;
    readonly droppedOut: number;
  }[];
};

/** What AWS's own APIs do not tell but a person wants to see; reported, never asked for by main/cloud. */
export type LabActivity = {
  readonly rules: readonly RuleCounters[];
  readonly buffers: readonly BufferState[];
  readonly connections: number;
  readonly quotas: QuotaActivity;
};

/** What the process holds, measured after a collection of garbage. */
export type LabUsage = {
  readonly heapBytes: number;
  /** What the system holds in memory for the process, its native parts and garbage included. */
  readonly residentBytes: number;
  /** Sockets, timers and whatever else keeps it awake. */
  readonly handles: number;
};

export type LabRefusals = {
  /** Since the lab's start, repeated ones included. */
  readonly total: number;
  /** Newest first. */
  readonly refusals: readonly Refusal[];
};

/** A message that did not come through the lab, to try a statement on. */
export type TrialMessage = {
  readonly topic: string;
  readonly payload: string;
  /** Epoch milliseconds. */
  readonly receivedAt: number;
  readonly clientId: string;
};

export type LabProcess = {
  readonly calls: {
    readonly start: (input: LabOptions) => LabReport;
    /** Writes out all Firehose buffers now; resolves when the objects are in their buckets. */
    readonly flush: (input: { readonly stream: string | null }) => null;
    /** The message's way, null when it is not remembered. `at` is about when it was sent, in epoch milliseconds. */
    readonly trace: (input: {
      readonly topic: string;
      readonly payload: string;
      readonly at: number;
    }) => MessageTrace | null;
    /** The newest messages that met the rule, newest first, with what it and its actions made of each. */
    readonly ruleMessages: (input: { readonly ruleName: string; readonly most: number }) => readonly MessageTrace[];
    /** Tries a statement on the last real messages of its topic, and before them on `pasted`; templates of actions too. */
    readonly tryRule: (input: {
      readonly sql: string;
      readonly sqlVersion: SqlVersion;
      readonly pasted: string | null;
      readonly templates: readonly TriedTemplate[];
      /** Newest first; null where those that the lab took are meant. */
      readonly messages: readonly TrialMessage[] | null;
    }) => RuleTrial;
    /** Resolves when every journaled message has passed the rules and their actions. */
    readonly drain: (input: Record<string, never>) => null;
    readonly usage: (input: Record<string, never>) => LabUsage;
    readonly setQuotas: (input: { readonly value: boolean }) => null;
    readonly stop: (input: Record<string, never>) => null;
  };
  readonly events: {
    readonly ready: null;
    /** At most 4 a second, and only when something changed. */
    readonly activity: LabActivity;
    /** As often, when something was refused. */
    readonly refusals: LabRefusals;
  };
};

export type LabParent = {
  readonly calls: {
    readonly 'engine.analyse': QueryEngine['analyse'];
    readonly 'engine.run': QueryEngine['run'];
    readonly 'engine.cancel': QueryEngine['cancel'];
  };
  readonly events: Record<string, never>;
};
