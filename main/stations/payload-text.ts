/** A payload as one line of a list: text where it is text, hexadecimal bytes where it is not. */
import { isUtf8 } from 'node:buffer';
import type { TopicDisplay } from '../../preload/shapes-topics.ts';

/** Characters of a preview. */
const PREVIEW = 240;
/** Characters left of what the search found. */
const BEFORE = 40;
const HEX_BYTES = 64;

/** The text of a payload; null when its bytes are no UTF-8. */
export function textOf(payload: Uint8Array): string | null {
  return isUtf8(payload) ? bufferOf(payload).toString('utf8') : null;
}

/** Whether topic or text holds `wanted`, which is in lower case. */
export function holds(topic: string, payload: Uint8Array, wanted: string): boolean {
  return topic.toLowerCase().includes(wanted) || bufferOf(payload).toString('utf8').toLowerCase().includes(wanted);
}

/** At most 240 characters in one line; with a search (in lower case) the part of the payload where it is found. */
export function previewOf(payload: Uint8Array, display: TopicDisplay, search: string): string {
  if (display === 'hex' || (display === 'auto' && !isUtf8(payload))) return hexOf(payload);
  // UTF-8 takes at most four bytes a character, so these bytes hold the preview; a character cut at the end is left out.
  if (search === '')
    return oneLine(
      bufferOf(payload)
        .toString('utf8', 0, PREVIEW * 4)
        .slice(0, PREVIEW),
    );
  const text = bufferOf(payload).toString('utf8');
  const found = text.toLowerCase().indexOf(search);
  if (found <= PREVIEW - BEFORE - search.length) return oneLine(text.slice(0, PREVIEW));
  return oneLine(`…${text.slice(found - BEFORE, found - BEFORE + PREVIEW)}`);
}

function hexOf(payload: Uint8Array): string {
  const shown = bufferOf(payload)
    .toString('hex', 0, HEX_BYTES)
    .replace(/..(?=.)/g, '$& ');
  return payload.byteLength > HEX_BYTES ? `${shown} …` : shown;
}

function oneLine(text: string): string {
  return /[\r\n\t]/.test(text) ? text.replace(/\s+/g, ' ') : text;
}

export function bufferOf(payload: Uint8Array): Buffer {
  return Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength);
}
