/**
 * Reads the XML bodies that S3's clients send. Its own small reader, because the body may come from anybody who can sign: one pass without
 * going back, no document types, a few levels deep, and whatever S3's schemas cannot mean is refused.
 */
import { asRecord, malformedXml } from './xml.ts';

/** The deepest of S3's bodies have five levels. */
const MAX_DEPTH = 20;
/** The largest is the list of 10,000 parts. */
const MAX_ELEMENTS = 100_000;
const NAME = /[A-Za-z_][\w.-]*(?::[A-Za-z_][\w.-]*)?/y;
const ATTRIBUTE = /\s+[A-Za-z_][\w.:-]*\s*=\s*(?:"[^<"]*"|'[^<']*')/y;
const NUMBER = /^#(?:(\d{1,7})|x([0-9a-fA-F]{1,6}))$/;
const LONGEST_REFERENCE = 8;
const NAMED: ReadonlyMap<string, string> = new Map([
  ['lt', '<'],
  ['gt', '>'],
  ['amp', '&'],
  ['quot', '"'],
  ['apos', "'"],
]);
/** What XML 1.0 cannot carry, not even as a reference. */
// eslint-disable-next-line no-control-regex
const IMPOSSIBLE = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/;

const UTF8 = new TextDecoder('utf-8', { fatal: true });

type Fields = Record<string, unknown>;
type Open = { readonly name: string; readonly fields: Fields; hasChildren: boolean; text: string };
type Reader = { readonly text: string; at: number; elements: number };

/**
 * The children of the root element, which must have that name: nested records of text, where repeated elements are arrays. Attributes and
 * namespaces are left out. Throws AwsError MalformedXML.
 */
export function readXml(body: Buffer, root: string): Readonly<Record<string, unknown>> {
  const document = readDocument(decode(body));
  if (!Object.hasOwn(document, root)) throw malformedXml();
  return asRecord(document[root]);
}

function decode(body: Buffer): string {
  let text: string;
  try {
    text = UTF8.decode(body);
  } catch {
    throw malformedXml();
  }
  if (IMPOSSIBLE.test(text)) throw malformedXml();
  return text.replace(/\r\n?/g, '\n');
}

/** A record with the root element alone. */
function readDocument(text: string): Fields {
  const reader: Reader = { text, at: 0, elements: 0 };
  const document: Open = { name: '', fields: newFields(), hasChildren: false, text: '' };
  const path: Open[] = [document];
  for (;;) {
    const from = text.indexOf('<', reader.at);
    const element = path[path.length - 1] ?? document;
    element.text += unescape(text.slice(reader.at, from < 0 ? text.length : from));
    if (from < 0) break;
    reader.at = from;
    if (text.startsWith('<!--', from)) skip(reader, '-->');
    else if (text.startsWith('<?', from)) skip(reader, '?>');
    else if (text.startsWith('<![CDATA[', from))
      element.text += skip(reader, ']]>').slice('<![CDATA['.length, -']]>'.length);
    else if (text.startsWith('</', from)) close(reader, path);
    else open(reader, path);
  }
  if (path.length > 1 || document.text.trim() !== '' || Object.keys(document.fields).length !== 1) throw malformedXml();
  return document.fields;
}

/** Without a prototype: an element may be called "constructor". */
function newFields(): Fields {
  return Object.create(null) as Fields;
}

/** Returns what it went over, the end included. */
function skip(reader: Reader, end: string): string {
  const at = reader.text.indexOf(end, reader.at + 2);
  if (at < 0) throw malformedXml();
  const skipped = reader.text.slice(reader.at, at + end.length);
  reader.at = at + end.length;
  return skipped;
}

function open(reader: Reader, path: Open[]): void {
  reader.at += 1;
  const name = readName(reader);
  while (match(reader, ATTRIBUTE) !== null);
  skipBlanks(reader);
  const isEmpty = reader.text.startsWith('/>', reader.at);
  if (!isEmpty && reader.text[reader.at] !== '>') throw malformedXml();
  reader.at += isEmpty ? 2 : 1;
  path.push({ name, fields: newFields(), hasChildren: false, text: '' });
  reader.elements += 1;
  if (path.length > MAX_DEPTH || reader.elements > MAX_ELEMENTS) throw malformedXml();
  if (isEmpty) leave(path);
}

function close(reader: Reader, path: Open[]): void {
  reader.at += 2;
  const name = readName(reader);
  skipBlanks(reader);
  if (path.length < 2 || path[path.length - 1]?.name !== name || reader.text[reader.at] !== '>') throw malformedXml();
  reader.at += 1;
  leave(path);
}

function leave(path: Open[]): void {
  const element = path.pop();
  const parent = path[path.length - 1];
  if (element === undefined || parent === undefined) throw malformedXml();
  // No body of S3 mixes text with elements.
  if (element.hasChildren && element.text.trim() !== '') throw malformedXml();
  parent.hasChildren = true;
  const name = element.name.replace(/^.*:/, '');
  const value = element.hasChildren ? element.fields : element.text;
  const before = parent.fields[name];
  if (before === undefined) parent.fields[name] = value;
  else if (Array.isArray(before)) before.push(value);
  else parent.fields[name] = [before, value];
}

function readName(reader: Reader): string {
  const name = match(reader, NAME);
  if (name === null) throw malformedXml();
  return name;
}

function skipBlanks(reader: Reader): void {
  match(reader, /\s*/y);
}

function match(reader: Reader, pattern: RegExp): string | null {
  pattern.lastIndex = reader.at;
  const found = pattern.exec(reader.text)?.[0] ?? null;
  if (found !== null) reader.at += found.length;
  return found;
}

function unescape(text: string): string {
  if (text.includes(']]>')) throw malformedXml();
  if (!text.includes('&')) return text;
  // By hand, because a body may be references from end to end.
  const pieces = text.split('&');
  for (let index = 1; index < pieces.length; index++) {
    const piece = pieces[index] ?? '';
    const end = piece.indexOf(';');
    if (end < 0 || end > LONGEST_REFERENCE) throw malformedXml();
    pieces[index] = `${referenced(piece.slice(0, end))}${piece.slice(end + 1)}`;
  }
  return pieces.join('');
}

/** Any other name could only be explained by a document type. */
function referenced(name: string): string {
  const named = NAMED.get(name);
  if (named !== undefined) return named;
  const [, decimal, hex] = NUMBER.exec(name) ?? [];
  const code = decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number(decimal);
  const isPossible = code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff);
  const text = isPossible ? String.fromCodePoint(code) : '\u0000';
  if (IMPOSSIBLE.test(text)) throw malformedXml();
  return text;
}
