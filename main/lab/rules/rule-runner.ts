/** Runs one rule on messages: its statement, then all its actions at once, then the error action for what failed. */
import type { JournalMessage } from '../iot/journal-record.ts';
import { sourceOf, type MessageLog } from '../iot/message-log.ts';
import type { ActionServices } from './actions/action.ts';
import type { Lane, LaneResult } from './actions/lane.ts';
import { openActionLane } from './actions/open-action.ts';
import { errorMessage, type ActionFailure } from './error-message.ts';
import { compileStatement } from './evaluate.ts';
import { outputOf, type MessageScope, type RuleOutput } from './message-scope.ts';
import type { Rule } from './rule-book.ts';
import type { RuleTally } from './rule-counts.ts';

export type RuleRunner = {
  readonly rule: Rule;
  /** Of its actions, the error action last. */
  readonly lanes: readonly Lane[];
  /** Evaluates at once. `done` is called when all actions have settled; false when there is nothing to wait for. */
  readonly take: (message: JournalMessage, scope: MessageScope, done: () => void) => boolean;
};

export function openRuleRunner(
  rule: Rule,
  parts: {
    readonly services: ActionServices;
    readonly trace: MessageLog;
    readonly tally: RuleTally;
    readonly aloneUntil: number;
    /** By source: messages up to this number were done with before a crash. */
    readonly doneBefore: Readonly<Record<string, number>>;
    /** The lanes of the rule's older form, by source. */
    readonly before: ReadonlyMap<string, Lane>;
  },
): RuleRunner {
  const { services, trace, tally, aloneUntil, before } = parts;
  const { ruleName, actions, errorAction, statement, awsIotSqlVersion } = rule;
  const open = (action: Rule['actions'][number], index: number): Lane => {
    const source = sourceOf(ruleName, index);
    return openActionLane(action, {
      services,
      version: awsIotSqlVersion,
      assignments: statement.assignments,
      source,
      isErrorAction: index === actions.length,
      aloneUntil,
      after: before.get(source),
    });
  };
  const run = compileStatement(statement, awsIotSqlVersion);
  const lanes = actions.map(open);
  const doneBefore = lanes.map(({ source }) => parts.doneBefore[source] ?? 0);
  const errorLane = errorAction === undefined ? undefined : open(errorAction, actions.length);

  const itself = [...actions.keys()].map((index) => [index]);
  const settle = (
    index: number,
    lane: Lane,
    sequence: number,
    { error, resource, object }: LaneResult,
    causes: readonly number[] = itself[index] ?? [],
  ): void => {
    tally.acted({ sequence, index, kind: lane.kind, resource, error, causes });
    trace.acted({ sequence, rule, index, resource, error, object: object ?? null });
  };

  /** False when all actions were done with the message before a crash. */
  const act = (message: JournalMessage, scope: MessageScope, output: RuleOutput, done: () => void): boolean => {
    const { sequence } = message;
    let open = doneBefore.filter((upTo) => upTo < sequence).length;
    if (open === 0) return false;
    let failures: (ActionFailure & { readonly lane: Lane; readonly index: number })[] | undefined;
    const end = (): void => {
      if (failures === undefined || errorLane === undefined) {
        done();
        return;
      }
      const failed = failures.map(({ index }) => index);
      const told = outputOf(errorMessage(ruleName, message, failures));
      errorLane.add({ message, scope, output: told }, (result) => {
        settle(lanes.length, errorLane, sequence, result, failed);
        for (const { lane } of failures ?? []) lane.release(sequence);
        done();
      });
    };
    for (const [index, lane] of lanes.entries()) {
      if ((doneBefore[index] ?? 0) >= sequence) continue;
      lane.add({ message, scope, output }, (result) => {
        settle(index, lane, sequence, result);
        const { error, resource } = result;
        if (error !== undefined) {
          (failures ??= []).push({ kind: lane.kind, resource, error, lane, index });
          if (errorLane !== undefined) lane.hold(sequence);
        }
        if (--open === 0) end();
      });
    }
    return true;
  };

  return {
    rule,
    lanes: errorLane === undefined ? lanes : [...lanes, errorLane],
    take: (message, scope, done) => {
      const outcome = run(scope);
      const { sequence } = message;
      switch (outcome.kind) {
        case 'filtered':
          tally.evaluated(sequence, 'filtered', null);
          trace.rule(sequence, rule, { outcome: 'filtered', reason: null, record: undefined });
          return false;
        case 'failed':
          tally.evaluated(sequence, 'failed', outcome.reason);
          trace.rule(sequence, rule, { outcome: 'failed', reason: outcome.reason, record: undefined });
          return false;
        case 'selected':
          tally.evaluated(sequence, 'passed', null);
          trace.rule(sequence, rule, { outcome: 'passed', reason: null, record: outcome.record });
          return act(message, scope, outputOf(outcome.record), done);
      }
    },
  };
}
