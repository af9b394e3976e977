/**
 * What has become of the messages of each rule and of each of its actions. The sums outlive the lab's process, and count each message once: the
 * checkpoint leaves out what a crash would bring again.
 */
import type { RuleFailure } from '../../../preload/shapes-rules.ts';
import type { ActionCounters, RuleCounters } from '../api.ts';
import type { RuleCounts } from '../iot/checkpoint.ts';
import { sourceOf } from '../iot/message-log.ts';
import { failureOf, statementCause } from './rule-failure.ts';
import { targetOf, type ActionKind, type RuleAction } from './rule-action.ts';
import type { Rule, RuleBook } from './rule-book.ts';

export type RuleTally = {
  /** The rule's filter matched, and its statement did this with the message. */
  readonly evaluated: (sequence: number, outcome: 'passed' | 'filtered' | 'failed', reason: string | null) => void;
  readonly acted: (result: ActionResult) => void;
};

export type ActionResult = {
  readonly sequence: number;
  /** Of the action; the error action comes behind the others. */
  readonly index: number;
  readonly kind: ActionKind;
  readonly resource: string;
  readonly error: Error | undefined;
  /** The actions that bring this result again when they are done again: itself, for the error action those that failed. */
  readonly causes: readonly number[];
};

export type RuleTallies = {
  readonly of: (rule: Rule) => RuleTally;
  /** Of every rule there is. */
  readonly counters: () => readonly RuleCounters[];
  /**
   * For the checkpoint.
   * @param evaluatedUpTo The number of the last message that has met the rules.
   * @param doneUpTo The number of the last message that the action of this source will not see again after a crash.
   */
  readonly stored: (
    evaluatedUpTo: number,
    doneUpTo: (source: string) => number,
  ) => Readonly<Record<string, RuleCounts>>;
};

/** A result that is counted, and may come again. */
type Uncertain = Pick<ActionResult, 'sequence' | 'index' | 'causes'> & {
  readonly isFailed: boolean;
  readonly isErrorAction: boolean;
};

type Counted = { delivered: number; failed: number };
type Tally = {
  readonly createdAt: number;
  /** Messages up to this number are counted as matched already. */
  readonly evaluatedBefore: number;
  uncertain: Uncertain[];
  matched: number;
  passed: number;
  delivered: number;
  failed: number;
  readonly actions: Counted[];
  readonly failures: (RuleFailure | null)[];
  lastFailure: RuleFailure | null;
};

/** Continues with what `stored` gave when the checkpoint was written. */
export function openRuleTallies(rules: RuleBook, before: Readonly<Record<string, RuleCounts>>): RuleTallies {
  const tallies = new Map<string, Tally>();

  /** A rule that was deleted and made again under the same name begins with nothing. */
  const tallyOf = ({ ruleName, createdAt }: Rule): Tally => {
    const known = tallies.get(ruleName);
    if (known?.createdAt === createdAt) return known;
    const counts = known === undefined ? before[ruleName] : undefined;
    const isSame = counts !== undefined && (counts.createdAt ?? createdAt) === createdAt;
    const { matched, passed, delivered, failed, actions, evaluatedUpTo } = isSame ? counts : NOTHING;
    const tally: Tally = {
      createdAt,
      evaluatedBefore: evaluatedUpTo,
      uncertain: [],
      matched,
      passed,
      delivered,
      failed,
      actions: actions.map((action) => ({ ...action })),
      failures: [],
      lastFailure: null,
    };
    tallies.set(ruleName, tally);
    return tally;
  };

  return {
    of: (rule) => {
      const tally = tallyOf(rule);
      return {
        evaluated: (sequence, outcome, reason) => {
          const isNew = sequence > tally.evaluatedBefore;
          if (isNew) tally.matched++;
          if (isNew && outcome !== 'filtered') tally.passed++;
          if (outcome !== 'failed') return;
          if (isNew) tally.failed++;
          tally.lastFailure = {
            at: Date.now(),
            action: null,
            cause: statementCause(reason ?? ''),
            code: 'SqlFailed',
            message: reason ?? '',
            resource: rule.ruleName,
          };
        },
        acted: ({ sequence, index, kind, resource, error, causes }) => {
          const isErrorAction = index >= rule.actions.length;
          const isFailed = error !== undefined;
          count(tally, { index, isFailed, isErrorAction }, 1);
          tally.uncertain.push({ sequence, index, causes, isFailed, isErrorAction });
          if (error === undefined) return;
          const failure = failureOf(index, kind, resource, error);
          tally.failures[index] = failure;
          tally.lastFailure = failure;
        },
      };
    },
    counters: () =>
      rules.all().map((rule): RuleCounters => {
        const { matched, passed, delivered, failed, actions, failures, lastFailure } = tallyOf(rule);
        const { errorAction } = rule;
        const all = errorAction === undefined ? rule.actions : [...rule.actions, errorAction];
        return {
          name: rule.ruleName,
          matched,
          passed,
          delivered,
          failed,
          lastFailure,
          actions: all.map((action, index) =>
            countersOf(action, index >= rule.actions.length, actions[index], failures[index]),
          ),
        };
      }),
    stored: (evaluatedUpTo, doneUpTo) =>
      Object.fromEntries(
        rules.all().map((rule) => {
          const tally = tallyOf(rule);
          const done = Array.from(tally.actions, (_, index) => doneUpTo(sourceOf(rule.ruleName, index)));
          tally.uncertain = tally.uncertain.filter(({ sequence, causes }) =>
            causes.some((index) => (done[index] ?? 0) < sequence),
          );
          return [rule.ruleName, certain(tally, Math.max(evaluatedUpTo, tally.evaluatedBefore))];
        }),
      ),
  };
}

const NOTHING_YET: Counted = { delivered: 0, failed: 0 };
const NOTHING: RuleCounts = { matched: 0, passed: 0, delivered: 0, failed: 0, actions: [], evaluatedUpTo: 0 };

type Sums = { delivered: number; failed: number; readonly actions: Counted[] };

function count(sums: Sums, of: Pick<Uncertain, 'index' | 'isFailed' | 'isErrorAction'>, times: 1 | -1): void {
  const what = of.isFailed ? 'failed' : 'delivered';
  (sums.actions[of.index] ??= { ...NOTHING_YET })[what] += times;
  if (!of.isErrorAction) sums[what] += times;
}

/** The sums without what may come again. */
function certain({ createdAt, matched, passed, uncertain, ...tally }: Tally, evaluatedUpTo: number): RuleCounts {
  const { delivered, failed, actions } = tally;
  const sums = {
    delivered,
    failed,
    actions: Array.from(actions, (action?: Counted) => ({ ...NOTHING_YET, ...action })),
  };
  for (const result of uncertain) count(sums, result, -1);
  return { createdAt, evaluatedUpTo, matched, passed, ...sums };
}

function countersOf(
  action: RuleAction,
  isErrorAction: boolean,
  counted = NOTHING_YET,
  lastFailure: RuleFailure | null = null,
): ActionCounters {
  return { ...targetOf(action), isErrorAction, delivered: counted.delivered, failed: counted.failed, lastFailure };
}
