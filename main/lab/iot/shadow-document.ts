/**
 * The documents of device shadows: how an update is read, merged and compared. Pure.
 * https://docs.aws.amazon.com/iot/latest/developerguide/device-shadow-document.html
 */
import { isDeepStrictEqual } from 'node:util';

export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export type JsonObject = { readonly [key: string]: Json };

const SECTIONS = ['desired', 'reported'] as const;
type Section = (typeof SECTIONS)[number];
type Sections = { readonly [Name in Section]?: JsonObject };

/** `metadata` has the form of `state` with a time (epoch seconds) in the place of each value. */
export type ShadowDocument = { readonly state: Sections; readonly metadata: Sections; readonly version: number };

export type ShadowUpdate = {
  /** Null empties a section. */
  readonly state: { readonly [Name in Section]?: JsonObject | null };
  readonly version: number | undefined;
  readonly clientToken: string | undefined;
};

/** A refusal with AWS's number and words: https://docs.aws.amazon.com/iot/latest/developerguide/device-shadow-error-messages.html */
export class ShadowError extends Error {
  readonly code: number;
  readonly clientToken: string | undefined;

  constructor(code: number, message: string, clientToken?: string) {
    super(message);
    this.name = 'ShadowError';
    this.code = code;
    this.clientToken = clientToken;
  }
}

const LARGEST_STATE_BYTES = 8 * 1024;
const LONGEST_TOKEN_BYTES = 64;
const DEEPEST = 6;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The whole request, which may be empty where `isOptional`. Throws ShadowError. */
export function readRequest(payload: Buffer, isOptional: boolean): JsonObject {
  if (isOptional && payload.length === 0) return {};
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(payload);
  } catch {
    throw new ShadowError(415, 'Unsupported documented encoding; supported encoding is UTF-8');
  }
  try {
    const value: unknown = JSON.parse(text);
    if (isObject(value)) return value;
  } catch {
    // Said below, as for JSON that is no object.
  }
  throw new ShadowError(400, 'Invalid JSON');
}

/** Undefined where there is none. Throws ShadowError. */
export function clientTokenOf({ clientToken }: JsonObject): string | undefined {
  if (clientToken === undefined) return undefined;
  if (typeof clientToken === 'string' && Buffer.byteLength(clientToken) <= LONGEST_TOKEN_BYTES) return clientToken;
  throw new ShadowError(400, 'Invalid clientToken');
}

/** Throws ShadowError. */
export function readUpdate(payload: Buffer): ShadowUpdate {
  const request = readRequest(payload, false);
  const clientToken = clientTokenOf(request);
  const refused = (message: string): ShadowError => new ShadowError(400, message, clientToken);
  const { state, version } = request;
  if (state === undefined || state === null) throw refused('Missing required node: state');
  if (!isObject(state)) throw refused('State node must be an object');
  if (version !== undefined && version !== null && !Number.isInteger(version)) throw refused('Invalid version');
  for (const name of Object.keys(state)) {
    if (name !== 'desired' && name !== 'reported') throw refused('State contains an invalid node');
  }
  const section = (name: Section): { readonly [Name in Section]?: JsonObject | null } => {
    const value = state[name];
    if (value === undefined) return {};
    if (value !== null && !isObject(value)) {
      throw refused(`${name === 'desired' ? 'Desired' : 'Reported'} node must be an object`);
    }
    if (depthOf(value) > DEEPEST) throw refused(`JSON contains too many levels of nesting; maximum is ${DEEPEST}`);
    return { [name]: value };
  };
  return {
    state: { ...section('desired'), ...section('reported') },
    version: typeof version === 'number' ? version : undefined,
    clientToken,
  };
}

