/** The bytes of a payload, for the eye: sixteen a line with their place and their letters, as hexadecimal editors show them. */
import type { TopicMessage } from '../../preload/shapes-topics.ts';

const PER_LINE = 16;

export function bytesOfMessage({ text, base64 }: Pick<TopicMessage, 'text' | 'base64'>): Uint8Array {
  if (base64 === null) return new TextEncoder().encode(text ?? '');
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}

export function hexLineCount(bytes: Uint8Array): number {
  return Math.ceil(bytes.length / PER_LINE);
}

export type HexLine = { readonly place: string; readonly hex: string; readonly letters: string };

export function hexLine(bytes: Uint8Array, line: number): HexLine {
  const part = [...bytes.subarray(line * PER_LINE, (line + 1) * PER_LINE)];
  return {
    place: (line * PER_LINE).toString(16).padStart(6, '0'),
    hex: part
      .map(twoDigits)
      .join(' ')
      .padEnd(PER_LINE * 3 - 1),
    letters: part.map((byte) => (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : '·')).join(''),
  };
}

/** `01 ff a0` */
export function hexText(bytes: Uint8Array): string {
  return Array.from(bytes, twoDigits).join(' ');
}

function twoDigits(byte: number): string {
  return byte.toString(16).padStart(2, '0');
}
