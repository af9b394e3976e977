/** Takes messages out of the journal in order, runs the rules on them and hands the results to the actions. */
import { AppError } from '../../../preload/errors.ts';
import { createLogger } from '../../log.ts';
import type { RuleCounters } from '../api.ts';
import { writeCheckpoint, type Checkpoint, type RuleCounts } from '../iot/checkpoint.ts';
import type { JournalMessage } from '../iot/journal-record.ts';
import type { Journal } from '../iot/journal.ts';
import { sourceOf, type MessageLog, type RuleOutcome } from '../iot/message-log.ts';
import type { DeliveryStreams } from '../services.ts';
import { openPayload, runStatement, type Payload } from './evaluate.ts';
import { deliver, type Lane } from './firehose-lane.ts';
import type { Rule, RuleBook } from './rule-book.ts';

export type Engine = {
  /** Of every rule there is. */
  readonly counters: () => readonly RuleCounters[];
  /** Resolves when everything that is in the journal now has passed the rules and their actions. */
  readonly drain: () => Promise<void>;
  /** Ends after the batch in work; the rest stays in the journal. */
  readonly close: () => Promise<void>;
};

const BATCH = { messages: 500, bytes: 4 * 1024 * 1024 };
/** One write of the checkpoint allows this many messages, so that it costs next to nothing. */
const RESERVE_AHEAD = 4096;
const SAVE_PAUSE_MS = 250;
const NOTHING: RuleCounts = { matched: 0, passed: 0, delivered: 0, failed: 0 };

const log = createLogger('lab.rules');

/** Starts at `checkpoint`, what `checkpointPath` held; messages behind it are acted on again. */
export function openEngine(parts: {
  readonly journal: Journal;
  readonly checkpoint: Checkpoint | undefined;
  readonly checkpointPath: string;
  readonly rules: RuleBook;
  readonly streams: DeliveryStreams;
  /** Is told what becomes of each message. */
  readonly messages: MessageLog;
  readonly onChange: () => void;
}): Engine {
  const { journal, checkpoint, checkpointPath, rules, streams, messages: trace, onChange } = parts;
  // Without a checkpoint nothing is known of the actions before: everything that is kept goes through again.
  const start = checkpoint ?? { acted: journal.keptAfter(), reserved: journal.lastSequence(), counters: {} };
  const aloneUntil = start.reserved;
  let acted = Math.max(start.acted, journal.keptAfter());
  let reserved = Math.max(start.reserved, acted);
  const counters = new Map<string, RuleCounts>(Object.entries(start.counters));

  let isClosing = false;
  let wake: () => void = () => undefined;
  const waiters = new Set<{ readonly upTo: number; readonly settle: (error?: Error) => void }>();
  let saveTimer: NodeJS.Timeout | undefined;
  let saving: Promise<void> = Promise.resolve();

  const count = (ruleName: string, more: Partial<RuleCounts>): void => {
    const now = counters.get(ruleName) ?? NOTHING;
    counters.set(ruleName, {
      matched: now.matched + (more.matched ?? 0),
      passed: now.passed + (more.passed ?? 0),
      delivered: now.delivered + (more.delivered ?? 0),
      failed: now.failed + (more.failed ?? 0),
    });
  };

  const save = (): Promise<void> => {
    clearTimeout(saveTimer);
    saveTimer = undefined;
    const current = [...counters].filter(([ruleName]) => rules.get(ruleName) !== undefined);
    const now: Checkpoint = { acted, reserved, counters: Object.fromEntries(current) };
    // One after the other, so that an older one never lies over a newer one.
    const done = saving.then(() => writeCheckpoint(checkpointPath, now));
    saving = done.catch(() => undefined);
    return done.then(() => journal.release(now.acted));
  };

  const saveSoon = (): void => {
    saveTimer ??= setTimeout(() => {
      // The checkpoint may be late: what is repeated after a crash is known again by its number.
      save().catch((error: unknown) => log.error({ error: String(error) }, 'the checkpoint could not be written'));
    }, SAVE_PAUSE_MS);
  };

  const reserve = async (sequence: number): Promise<void> => {
    if (sequence <= reserved) return;
    const before = reserved;
    reserved = sequence + RESERVE_AHEAD;
    try {
      await save();
    } catch (error) {
      reserved = before;
      throw error;
    }
  };

  const actOn = async (messages: readonly JournalMessage[], last: number): Promise<void> => {
    const lanes = fillLanes(messages, rules, trace, count);
    if (lanes.length > 0) await reserve(last);
    const results = await Promise.all(lanes.map((lane) => deliver(streams, lane, aloneUntil)));
    for (const [index, { delivered, failures, error }] of results.entries()) {
      const lane = lanes[index];
      if (lane === undefined) continue;
      count(lane.ruleName, { delivered, failed: failures.size });
      const { ruleName, source } = lane;
      trace.acted({ ruleName, source, sequences: lane.records.map(({ sequence }) => sequence), failures, error });
      if (error !== undefined) logFailure(lane, failures.size, error);
    }
    acted = last;
  };

  const work = async (): Promise<void> => {
    while (!isClosing) {
      const awake = new Promise<void>((resolve) => (wake = resolve));
      const messages = await journal.readAfter(acted, BATCH);
      const last = messages.at(-1)?.sequence;
      if (last === undefined) {
        await awake;
        continue;
      }
      await actOn(messages, last);
      for (const waiter of waiters) {
        if (waiter.upTo > acted) continue;
        waiters.delete(waiter);
        waiter.settle();
      }
      saveSoon();
      onChange();
    }
  };

  /** A disk that is full or a file that cannot be read may be well again a moment later; until then nothing is passed over. */
  const workOn = async (): Promise<void> => {
    while (!isClosing) {
      try {
        await work();
      } catch (error) {
        log.error({ error: String(error), acted }, 'the rules stand still: the journal or its checkpoint failed');
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, 1000);
          wake = () => {
            if (!isClosing) return;
            clearTimeout(timer);
            resolve();
          };
        });
      }
    }
  };

  journal.onAppended(() => wake());
  const working = workOn();

  return {
    counters: () => rules.all().map(({ ruleName }) => ({ name: ruleName, ...(counters.get(ruleName) ?? NOTHING) })),
    drain: () => {
      const upTo = journal.lastSequence();
      if (acted >= upTo) return Promise.resolve();
      return new Promise((resolve, reject) => {
        waiters.add({ upTo, settle: (error) => (error === undefined ? resolve() : reject(error)) });
      });
    },
    close: async () => {
      isClosing = true;
      wake();
      await working;
      for (const { settle } of waiters) {
        settle(new AppError('lab.stopped', 'The lab stopped before all messages had passed the rules.'));
      }
      await save();
    },
  };
}

