/**
 * Device shadows, classic and named: what they hold, on disk before anyone is answered, and what they say on their reserved topics.
 * https://docs.aws.amazon.com/iot/latest/developerguide/device-shadow-mqtt.html
 */
import { z } from 'zod';
import type { KeptRecords } from './kept-records.ts';
import {
  applyUpdate,
  clientTokenOf,
  deltaOf,
  isObject,
  readRequest,
  readUpdate,
  ShadowError,
  timesOf,
  type JsonObject,
  type ShadowDocument,
} from './shadow-document.ts';

export type ShadowName = {
  readonly thing: string;
  /** Empty for the classic shadow. */
  readonly name: string;
};

/** A message the shadow service sends. */
export type ShadowMessage = { readonly topic: string; readonly payload: Buffer };

export type ShadowOutcome = { readonly answer: JsonObject; readonly messages: readonly ShadowMessage[] };

export type Shadows = {
  /** These throw, or reject with, ShadowError; what they resolve to is on disk. */
  readonly get: (shadow: ShadowName, payload: Buffer) => JsonObject;
  readonly update: (shadow: ShadowName, payload: Buffer) => Promise<ShadowOutcome>;
  readonly remove: (shadow: ShadowName, payload: Buffer) => Promise<ShadowOutcome>;
  /** Sorted. */
  readonly namesOf: (thing: string) => readonly string[];
  /** Undefined for a topic that asks nothing of a shadow; else resolves to what is to be answered, when the change is on disk. */
  readonly take: (topic: string, payload: Buffer) => Promise<readonly ShadowMessage[]> | undefined;
};

const PREFIX = 'h/';
const START = '$aws/things/';
const REQUEST = /^\$aws\/things\/([\w:-]{1,128})\/shadow\/(?:name\/([\w:-]{1,64})\/)?(get|update|delete)$/;
/** What all shadows together may take; one is at most 8 KB with about as much again in times. */
const MOST_BYTES = 64 * 1024 * 1024;
/** A shadow made anew within this time goes on counting its versions. */
const REMEMBERED_SECONDS = 48 * 3600;

const object = z.custom<JsonObject>(isObject);
const sections = z.object({ desired: object.optional(), reported: object.optional() });
const storedSchema = z.object({
  version: z.number(),
  /** Epoch seconds of a shadow that was deleted. */
  deleted: z.number().nullable(),
  state: sections,
  metadata: sections,
});
type Stored = z.infer<typeof storedSchema>;

/** Whether clients may publish to this topic of the service's own. */
export function isShadowRequest(topic: string): boolean {
  return topic.startsWith(START) && REQUEST.test(topic);
}

