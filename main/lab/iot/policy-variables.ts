/**
 * The variables and condition keys of AWS IoT policies: which there are, and what they say of one connection.
 * https://docs.aws.amazon.com/iot/latest/developerguide/iot-policy-variables.html
 */
import { isCertificateVariable, type CertificateAttributes } from './certificate-attributes.ts';

/** What policy variables and condition keys can say of a connection. What is undefined is not known, as in a test without a client id. */
export type PolicyContext = {
  readonly clientId: string | undefined;
  /** The thing the connection stands for: attached to its certificate, and named like its client id or attached exclusively. */
  readonly thing: ContextThing | undefined;
  /** Undefined where there is no certificate that a thing could be attached to. */
  readonly isThingAttached: boolean | undefined;
  readonly certificate: ContextCertificate | undefined;
  /** IPv4 or IPv6 of the client. */
  readonly sourceIp: string | undefined;
  /** The host name the client asked for in the TLS handshake. */
  readonly domainName: string | undefined;
  /** Epoch milliseconds. */
  readonly now: () => number;
};

type ContextThing = {
  readonly thingName: string;
  readonly thingTypeName: string | null;
  readonly attributes: Readonly<Record<string, string>>;
};

type ContextCertificate = {
  readonly certificateId: string;
  /** Reads the certificate when a policy asks for the first time. */
  readonly attributes: () => CertificateAttributes;
};

type Read = (context: PolicyContext) => string | undefined;

const SINGLE: Readonly<Record<string, Read>> = {
  'iot:ClientId': ({ clientId }) => clientId,
  'iot:Connection.Thing.ThingName': ({ thing }) => thing?.thingName,
  'iot:Connection.Thing.ThingTypeName': ({ thing }) => thing?.thingTypeName ?? undefined,
  'iot:Connection.Thing.IsAttached': ({ isThingAttached }) =>
    isThingAttached === undefined ? undefined : String(isThingAttached),
  'iot:CertificateId': ({ certificate }) => certificate?.certificateId,
  'iot:DomainName': ({ domainName }) => domainName,
  'aws:SourceIp': ({ sourceIp }) => sourceIp,
  'aws:CurrentTime': ({ now }) => new Date(now()).toISOString(),
  'aws:EpochTime': ({ now }) => String(Math.floor(now() / 1000)),
};
/** AWS compares the names of keys without regard to case. */
const BY_NAME = new Map(Object.entries(SINGLE).map(([name, read]) => [name.toLowerCase(), read]));
const ATTRIBUTE = /^iot:connection\.thing\.attributes\[([^\]]+)\]$/i;
const TIMES = ['aws:currenttime', 'aws:epochtime'];

/** The names as AWS writes them, for messages. */
export const VARIABLE_NAMES: readonly string[] = [
  ...Object.keys(SINGLE),
  'iot:Connection.Thing.Attributes[name]',
  'iot:Certificate.Subject.…',
  'iot:Certificate.Issuer.…',
  'iot:Certificate.SerialNumber',
  'iot:Certificate.AvailableKeys',
];

export function isKnownVariable(name: string): boolean {
  return BY_NAME.has(name.toLowerCase()) || ATTRIBUTE.test(name) || isCertificateVariable(name);
}

/** Whether the key holds several values, so that a condition needs ForAnyValue or ForAllValues. */
export function isListVariable(name: string): boolean {
  const lower = name.toLowerCase();
  return isCertificateVariable(name) && (lower.endsWith('.list') || lower === 'iot:certificate.availablekeys');
}

/** Whether the same connection may get another value a moment later. */
export function isTimeVariable(name: string): boolean {
  return TIMES.includes(name.toLowerCase());
}

/** The values of a condition key; none where the connection has no such value. */
export function valuesOf(name: string, context: PolicyContext): readonly string[] {
  const read = BY_NAME.get(name.toLowerCase());
  if (read !== undefined) return listOf(read(context));
  const attribute = ATTRIBUTE.exec(name)?.[1];
  if (attribute !== undefined) {
    const attributes = context.thing?.attributes ?? {};
    return listOf(Object.hasOwn(attributes, attribute) ? attributes[attribute] : undefined);
  }
  return context.certificate?.attributes().valuesOf(name) ?? [];
}

const LONGEST = 1024;
/** As AWS documents for certificates: a value with one of these is not filled in. */
const WILDCARDS = /[*$+?#]/;

/** What is written in the place of `${name}`; undefined where nothing is, and then the text matches nothing. */
export function substitutionOf(name: string, context: PolicyContext): string | undefined {
  const [value] = isListVariable(name) ? [] : valuesOf(name, context);
  if (value === undefined) return undefined;
  if (isCertificateVariable(name) && (value.length > LONGEST || WILDCARDS.test(value))) return undefined;
  return value;
}

function listOf(value: string | undefined): readonly string[] {
  return value === undefined ? [] : [value];
}
