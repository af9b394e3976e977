import { describe, expect, it } from 'vitest';
import { parsePolicyDocument } from './policy-document.ts';
import { evaluatePolicies, type IotAction, type PolicyContext } from './policy-evaluation.ts';

const PLACE = 'arn:aws:iot:eu-north-1:123456789012';
const CONTEXT: PolicyContext = { clientId: 'st-1', thingName: 'st-1', isThingAttached: true };

function decide(statements: readonly object[], action: IotAction, resource: string, context = CONTEXT) {
  const text = JSON.stringify({ Version: '2012-10-17', Statement: statements });
  return evaluatePolicies(
    [{ name: 'p', document: parsePolicyDocument(text) }],
    action,
    `${PLACE}:${resource}`,
    context,
  );
}

function allow(Action: string | readonly string[], Resource: string | readonly string[], more: object = {}) {
  return { Effect: 'Allow', Action, Resource, ...more };
}

describe('policies', () => {
  it('allow nothing by themselves, and a Deny wins over every Allow', () => {
    const allowed = allow('iot:*', '*');
    const denied = { Sid: 'NotHere', Effect: 'Deny', Action: ['iot:Publish'], Resource: [`${PLACE}:topic/secret/*`] };
    expect(decide([allowed, denied], 'iot:Publish', 'topic/secret/a')).toEqual({
      isAllowed: false,
      action: 'iot:Publish',
      resource: `${PLACE}:topic/secret/a`,
      reason: `iot:Publish on ${PLACE}:topic/secret/a is refused by statement "NotHere" of "p"`,
    });
    expect(decide([allowed, denied], 'iot:Publish', 'topic/open').reason).toBe(
      `iot:Publish on ${PLACE}:topic/open is allowed by statement 1 of "p"`,
    );
    expect(decide([allow('iot:Connect', '*')], 'iot:Publish', 'topic/a').reason).toBe(
      `iot:Publish on ${PLACE}:topic/a is refused: no statement of "p" allows it`,
    );
    expect(evaluatePolicies([], 'iot:Connect', 'x', CONTEXT).reason).toBe(
      'iot:Connect on x is refused: no policy is attached to the certificate',
    );
  });

  it('match * over levels, ? as one character and MQTT wildcards as plain text', () => {
    const matches = (pattern: string, resource: string): boolean =>
      decide([allow('iot:Subscribe', `${PLACE}:topicfilter/${pattern}`)], 'iot:Subscribe', `topicfilter/${resource}`)
        .isAllowed;
    expect(
      [
        ['sensor/*', 'sensor/a/b'],
        ['sensor/*', 'sensor/#'],
        ['sensor/+', 'sensor/a'],
        ['sensor/+', 'sensor/+'],
        ['s?nsor', 'sensor'],
        ['s?nsor', 'snsor'],
        ['*a*b*c', 'xxaxxbxxabc'],
        ['*a*b*c', 'xxaxxbxxab'],
        ['a', 'a/b'],
      ].map(([pattern = '', resource = '']) => matches(pattern, resource)),
    ).toEqual([true, true, false, true, true, false, true, false, false]);
  });

  it('fill in variables as plain text, and never match where one is unknown', () => {
    const own = [allow('iot:Publish', `${PLACE}:topic/\${iot:Connection.Thing.ThingName}/\${iot:ClientId}`)];
    expect(decide(own, 'iot:Publish', 'topic/st-1/st-1').isAllowed).toBe(true);
    expect(decide(own, 'iot:Publish', 'topic/st-2/st-1').isAllowed).toBe(false);
    const detached = { ...CONTEXT, thingName: undefined, isThingAttached: false };
    expect(decide(own, 'iot:Publish', 'topic//st-1', detached).isAllowed).toBe(false);
    const star = { ...CONTEXT, clientId: '*' };
    const client = [allow('iot:Publish', `${PLACE}:topic/\${iot:ClientId}`)];
    expect(decide(client, 'iot:Publish', 'topic/anything', star).isAllowed).toBe(false);
  });

  it('hold conditions on attachment and client id', () => {
    const attached = [
      allow('iot:Connect', '*', { Condition: { Bool: { 'iot:Connection.Thing.IsAttached': 'true' } } }),
    ];
    expect(decide(attached, 'iot:Connect', 'client/st-1').isAllowed).toBe(true);
    expect(decide(attached, 'iot:Connect', 'client/st-1', { ...CONTEXT, isThingAttached: false }).isAllowed).toBe(
      false,
    );
    const named = [allow('iot:Connect', '*', { Condition: { StringLike: { 'iot:ClientId': ['a*', 'st-?'] } } })];
    expect(decide(named, 'iot:Connect', 'client/st-1').isAllowed).toBe(true);
    expect(decide(named, 'iot:Connect', 'client/b', { ...CONTEXT, clientId: 'b' }).isAllowed).toBe(false);
  });

  it('are refused when they ask for what the lab cannot honour', () => {
    const broken = [
      allow('iot:Connect', '*', { NotAction: 'x' }),
      allow('s3:PutObject', '*'),
      allow('iot:Connect', 'client/st-1'),
      allow('iot:Connect', `${PLACE}:client/\${iot:Certificate.Subject.CommonName}`),
      allow('iot:Connect', '*', { Condition: { IpAddress: { 'aws:SourceIp': '1.2.3.4' } } }),
      allow('iot:Connect', '*', { Condition: { StringEquals: { 'aws:SourceIp': '1.2.3.4' } } }),
    ];
    for (const statement of broken) {
      expect(() => decide([statement], 'iot:Connect', 'client/st-1')).toThrow('Policy document is malformed');
    }
  });
});
