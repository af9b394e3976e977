import 'reflect-metadata';
import { GeneralName, SubjectAlternativeNameExtension, X509CertificateGenerator, cryptoProvider } from '@peculiar/x509';
import { webcrypto } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { readCertificateAttributes } from './certificate-attributes.ts';
import { parsePolicyDocument } from './policy-document.ts';
import { compilePolicy, type CompiledPolicy } from './compile-policy.ts';
import { evaluatePolicies, type IotAction } from './policy-evaluation.ts';
import type { PolicyContext } from './policy-variables.ts';

const PLACE = 'arn:aws:iot:eu-north-1:123456789012';
const CONTEXT: PolicyContext = {
  clientId: 'st-1',
  thing: { thingName: 'st-1', thingTypeName: 'Station', attributes: { site: 'Vik', 'Floor.1': 'roof' } },
  isThingAttached: true,
  certificate: { certificateId: 'ab12', attributes: () => ({ valuesOf: () => [] }) },
  sourceIp: '127.0.0.1',
  domainName: 'localhost',
  now: () => Date.parse('2026-03-01T12:00:00Z'),
};
const DETACHED: PolicyContext = { ...CONTEXT, thing: undefined, isThingAttached: false };

function policyOf(statements: readonly object[]): CompiledPolicy {
  const text = JSON.stringify({ Version: '2012-10-17', Statement: statements });
  return compilePolicy('p', '1', parsePolicyDocument(text));
}

function decide(statements: readonly object[], action: IotAction, resource: string, context = CONTEXT) {
  return evaluatePolicies([policyOf(statements)], action, `${PLACE}:${resource}`, context);
}

function allow(Action: string | readonly string[], Resource: string | readonly string[], more: object = {}) {
  return { Effect: 'Allow', Action, Resource, ...more };
}

/** Whether a condition holds. */
function holds(Condition: object, context = CONTEXT): boolean {
  return decide([allow('iot:Connect', '*', { Condition })], 'iot:Connect', 'client/st-1', context).isAllowed;
}

