/** What the engine process offers to main. */
import type { QueryEngine } from '../query-seam.ts';

export type EngineProcess = {
  readonly calls: QueryEngine & {
    /** Names the folder that results are written to: nothing else may be written. Called once, before anything else. */
    readonly open: (input: { readonly folder: string }) => null;
    readonly stop: (input: Record<string, never>) => null;
  };
  readonly events: { readonly ready: null };
};
