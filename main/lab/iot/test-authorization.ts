/** TestAuthorization: what policies would decide, without connecting. https://docs.aws.amazon.com/iot/latest/apireference/API_TestAuthorization.html */
import { z } from 'zod';
import type { RestRoute } from '../services.ts';
import { compiledOf, policiesOf, refuseCognito } from './effective-policies.ts';
import { bodyOf, invalidRequest } from './input.ts';
import { connectedThing, lazyAttributes } from './connection-policy.ts';
import { policyOf } from './policies.ts';
import type { CompiledPolicy } from './compile-policy.ts';
import { matchStatements, type IotAction } from './policy-evaluation.ts';
import { policyTargetOf, type PolicyTarget } from './policy-targets.ts';
import type { PolicyContext } from './policy-variables.ts';
import type { Registry } from './registry.ts';

const ACTIONS = {
  CONNECT: 'iot:Connect',
  PUBLISH: 'iot:Publish',
  SUBSCRIBE: 'iot:Subscribe',
  RECEIVE: 'iot:Receive',
} as const satisfies Readonly<Record<string, IotAction>>;

const authInfo = z.strictObject({
  actionType: z.enum(['CONNECT', 'PUBLISH', 'SUBSCRIBE', 'RECEIVE']),
  resources: z.array(z.string().min(1).max(2048)).min(1),
});
const testBody = z.strictObject({
  principal: z.string().optional(),
  cognitoIdentityPoolId: z.string().optional(),
  authInfos: z.array(authInfo).min(1).max(10),
  policyNamesToAdd: z.array(z.string()).default([]),
  policyNamesToSkip: z.array(z.string()).default([]),
});

export function testAuthorizationRoutes(registry: Registry): readonly RestRoute[] {
  return [
    {
      method: 'POST',
      path: '/test-authorization',
      name: 'TestAuthorization',
      handle: (input) => {
        const { principal, cognitoIdentityPoolId, authInfos, policyNamesToAdd, policyNamesToSkip } = bodyOf(
          input,
          testBody,
        );
        refuseCognito(cognitoIdentityPoolId);
        if (principal === undefined && policyNamesToAdd.length === 0) {
          throw invalidRequest("At least one of 'principal' and 'policyNamesToAdd' must be given.");
        }
        const target = principal === undefined ? undefined : policyTargetOf(registry, principal, 'principal');
        const context = contextOf(registry, target, input.query.get('clientId') ?? undefined);
        const skipped = new Set(policyNamesToSkip.map((name) => policyOf(registry, name).policyName));
        const attached = policiesOf(registry, target, context.thing?.thingName).filter(
          ({ policyName }) => !skipped.has(policyName),
        );
        const added = policyNamesToAdd.map((name) => policyOf(registry, name));
        const policies = [...new Set([...attached, ...added])].map(compiledOf);
        return { authResults: authInfos.map((info) => resultOf(registry, policies, info, context)) };
      },
    },
  ];
}

/** Where the client would come from is not known: policies that ask for it name it as missing. */
function contextOf(registry: Registry, target: PolicyTarget | undefined, clientId: string | undefined): PolicyContext {
  const certificateId = target?.kind === 'certificate' ? target.certificateId : undefined;
  const thing = certificateId === undefined ? undefined : connectedThing(registry, certificateId, clientId);
  return {
    clientId,
    thing,
    isThingAttached: certificateId === undefined ? undefined : thing !== undefined,
    certificate:
      certificateId === undefined ? undefined : { certificateId, attributes: lazyAttributes(registry, certificateId) },
    sourceIp: undefined,
    domainName: undefined,
    now: Date.now,
  };
}

/** Of several resources all must be allowed; one that is denied explicitly is what counts. */
function resultOf(
  registry: Registry,
  policies: readonly CompiledPolicy[],
  info: z.infer<typeof authInfo>,
  context: PolicyContext,
): object {
  const missing = new Set<string>();
  const matches = info.resources.map((resource) =>
    matchStatements(policies, ACTIONS[info.actionType], resource, context, (name) => missing.add(name)),
  );
  const denying = matches.flatMap((match) => match.denying);
  const allowing = matches.flatMap((match) => match.allowing);
  const isAllowed = denying.length === 0 && matches.every((match) => match.allowing.length > 0);
  const named = (names: Iterable<string>) =>
    [...new Set(names)].map((policyName) => ({ policyName, policyArn: registry.arn('policy', policyName) }));
  const speaking = new Set([...denying, ...allowing].map(({ policyName }) => policyName));
  const silent = policies.map(({ name }) => name).filter((name) => !speaking.has(name));
  return {
    authInfo: info,
    allowed: { policies: named(allowing.map(({ policyName }) => policyName)) },
    denied: {
      implicitDeny: { policies: named(silent) },
      explicitDeny: { policies: named(denying.map(({ policyName }) => policyName)) },
    },
    authDecision: isAllowed ? 'ALLOWED' : denying.length > 0 ? 'EXPLICIT_DENY' : 'IMPLICIT_DENY',
    missingContextValues: [...missing],
  };
}
