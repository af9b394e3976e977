/** Takes messages out of the journal in order and runs the rules on them; the journal keeps each until all its actions have settled. */
import { AppError } from '../../../preload/errors.ts';
import { createLogger } from '../../log.ts';
import type { RuleCounters } from '../api.ts';
import { writeCheckpoint, type Checkpoint } from '../iot/checkpoint.ts';
import type { JournalMessage } from '../iot/journal-record.ts';
import type { Journal } from '../iot/journal.ts';
import type { MessageLog } from '../iot/message-log.ts';
import type { ActionServices } from './actions/action.ts';
import type { Lane } from './actions/lane.ts';
import { openBatches } from './batches.ts';
import type { ReadShadow } from './context.ts';
import { openScope } from './message-scope.ts';
import type { Rule, RuleBook } from './rule-book.ts';
import { openRuleTallies } from './rule-counts.ts';
import { openRuleRunner, type RuleRunner } from './rule-runner.ts';

export type Engine = {
  /** Of every rule there is. */
  readonly counters: () => readonly RuleCounters[];
  /** Resolves when everything that is in the journal now has passed the rules and their actions. */
  readonly drain: () => Promise<void>;
  /** Gives the actions a moment to send what they have; the rest stays in the journal. */
  readonly close: () => Promise<void>;
};

const BATCH = { messages: 500, bytes: 4 * 1024 * 1024 };
/** One write of the checkpoint allows this many messages, so that it costs next to nothing. */
const RESERVE_AHEAD = 4096;
const SAVE_PAUSE_MS = 250;
/** A disk that is full or a file that cannot be read may be well again a moment later. */
const STAND_STILL_MS = 1000;

const log = createLogger('lab.rules');

/** Starts at `checkpoint`, what `checkpointPath` held; messages behind it are acted on again. */
export function openEngine(parts: {
  readonly journal: Journal;
  readonly checkpoint: Checkpoint | undefined;
  readonly checkpointPath: string;
  /** Of the account that the rules run in. */
  readonly accountId: string;
  readonly rules: RuleBook;
  /** For get_thing_shadow(): what the shadow is when a rule looks at the message. */
  readonly shadow: ReadShadow;
  readonly services: ActionServices;
  /** Is told what becomes of each message. */
  readonly messages: MessageLog;
  readonly onChange: () => void;
}): Engine {
  const { journal, checkpoint, checkpointPath, accountId, rules, shadow, services, onChange } = parts;
  const { messages: trace } = parts;
  // Without a checkpoint nothing is known of the actions before: everything that is kept goes through again.
  const start = checkpoint ?? beginning(journal);
  const aloneUntil = start.reserved;
  let handedOut = Math.max(start.acted, journal.keptAfter());
  let reserved = Math.max(start.reserved, handedOut);
  const tallies = openRuleTallies(rules, start.counters);
  const runners = new Map<string, RuleRunner>();
  const progress = new Map(Object.entries(start.progress));

  let isClosing = false;
  let wake: () => void = () => undefined;
  let saveTimer: NodeJS.Timeout | undefined;
  let saving: Promise<void> = Promise.resolve();

  const batches = openBatches(handedOut, () => {
    saveSoon();
    onChange();
  });

  /** Where one action lags, the others need not do everything again after a crash. */
  const progressBehind = (acted: number): Readonly<Record<string, number>> => {
    for (const { lanes } of runners.values()) {
      for (const { source, doneUpTo } of lanes) progress.set(source, Math.max(doneUpTo(), progress.get(source) ?? 0));
    }
    for (const [source, upTo] of progress) if (upTo <= acted) progress.delete(source);
    return Object.fromEntries(progress);
  };

  const save = (): Promise<void> => {
    clearTimeout(saveTimer);
    saveTimer = undefined;
    const acted = batches.settledUpTo();
    const doneUpTo = progressBehind(acted);
    const counters = tallies.stored(handedOut, (source) => doneUpTo[source] ?? acted);
    const now: Checkpoint = { acted, reserved, progress: doneUpTo, counters };
    // One after the other, so that an older one never lies over a newer one.
    const done = saving.then(() => writeCheckpoint(checkpointPath, now));
    saving = done.catch(() => undefined);
    return done.then(() => journal.release(now.acted));
  };

  const saveSoon = (): void => {
    saveTimer ??= setTimeout(() => {
      forgetDeletedRules();
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

  /** Of the rule as it is now: a change makes a new one, whose actions wait for those of the old. */
  const runnerOf = (rule: Rule): RuleRunner => {
    const known = runners.get(rule.ruleName);
    if (known?.rule === rule) return known;
    const before = new Map<string, Lane>(known?.lanes.map((lane) => [lane.source, lane]));
    const runner = openRuleRunner(rule, {
      services,
      trace,
      tally: tallies.of(rule),
      aloneUntil,
      doneBefore: start.progress,
      before,
    });
    runners.set(rule.ruleName, runner);
    return runner;
  };

  /** Those made again meanwhile have a lane to wait for, so only what is idle may go. */
  const forgetDeletedRules = (): void => {
    for (const [ruleName, { lanes }] of runners) {
      if (rules.get(ruleName) === undefined && lanes.every((lane) => lane.isIdle())) runners.delete(ruleName);
    }
  };

  const handOut = (messages: readonly JournalMessage[]): void => {
    const batch = batches.open(messages.at(-1)?.sequence ?? handedOut);
    for (const message of messages) {
      trace.begin(message);
      const matching = rules.matching(message.topic);
      if (matching.length === 0) continue;
      const scope = openScope(message, accountId, shadow);
      for (const rule of matching) {
        batch.wait();
        if (!runnerOf(rule).take(message, scope, batch.settle)) batch.settle();
      }
    }
    batch.close();
  };

  const waitForRoom = async (): Promise<void> => {
    for (const { lanes } of runners.values()) {
      for (const lane of lanes) {
        for (let room = lane.room(); room !== undefined && !isClosing; room = lane.room()) await room;
      }
    }
  };

  const work = async (): Promise<void> => {
    while (!isClosing) {
      const awake = new Promise<void>((resolve) => (wake = resolve));
      await Promise.race([waitForRoom(), closed]);
      const messages = await journal.readAfter(handedOut, BATCH);
      const last = messages.at(-1)?.sequence;
      if (last === undefined) {
        await awake;
        continue;
      }
      await reserve(last);
      handOut(messages);
      handedOut = last;
    }
  };

  let endWaiting: () => void = () => undefined;
  const closed = new Promise<void>((resolve) => (endWaiting = resolve));

  /** Nothing is passed over: what cannot be read now is read later. */
  const workOn = async (): Promise<void> => {
    while (!isClosing) {
      try {
        await work();
      } catch (error) {
        log.error({ error: String(error), handedOut }, 'the rules stand still: the journal or its checkpoint failed');
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, STAND_STILL_MS);
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
    counters: tallies.counters,
    drain: () => batches.whenSettled(journal.lastSequence()),
    close: async () => {
      isClosing = true;
      wake();
      endWaiting();
      await working;
      const lanes = [...runners.values()].flatMap((runner) => runner.lanes);
      for (const lane of lanes) lane.stop();
      // Twice: while the actions end, their failures go to error actions.
      await Promise.all(lanes.map((lane) => lane.idle()));
      await Promise.all(lanes.map((lane) => lane.idle()));
      batches.abandon(new AppError('lab.stopped', 'The lab stopped before all messages had passed the rules.'));
      await save();
    },
  };
}

function beginning(journal: Journal): Checkpoint {
  return { acted: journal.keptAfter(), reserved: journal.lastSequence(), progress: {}, counters: {} };
}
