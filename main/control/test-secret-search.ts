/** For the tests: finds a secret in any bytes, in whatever form it may have leaked: raw, hex, base64 at each alignment, twice encoded, as numbers, escaped, zipped. */
import { createPrivateKey, type KeyObject } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { unzipSync } from 'fflate';

/** `name` tells a failed test what was found; never a part of the secret. */
export type Secret = { readonly name: string; readonly needles: readonly Buffer[] };

export type Finding = { readonly place: string; readonly secret: string };

/** Every encoding of a private key holds its secret numbers whole, so a part from their middle is looked for. */
const FROM = 4;
const TO = 28;
const PEM_HEADER = /-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----/;
/** What splits base64 into lines, also where it was escaped once or twice. */
const LINE_ENDS = /\\+[rn]|[\r\n\t ]/g;

/** `key`: any PEM or a key object. */
export function secretOfKey(name: string, key: string | KeyObject): Secret {
  const { d, p, q } = (typeof key === 'string' ? createPrivateKey(key) : key).export({ format: 'jwk' });
  const numbers = [d, p, q].flatMap((part) => (part === undefined ? [] : [Buffer.from(part, 'base64url')]));
  return { name, needles: numbers.flatMap((number) => formsOf(number.subarray(FROM, TO))) };
}

/** A password, or a secret that is text: as it is and encoded. */
export function secretOfText(name: string, text: string): Secret {
  return { name, needles: formsOf(Buffer.from(text, 'utf8')) };
}

/** 32 random bytes that are kept as base64. */
export function secretOfBytes(name: string, bytes: Buffer): Secret {
  return { name, needles: formsOf(bytes.subarray(0, TO)) };
}

function formsOf(bytes: Buffer): readonly Buffer[] {
  const encoded = base64At(bytes);
  return [
    bytes,
    Buffer.from(bytes.toString('hex')),
    Buffer.from(bytes.toString('hex').toUpperCase()),
    Buffer.from([...bytes].join(',')),
    ...encoded,
    ...encoded.map((text) => Buffer.from(text.toString().replaceAll('+', '-').replaceAll('/', '_'))),
    ...encoded.flatMap(base64At),
  ].map((form) => Buffer.from(form));
}

/** What is sure to appear in the base64 of anything that holds the bytes, wherever in it they begin. */
function base64At(bytes: Buffer): readonly Buffer[] {
  return [0, 1, 2].map((before) => {
    const text = Buffer.concat([Buffer.alloc(before), bytes])
      .toString('base64')
      .replaceAll('=', '');
    const isCut = (before + bytes.length) % 3 !== 0;
    // The first and the last letter may hold bits of their neighbours.
    return Buffer.from(text.slice(before === 0 ? 0 : before + 1, isCut ? -1 : undefined));
  });
}

/** In one piece of bytes; `place` is what it is called in the findings. */
export function searchBytes(place: string, bytes: Buffer, secrets: readonly Secret[]): readonly Finding[] {
  const text = bytes.toString('latin1');
  const joined = Buffer.from(text.replace(LINE_ENDS, ''), 'latin1');
  const spread = Buffer.from(text.replaceAll('\0', ''), 'latin1');
  const found = secrets
    .filter(({ needles }) => needles.some((needle) => [bytes, joined, spread].some((where) => where.includes(needle))))
    .map(({ name }) => ({ place, secret: name }));
  return PEM_HEADER.test(text) ? [...found, { place, secret: 'a PEM private key' }] : found;
}

/** In every file below the folder, their names too, and in what is packed in them. Also tells which files were read. */
export async function searchFolder(
  folder: string,
  secrets: readonly Secret[],
): Promise<{ readonly files: readonly string[]; readonly findings: readonly Finding[] }> {
  const findings: Finding[] = [];
  const files: string[] = [];
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const place = relative(folder, path);
    files.push(place);
    findings.push(...searchBytes(place, Buffer.from(place), secrets));
    for (const bytes of unpacked(await readFile(path))) findings.push(...searchBytes(place, bytes, secrets));
  }
  return { files, findings };
}

/** By the first bytes, because the lake's objects need no ending. */
function unpacked(bytes: Buffer): readonly Buffer[] {
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) return [bytes, gunzipSync(bytes)];
  if (bytes.subarray(0, 4).equals(Buffer.from('PK\x03\x04', 'latin1')))
    return [bytes, ...Object.values(unzipSync(bytes)).map((content) => Buffer.from(content))];
  return [bytes];
}
