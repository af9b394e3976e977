/** Remembers the way of the last few thousand messages: who sent them, which policy line let them in, what each rule and action did. */
import type { MessageTrace, TracedAction, TracedRule } from '../../../preload/shapes-trace.ts';
import { targetOf, type RuleAction } from '../rules/rule-action.ts';
import { causeOf, statementCause } from '../rules/rule-failure.ts';
import type { Rule } from '../rules/rule-book.ts';
import type { DeliveryWatch } from '../services.ts';
import type { JournalMessage } from './journal-record.ts';
import type { Decision } from './policy-evaluation.ts';
import { NOT_MQTT } from './sender.ts';

/** What the window knows of a message it wants to follow; `payload` is base64, `at` in epoch milliseconds. */
export type TraceQuestion = { readonly topic: string; readonly payload: string; readonly at: number };

/** What a statement made of a message; `record` is what it selected. */
export type RuleOutcome = {
  readonly outcome: TracedRule['outcome'];
  readonly reason: string | null;
  readonly record: Buffer | undefined;
};

export type ActedMessage = {
  readonly sequence: number;
  readonly rule: Rule;
  /** Of the action; the error action comes behind the others. */
  readonly index: number;
  /** The stream, bucket, table or topic, with its templates filled in. */
  readonly resource: string;
  readonly error: Error | undefined;
  /** Where an S3 action has put it. */
  readonly object: TracedAction['object'];
};

export type MessageLog = {
  /** The policies let the client publish on the topic. Called for every message, so it does next to nothing when that is known. */
  readonly allowed: (clientId: string, topic: string, decision: Decision) => void;
  /** The rules have taken the message; outcomes and actions follow. */
  readonly begin: (message: JournalMessage) => void;
  readonly rule: (sequence: number, rule: Rule, outcome: RuleOutcome) => void;
  /** An action of a rule has ended for this message, well or with an error. */
  readonly acted: (acted: ActedMessage) => void;
  /** A stream has put what it held into its bucket. */
  readonly delivered: DeliveryWatch;
  readonly find: (question: TraceQuestion) => MessageTrace | null;
  /** The newest messages that met the rule, newest first. */
  readonly ofRule: (ruleName: string, most: number) => readonly MessageTrace[];
};

const MOST_MESSAGES = 4_000;
const MOST_DECISIONS = 10_000;
/** Rules remembered of one message; further ones are counted. */
const MOST_RULES = 20;
/** Enough of the payload to tell messages of one topic apart. */
const HEAD_BYTES = 256;
/** Of what a rule selected. */
const OUTPUT_BYTES = 512;

type Entry = {
  readonly sequence: number;
  readonly at: number;
  readonly topic: string;
  readonly clientId: string;
  readonly bytes: number;
  /** Latin 1, so that each byte is a character. */
  readonly head: string;
  readonly decision: Decision | undefined;
  readonly rules: EnteredRule[];
  furtherRules: number;
};

type EnteredRule = Omit<TracedRule, 'actions'> & { readonly actions: EnteredAction[] };
type EnteredAction = { -readonly [Name in keyof TracedAction]: TracedAction[Name] } & { readonly source: string };

