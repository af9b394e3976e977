/** Decides whether policies allow an action of a connection, and says why. Pure: everything it needs is handed in. */
import { compileCondition, type Condition } from './policy-conditions.ts';
import { explain, type DecidingStatement, type PolicyFix } from './policy-explanation.ts';
import type { PolicyDocument, PolicyStatement } from './policy-document.ts';
import { compilePattern, matchesPattern, usesTime, type Pattern } from './policy-patterns.ts';
import type { PolicyContext } from './policy-variables.ts';

export type IotAction =
  | 'iot:Connect'
  | 'iot:Publish'
  | 'iot:RetainPublish'
  | 'iot:Subscribe'
  | 'iot:Receive'
  | 'iot:GetThingShadow'
  | 'iot:UpdateThingShadow'
  | 'iot:DeleteThingShadow'
  | 'iot:ListNamedShadowsForThing'
  | 'iot:GetRetainedMessage'
  | 'iot:ListRetainedMessages';

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

export type Decision = {
  readonly isAllowed: boolean;
  readonly action: IotAction;
  /** An ARN. */
  readonly resource: string;
  /** Null when no statement speaks of it: then the answer is no. */
  readonly decidedBy: DecidingStatement | null;
  /** One line for a person: the deciding statement, or that none allows it. */
  readonly reason: string;
  /** What to add or to change so that it is allowed; null when it is. */
  readonly fix: PolicyFix | null;
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

/** An explicit Deny wins, then an Allow; without either the answer is no. */
export function evaluatePolicies(
  policies: readonly CompiledPolicy[],
  action: IotAction,
  resource: string,
  context: PolicyContext,
): Decision {
  const { denying, allowing, almost } = matchStatements(policies, action, resource, context);
  const deciding = denying[0] ?? allowing[0];
  return { action, resource, ...explain({ policies, action, resource, deciding, almost }) };
}

export type Matches = {
  readonly denying: readonly CompiledStatement[];
  readonly allowing: readonly CompiledStatement[];
  /** A statement that would allow it, if this condition held. */
  readonly almost: { readonly statement: CompiledStatement; readonly condition: Condition } | undefined;
};

/** All statements that speak of the action. `onMissing` is told of variables and keys that the connection has no value for. */
export function matchStatements(
  policies: readonly CompiledPolicy[],
  action: IotAction,
  resource: string,
  context: PolicyContext,
  onMissing?: (name: string) => void,
): Matches {
  const name = action.toLowerCase();
  const denying: CompiledStatement[] = [];
  const allowing: CompiledStatement[] = [];
  let almost: Matches['almost'];
  for (const policy of policies) {
    for (const statement of policy.statements) {
      if (!statement.actions.some((pattern) => matchesPattern(pattern, name, context))) continue;
      if (!statement.resources.some((pattern) => matchesPattern(pattern, resource, context, onMissing))) continue;
      const isAllow = statement.statement.Effect === 'Allow';
      const failed = statement.conditions.find(({ holds }) => !holds(context, onMissing));
      if (failed === undefined) (isAllow ? allowing : denying).push(statement);
      else if (isAllow) almost ??= { statement, condition: failed };
    }
  }
  return { denying, allowing, almost };
}
