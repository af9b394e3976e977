/** The topic rules as they are stored, and which of them a message on a topic meets. */
import { z } from 'zod';
import type { PendingChange, Store } from '../iot/append-log-store.ts';
import { parseStatement } from './parse.ts';
import { ruleAction } from './rule-action.ts';
import { SQL_VERSIONS } from './sql-version.ts';
import type { Statement } from './statement.ts';
import { matchesFilter } from './topic-filter.ts';

const ruleSchema = z.object({
  ruleName: z.string(),
  sql: z.string(),
  description: z.string().optional(),
  actions: z.array(ruleAction),
  errorAction: ruleAction.optional(),
  ruleDisabled: z.boolean(),
  awsIotSqlVersion: z.enum(SQL_VERSIONS),
  /** Epoch seconds. */
  createdAt: z.number(),
});

type StoredRule = z.infer<typeof ruleSchema>;

/** What a caller gives. */
export type RulePayload = Omit<StoredRule, 'ruleName' | 'createdAt'>;

export type Rule = Readonly<StoredRule> & { readonly statement: Statement };

export type RuleBook = {
  readonly get: (ruleName: string) => Rule | undefined;
  /** In the order of creation. */
  readonly all: () => readonly Rule[];
  /** `more` happens with it or not at all. */
  readonly save: (
    ruleName: string,
    createdAt: number,
    payload: RulePayload,
    statement: Statement,
    more?: readonly PendingChange[],
  ) => void;
  readonly remove: (ruleName: string, more: readonly PendingChange[]) => void;
  /** The enabled rules that a message on `topic` meets. */
  readonly matching: (topic: string) => readonly Rule[];
};

const BASIC_INGEST = /^\$aws\/rules\/([^/]+)\/./;
/** Topics whose rules are remembered between messages. */
const MOST_TOPICS = 10_000;

export function openRuleBook(store: Store): RuleBook {
  const table = store.table('rules', ruleSchema);
  const rules = new Map<string, Rule>();
  for (const rule of table.values()) {
    rules.set(rule.ruleName, { ...rule, statement: parseStatement(rule.sql, rule.awsIotSqlVersion) });
  }
  const byTopic = new Map<string, readonly Rule[]>();

  const select = (topic: string): readonly Rule[] => {
    const enabled = [...rules.values()].filter(({ ruleDisabled }) => !ruleDisabled);
    const direct = basicIngestRule(topic);
    if (direct !== undefined) return enabled.filter(({ ruleName }) => ruleName === direct);
    return enabled.filter(({ statement }) => matchesFilter(statement.topicFilter, topic));
  };

  return {
    get: (ruleName) => rules.get(ruleName),
    all: () => [...rules.values()],
    save: (ruleName, createdAt, payload, statement, more = []) => {
      const rule = { ...payload, ruleName, createdAt };
      store.commit(table.set(ruleName, rule), ...more);
      rules.set(ruleName, { ...rule, statement });
      byTopic.clear();
    },
    remove: (ruleName, more) => {
      store.commit(table.remove(ruleName), ...more);
      rules.delete(ruleName);
      byTopic.clear();
    },
    matching: (topic) => {
      const known = byTopic.get(topic);
      if (known !== undefined) return known;
      if (byTopic.size >= MOST_TOPICS) byTopic.clear();
      const found = select(topic);
      byTopic.set(topic, found);
      return found;
    },
  };
}

/** The rule that `$aws/rules/<rule>/<rest>` goes to, past the broker's subscribers. */
export function basicIngestRule(topic: string): string | undefined {
  return BASIC_INGEST.exec(topic)?.[1];
}