export function openMessageLog(): MessageLog {
  const entries = new Map<number, Entry>();
  /** The sequences in `entries`, each in the place of the one it followed: to look for a Map's oldest key takes ever longer. */
  const places: number[] = [];
  let place = 0;
  const decisions = new Map<string, Decision>();
  return {
    allowed: (clientId, topic, decision) => {
      const key = `${clientId}\n${topic}`;
      if (decisions.get(key) === decision) return;
      if (decisions.size >= MOST_DECISIONS) decisions.clear();
      decisions.set(key, decision);
    },
    begin: ({ sequence, receivedAt, topic, clientId, payload }) => {
      entries.set(sequence, {
        sequence,
        at: receivedAt,
        topic,
        clientId,
        bytes: payload.length,
        head: payload.toString('latin1', 0, HEAD_BYTES),
        decision: decisions.get(`${clientId}\n${topic}`),
        rules: [],
        furtherRules: 0,
      });
      const oldest = places[place];
      if (oldest !== undefined) entries.delete(oldest);
      places[place] = sequence;
      place = (place + 1) % MOST_MESSAGES;
    },
    rule: (sequence, { ruleName, sql, actions }, { outcome, reason, record }) => {
      const entry = entries.get(sequence);
      if (entry === undefined) return;
      if (entry.rules.length >= MOST_RULES) {
        entry.furtherRules++;
        return;
      }
      entry.rules.push({
        name: ruleName,
        sql,
        outcome,
        reason,
        cause: outcome === 'failed' ? statementCause(reason ?? '') : null,
        output: record === undefined ? null : beginningOf(record),
        actions:
          record === undefined ? [] : actions.map((action, index) => waitingAction(ruleName, action, index, false)),
      });
    },
    acted: ({ sequence, rule: { ruleName, actions, errorAction }, index, resource, error, object }) => {
      const entered = entries.get(sequence)?.rules.find(({ name }) => name === ruleName);
      if (entered === undefined) return;
      const action = entered.actions.find(({ source }) => source === sourceOf(ruleName, index));
      if (action !== undefined) {
        end(action, resource, error, object);
      } else if (index === actions.length && errorAction !== undefined) {
        const added = waitingAction(ruleName, errorAction, index, true);
        end(added, resource, error, object);
        entered.actions.push(added);
      }
    },
    delivered: (stream, object, lastOf) => {
      for (const { sequence, rules } of entries.values()) {
        for (const action of rules.flatMap(({ actions }) => actions)) {
          const isOpen = action.state === 'waiting' || action.state === 'buffered';
          if (!isOpen || action.target !== stream || sequence > (lastOf.get(action.source) ?? 0)) continue;
          action.state = 'delivered';
          action.object = object;
        }
      }
    },
    find: ({ topic, payload, at }) => {
      const bytes = Buffer.from(payload, 'base64');
      const head = bytes.toString('latin1', 0, HEAD_BYTES);
      let nearest: Entry | undefined;
      for (const entry of entries.values()) {
        if (entry.topic !== topic || entry.bytes !== bytes.length || entry.head !== head) continue;
        if (nearest === undefined || Math.abs(entry.at - at) <= Math.abs(nearest.at - at)) nearest = entry;
      }
      return nearest === undefined ? null : traceOf(nearest);
    },
    ofRule: (ruleName, most) => {
      const found: MessageTrace[] = [];
      for (let back = 1; back <= MOST_MESSAGES && found.length < most; back++) {
        const sequence = places[(place - back + MOST_MESSAGES) % MOST_MESSAGES];
        const entry = sequence === undefined ? undefined : entries.get(sequence);
        if (entry?.rules.some(({ name }) => name === ruleName) === true) found.push(traceOf(entry));
      }
      return found;
    },
  };
}

function waitingAction(ruleName: string, action: RuleAction, index: number, isErrorAction: boolean): EnteredAction {
  return {
    ...targetOf(action),
    isErrorAction,
    source: sourceOf(ruleName, index),
    state: 'waiting',
    error: null,
    cause: null,
    object: null,
  };
}

/** Firehose holds what it has taken; its stream may have told of the object already. The others are done. */
function end(action: EnteredAction, resource: string, error: Error | undefined, object: TracedAction['object']): void {
  if (action.state !== 'waiting') return;
  action.target = resource;
  action.object = object;
  action.error = error?.message ?? null;
  action.cause = error === undefined ? null : causeOf(action.kind, error);
  if (error !== undefined) action.state = 'failed';
  else action.state = action.kind === 'firehose' ? 'buffered' : 'delivered';
}

/** Names an action of a rule, also in the stream that it feeds. */
export function sourceOf(ruleName: string, index: number): string {
  return `${ruleName}#${index}`;
}

function beginningOf(record: Buffer): string {
  const text = record.toString('utf8', 0, OUTPUT_BYTES);
  return record.length > OUTPUT_BYTES ? `${text}…` : text;
}

function traceOf({ sequence, at, topic, clientId, bytes, decision, rules, furtherRules }: Entry): MessageTrace {
  return {
    sequence,
    at,
    topic,
    clientId: clientId === NOT_MQTT ? null : clientId,
    bytes,
    allowedBy: decision?.reason ?? null,
    furtherRules,
    rules: rules.map((rule) => ({ ...rule, actions: rule.actions.map(({ source: _, ...action }) => action) })),
  };
}
