/** What compiled expressions are: closures over a frame, made in a scope. */
import type { EvaluationContext } from './context.ts';
import type { SqlVersion } from './sql-version.ts';
import type { Expression } from './statement.ts';
import type { Value } from './value.ts';

/** What closures see while one message is evaluated. */
export type Frame = {
  readonly context: EvaluationContext;
  readonly version: SqlVersion;
  /** Is told why something is Undefined, when a person asked. */
  readonly note?: ((reason: string) => void) | undefined;
  /** By their place in SET. */
  readonly variables: Value[];
  /** The elements that the nested queries around stand at, the outermost first. */
  readonly elements: Value[];
};

export type Evaluate = (frame: Frame) => Value;
export type Compile = (expression: Expression, scope: Scope) => Evaluate;

/** What names mean where an expression stands. */
export type Scope = {
  /** Names of SET in their order. */
  readonly variables: readonly string[];
  /** How many nested queries are around. */
  readonly depth: number;
  /** Of the nearest nested query. */
  readonly query:
    { readonly alias: string | undefined; readonly source: string | undefined; readonly outer: Scope } | undefined;
};

export function rootScope(variables: readonly string[]): Scope {
  return { variables, depth: 0, query: undefined };
}
