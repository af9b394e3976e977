/** Hashes of one text, in lower-case hex. */
import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import { toText } from '../conversions.ts';
import { always, type SqlFunction } from './function.ts';
import { md2 } from './md2.ts';

export const HASH_FUNCTIONS: readonly (readonly [name: string, SqlFunction])[] = [
  ['md2', hash((text) => md2(Buffer.from(text)))],
  ...['md5', 'sha1', 'sha224', 'sha256', 'sha384', 'sha512'].map(
    (name) => [name, hash((text) => createHash(name).update(text).digest('hex'))] as const,
  ),
];

function hash(digest: (text: string) => string): SqlFunction {
  return always([1, 1], ([value], { version }) => {
    const text = toText(value, version);
    return text === undefined ? undefined : digest(text);
  });
}
