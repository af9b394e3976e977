/** Makes a policy document ready to be asked often: patterns and conditions are taken apart once. */
import { compileCondition, type Condition } from './policy-conditions.ts';
import type { PolicyDocument, PolicyStatement } from './policy-document.ts';
import { compilePattern, usesTime, type Pattern } from './policy-patterns.ts';

export type CompiledPolicy = {
  readonly name: string;
  readonly versionId: string;
  readonly statements: readonly CompiledStatement[];
  /** A decision of it may be another one a moment later. */
  readonly usesTime: boolean;
};

export type CompiledStatement = {
  readonly policyName: string;
  readonly versionId: string;
  /** From 0. */
  readonly index: number;
  readonly statement: PolicyStatement;
  /** Lower case: AWS compares action names without regard to case. */
  readonly actions: readonly Pattern[];
  readonly resources: readonly Pattern[];
  readonly conditions: readonly Condition[];
};

/** The document must have passed `parsePolicyDocument`. */
export function compilePolicy(policyName: string, versionId: string, document: PolicyDocument): CompiledPolicy {
  const statements = document.Statement.map((statement, index): CompiledStatement => {
    const { Action, Resource, Condition: blocks = {} } = statement;
    return {
      policyName,
      versionId,
      index,
      statement,
      actions: Action.map((action) => compilePattern(action.toLowerCase())),
      resources: Resource.map(compilePattern),
      conditions: Object.entries(blocks).flatMap(([operator, block]) =>
        Object.entries(block).map(([key, values]) => compiled(operator, key, values)),
      ),
    };
  });
  const isTimed = statements.some(
    ({ statement, conditions }) =>
      statement.Resource.some(usesTime) ||
      conditions.some((condition) => condition.usesTime) ||
      Object.values(statement.Condition ?? {}).some((block) => Object.values(block).flat().some(usesTime)),
  );
  return { name: policyName, versionId, statements, usesTime: isTimed };
}

function compiled(operator: string, key: string, values: readonly string[]): Condition {
  const condition = compileCondition(operator, key, values);
  if (typeof condition === 'string') throw new Error(`a policy that was not checked: ${condition}`);
  return condition;
}
