/** What the stations process offers to main. Keys arrive over the port, stay in memory and go nowhere else. */
import type { PlainError } from '../../preload/errors.ts';
import type { DataKind, FleetStatus, PayloadPreview } from '../../preload/shapes.ts';
import type { CheckFact } from '../../preload/shapes-check.ts';
import type {
  RecordFormat,
  TopicBatch,
  TopicLook,
  TopicMessage,
  TopicPublished,
  TopicQos,
  TopicRecording,
} from '../../preload/shapes-topics.ts';

export type MqttIdentity = { readonly clientId: string; readonly certificatePem: string; readonly keyPem: string };

export type StationSpec = MqttIdentity & {
  readonly id: string;
  readonly name: string;
  readonly kind: DataKind;
  readonly thingName: string;
  readonly topic: string;
  readonly latitude: number | null;
  readonly longitude: number | null;
  readonly elevation: number | null;
  /** Absolute path of the NOAA file it replays. */
  readonly file: string;
  readonly speed: number;
  /** Index of the first observation not yet acknowledged: where the replay goes on after a restart. */
  readonly position: number;
  /** Counters carried over a restart, so that what a person sees never jumps back. */
  readonly acknowledged: number;
};

export type Broker = { readonly host: string; readonly port: number; readonly ca: string };

/** The steps of a connection that only the network and the broker can answer, in their order. */
export const NETWORK_STEPS = ['name', 'tcp', 'tls', 'mqtt'] as const;

export type NetworkStep = (typeof NETWORK_STEPS)[number];

export type NetworkFinding = { readonly facts: readonly CheckFact[]; readonly error: PlainError | null };

export type OutgoingMessage = {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly qos: TopicQos;
  readonly retain: boolean;
};

/** A message of a station that its broker has acknowledged. */
export type SentMessage = {
  readonly topic: string;
  readonly payload: string;
  /** When the acknowledgement came, epoch milliseconds. */
  readonly receivedAt: number;
  readonly clientId: string;
};

export type StationsProcess = {
  readonly calls: {
    /** Where stations and the viewer connect from now on; open connections to another broker are closed. */
    readonly useBroker: (input: { readonly broker: Broker; readonly viewer: MqttIdentity }) => null;
    /** Adds a station or replaces the one with its id; it stays idle until `start`. Rejects with a noaa.* error when its file cannot be read. */
    readonly put: (input: StationSpec) => null;
    readonly remove: (input: { readonly ids: readonly string[] }) => null;
    readonly start: (input: { readonly ids: readonly string[] }) => null;
    readonly pause: (input: { readonly ids: readonly string[] }) => null;
    /** Back to the first observation; a running station goes on from there. */
    readonly rewind: (input: { readonly ids: readonly string[] }) => null;
    readonly setSpeed: (input: { readonly ids: readonly string[]; readonly speed: number }) => null;
    readonly setFinalNewline: (input: { readonly value: boolean }) => null;
    readonly preview: (input: { readonly id: string }) => PayloadPreview;
    /** The last few hundred of all stations, newest first. */
    readonly sentMessages: (input: Record<string, never>) => readonly SentMessage[];
    /** One step of a station's way to its broker, tried now. A station that is connected is not disturbed. */
    readonly look: (input: { readonly id: string; readonly step: NetworkStep }) => NetworkFinding;
    /** Connects to the broker with this identity and leaves again: rejects with mqtt.* when it is not let in. */
    readonly tryConnection: (input: MqttIdentity) => null;
    readonly subscribe: (input: {
      readonly subscription: number;
      readonly filter: string;
      readonly qos: TopicQos;
      readonly look: TopicLook;
    }) => null;
    readonly unsubscribe: (input: { readonly subscription: number }) => null;
    readonly lookAtTopic: (input: { readonly subscription: number; readonly look: TopicLook }) => null;
    readonly clearTopic: (input: { readonly subscription: number }) => null;
    /** Rejects with `topics.notKept`. */
    readonly topicMessage: (input: { readonly subscription: number; readonly n: number }) => TopicMessage;
    /** Absolute path; rejects with `record.*`. `before`: counts of a recording to go on with. */
    readonly record: (input: {
      readonly subscription: number;
      readonly file: string;
      readonly format: RecordFormat;
      readonly before: Pick<TopicRecording, 'written' | 'bytes' | 'lost'> | null;
    }) => null;
    readonly stopRecording: (input: { readonly subscription: number }) => null;
    /** Writes what is listed now, oldest first; rejects with `record.*`. */
    readonly exportTopic: (input: {
      readonly subscription: number;
      readonly file: string;
      readonly format: RecordFormat;
    }) => TopicRecording;
    /** Over the viewer's connection; rejects with `mqtt.*`. */
    readonly publish: (input: OutgoingMessage) => TopicPublished;
    /** The window has taken the last `topics` batch of this subscription; the next may be sent. */
    readonly acknowledgeBatch: (input: { readonly subscription: number }) => null;
    /** Disconnects everything cleanly; the process may be ended afterwards. */
    readonly stop: (input: Record<string, never>) => null;
  };
  readonly events: {
    readonly ready: null;
    /** At most 10 a second, and only when something changed. */
    readonly status: FleetStatus;
    readonly topics: { readonly subscription: number; readonly batch: TopicBatch };
  };
};