describe('policies', () => {
  it('allow nothing by themselves, and a Deny wins over every Allow', () => {
    const allowed = allow('iot:*', '*');
    const denied = { Sid: 'NotHere', Effect: 'Deny', Action: ['iot:Publish'], Resource: [`${PLACE}:topic/secret/*`] };
    const where = { policyName: 'p', versionId: '1', index: 1, sid: 'NotHere' };
    expect(decide([allowed, denied], 'iot:Publish', 'topic/secret/a')).toEqual({
      isAllowed: false,
      action: 'iot:Publish',
      resource: `${PLACE}:topic/secret/a`,
      decidedBy: where,
      reason: `iot:Publish on ${PLACE}:topic/secret/a is refused by statement "NotHere" of "p"`,
      fix: { kind: 'change', where, statement: denied },
    });
    expect(decide([allowed, denied], 'iot:Publish', 'topic/open')).toMatchObject({
      isAllowed: true,
      decidedBy: { policyName: 'p', versionId: '1', index: 0, sid: null },
      reason: `iot:Publish on ${PLACE}:topic/open is allowed by statement 1 of "p"`,
      fix: null,
    });
    expect(decide([allow('iot:Connect', '*')], 'iot:Publish', 'topic/a')).toMatchObject({
      isAllowed: false,
      decidedBy: null,
      reason: `iot:Publish on ${PLACE}:topic/a is refused: no statement of "p" allows it`,
    });
    expect(evaluatePolicies([], 'iot:Connect', 'x', CONTEXT).reason).toBe(
      'iot:Connect on x is refused: no policy is attached to the certificate',
    );
  });

  it('name a statement that, once added, allows exactly what was refused', () => {
    for (const resource of ['topic/a/b', 'topic/odd*name', 'topic/${x}', 'topic/$aws/rules/r/t']) {
      const { fix } = decide([allow('iot:Connect', '*')], 'iot:Publish', resource);
      expect(fix?.kind).toBe('add');
      const statements = fix === null ? [] : [fix.statement];
      expect([resource, decide(statements, 'iot:Publish', resource).isAllowed]).toEqual([resource, true]);
      expect(decide(statements, 'iot:Publish', `${resource}/more`).isAllowed).toBe(false);
      expect(decide(statements, 'iot:Publish', 'topic/oddXname').isAllowed).toBe(false);
    }
  });

  it('name the condition that stands in the way', () => {
    const statement = allow('iot:Connect', '*', { Condition: { Bool: { 'iot:Connection.Thing.IsAttached': 'true' } } });
    expect(decide([statement], 'iot:Connect', 'client/st-1', DETACHED)).toMatchObject({
      reason: `iot:Connect on ${PLACE}:client/st-1 is refused: statement 1 of "p" would allow it, but its condition Bool on iot:Connection.Thing.IsAttached does not hold`,
      fix: { kind: 'change', where: { policyName: 'p', index: 0 } },
    });
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
        ['s?nsor', 's🌧nsor'],
        ['*a*b*c', 'xxaxxbxxabc'],
        ['*a*b*c', 'xxaxxbxxab'],
        ['a', 'a/b'],
        ['a${*}', 'a*'],
        ['a${*}', 'ab'],
      ].map(([pattern = '', resource = '']) => matches(pattern, resource)),
    ).toEqual([true, true, false, true, true, false, true, true, false, false, true, false]);
  });

  it('fill in variables as plain text, and never match where one is unknown', () => {
    const own = [allow('iot:Publish', `${PLACE}:topic/\${iot:Connection.Thing.ThingName}/\${iot:ClientId}`)];
    expect(decide(own, 'iot:Publish', 'topic/st-1/st-1').isAllowed).toBe(true);
    expect(decide(own, 'iot:Publish', 'topic/st-2/st-1').isAllowed).toBe(false);
    expect(decide(own, 'iot:Publish', 'topic//st-1', DETACHED).isAllowed).toBe(false);
    const star = { ...CONTEXT, clientId: '*' };
    const client = [allow('iot:Publish', `${PLACE}:topic/\${iot:ClientId}`)];
    expect(decide(client, 'iot:Publish', 'topic/anything', star).isAllowed).toBe(false);
    const attributes = [
      allow(
        'iot:Publish',
        `${PLACE}:topic/\${iot:Connection.Thing.ThingTypeName}/\${iot:Connection.Thing.Attributes[site]}/\${iot:CertificateId}`,
      ),
    ];
    expect(decide(attributes, 'iot:Publish', 'topic/Station/Vik/ab12').isAllowed).toBe(true);
    expect(decide(attributes, 'iot:Publish', 'topic/Station/Vik/ab12', DETACHED).isAllowed).toBe(false);
  });

  it('hold conditions of every kind on what is known of the connection', () => {
    const cases: [object, boolean][] = [
      [{ Bool: { 'iot:Connection.Thing.IsAttached': 'true' } }, true],
      [{ StringLike: { 'iot:ClientId': ['a*', 'st-?'] } }, true],
      [{ StringNotLike: { 'iot:ClientId': ['a*', 'st-?'] } }, false],
      [{ StringEquals: { 'iot:clientid': '${iot:Connection.Thing.ThingName}' } }, true],
      [{ StringEqualsIgnoreCase: { 'iot:Connection.Thing.Attributes[Floor.1]': 'ROOF' } }, true],
      [{ StringEquals: { 'iot:Connection.Thing.Attributes[other]': 'x' } }, false],
      [{ StringNotEquals: { 'iot:Connection.Thing.Attributes[other]': 'x' } }, true],
      [{ StringEqualsIfExists: { 'iot:Connection.Thing.Attributes[other]': 'x' } }, true],
      [{ Null: { 'iot:Connection.Thing.Attributes[other]': 'true' } }, true],
      [{ Null: { 'iot:ClientId': true } }, false],
      [{ IpAddress: { 'aws:SourceIp': ['10.0.0.0/8', '127.0.0.0/8'] } }, true],
      [{ NotIpAddress: { 'aws:SourceIp': '127.0.0.1' } }, false],
      [{ DateGreaterThan: { 'aws:CurrentTime': '2026-02-28T00:00:00Z' } }, true],
      [{ DateLessThan: { 'aws:CurrentTime': '2026-02-28T00:00:00Z' } }, false],
      [{ NumericLessThan: { 'aws:EpochTime': 1_000_000_000 } }, false],
      [{ StringEquals: { 'iot:DomainName': 'localhost' }, StringLike: { 'iot:ClientId': 'nobody' } }, false],
      [{ 'ForAllValues:StringEquals': { 'iot:Certificate.Subject.Organization.List': 'x' } }, true],
      [{ 'ForAnyValue:StringEquals': { 'iot:Certificate.Subject.Organization.List': 'x' } }, false],
    ];
    expect(cases.map(([condition]) => [condition, holds(condition)])).toEqual(cases);
  });

  it('know what a certificate says of its subject, issuer and alternative names', async () => {
    cryptoProvider.set(webcrypto);
    const keys = await webcrypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify']);
    const certificate = await X509CertificateGenerator.createSelfSigned(
      {
        name: 'CN=one,CN=two,O=Wind\\, Rain,2.5.4.46=bulb,C=FR',
        serialNumber: '921285cbb7a5e086',
        keys,
        signingAlgorithm: { name: 'ECDSA', hash: 'SHA-256' },
        extensions: [
          new SubjectAlternativeNameExtension([
            new GeneralName('dns', 'example.com'),
            new GeneralName('ip', '1.2.3.4'),
            new GeneralName('dn', 'C=US, O=IoT, CN=Bulb'),
          ]),
        ],
      },
      webcrypto,
    );
    const attributes = readCertificateAttributes(certificate.toString('pem'));
    const context = { ...CONTEXT, certificate: { certificateId: 'ab12', attributes: () => attributes } };
    const of = (name: string): readonly string[] => attributes.valuesOf(`iot:Certificate.${name}`);
    expect(
      [
        'Subject.CommonName',
        'subject.commonname.1',
        'Subject.CommonName.2',
        'Subject.CommonName.List',
        'Subject.Organization',
        'Issuer.DistinguishedNameQualifier',
        'Subject.AlternativeName.DNSName',
        'Subject.AlternativeName.IPAddress',
        'Subject.AlternativeName.DirectoryName',
        'SerialNumber',
      ].map(of),
    ).toEqual([
      ['one'],
      ['two'],
      [],
      ['one', 'two'],
      ['Wind\\, Rain'],
      ['bulb'],
      ['example.com'],
      ['1.2.3.4'],
      ['cn=Bulb,o=IoT,c=US'],
      ['10525622389124227206'],
    ]);
    const any = { 'ForAnyValue:StringEquals': { 'iot:Certificate.Subject.CommonName.List': ['two', 'three'] } };
    const all = { 'ForAllValues:StringEquals': { 'iot:Certificate.Subject.CommonName.List': ['two', 'three'] } };
    expect([holds(any, context), holds(all, context)]).toEqual([true, false]);
    const own = [allow('iot:Publish', `${PLACE}:topic/\${iot:Certificate.Subject.Country}/*`)];
    expect(decide(own, 'iot:Publish', 'topic/FR/x', context).isAllowed).toBe(true);
  });

  it('are refused when they ask for what the lab cannot honour', () => {
    const condition = (Condition: object): object => allow('iot:Connect', '*', { Condition });
    const broken: [object, string][] = [
      [allow('iot:Connect', '*', { NotAction: 'x' }), 'NotAction'],
      [allow('s3:PutObject', '*'), '"s3:PutObject" is no IoT action'],
      [allow('iot:Connect', 'client/st-1'), '"client/st-1" is no ARN'],
      [allow('iot:Connect', `${PLACE}:client/\${iot:Nothing}`), 'the variable ${iot:Nothing} is not in the lab'],
      [condition({ StringEquals: { 'aws:PrincipalTag/x': 'y' } }), '"aws:PrincipalTag/x" is not in the lab'],
      [condition({ ArnLike: { 'iot:ClientId': 'y' } }), '"ArnLike" is not in the lab'],
      [condition({ IpAddress: { 'aws:SourceIp': '1.2.3' } }), 'takes an IP address or range, not "1.2.3"'],
      [condition({ NumericEquals: { 'aws:EpochTime': 'noon' } }), 'takes a number'],
      [condition({ StringEquals: { 'iot:Certificate.Subject.CommonName.List': 'x' } }), 'put ForAnyValue:'],
    ];
    for (const [statement, message] of broken) {
      expect(() => decide([statement], 'iot:Connect', 'client/st-1')).toThrow(message);
    }
  });
});
