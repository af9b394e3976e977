/** The UUID of a message: the same in every rule, action and replay, because it is made of the message's number. */
import { createHash } from 'node:crypto';

export function traceIdOf(sequence: number): string {
  const hex = createHash('sha256').update(`message ${sequence}`).digest('hex');
  // Version 8 of RFC 9562: its bits are the maker's own.
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
