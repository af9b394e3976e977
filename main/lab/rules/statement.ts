/** The parsed form of a rule's SQL. Every expression knows where it stands (`at`, in characters from the beginning), so that a person can be shown the place. */
import type { Value } from './value.ts';

export type ComparisonOperator = '=' | '<>' | '<' | '<=' | '>' | '>=';
export type ArithmeticOperator = '+' | '-' | '*' | '/' | '%';
/** What `cast` makes; the words of SQL for each are in `cast.ts`. */
export type CastType = 'string' | 'int' | 'decimal' | 'double' | 'boolean';

type Binary<Operator> = {
  readonly operator: Operator;
  readonly left: Expression;
  readonly right: Expression;
};

export type Expression = { readonly at: number } & (
  | { readonly kind: 'literal'; readonly value: Value }
  /** An attribute of the payload, or of the element inside a nested query. */
  | { readonly kind: 'path'; readonly names: readonly string[] }
  /** `@name`; the name without the sign. */
  | { readonly kind: 'variable'; readonly name: string }
  /** `expression.name` behind anything that is no plain path. */
  | { readonly kind: 'member'; readonly object: Expression; readonly name: string }
  /** `*`, as an argument only. */
  | { readonly kind: 'star' }
  | { readonly kind: 'not' | 'minus'; readonly operand: Expression }
  | ({ readonly kind: 'logic' } & Binary<'AND' | 'OR'>)
  | ({ readonly kind: 'comparison' } & Binary<ComparisonOperator>)
  | ({ readonly kind: 'arithmetic' } & Binary<ArithmeticOperator>)
  | ({ readonly kind: 'in' } & Binary<'IN'>)
  /** The name in lower case. */
  | { readonly kind: 'call'; readonly name: string; readonly arguments: readonly Expression[] }
  | { readonly kind: 'cast'; readonly operand: Expression; readonly type: CastType }
  | {
      readonly kind: 'case';
      readonly subject: Expression;
      readonly branches: readonly { readonly when: Expression; readonly then: Expression }[];
      readonly otherwise: Expression | undefined;
    }
  | { readonly kind: 'object'; readonly members: readonly { readonly key: string; readonly value: Expression }[] }
  | { readonly kind: 'array'; readonly items: readonly Expression[] }
  | { readonly kind: 'query' | 'exists'; readonly query: Query }
);

export type SelectItem =
  /** An empty alias spreads the payload's own keys. */
  | { readonly kind: 'star'; readonly alias: readonly string[] }
  | { readonly kind: 'value'; readonly expression: Expression; readonly alias: readonly string[] };

export type Selection =
  /** `SELECT VALUE expression`; a star is the whole payload or element. */
  | { readonly kind: 'value'; readonly expression: Expression }
  | { readonly kind: 'items'; readonly items: readonly SelectItem[] };

/** A SELECT inside an expression. */
export type Query = {
  readonly selection: Selection;
  readonly source: Expression;
  /** The name of the element, undefined without AS. */
  readonly alias: string | undefined;
  readonly where: Expression | undefined;
};

export type Assignment = { readonly name: string; readonly at: number; readonly value: Expression };

export type Statement = {
  readonly assignments: readonly Assignment[];
  readonly selection: Selection;
  /** Empty, which no topic matches, for a rule that only Basic Ingest feeds. */
  readonly topicFilter: string;
  readonly where: Expression | undefined;
};

/** What stands in the rule itself; Undefined for what each message gives. */
export function constantOf(expression: Expression): Value {
  return expression.kind === 'literal' ? expression.value : undefined;
}
