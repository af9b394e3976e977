/** Remembers the way of the last few thousand messages: who sent them, which policy line let them in, what each rule and action did. */
import type { MessageTrace, TracedAction, TracedRule } from '../../../preload/shapes-trace.ts';
import type { JournalMessage } from './journal-record.ts';
import type { Decision } from './policy-evaluation.ts';

/** What the window knows of a message it wants to follow. */
export type TraceQuestion = { readonly topic: string; readonly payload: string; readonly at: number };

export type RuleOutcome = { readonly outcome: TracedRule['outcome']; readonly reason: string | null };

export type MessageLog = {
  /** The policies let the client publish on the topic. Called for every message, so it does next to nothing when that is known. */
  readonly allowed: (clientId: string, topic: string, decision: Decision) => void;
  /** The rules have taken the message; outcomes and actions follow. */
  readonly begin: (message: JournalMessage) => void;
  readonly rule: (sequence: number, name: string, outcome: RuleOutcome, streams: readonly string[]) => void;
  /** An action of a rule has ended for these messages, well or with an error. */
  readonly acted: (sequences: readonly number[], rule: string, stream: string, error: Error | undefined) => void;
  readonly find: (question: TraceQuestion) => MessageTrace | null;
};

const MOST_MESSAGES = 4_000;
const MOST_DECISIONS = 10_000;
/** Enough of the payload to tell messages of one topic apart. */
const HEAD_BYTES = 256;

type Entry = {
  readonly sequence: number;
  readonly at: number;
  readonly topic: string;
  readonly clientId: string;
  readonly bytes: number;
  /** Latin 1, so that each byte is a character. */
  readonly head: string;
  readonly decision: Decision | undefined;
  readonly rules: Rule[];
};

type Rule = RuleOutcome & { readonly name: string; readonly actions: Action[] };
type Action = { readonly stream: string; state: TracedAction['state']; error: string | null };

export function openMessageLog(): MessageLog {
  const entries = new Map<number, Entry>();
  const decisions = new Map<string, Decision>();
  return {
    allowed: (clientId, topic, decision) => {
      const key = `${clientId}\n${topic}`;
      if (decisions.get(key) === decision) return;
      if (decisions.size >= MOST_DECISIONS) decisions.clear();
      decisions.set(key, decision);
    },
    begin: ({ sequence, topic, clientId, payload }) => {
      entries.set(sequence, {
        sequence,
        at: Date.now(),
        topic,
        clientId,
        bytes: payload.length,
        head: payload.toString('latin1', 0, HEAD_BYTES),
        decision: decisions.get(`${clientId}\n${topic}`),
        rules: [],
      });
      if (entries.size <= MOST_MESSAGES) return;
      for (const oldest of entries.keys()) {
        entries.delete(oldest);
        break;
      }
    },
    rule: (sequence, name, outcome, streams) => {
      const actions = streams.map((stream): Action => ({ stream, state: 'waiting', error: null }));
      entries.get(sequence)?.rules.push({ name, ...outcome, actions });
    },
    acted: (sequences, ruleName, stream, error) => {
      for (const sequence of sequences) {
        const rule = entries.get(sequence)?.rules.find(({ name }) => name === ruleName);
        const action = rule?.actions.find((candidate) => candidate.stream === stream && candidate.state === 'waiting');
        if (action === undefined) continue;
        action.state = error === undefined ? 'done' : 'failed';
        action.error = error?.message ?? null;
      }
    },
    find: ({ topic, payload, at }) => {
      const bytes = Buffer.from(payload);
      const head = bytes.toString('latin1', 0, HEAD_BYTES);
      let nearest: Entry | undefined;
      for (const entry of entries.values()) {
        if (entry.topic !== topic || entry.bytes !== bytes.length || entry.head !== head) continue;
        if (nearest === undefined || Math.abs(entry.at - at) <= Math.abs(nearest.at - at)) nearest = entry;
      }
      return nearest === undefined ? null : traceOf(nearest);
    },
  };
}

function traceOf({ sequence, at, topic, clientId, bytes, decision, rules }: Entry): MessageTrace {
  return {
    sequence,
    at,
    topic,
    clientId,
    bytes,
    allowedBy: decision?.reason ?? null,
    rules: rules.map(({ name, outcome, reason, actions }) => ({
      name,
      outcome,
      reason,
      actions: actions.map(({ stream, state, error }) => ({ kind: 'firehose', target: stream, state, error })),
    })),
  };
}
