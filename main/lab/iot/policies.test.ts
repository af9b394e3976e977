/** The policy operations of the registry, met by the AWS SDK. */
import {
  paginateListAttachedPolicies,
  paginateListPolicyPrincipals,
  paginateListPrincipalPolicies,
  paginateListTargetsForPolicy,
  type IoT,
} from '@aws-sdk/client-iot';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { collect, openTestRegistry, refusal, testArn, type TestRegistry } from './test-registry.ts';

let registry: TestRegistry;
let aws: IoT;

beforeAll(async () => {
  registry = await openTestRegistry();
  ({ aws } = registry);
});

afterAll(() => registry.close());

const POLICY = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: 'iot:Connect', Resource: '*' }],
});

describe('policies over the wire', () => {
  it('keeps versions of policies, of which one counts', async () => {
    const policyName = 'versioned';
    await aws.createPolicy({ policyName, policyDocument: POLICY });
    const newer = (index: number): string => POLICY.replace('"*"', `"${testArn(`client/${index}`)}"`);
    for (let index = 2; index <= 5; index++) {
      await aws.createPolicyVersion({ policyName, policyDocument: newer(index) });
    }
    const sixth = aws.createPolicyVersion({ policyName, policyDocument: newer(6) });
    expect(await refusal(sixth)).toEqual(['VersionsLimitExceededException', 409]);
    await aws.setDefaultPolicyVersion({ policyName, policyVersionId: '3' });
    expect(await aws.getPolicy({ policyName })).toMatchObject({
      policyDocument: newer(3),
      defaultVersionId: '3',
    });
    expect(await aws.getPolicyVersion({ policyName, policyVersionId: '2' })).toMatchObject({
      policyName,
      policyDocument: newer(2),
      policyVersionId: '2',
      isDefaultVersion: false,
      creationDate: expect.any(Date) as Date,
    });
    const missing = aws.getPolicyVersion({ policyName, policyVersionId: '9' });
    expect(await refusal(missing)).toEqual(['ResourceNotFoundException', 404]);
  });

  it('ties policies and certificates with the calls of both families, page by page', async () => {
    const { certificateArn: target = '' } = await aws.createKeysAndCertificate({});
    const names = ['tie-1', 'tie-2', 'tie-3'];
    for (const policyName of names) {
      await aws.createPolicy({ policyName, policyDocument: POLICY });
      await aws.attachPrincipalPolicy({ policyName, principal: target });
    }
    const byTarget = await collect(paginateListAttachedPolicies({ client: aws, pageSize: 2 }, { target }));
    const byPrincipal = await collect(
      paginateListPrincipalPolicies({ client: aws, pageSize: 2 }, { principal: target }),
    );
    for (const pages of [byTarget, byPrincipal]) {
      expect(pages.map(({ policies = [] }) => policies.map(({ policyName }) => policyName))).toEqual([
        ['tie-1', 'tie-2'],
        ['tie-3'],
      ]);
    }
    const second = await aws.createKeysAndCertificate({});
    await aws.attachPolicy({ policyName: 'tie-1', target: second.certificateArn });
    const arns = [target, second.certificateArn].sort();
    const targets = await collect(paginateListTargetsForPolicy({ client: aws, pageSize: 1 }, { policyName: 'tie-1' }));
    expect(targets.map((page) => page.targets)).toEqual(arns.map((one) => [one]));
    const principals = await collect(
      paginateListPolicyPrincipals({ client: aws, pageSize: 1 }, { policyName: 'tie-1' }),
    );
    expect(principals.map((page) => page.principals)).toEqual(arns.map((one) => [one]));

    await aws.detachPrincipalPolicy({ policyName: 'tie-2', principal: target });
    const { effectivePolicies } = await aws.getEffectivePolicies({ principal: target });
    expect(effectivePolicies).toEqual(
      ['tie-1', 'tie-3'].map((policyName) => ({
        policyName,
        policyArn: testArn(`policy/${policyName}`),
        policyDocument: POLICY,
      })),
    );
    for (let index = 0; index < 8; index++) {
      await aws.createPolicy({ policyName: `many-${index}`, policyDocument: POLICY });
      await aws.attachPolicy({ policyName: `many-${index}`, target });
    }
    expect(await refusal(aws.attachPolicy({ policyName: 'tie-2', target }))).toEqual(['LimitExceededException', 410]);
  });

  it('count for the things of a group and of the groups below it', async () => {
    await aws.createThingGroup({ thingGroupName: 'above' });
    await aws.createThingGroup({ thingGroupName: 'below', parentGroupName: 'above' });
    await aws.createThing({ thingName: 'member' });
    await aws.addThingToThingGroup({ thingGroupName: 'below', thingName: 'member' });
    const { certificateArn: principal = '' } = await aws.createKeysAndCertificate({});
    await aws.attachThingPrincipal({ thingName: 'member', principal });
    await aws.createPolicy({ policyName: 'of-above', policyDocument: POLICY, tags: [{ Key: 'for', Value: 'groups' }] });
    await aws.attachPolicy({ policyName: 'of-above', target: testArn('thinggroup/above') });

    const connect = { actionType: 'CONNECT' as const, resources: [testArn('client/member')] };
    const decision = async (clientId: string) =>
      (await aws.testAuthorization({ principal, clientId, authInfos: [connect] })).authResults?.[0]?.authDecision;
    expect(await decision('member')).toBe('ALLOWED');
    expect(await decision('stranger')).toBe('IMPLICIT_DENY');
    const names = ({ policies = [] }: { policies?: { policyName?: string | undefined }[] | undefined }) =>
      policies.map(({ policyName }) => policyName);
    expect(names(await aws.listAttachedPolicies({ target: principal }))).toEqual([]);
    expect(names(await aws.listAttachedPolicies({ target: principal, recursive: true }))).toEqual(['of-above']);
    expect(names(await aws.listAttachedPolicies({ target: testArn('thinggroup/below') }))).toEqual([]);
    const { effectivePolicies = [] } = await aws.getEffectivePolicies({ thingName: 'member' });
    expect(effectivePolicies.map(({ policyName }) => policyName)).toEqual(['of-above']);
    expect(await refusal(aws.deletePolicy({ policyName: 'of-above' }))).toEqual(['DeleteConflictException', 409]);
    await aws.removeThingFromThingGroup({ thingGroupName: 'below', thingName: 'member' });
    await aws.deleteThingGroup({ thingGroupName: 'below' });
    await aws.deleteThingGroup({ thingGroupName: 'above' });
    await aws.deletePolicy({ policyName: 'of-above' });
  });

  it('tells what policies would decide, and what they would have to know', async () => {
    const statement = (Effect: string, Action: string, resource: string): object => ({
      Effect,
      Action,
      Resource: testArn(resource),
    });
    const create = (policyName: string, Statement: readonly object[]) =>
      aws.createPolicy({
        policyName,
        policyDocument: JSON.stringify({ Version: '2012-10-17', Statement }),
      });
    await create('open', [
      statement('Allow', 'iot:Connect', 'client/${iot:Connection.Thing.ThingName}'),
      statement('Allow', 'iot:Publish', 'topic/${iot:ClientId}/*'),
    ]);
    await create('closed', [statement('Deny', 'iot:Publish', 'topic/*/secret')]);
    const { certificateArn: principal = '' } = await aws.createKeysAndCertificate({});
    for (const policyName of ['open', 'closed']) {
      await aws.attachPolicy({ policyName, target: principal });
    }
    await aws.createThing({ thingName: 'tested' });
    await aws.attachThingPrincipal({ thingName: 'tested', principal });
    const authInfos = [
      { actionType: 'CONNECT' as const, resources: [testArn('client/tested')] },
      { actionType: 'PUBLISH' as const, resources: [testArn('topic/tested/a'), testArn('topic/tested/b')] },
      { actionType: 'PUBLISH' as const, resources: [testArn('topic/tested/secret')] },
      { actionType: 'SUBSCRIBE' as const, resources: [testArn('topicfilter/tested/#')] },
    ];
    const test = async (more: object) => {
      const { authResults = [] } = await aws.testAuthorization({ principal, authInfos, ...more });
      return authResults;
    };
    const named = (...names: readonly string[]) =>
      names.map((policyName) => ({ policyName, policyArn: testArn(`policy/${policyName}`) }));
    const results = await test({ clientId: 'tested' });
    expect(results.map(({ authDecision }) => authDecision)).toEqual([
      'ALLOWED',
      'ALLOWED',
      'EXPLICIT_DENY',
      'IMPLICIT_DENY',
    ]);
    expect(results[2]).toEqual({
      authInfo: authInfos[2],
      allowed: { policies: named('open') },
      denied: { implicitDeny: { policies: [] }, explicitDeny: { policies: named('closed') } },
      authDecision: 'EXPLICIT_DENY',
      missingContextValues: [],
    });
    expect(results[3]?.denied?.implicitDeny?.policies).toEqual(named('open', 'closed'));
    const withoutClient = await test({});
    expect(withoutClient.map(({ missingContextValues }) => missingContextValues)).toEqual([
      ['iot:Connection.Thing.ThingName'],
      ['iot:ClientId'],
      ['iot:ClientId'],
      [],
    ]);
    const changed = await test({ clientId: 'tested', policyNamesToSkip: ['closed'], policyNamesToAdd: ['tie-1'] });
    expect(changed.map(({ authDecision }) => authDecision)).toEqual(['ALLOWED', 'ALLOWED', 'ALLOWED', 'IMPLICIT_DENY']);
    expect(await refusal(test({ cognitoIdentityPoolId: 'pool' }))).toEqual(['InvalidRequestException', 400]);
  });
});
