/** What a benchmark reports: always a figure with its reference from the same run. */

export type BenchLine = {
  readonly bench: string;
  readonly figure: string;
  readonly value: number;
  readonly unit: string;
  readonly reference: string;
  readonly referenceValue: number;
  readonly ratio: number;
};

export type BenchOptions = {
  readonly distFolder: string;
  readonly dataFolder: string;
  readonly seconds: number;
  readonly cases: number;
  readonly seed: number;
  /** Each benchmark has its own when left out. */
  readonly messages?: number | undefined;
  readonly kills: number;
};