function fillLanes(
  messages: readonly JournalMessage[],
  rules: RuleBook,
  trace: MessageLog,
  count: (ruleName: string, more: Partial<RuleCounts>) => void,
): readonly Lane[] {
  const lanes = new Map<string, Lane>();
  for (const message of messages) {
    const { sequence, topic, payload: bytes } = message;
    trace.begin(message);
    const payload = openPayload(bytes);
    for (const rule of rules.matching(topic)) {
      const outcome = runRule(rule, payload, count);
      const { record } = outcome;
      trace.rule(sequence, rule, outcome);
      if (record === undefined) continue;
      for (const [index, { firehose }] of rule.actions.entries()) {
        const source = sourceOf(rule.ruleName, index);
        const lane = lanes.get(source) ?? {
          source,
          ruleName: rule.ruleName,
          stream: firehose.deliveryStreamName,
          records: [],
        };
        lanes.set(source, lane);
        const { separator } = firehose;
        lane.records.push({
          sequence,
          bytes: separator === undefined ? record : Buffer.concat([record, Buffer.from(separator)]),
        });
      }
    }
  }
  return [...lanes.values()];
}

function runRule(
  rule: Rule,
  payload: Payload,
  count: (ruleName: string, more: Partial<RuleCounts>) => void,
): RuleOutcome {
  const outcome = runStatement(rule.statement, rule.awsIotSqlVersion, payload);
  switch (outcome.kind) {
    case 'selected':
      count(rule.ruleName, { matched: 1, passed: 1 });
      return { outcome: 'passed', reason: null, record: outcome.record };
    case 'filtered':
      count(rule.ruleName, { matched: 1 });
      return { outcome: 'filtered', reason: null, record: undefined };
    case 'failed':
      count(rule.ruleName, { matched: 1, passed: 1, failed: 1 });
      log.warn({ rule: rule.ruleName, reason: outcome.reason }, 'a message could not be selected from');
      return { outcome: 'failed', reason: outcome.reason, record: undefined };
  }
}

function logFailure({ ruleName, stream, source }: Lane, records: number, error: Error): void {
  log.warn({ rule: ruleName, action: source, stream, records, error: error.message }, 'a rule action failed');
}
