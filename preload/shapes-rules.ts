/** What crosses the border about topic rules: the list with its counters, the builder's rows, and the trial of a statement. */

import type { PlainError } from './errors.ts';
import type { FailureCause } from './shapes-trace.ts';

export type SqlVersion = '2015-10-08' | '2016-03-23';

/** What a rule puts behind each record; empty for nothing. */
export type RecordSeparator = '' | '\n' | '\r\n' | '\t' | ',';

/** One action as the builder edits it; empty texts are what AWS calls left out. */
export type RuleActionForm =
  | { readonly kind: 'firehose'; readonly stream: string; readonly separator: RecordSeparator }
  | { readonly kind: 's3'; readonly bucket: string; readonly key: string }
  | { readonly kind: 'dynamoDBv2'; readonly table: string }
  | {
      readonly kind: 'dynamoDB';
      readonly table: string;
      readonly hashKeyField: string;
      readonly hashKeyValue: string;
      readonly rangeKeyField: string;
      readonly rangeKeyValue: string;
      readonly payloadField: string;
    }
  | { readonly kind: 'republish'; readonly topic: string; readonly qos: 0 | 1 };

export type RuleForm = {
  readonly name: string;
  readonly description: string;
  readonly sql: string;
  readonly sqlVersion: SqlVersion;
  readonly isEnabled: boolean;
  readonly actions: readonly RuleActionForm[];
  readonly errorAction: RuleActionForm | null;
  /** All actions act as this role. */
  readonly roleArn: string;
};

/** Null where the target does not tell. */
export type RuleCounts = {
  readonly matched: number;
  readonly passed: number;
  readonly delivered: number;
  readonly failed: number;
};

/** The last failure of a rule or of one of its actions, since the lab's start. */
export type RuleFailure = {
  /** Epoch milliseconds. */
  readonly at: number;
  /** Index of the action, the error action behind the others; null when the statement itself failed. */
  readonly action: number | null;
  readonly cause: FailureCause;
  /** As the service behind the action names the error. */
  readonly code: string;
  /** In the service's own words. */
  readonly message: string;
  /** The stream, bucket, table or topic; the name of the rule where its statement failed. */
  readonly resource: string;
};

export type ListedAction = {
  readonly kind: string;
  readonly target: string;
  readonly isErrorAction: boolean;
  readonly counts: { readonly delivered: number; readonly failed: number } | null;
  readonly failure: RuleFailure | null;
};

export type ListedRule = {
  /** `isEditable` is false where the rule holds what the builder cannot show; it is left as it is. */
  readonly form: RuleForm;
  readonly isEditable: boolean;
  readonly topicFilter: string;
  readonly counts: RuleCounts | null;
  readonly failure: RuleFailure | null;
  readonly actions: readonly ListedAction[];
};

/** The same rule to copy, for each way of making it outside Isobar. */
export type RuleCode = {
  readonly json: string;
  readonly cli: string;
  readonly cloudFormation: string;
  readonly python: string;
};

export type RulesState = {
  /** Null until the target has answered. */
  readonly rules: readonly ListedRule[] | null;
  /** Why the newest reading did not succeed. */
  readonly error: PlainError | null;
  readonly buckets: readonly string[];
  readonly streams: readonly string[];
  readonly tables: readonly string[];
  /** What the course calls them on this target. */
  readonly courseStream: string;
  readonly courseBucket: string;
  readonly roleArn: string;
};

/** A statement that is no more than rows. */
export type RuleRows = {
  readonly columns: readonly RuleColumn[];
  readonly topicFilter: string;
  readonly joined: 'AND' | 'OR';
  readonly conditions: readonly RuleCondition[];
};
/** `*` or a dotted path, and the dotted name in the result (empty: as it is). */
export type RuleColumn = { readonly field: string; readonly alias: string };
export type RuleOperator = '=' | '<>' | '<' | '<=' | '>' | '>=';
/** `value` is a literal as SQL writes it. */
export type RuleCondition = { readonly field: string; readonly operator: RuleOperator; readonly value: string };

/** A part of WHERE or SELECT and what it came to; values are JSON, null is SQL's Undefined. */
export type TrialReason = {
  readonly text: string;
  readonly value: string | null;
  readonly operands: readonly {
    readonly text: string;
    readonly value: string | null;
    /** Why a call is Undefined, in the lab's words, where its arguments do not tell. */
    readonly reason: string | null;
  }[];
  /** The two sides are of different kinds, so one was converted. */
  readonly isConverted: boolean;
};

export type TrialVerdict = {
  readonly topic: string;
  /** Epoch milliseconds of receipt; null for a pasted message. */
  readonly at: number | null;
  readonly payload: string;
  readonly outcome: 'passed' | 'filtered' | 'failed';
  readonly reason: string | null;
  readonly output: string | null;
  readonly where: readonly TrialReason[];
  /** Selected, but Undefined, so that it is not in the output. */
  readonly absent: readonly {
    readonly text: string;
    /** In the lab's words, where a call in it tells one. */
    readonly reason: string | null;
  }[];
};

/** A text of an action that holds templates; `isTopic` where it is what a message is republished to. */
export type TriedTemplate = { readonly text: string; readonly isTopic: boolean };

export type TemplatePreview = TriedTemplate & {
  /** Null where it cannot be filled in: something is missing or wrong, or no message has come yet. */
  readonly filled: string | null;
  /** Its expressions that are Undefined for the message: the action would fail on it. */
  readonly missing: readonly string[];
  readonly error: string | null;
};

export type RuleTrial = {
  readonly error: { readonly message: string; readonly line: number; readonly column: number } | null;
  readonly topicFilter: string | null;
  /** Null where rows cannot show the statement. */
  readonly rows: RuleRows | null;
  /** Of the newest real messages of the topic: dotted paths, each with a value as JSON. */
  readonly fields: readonly { readonly path: string; readonly sample: string }[];
  /** Newest first. */
  readonly verdicts: readonly TrialVerdict[];
  /** In the order they were asked for, on the newest message that passes, or else on the newest of all. */
  readonly templates: readonly TemplatePreview[];
};
