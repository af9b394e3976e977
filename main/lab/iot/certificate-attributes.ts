/**
 * What a certificate says of its subject and its issuer, under the names that IoT policies know.
 * https://docs.aws.amazon.com/iot/latest/developerguide/cert-policy-variables.html
 */
import 'reflect-metadata';
import { GeneralNames, Name, X509Certificate } from '@peculiar/x509';

export type CertificateAttributes = {
  /** `name` in any case, with AWS's suffixes `.1` (a later value) and `.List` (all); none where the certificate has no such value. */
  readonly valuesOf: (name: string) => readonly string[];
};

/** By AWS's name; the object identifiers are those of X.520. */
const NAME_PARTS: Readonly<Record<string, string>> = {
  DistinguishedNameQualifier: '2.5.4.46',
  Country: '2.5.4.6',
  Organization: '2.5.4.10',
  OrganizationalUnit: '2.5.4.11',
  State: '2.5.4.8',
  CommonName: '2.5.4.3',
  SerialNumber: '2.5.4.5',
  Title: '2.5.4.12',
  Surname: '2.5.4.4',
  GivenName: '2.5.4.42',
  Initials: '2.5.4.43',
  Pseudonym: '2.5.4.65',
  GenerationQualifier: '2.5.4.44',
};
/** AWS's name by the type of a general name. */
const ALTERNATIVE_NAMES: Readonly<Record<string, string>> = {
  email: 'RFC822Name',
  dns: 'DNSName',
  dn: 'DirectoryName',
  url: 'UniformResourceIdentifier',
  ip: 'IPAddress',
};
const SUBJECT_ALTERNATIVE_NAME = '2.5.29.17';
const ISSUER_ALTERNATIVE_NAME = '2.5.29.18';
const SERIAL_NUMBER = 'iot:Certificate.SerialNumber';
const AVAILABLE_KEYS = 'iot:Certificate.AvailableKeys';
/** AWS ignores further values of one attribute. */
const MOST_VALUES = 5;

const KNOWN = new Set(
  ['Subject', 'Issuer']
    .flatMap((side) => [
      ...Object.keys(NAME_PARTS).map((part) => `iot:Certificate.${side}.${part}`),
      ...Object.values(ALTERNATIVE_NAMES).map((part) => `iot:Certificate.${side}.AlternativeName.${part}`),
    ])
    .concat(SERIAL_NUMBER, AVAILABLE_KEYS)
    .map((name) => name.toLowerCase()),
);

export function isCertificateVariable(name: string): boolean {
  const { base, suffix } = splitName(name);
  return (
    KNOWN.has(base) &&
    (suffix === null || (base !== SERIAL_NUMBER.toLowerCase() && base !== AVAILABLE_KEYS.toLowerCase()))
  );
}

/** Throws what the parser says of a text that is no certificate. */
export function readCertificateAttributes(pem: string): CertificateAttributes {
  const certificate = new X509Certificate(pem);
  const found: [name: string, values: readonly string[]][] = [
    ...nameParts('Subject', certificate.subjectName),
    ...nameParts('Issuer', certificate.issuerName),
    ...alternativeNames('Subject', certificate, SUBJECT_ALTERNATIVE_NAME),
    ...alternativeNames('Issuer', certificate, ISSUER_ALTERNATIVE_NAME),
    // AWS writes it as a decimal number.
    [SERIAL_NUMBER, [BigInt(`0x${certificate.serialNumber}`).toString()]],
  ];
  const values = new Map(found.map(([name, all]) => [name.toLowerCase(), all.slice(0, MOST_VALUES)]));
  values.set(
    AVAILABLE_KEYS.toLowerCase(),
    found.map(([name]) => name),
  );
  return {
    valuesOf: (name) => {
      const { base, suffix } = splitName(name);
      const all = values.get(base) ?? [];
      if (suffix === 'list' || base === AVAILABLE_KEYS.toLowerCase()) return all;
      const value = all[suffix === null ? 0 : suffix];
      return value === undefined ? [] : [value];
    },
  };
}

function splitName(name: string): { readonly base: string; readonly suffix: number | 'list' | null } {
  const lower = name.toLowerCase();
  const found = /^(.*)\.(list|\d)$/.exec(lower);
  if (found === null) return { base: lower, suffix: null };
  const [, base = '', suffix = ''] = found;
  return { base, suffix: suffix === 'list' ? 'list' : Number(suffix) };
}

function nameParts(side: string, name: Name): [string, readonly string[]][] {
  return Object.entries(NAME_PARTS).flatMap(([part, identifier]): [string, readonly string[]][] => {
    const values = name.getField(identifier);
    return values.length === 0 ? [] : [[`iot:Certificate.${side}.${part}`, values.map(escaped)]];
  });
}

/** AWS puts a backslash before these. */
function escaped(value: string): string {
  return value.replace(/[,"\\+=<>;]/g, '\\$&');
}

function alternativeNames(side: string, certificate: X509Certificate, identifier: string): [string, string[]][] {
  const extension = certificate.getExtension(identifier);
  if (extension === null) return [];
  const byName = new Map<string, string[]>();
  for (const { type, value } of new GeneralNames(extension.value).items) {
    const part = ALTERNATIVE_NAMES[type];
    if (part === undefined) continue;
    const name = `iot:Certificate.${side}.AlternativeName.${part}`;
    byName.set(name, [...(byName.get(name) ?? []), type === 'dn' ? directoryName(value) : value]);
  }
  return [...byName];
}

/** From `C=US, CN=a` to the form AWS documents, `cn=a,c=US`. */
function directoryName(text: string): string {
  return new Name(text)
    .toJSON()
    .flatMap((part) => Object.entries(part))
    .reverse()
    .flatMap(([key, values]) => values.map((value) => `${/^\d/.test(key) ? key : key.toLowerCase()}=${value}`))
    .join(',');
}
