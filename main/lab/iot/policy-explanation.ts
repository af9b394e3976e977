/** Says in words why policies decided as they did, and which policy line would change it. */
import type { CompiledPolicy, CompiledStatement } from './compile-policy.ts';
import type { Condition } from './policy-conditions.ts';
import type { PolicyStatement } from './policy-document.ts';

export type DecidingStatement = {
  readonly policyName: string;
  readonly versionId: string;
  /** From 0. */
  readonly index: number;
  readonly sid: string | null;
};

export type PolicyFix =
  /** No statement allows it: this one, added to a policy of the client, would. */
  | { readonly kind: 'add'; readonly statement: PolicyStatement }
  /** This statement stands in the way: it denies, or it allows under a condition that does not hold. */
  | { readonly kind: 'change'; readonly where: DecidingStatement; readonly statement: PolicyStatement };

type Question = {
  readonly policies: readonly CompiledPolicy[];
  readonly action: string;
  readonly resource: string;
  readonly deciding: CompiledStatement | undefined;
  readonly almost: { readonly statement: CompiledStatement; readonly condition: Condition } | undefined;
};

type Explanation = {
  readonly isAllowed: boolean;
  readonly decidedBy: DecidingStatement | null;
  readonly reason: string;
  readonly fix: PolicyFix | null;
};

export function explain({ policies, action, resource, deciding, almost }: Question): Explanation {
  const what = `${action} on ${resource}`;
  if (deciding !== undefined) {
    const isAllowed = deciding.statement.Effect === 'Allow';
    const decidedBy = placeOf(deciding);
    return {
      isAllowed,
      decidedBy,
      reason: `${what} is ${isAllowed ? 'allowed' : 'refused'} by ${nameOf(decidedBy)}`,
      fix: isAllowed ? null : { kind: 'change', where: decidedBy, statement: deciding.statement },
    };
  }
  if (almost !== undefined) {
    const where = placeOf(almost.statement);
    const { operator, key } = almost.condition;
    return {
      isAllowed: false,
      decidedBy: null,
      reason: `${what} is refused: ${nameOf(where)} would allow it, but its condition ${operator} on ${key} does not hold`,
      fix: { kind: 'change', where, statement: almost.statement.statement },
    };
  }
  const names = policies.map(({ name }) => `"${name}"`).join(', ');
  return {
    isAllowed: false,
    decidedBy: null,
    reason:
      policies.length === 0
        ? `${what} is refused: no policy is attached to the certificate`
        : `${what} is refused: no statement of ${names} allows it`,
    fix: { kind: 'add', statement: { Effect: 'Allow', Action: [action], Resource: [escaped(resource)] } },
  };
}

function placeOf({ policyName, versionId, index, statement }: CompiledStatement): DecidingStatement {
  return { policyName, versionId, index, sid: statement.Sid ?? null };
}

function nameOf({ policyName, index, sid }: DecidingStatement): string {
  return `${sid === null ? `statement ${index + 1}` : `statement "${sid}"`} of "${policyName}"`;
}

/** A topic that happens to hold a wildcard of policies must not open others. */
function escaped(resource: string): string {
  return resource.replace(/\$\{|[*?]/g, (found) => (found === '${' ? '${$}{' : `\${${found}}`));
}
