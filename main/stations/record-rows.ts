/** Messages as lines of a file: NDJSON for programs, CSV (RFC 4180) for spreadsheets. Nothing of a payload is lost in either. */
import type { RecordFormat } from '../../preload/shapes-topics.ts';
import { bufferOf, textOf } from './payload-text.ts';
import type { Kept } from './topic-ring.ts';

export const CSV_HEAD = 'time,topic,qos,retained,bytes,encoding,payload\r\n';

/** Ends with the format's line break. */
export function recordRow(format: RecordFormat, message: Kept): string {
  return format === 'ndjson' ? ndjson(message) : csv(message);
}

/** The payload stands under `json` as it came when it is JSON, under `text` when it is text, else under `base64`. */
function ndjson({ at, topic, qos, retained, payload }: Kept): string {
  const head = JSON.stringify({ time: new Date(at).toISOString(), topic, qos, retained, bytes: payload.byteLength });
  return `${head.slice(0, -1)},${body(payload)}}\n`;
}

function body(payload: Uint8Array): string {
  const text = textOf(payload);
  if (text === null) return `"base64":"${bufferOf(payload).toString('base64')}"`;
  // Not parsed and written again: 12.0 would become 12. Line breaks in JSON stand between values only, so a space serves as well.
  return isJson(text) ? `"json":${text.trim().replace(/[\r\n]+/g, ' ')}` : `"text":${JSON.stringify(text)}`;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function csv({ at, topic, qos, retained, payload }: Kept): string {
  const text = textOf(payload);
  const encoding = text === null ? 'base64' : 'text';
  const content = text ?? bufferOf(payload).toString('base64');
  const fields = [new Date(at).toISOString(), topic, qos, retained, payload.byteLength, encoding, content];
  return `${fields.map((field) => quote(String(field))).join(',')}\r\n`;
}

function quote(field: string): string {
  return /[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
}
