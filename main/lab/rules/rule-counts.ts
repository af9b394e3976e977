/** What has become of the messages of each rule and of each of its actions; the sums outlive the lab's process. */
import type { RuleFailure } from '../../../preload/shapes-rules.ts';
import type { ActionCounters, RuleCounters } from '../api.ts';
import type { RuleCounts } from '../iot/checkpoint.ts';
import { failureOf, statementCause } from './rule-failure.ts';
import { targetOf, type ActionKind, type RuleAction } from './rule-action.ts';
import type { Rule, RuleBook } from './rule-book.ts';

export type RuleTally = {
  /** The rule's filter matched, and its statement did this with the message. */
  readonly evaluated: (outcome: 'passed' | 'filtered' | 'failed', reason: string | null) => void;
  /** `index` of the action; the error action comes behind the others. */
  readonly acted: (index: number, kind: ActionKind, resource: string, error: Error | undefined) => void;
};

export type RuleTallies = {
  readonly of: (rule: Rule) => RuleTally;
  /** Of every rule there is. */
  readonly counters: () => readonly RuleCounters[];
  /** For the checkpoint. */
  readonly stored: () => Readonly<Record<string, RuleCounts>>;
};

type Counted = { delivered: number; failed: number };
type Tally = {
  readonly createdAt: number;
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
    const { matched, passed, delivered, failed, actions } = isSame ? counts : NOTHING;
    const tally: Tally = {
      createdAt,
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
        evaluated: (outcome, reason) => {
          tally.matched++;
          if (outcome !== 'filtered') tally.passed++;
          if (outcome !== 'failed') return;
          tally.failed++;
          tally.lastFailure = {
            at: Date.now(),
            action: null,
            cause: statementCause(reason ?? ''),
            code: 'SqlFailed',
            message: reason ?? '',
            resource: rule.ruleName,
          };
        },
        acted: (index, kind, resource, error) => {
          const counted = (tally.actions[index] ??= { ...NOTHING_YET });
          const isErrorAction = index >= rule.actions.length;
          if (error === undefined) {
            counted.delivered++;
            if (!isErrorAction) tally.delivered++;
            return;
          }
          counted.failed++;
          if (!isErrorAction) tally.failed++;
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
    stored: () =>
      Object.fromEntries(
        rules.all().map((rule) => {
          const { createdAt, matched, passed, delivered, failed, actions } = tallyOf(rule);
          const counted = Array.from(actions, (action?: Counted) => ({ ...NOTHING_YET, ...action }));
          return [rule.ruleName, { createdAt, matched, passed, delivered, failed, actions: counted }];
        }),
      ),
  };
}

const NOTHING_YET: Counted = { delivered: 0, failed: 0 };
const NOTHING: RuleCounts = { matched: 0, passed: 0, delivered: 0, failed: 0, actions: [] };

function countersOf(
  action: RuleAction,
  isErrorAction: boolean,
  counted = NOTHING_YET,
  lastFailure: RuleFailure | null = null,
): ActionCounters {
  return { ...targetOf(action), isErrorAction, delivered: counted.delivered, failed: counted.failed, lastFailure };
}