/** Throws what zod or JSON say when a stored shadow is damaged. */
export function openShadows(records: KeptRecords): Shadows {
  /** By thing, then by name. */
  const things = new Map<string, Map<string, { readonly stored: Stored; readonly bytes: number }>>();
  let bytes = 0;

  const hold = ({ thing, name }: ShadowName, stored: Stored | undefined, size: number): void => {
    const shadows = things.get(thing) ?? new Map<string, { readonly stored: Stored; readonly bytes: number }>();
    bytes += size - (shadows.get(name)?.bytes ?? 0);
    if (stored === undefined) shadows.delete(name);
    else shadows.set(name, { stored, bytes: size });
    if (shadows.size === 0) things.delete(thing);
    else things.set(thing, shadows);
  };
  for (const [key, value] of records.startingWith(PREFIX)) {
    const [thing = '', name = ''] = key.slice(PREFIX.length).split('/');
    const stored = storedSchema.parse(JSON.parse(value.toString('utf8')));
    const isForgotten = stored.deleted !== null && epochSecond() - stored.deleted > REMEMBERED_SECONDS;
    if (isForgotten) records.forget(key);
    else hold({ thing, name }, stored, value.length);
  }

  const storedOf = ({ thing, name }: ShadowName) => things.get(thing)?.get(name);
  const documentOf = (shadow: ShadowName): ShadowDocument | undefined => {
    const stored = storedOf(shadow)?.stored;
    return stored === undefined || stored.deleted !== null ? undefined : documentFrom(stored);
  };
  const existing = (shadow: ShadowName, clientToken: string | undefined): ShadowDocument => {
    const document = documentOf(shadow);
    if (document !== undefined) return document;
    const full = shadow.name === '' ? shadow.thing : `${shadow.thing}~${shadow.name}`;
    throw new ShadowError(404, `No shadow exists with name: '${full}'`, clientToken);
  };
  const save = async (shadow: ShadowName, stored: Stored): Promise<void> => {
    const value = Buffer.from(JSON.stringify(stored));
    const before = storedOf(shadow);
    if (bytes + value.length - (before?.bytes ?? 0) > MOST_BYTES) {
      throw new ShadowError(500, 'The lab holds too many shadows; delete some.');
    }
    hold(shadow, stored, value.length);
    try {
      await records.put(`${PREFIX}${shadow.thing}/${shadow.name}`, value);
    } catch {
      if (storedOf(shadow)?.stored === stored) hold(shadow, before?.stored, before?.bytes ?? 0);
      throw new ShadowError(500, 'Internal service failure');
    }
  };

  const get = (shadow: ShadowName, payload: Buffer): JsonObject => {
    const clientToken = clientTokenOf(readRequest(payload, true));
    const document = existing(shadow, clientToken);
    const { state, metadata, version } = document;
    const delta = deltaOf(document);
    return {
      state: { ...state, ...(delta === undefined ? {} : { delta: delta.state }) },
      metadata,
      version,
      timestamp: epochSecond(),
      ...tokenMember(clientToken),
    };
  };

  const update = async (shadow: ShadowName, payload: Buffer): Promise<ShadowOutcome> => {
    const request = readUpdate(payload);
    const timestamp = epochSecond();
    const previous = documentOf(shadow);
    const current = applyUpdate(previous, storedOf(shadow)?.stored.version ?? 0, request, timestamp);
    await save(shadow, { ...current, deleted: null });
    const token = tokenMember(request.clientToken);
    const { version } = current;
    const answer = { state: request.state, metadata: timesOf(request.state, timestamp), version, timestamp, ...token };
    const delta = deltaOf(current);
    const say = (end: string, content: JsonObject): ShadowMessage => message(shadow, `update/${end}`, content);
    return {
      answer,
      messages: [
        say('accepted', answer),
        ...(delta === undefined ? [] : [say('delta', { version, timestamp, ...delta, ...token })]),
        say('documents', {
          ...(previous === undefined ? {} : { previous }),
          current,
          timestamp,
          ...token,
        }),
      ],
    };
  };

  const remove = async (shadow: ShadowName, payload: Buffer): Promise<ShadowOutcome> => {
    const clientToken = clientTokenOf(readRequest(payload, true));
    const { version } = existing(shadow, clientToken);
    const timestamp = epochSecond();
    await save(shadow, { version, deleted: timestamp, state: {}, metadata: {} });
    const answer = { version, timestamp, ...tokenMember(clientToken) };
    return { answer, messages: [message(shadow, 'delete/accepted', answer)] };
  };

  const answer = async (shadow: ShadowName, action: string, payload: Buffer): Promise<readonly ShadowMessage[]> => {
    try {
      if (action === 'get') return [message(shadow, 'get/accepted', get(shadow, payload))];
      return (await (action === 'update' ? update(shadow, payload) : remove(shadow, payload))).messages;
    } catch (error) {
      if (!(error instanceof ShadowError)) throw error;
      const { code, message: text, clientToken } = error;
      const refusal = { code, message: text, timestamp: epochSecond(), ...tokenMember(clientToken) };
      return [message(shadow, `${action}/rejected`, refusal)];
    }
  };

  return {
    get,
    update,
    remove,
    namesOf: (thing) =>
      [...(things.get(thing) ?? [])]
        .flatMap(([name, { stored }]) => (name !== '' && stored.deleted === null ? [name] : []))
        .sort(),
    take: (topic, payload) => {
      const [, thing, name = '', action] = topic.startsWith(START) ? (REQUEST.exec(topic) ?? []) : [];
      return thing === undefined || action === undefined ? undefined : answer({ thing, name }, action, payload);
    },
  };
}

function documentFrom({ state, metadata, version }: Stored): ShadowDocument {
  return { state: presentOf(state), metadata: presentOf(metadata), version };
}

function presentOf({ desired, reported }: Stored['state']): ShadowDocument['state'] {
  return { ...(desired === undefined ? {} : { desired }), ...(reported === undefined ? {} : { reported }) };
}

function message({ thing, name }: ShadowName, end: string, content: JsonObject): ShadowMessage {
  const middle = name === '' ? 'shadow' : `shadow/name/${name}`;
  return { topic: `${START}${thing}/${middle}/${end}`, payload: Buffer.from(JSON.stringify(content)) };
}

function tokenMember(clientToken: string | undefined): { readonly clientToken?: string } {
  return clientToken === undefined ? {} : { clientToken };
}

function epochSecond(): number {
  return Math.floor(Date.now() / 1000);
}
