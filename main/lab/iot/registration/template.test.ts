import { describe, expect, it } from 'vitest';
import { planCertificate, planThingAndPolicies } from './device-plan.ts';
import { parametersFor } from './parameters.ts';
import { parseTemplate } from './template.ts';

const plan = (template: object, given: object = {}) => {
  const parsed = parseTemplate(JSON.stringify(template));
  const parameters = parametersFor(parsed, given);
  return { certificate: planCertificate(parsed, parameters), ...planThingAndPolicies(parsed, parameters, 'cert-id') };
};
/** The name of a thing that is made of one function. */
const evaluated = (value: unknown, others: object = {}, given: object = {}): unknown =>
  plan({ ...others, Resources: { thing: { Type: 'AWS::IoT::Thing', Properties: { ThingName: value } } } }, given).thing
    ?.thingName;

describe('functions of a provisioning template', () => {
  const Parameters = { Serial: { Type: 'String' }, Place: { Type: 'String', Default: 'north' } };
  const Mappings = { Sites: { north: { Code: 'N', Codes: ['N1', 'N2'] } } };

  it.each([
    [{ Ref: 'Place' }, 'north'],
    [{ 'Fn::Join': ['-', ['st', { Ref: 'Serial' }, { Ref: 'Place' }]] }, 'st-7,8-north'],
    [{ 'Fn::Select': [1, ['a', 'b']] }, 'b'],
    [{ 'Fn::Select': ['0', { 'Fn::Split': [',', { Ref: 'Serial' }] }] }, '7'],
    [{ 'Fn::FindInMap': ['Sites', { Ref: 'Place' }, 'Code'] }, 'N'],
    [{ 'Fn::Select': ['1', { 'Fn::FindInMap': ['Sites', 'north', 'Codes'] }] }, 'N2'],
    [{ 'Fn::Sub': 'st-${Place}-${!Place}' }, 'st-north-${Place}'],
    [{ 'Fn::Sub': ['${where}-${Serial}', { where: { Ref: 'Place' } }] }, 'north-7,8'],
  ])('%j is %s', (value, expected) => {
    expect(evaluated(value, { Parameters, Mappings }, { Serial: '7,8', Unused: 'x' })).toBe(expected);
  });

  it.each([
    [{ Ref: 'Nobody' }, 'at \'Resources.thing.Properties.ThingName.Ref\': there is no parameter or resource "Nobody"'],
    [{ 'Fn::Select': [2, ['a']] }, 'there is no item 2 in a list of 1'],
    [{ 'Fn::FindInMap': ['Sites', 'south', 'Code'] }, 'ThingName.Fn::FindInMap.1\': there is no key "south"'],
    [{ 'Fn::Join': ['-', 'a'] }, "ThingName.Fn::Join.1': expected a list of strings"],
    [{ 'Fn::GetAtt': ['a', 'b'] }, 'the function Fn::GetAtt is not one of a provisioning template'],
    [{ Ref: 'Place', more: 'x' }, 'Ref must stand alone in its object'],
    [7, 'expected a string, found the number 7'],
    [{ Ref: 'thing' }, '"thing" refers to itself'],
  ])('%j is refused where it stands', (value, reason) => {
    const attempt = (): unknown => evaluated(value, { Parameters, Mappings }, { Serial: '1' });
    expect(attempt).toThrow(reason);
  });

  it('a parameter without value and without default is named', () => {
    expect(() => evaluated('x', { Parameters })).toThrow('parameter "Serial" has no value');
  });
});

