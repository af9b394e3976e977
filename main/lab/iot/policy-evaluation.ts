/** Decides whether policies allow an action of a connection, and says why. Pure: everything it needs is handed in. */
import type { CompiledPolicy, CompiledStatement } from './compile-policy.ts';
import type { Condition } from './policy-conditions.ts';
import { explain, type DecidingStatement, type PolicyFix } from './policy-explanation.ts';
import { matchesPattern } from './policy-patterns.ts';
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
