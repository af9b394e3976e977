/** What a provisioning template asks for one device, with every function evaluated: plain wishes that can be carried out. */
import { createHash } from 'node:crypto';
import { evaluate, evaluateText, evaluateTexts, type Scope } from './intrinsics.ts';
import { templateError } from './template-error.ts';
import type { Override, Template, TemplateResource, TemplateValue } from './template.ts';

export type CertificatePlan = {
  readonly logicalName: string;
  readonly source:
    | { readonly kind: 'request'; readonly csrPem: string }
    | { readonly kind: 'registered'; readonly certificateId: string }
    | { readonly kind: 'pem'; readonly certificatePem: string; readonly caCertificatePem: string | undefined };
  readonly status: 'ACTIVE' | 'INACTIVE';
  /** What to do with the status of a certificate that is there already. */
  readonly statusOverride: Override | undefined;
  readonly principalType: 'EXCLUSIVE_THING' | 'NON_EXCLUSIVE_THING';
};

export type ThingPlan = {
  readonly logicalName: string;
  readonly thingName: string;
  readonly attributes: Readonly<Record<string, string>> | undefined;
  readonly thingTypeName: string | undefined;
  readonly thingGroups: readonly string[] | undefined;
  readonly overrides: {
    readonly AttributePayload?: Override | undefined;
    readonly ThingTypeName?: Override | undefined;
    readonly ThingGroups?: Override | undefined;
  };
};

export type PolicyPlan = {
  readonly logicalName: string;
  readonly policyName: string;
  /** Undefined for a policy that must be there already. */
  readonly document: string | undefined;
};

type Values = ReadonlyMap<string, string>;

/** Undefined when the template has no certificate. Throws AwsError InvalidRequestException with the place. */
export function planCertificate(template: Template, parameters: Values): CertificatePlan | undefined {
  const found = Object.entries(template.Resources).find(([, resource]) => resource.Type === 'AWS::IoT::Certificate');
  if (found === undefined) return undefined;
  const [logicalName, resource] = found;
  if (resource.Type !== 'AWS::IoT::Certificate') return undefined;
  const read = propertyReader(logicalName, resource, openScope(template, parameters, undefined), [
    'CertificateSigningRequest',
    'CertificateId',
    // The documentation's list spells it so, its examples as above.
    'CertificateID',
    'CertificatePem',
    'CACertificatePem',
    'Status',
    'ThingPrincipalType',
  ]);
  const status = (read.text('Status') ?? 'ACTIVE').toUpperCase();
  if (status !== 'ACTIVE' && status !== 'INACTIVE') {
    throw templateError(read.placeOf('Status'), `the status must be ACTIVE or INACTIVE, not "${status}"`);
  }
  const principalType = read.text('ThingPrincipalType') ?? 'NON_EXCLUSIVE_THING';
  if (principalType !== 'EXCLUSIVE_THING' && principalType !== 'NON_EXCLUSIVE_THING') {
    throw templateError(read.placeOf('ThingPrincipalType'), 'it must be EXCLUSIVE_THING or NON_EXCLUSIVE_THING');
  }
  const statusOverride = resource.OverrideSettings?.Status;
  return { logicalName, source: sourceOf(read), status, statusOverride, principalType };
}

function sourceOf(read: PropertyReader): CertificatePlan['source'] {
  const csrPem = read.text('CertificateSigningRequest');
  const certificateId = read.text('CertificateId') ?? read.text('CertificateID');
  const certificatePem = read.text('CertificatePem');
  const caCertificatePem = read.text('CACertificatePem');
  const given = [csrPem, certificateId, certificatePem].filter((value) => value !== undefined);
  if (given.length !== 1 || (caCertificatePem !== undefined && certificatePem === undefined)) {
    throw templateError(
      read.place,
      'a certificate is given by exactly one of CertificateSigningRequest, CertificateId, or CertificatePem with its CACertificatePem',
    );
  }
  if (csrPem !== undefined) return { kind: 'request', csrPem };
  if (certificatePem !== undefined) return { kind: 'pem', certificatePem, caCertificatePem };
  return { kind: 'registered', certificateId: certificateId ?? '' };
}

/** The rest of the device, once it is known which certificate it has. Throws AwsError InvalidRequestException with the place. */
export function planThingAndPolicies(
  template: Template,
  parameters: Values,
  certificateId: string | undefined,
): { readonly thing: ThingPlan | undefined; readonly policies: readonly PolicyPlan[] } {
  const scope = openScope(template, parameters, certificateId);
  evaluate(template.DeviceConfiguration, scope, 'DeviceConfiguration');
  const resources = Object.entries(template.Resources);
  const things = resources.flatMap(([name, resource]) =>
    resource.Type === 'AWS::IoT::Thing' ? [planThing(name, resource, scope)] : [],
  );
  const policies = resources.flatMap(([name, resource]) =>
    resource.Type === 'AWS::IoT::Policy' ? [planPolicy(name, resource, scope)] : [],
  );
  return { thing: things[0], policies };
}

