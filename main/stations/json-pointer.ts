/** Values inside a JSON payload by JSON Pointer (RFC 6901); a payload that is no JSON has none. */
import { textOf } from './payload-text.ts';

/** Longer payloads are not parsed for single values: AWS allows 128 kB, which a parser does in a millisecond. */
const LONGEST = 131_072;

/** Undefined when the payload is no JSON; parse once, look up many. */
export function jsonOf(payload: Uint8Array): unknown {
  if (payload.byteLength > LONGEST) return undefined;
  const text = textOf(payload);
  if (text === null) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** Undefined when there is no such value. `""` is the whole document. */
export function valueAt(document: unknown, pointer: string): unknown {
  let value = document;
  for (const step of pointer.split('/').slice(1)) {
    const name = step.replaceAll('~1', '/').replaceAll('~0', '~');
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
    value = (value as Readonly<Record<string, unknown>>)[name];
  }
  return value;
}
