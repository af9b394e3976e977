/** The parsed form of a rule's SQL. */
import type { Value } from './value.ts';

export type ComparisonOperator = '=' | '<>' | '<' | '<=' | '>' | '>=';
export type ArithmeticOperator = '+' | '-' | '*' | '/' | '%';

export type Expression =
  | { readonly kind: 'literal'; readonly value: Value }
  | { readonly kind: 'path'; readonly names: readonly string[] }
  | { readonly kind: 'not' | 'minus'; readonly operand: Expression }
  | {
      readonly kind: 'logic';
      readonly operator: 'AND' | 'OR';
      readonly left: Expression;
      readonly right: Expression;
    }
  | {
      readonly kind: 'comparison';
      readonly operator: ComparisonOperator;
      readonly left: Expression;
      readonly right: Expression;
    }
  | {
      readonly kind: 'arithmetic';
      readonly operator: ArithmeticOperator;
      readonly left: Expression;
      readonly right: Expression;
    };

export type SelectItem =
  /** An empty alias spreads the payload's own keys. */
  | { readonly kind: 'star'; readonly alias: readonly string[] }
  | { readonly kind: 'value'; readonly expression: Expression; readonly alias: readonly string[] };

export type Statement = {
  readonly items: readonly SelectItem[];
  readonly topicFilter: string;
  readonly where: Expression | undefined;
};
