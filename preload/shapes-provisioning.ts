/** What crosses the border for provisioning, and for the list of what Isobar made. Times are epoch milliseconds. */
import type { PlainError } from './errors.ts';

export type ProvisionState =
  | 'running'
  | 'pausing'
  | 'paused'
  | 'cancelling'
  | 'cancelled'
  /** Ended; some stations may have failed. */
  | 'done'
  | 'undoing'
  | 'undone';

export type ProvisionItemState = 'waiting' | 'working' | 'done' | 'failed' | 'removed';

export type ProvisionItem = {
  readonly name: string;
  readonly state: ProvisionItemState;
  readonly error: PlainError | null;
};

export type ProvisionJob = {
  readonly id: string;
  readonly way: 'direct' | 'bulk';
  readonly state: ProvisionState;
  /** What is being done right now. */
  readonly step: 'prepare' | 'keys' | 'upload' | 'task' | 'reports' | 'stations' | 'remove';
  readonly total: number;
  readonly done: number;
  readonly failed: number;
  /** While undoing: resources, not stations. */
  readonly removed: number;
  readonly toRemove: number;
  /** Of the bulk task at the target, 0-100; null while none runs. */
  readonly taskPercent: number | null;
  /** Null while nothing is known yet. */
  readonly secondsLeft: number | null;
  readonly seconds: number;
  /** Why it stopped by itself, or what undo could not remove. */
  readonly error: PlainError | null;
  /** What undo left behind, each with the reason. */
  readonly left: readonly { readonly what: string; readonly error: PlainError }[];
  readonly items: readonly ProvisionItem[];
};

export type ProvisionStatus = { readonly job: ProvisionJob | null };

export type DryRun = {
  readonly first: string;
  readonly last: string;
  readonly stations: number;
  /** Names that exist at the target or in the fleet already: these stations would fail. */
  readonly taken: readonly string[];
  readonly makes: readonly {
    readonly what: 'thingType' | 'thingGroup' | 'policy' | 'bucket';
    readonly name: string;
    readonly exists: boolean;
  }[];
  readonly policyName: string;
  readonly policyDocument: string;
  readonly calls: number;
  readonly seconds: number;
  /** The target bills what is used. */
  readonly mayCost: boolean;
};

export type ThingStepId = 'type' | 'thing' | 'certificate' | 'policy' | 'attach' | 'station';

export type ThingStep = {
  readonly id: ThingStepId;
  readonly state: 'waiting' | 'done' | 'failed';
  /** What exists, by name or id. */
  readonly detail: string;
  readonly error: PlainError | null;
};

export type MadeResource = {
  readonly kind: string;
  readonly name: string;
  readonly by: string;
  readonly at: number;
  /** `intended`: asked for, no answer known. */
  readonly state: 'intended' | 'made';
};

export type LedgerState = {
  /** Account and region; null until the target is ready. */
  readonly target: string | null;
  /** The newest; at most 2,000. */
  readonly resources: readonly MadeResource[];
  readonly total: number;
  /** How many of each kind. */
  readonly counts: Readonly<Record<string, number>>;
  readonly teardown: {
    readonly isRunning: boolean;
    readonly removed: number;
    readonly total: number;
    readonly left: readonly { readonly what: string; readonly error: PlainError }[];
  } | null;
};