/** The next version of the document. `before` is the last version, also of a shadow that was deleted. Throws ShadowError. */
export function applyUpdate(
  document: ShadowDocument | undefined,
  before: number,
  { state, version, clientToken }: ShadowUpdate,
  now: number,
): ShadowDocument {
  if (version !== undefined && version !== before) throw new ShadowError(409, 'Version conflict', clientToken);
  const merged = SECTIONS.map((name) => {
    const change = state[name];
    const [old, oldTimes] = [document?.state[name] ?? {}, document?.metadata[name] ?? {}];
    if (change === undefined) return { name, values: old, times: oldTimes };
    return change === null ? { name, values: {}, times: {} } : { name, ...merge(old, oldTimes, change, now) };
  }).filter(({ values }) => Object.keys(values).length > 0);
  const next: ShadowDocument = {
    state: Object.fromEntries(merged.map(({ name, values }) => [name, values])),
    metadata: Object.fromEntries(merged.map(({ name, times }) => [name, times])),
    version: before + 1,
  };
  if (Buffer.byteLength(JSON.stringify(next.state)) > LARGEST_STATE_BYTES) {
    throw new ShadowError(413, 'The payload exceeds the maximum size allowed', clientToken);
  }
  return next;
}

/** Objects are merged key by key, null removes a key, everything else (arrays too) is replaced whole. */
function merge(
  old: JsonObject,
  oldTimes: JsonObject,
  change: JsonObject,
  now: number,
): { readonly values: JsonObject; readonly times: JsonObject } {
  const values = new Map(Object.entries(old));
  const times = new Map(Object.entries(oldTimes));
  for (const [key, value] of Object.entries(change)) {
    if (value === null) {
      values.delete(key);
      times.delete(key);
    } else if (isObject(value)) {
      const [oldValue, oldTime] = [values.get(key), times.get(key)];
      const isMerged = isObject(oldValue) && isObject(oldTime);
      const inner = merge(isMerged ? oldValue : {}, isMerged ? oldTime : {}, value, now);
      values.set(key, inner.values);
      times.set(key, inner.times);
    } else {
      values.set(key, value);
      times.set(key, timesOf(value, now));
    }
  }
  // Unlike an assignment this is safe for a key like "__proto__".
  return { values: Object.fromEntries(values), times: Object.fromEntries(times) };
}

/** The metadata of a value that is written now; what null removes has none. */
export function timesOf(value: Json, now: number): Json {
  if (Array.isArray(value)) return value.map((item: Json) => timesOf(item, now));
  if (!isObject(value)) return { timestamp: now };
  const written = Object.entries(value).filter(([, inner]) => inner !== null);
  return Object.fromEntries(written.map(([key, inner]) => [key, timesOf(inner, now)]));
}

/** What is desired and not reported so, with the times at which it was desired; undefined when nothing is. */
export function deltaOf({ state, metadata }: ShadowDocument) {
  const found = difference(state.desired ?? {}, state.reported ?? {}, metadata.desired ?? {});
  return Object.keys(found.values).length === 0 ? undefined : { state: found.values, metadata: found.times };
}

function difference(
  desired: JsonObject,
  reported: JsonObject,
  desiredTimes: JsonObject,
): { readonly values: JsonObject; readonly times: JsonObject } {
  const values: [string, Json][] = [];
  const times: [string, Json][] = [];
  for (const [key, wanted] of Object.entries(desired)) {
    const actual = Object.hasOwn(reported, key) ? reported[key] : undefined;
    const time = desiredTimes[key] ?? {};
    if (isObject(wanted) && isObject(actual)) {
      const inner = difference(wanted, actual, isObject(time) ? time : {});
      if (Object.keys(inner.values).length === 0) continue;
      values.push([key, inner.values]);
      times.push([key, inner.times]);
    } else if (!isDeepStrictEqual(wanted, actual)) {
      values.push([key, wanted]);
      times.push([key, time]);
    }
  }
  return { values: Object.fromEntries(values), times: Object.fromEntries(times) };
}

function depthOf(value: Json): number {
  if (Array.isArray(value)) return Math.max(0, ...value.map(depthOf));
  if (!isObject(value)) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depthOf));
}
