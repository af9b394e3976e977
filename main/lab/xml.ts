/** Writes the little XML that S3 and the Query services speak, and takes apart what read-xml.ts has read. */
import { AwsError } from './services.ts';

// Control characters cannot stand in XML as they are; AWS writes them as references too, although XML 1.0 knows only three of them.
// eslint-disable-next-line no-control-regex
const SPECIAL = /[&<>"\u0000-\u001f]/g;
const NAMES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function escapeText(text: string): string {
  return text.replace(SPECIAL, (character) => NAMES[character] ?? `&#${character.charCodeAt(0)};`);
}

/** `<name>value</name>`, escaped. */
export function leaf(name: string, value: string | number | boolean): string {
  return `<${name}>${escapeText(String(value))}</${name}>`;
}

/** `<name>` around finished children. */
export function branch(name: string, children: readonly string[], namespace?: string): string {
  return `<${name}${namespace === undefined ? '' : ` xmlns="${namespace}"`}>${children.join('')}</${name}>`;
}

export function xmlDocument(root: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${root}`;
}

/** The element's children; an element without any is an empty record. */
export function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  // Only blanks between the tags of an element without children.
  if (value === undefined || (typeof value === 'string' && value.trim() === '')) return {};
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw malformedXml();
  return value as Readonly<Record<string, unknown>>;
}

/** One or many elements of the same name as a list. */
export function asList(value: unknown): readonly unknown[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? (value as readonly unknown[]) : [value];
}

/** The element's text, undefined when it is absent. */
export function asText(value: unknown): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== 'string') throw malformedXml();
  return value;
}

export function malformedXml(): AwsError {
  return new AwsError(
    'MalformedXML',
    'The XML you provided was not well-formed or did not validate against our published schema',
  );
}