type ThingResource = Extract<TemplateResource, { Type: 'AWS::IoT::Thing' }>;

function planThing(logicalName: string, resource: ThingResource, scope: Scope): ThingPlan {
  const read = propertyReader(logicalName, resource, scope, [
    'ThingName',
    'AttributePayload',
    'ThingTypeName',
    'ThingGroups',
  ]);
  const thingName = read.text('ThingName');
  if (thingName === undefined) throw templateError(read.place, 'a thing needs its ThingName');
  const payload = read.value('AttributePayload');
  const thingGroups = read.value('ThingGroups');
  return {
    logicalName,
    thingName,
    attributes: payload === undefined ? undefined : attributesOf(payload, scope, read.placeOf('AttributePayload')),
    thingTypeName: read.text('ThingTypeName'),
    thingGroups: thingGroups === undefined ? undefined : evaluateTexts(thingGroups, scope, read.placeOf('ThingGroups')),
    overrides: resource.OverrideSettings ?? {},
  };
}

function attributesOf(payload: TemplateValue, scope: Scope, place: string): Record<string, string> {
  const value = evaluate(payload, scope, place);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw templateError(place, 'expected an object of attribute names and values');
  }
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, evaluateText(inner, scope, `${place}.${name}`)]),
  );
}

function planPolicy(logicalName: string, resource: TemplateResource, scope: Scope): PolicyPlan {
  const read = propertyReader(logicalName, resource, scope, ['PolicyName', 'PolicyDocument']);
  const name = read.text('PolicyName');
  const given = read.value('PolicyDocument');
  if ((name === undefined) === (given === undefined)) {
    throw templateError(
      read.place,
      'a policy is given either by the PolicyName of one that exists or by its PolicyDocument',
    );
  }
  if (given === undefined) return { logicalName, policyName: name ?? '', document: undefined };
  const value = evaluate(given, scope, read.placeOf('PolicyDocument'));
  const document = typeof value === 'string' ? value : JSON.stringify(value);
  return { logicalName, policyName: policyNameOf(document), document };
}

/** "Defaults to a hash of the policy document": the same document is one policy, however many devices bring it. */
function policyNameOf(document: string): string {
  return createHash('sha256').update(document).digest('hex');
}

type PropertyReader = {
  /** Of the properties. */
  readonly place: string;
  readonly placeOf: (name: string) => string;
  readonly value: (name: string) => TemplateValue | undefined;
  readonly text: (name: string) => string | undefined;
};

function propertyReader(
  logicalName: string,
  { Properties: properties }: TemplateResource,
  scope: Scope,
  known: readonly string[],
): PropertyReader {
  const place = `Resources.${logicalName}.Properties`;
  const placeOf = (name: string): string => `${place}.${name}`;
  const unknown = Object.keys(properties).find((name) => !known.includes(name));
  if (unknown !== undefined) throw templateError(placeOf(unknown), reasonAgainst(unknown, known));
  const value = (name: string): TemplateValue | undefined => properties[name];
  return {
    place,
    placeOf,
    value,
    text: (name) => {
      const found = value(name);
      return found === undefined ? undefined : evaluateText(found, scope, placeOf(name));
    },
  };
}

function reasonAgainst(property: string, known: readonly string[]): string {
  if (property === 'BillingGroup') return 'the lab has no billing groups; use thing groups';
  if (property === 'PackageVersions') return 'the lab has no software packages';
  return `there is no such property here; there are ${known.join(', ')}`;
}

/** A Ref to a thing is its name, to a certificate its id, to a policy its name. */
function openScope(template: Template, parameters: Values, certificateId: string | undefined): Scope {
  const underWay: string[] = [];
  const valueOf = (name: string, place: string): string => {
    const parameter = parameters.get(name);
    if (parameter !== undefined) return parameter;
    const resource = Object.hasOwn(template.Resources, name) ? template.Resources[name] : undefined;
    if (resource === undefined) throw templateError(place, `there is no parameter or resource "${name}"`);
    if (underWay.includes(name)) throw templateError(place, `"${name}" refers to itself`);
    underWay.push(name);
    const value = valueOfResource(name, resource, place);
    underWay.pop();
    return value;
  };
  const scope: Scope = { mappings: template.Mappings, valueOf };
  const valueOfResource = (name: string, resource: TemplateResource, place: string): string => {
    switch (resource.Type) {
      case 'AWS::IoT::Thing':
        return planThing(name, { ...resource, Properties: onlyName(resource) }, scope).thingName;
      case 'AWS::IoT::Policy':
        return planPolicy(name, resource, scope).policyName;
      case 'AWS::IoT::Certificate':
        if (certificateId === undefined) {
          throw templateError(place, `the id of "${name}" is known only when the certificate has been made`);
        }
        return certificateId;
    }
  };
  return scope;
}

/** Its other properties may refer to other resources, which would be no circle. */
function onlyName({ Properties: properties }: TemplateResource): Record<string, TemplateValue> {
  const { ThingName: name } = properties;
  return name === undefined ? {} : { ThingName: name };
}
