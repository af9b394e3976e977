/** What a function of AWS IoT SQL is to the compiler. */
import type { EvaluationContext } from '../context.ts';
import type { SqlVersion } from '../sql-version.ts';
import type { Value } from '../value.ts';

export type SqlFunction = {
  /** The first SQL version that has it. */
  readonly since: SqlVersion;
  /** Fewer or more arguments give Undefined. */
  readonly least: number;
  readonly most: number;
  /** May throw EvaluationFailure. */
  readonly call: (given: readonly Value[], scene: Scene) => Value;
  /** A quicker form of `call` where arguments stand in the rule; those that each message gives are Undefined here. */
  readonly prepare?: (constants: readonly Value[]) => SqlFunction['call'] | undefined;
  /** Why a rule with these constants cannot be made here, though AWS may take it. */
  readonly refusal?: (
    constants: readonly Value[],
  ) => { readonly argument: number; readonly reason: string } | undefined;
};

export type Scene = {
  readonly context: EvaluationContext;
  readonly version: SqlVersion;
  /** Is told why something is Undefined that one would not expect to be; there when a person asked. */
  readonly note?: ((reason: string) => void) | undefined;
};

/** `counts` is how many arguments it takes, at least and at most. */
export function always(counts: readonly [least: number, most: number], call: SqlFunction['call']): SqlFunction {
  return { since: '2015-10-08', least: counts[0], most: counts[1], call };
}

/** From 2016-03-23 on. */
export function newer(counts: readonly [least: number, most: number], call: SqlFunction['call']): SqlFunction {
  return { since: '2016-03-23', least: counts[0], most: counts[1], call };
}