describe('resources of a provisioning template', () => {
  it('plans certificate, thing and policies, which may refer to each other', () => {
    const Statement = [{ Effect: 'Allow', Action: 'iot:Connect', Resource: { 'Fn::Sub': 'arn:x:client/${thing}' } }];
    const template = {
      Parameters: { Name: { Type: 'String' }, CSR: { Type: 'String' } },
      Resources: {
        thing: {
          Type: 'AWS::IoT::Thing',
          Properties: {
            ThingName: { Ref: 'Name' },
            ThingTypeName: 'station',
            ThingGroups: ['all', { Ref: 'Name' }],
            AttributePayload: { certificate: { Ref: 'certificate' } },
          },
          OverrideSettings: { AttributePayload: 'MERGE', ThingTypeName: 'REPLACE', ThingGroups: 'DO_NOTHING' },
        },
        certificate: {
          Type: 'AWS::IoT::Certificate',
          Properties: { CertificateSigningRequest: { Ref: 'CSR' }, Status: 'Inactive' },
        },
        policy: { Type: 'AWS::IoT::Policy', Properties: { PolicyDocument: { Version: '2012-10-17', Statement } } },
        other: { Type: 'AWS::IoT::Policy', Properties: { PolicyName: 'made-by-hand' } },
      },
    };
    const document = JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: 'iot:Connect', Resource: 'arn:x:client/st-1' }],
    });
    expect(plan(template, { Name: 'st-1', CSR: 'csr' })).toEqual({
      certificate: {
        logicalName: 'certificate',
        source: { kind: 'request', csrPem: 'csr' },
        status: 'INACTIVE',
        statusOverride: undefined,
        principalType: 'NON_EXCLUSIVE_THING',
      },
      thing: {
        logicalName: 'thing',
        thingName: 'st-1',
        attributes: { certificate: 'cert-id' },
        thingTypeName: 'station',
        thingGroups: ['all', 'st-1'],
        overrides: { AttributePayload: 'MERGE', ThingTypeName: 'REPLACE', ThingGroups: 'DO_NOTHING' },
      },
      policies: [
        { logicalName: 'policy', policyName: expect.stringMatching(/^[0-9a-f]{64}$/) as string, document },
        { logicalName: 'other', policyName: 'made-by-hand', document: undefined },
      ],
    });
  });

  const thing = { Type: 'AWS::IoT::Thing', Properties: { ThingName: 'a' } };
  const certificate = (Properties: object) => ({ Resources: { c: { Type: 'AWS::IoT::Certificate', Properties } } });
  it.each([
    [{ Resources: {} }, "at 'Resources': there is no resource"],
    [{ Resources: { a: thing, b: thing } }, "at 'Resources.b': a template has at most one AWS::IoT::Thing"],
    [{ Resources: { a: { Type: 'AWS::S3::Bucket', Properties: {} } } }, 'expected AWS::IoT::Thing'],
    [{ Parameters: { P: { Type: 'Number' } }, Resources: { a: thing } }, "at 'Parameters.P.Type'"],
    [
      { Resources: { a: { ...thing, OverrideSettings: { ThingTypeName: 'MERGE' } } } },
      'OverrideSettings.ThingTypeName',
    ],
    [{ Resources: { a: { ...thing, Properties: { ThingName: 'a', BillingGroup: 'g' } } } }, 'no billing groups'],
    [certificate({}), 'exactly one of CertificateSigningRequest, CertificateId, or CertificatePem'],
    [certificate({ CertificateId: 'a', CertificatePem: 'b' }), 'exactly one of'],
    [certificate({ CertificateId: 'a', Status: 'REVOKED' }), 'must be ACTIVE or INACTIVE'],
    [certificate({ CertificateSigningRequest: { Ref: 'c' } }), 'known only when the certificate has been made'],
    [
      { Resources: { p: { Type: 'AWS::IoT::Policy', Properties: { PolicyName: 'p', PolicyDocument: '{}' } } } },
      'either by the PolicyName of one that exists or by its PolicyDocument',
    ],
  ])('%j is refused', (template, reason) => {
    expect(() => plan(template)).toThrow(reason);
  });

  it('what is not JSON, or too long, is refused', () => {
    expect(() => parseTemplate('{"Resources":')).toThrow('it is not valid JSON');
    expect(() => parseTemplate(' '.repeat(10_241))).toThrow('longer than 10240 characters');
  });
});
