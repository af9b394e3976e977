/** The topic rules as the window lists them: what the target tells when somebody watches, with the counters that the lab adds. */
import type { CallInput } from '../../preload/contract.ts';
import { toPlainError, type PlainError } from '../../preload/errors.ts';
import type { ListedRule, RulesState, RuleTrial } from '../../preload/shapes-rules.ts';
import type { MessageTrace } from '../../preload/shapes-trace.ts';
import { pipelineNames } from '../cloud/pipeline.ts';
import { readRulePlaces, type RulePlaces } from '../cloud/rule-places.ts';
import { readRules, type ReadRule } from '../cloud/rules.ts';
import { tellsWays, type Target } from '../cloud/target.ts';
import type { RuleCounters, TrialMessage } from '../lab/api.ts';
import type { LocalLab } from './local-lab.ts';
import type { Connection } from './provisioning.ts';
import { createHub, type Hub } from './streams.ts';

/** Each reading takes a call for each rule. */
const READ_EVERY_MS = 5_000;
const MESSAGES_SHOWN = 20;

export type Rules = {
  readonly hub: Hub<RulesState>;
  /** Reads anew and tells the window; resolves when it is read. */
  readonly refresh: () => Promise<void>;
  /** On the messages that the target has taken; where it does not tell of them, on those of our own stations. */
  readonly try: (input: CallInput<'rules.try'>) => Promise<RuleTrial>;
  readonly messages: (name: string) => Promise<readonly MessageTrace[] | null>;
  /** Ends waits for streams that are being made. */
  readonly stopping: AbortSignal;
  readonly stop: () => void;
};

export function createRules(parts: {
  readonly lab: LocalLab;
  readonly connection: () => Connection;
  /** Of the stations, newest first. */
  readonly sentMessages: () => Promise<readonly TrialMessage[]>;
  /** Null until it is up. */
  readonly target: () => Target | null;
}): Rules {
  const { lab, connection } = parts;
  const stopping = new AbortController();
  let rules: readonly ReadRule[] | null = null;
  let places: RulePlaces = { buckets: [], streams: [], tables: [] };
  let error: PlainError | null = null;
  let lastAt = 0;
  let reading: Promise<void> | null = null;
  let isAskedAgain = false;

  const isTold = (): boolean => {
    const target = parts.target();
    return target !== null && tellsWays(target);
  };

  const hub = createHub<RulesState>(() => {
    const target = parts.target();
    const counters = isTold() ? (lab.activity()?.rules ?? []) : null;
    const course = target === null ? null : pipelineNames(target.account);
    return {
      rules: rules === null ? null : rules.map((rule) => listed(rule, counters)),
      error,
      ...places,
      courseStream: course?.stream ?? '',
      courseBucket: course?.raw ?? '',
      roleArn: target?.roleArn ?? '',
    };
  });

  const read = async (): Promise<void> => {
    try {
      const { clients } = connection();
      [rules, places] = await Promise.all([readRules(clients), readRulePlaces(clients)]);
      error = null;
    } catch (thrown) {
      const plain = toPlainError(thrown);
      // Before the target is up there is nothing to say.
      if (plain.code !== 'target.notReady') error = plain;
    }
    lastAt = performance.now();
    hub.changed();
  };

  /** What changed while a reading was under way is read by the next one. */
  const refresh = async (): Promise<void> => {
    if (reading !== null) {
      isAskedAgain = true;
      return reading;
    }
    reading = (async () => {
      do {
        isAskedAgain = false;
        await read();
      } while (isAskedAgain);
    })();
    try {
      await reading;
    } finally {
      reading = null;
    }
  };

  const timer = setInterval(() => {
    const isDue = rules === null || performance.now() - lastAt >= READ_EVERY_MS;
    if (hub.watchers() > 0 && isDue && reading === null) void refresh();
  }, 500);

  return {
    hub,
    refresh,
    // Tried where the lab's own rules run, whatever the target is: it is the same language.
    try: async (input) => lab.tryRule({ ...input, messages: isTold() ? null : await parts.sentMessages() }),
    messages: async (name) => (isTold() ? lab.ruleMessages(name, MESSAGES_SHOWN) : null),
    stopping: stopping.signal,
    stop: () => {
      clearInterval(timer);
      stopping.abort();
    },
  };
}

/** `counters` is null where the target does not count; a rule that is not among them has met no message yet. */
function listed(rule: ReadRule, counters: readonly RuleCounters[] | null): ListedRule {
  const counted = counters?.find(({ name }) => name === rule.form.name);
  return {
    form: rule.form,
    isEditable: rule.isEditable,
    topicFilter: rule.topicFilter,
    counts:
      counters === null
        ? null
        : {
            matched: counted?.matched ?? 0,
            passed: counted?.passed ?? 0,
            delivered: counted?.delivered ?? 0,
            failed: counted?.failed ?? 0,
          },
    failure: counted?.lastFailure ?? null,
    actions: rule.actions.map((action, index) => {
      const counts = counted?.actions[index];
      return {
        ...action,
        counts: counters === null ? null : { delivered: counts?.delivered ?? 0, failed: counts?.failed ?? 0 },
        failure: counts?.lastFailure ?? null,
      };
    }),
  };
}
