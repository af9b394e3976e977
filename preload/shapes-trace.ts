/** What crosses the border about refusals and about the way of one message. */

/** Something a client asked for and did not get. */
export type Refusal = {
  readonly id: number;
  /** Epoch milliseconds of the first and the newest time; `count` tells how often it was the same. */
  readonly firstAt: number;
  readonly lastAt: number;
  readonly count: number;
  /** Null where the connection ended before it told one. */
  readonly clientId: string | null;
  readonly certificateId: string | null;
  /** Null where a limit or the certificate is the reason, not a policy. */
  readonly action: string | null;
  readonly resource: string | null;
  readonly reason: string;
  readonly outcome: 'closed' | 'subscriptionRefused' | 'notDelivered' | 'discarded' | 'answered';
  /** The policy line that would allow it: to be added, or standing in the way as it is. JSON. */
  readonly fix: {
    readonly kind: 'add' | 'change';
    readonly policyName: string | null;
    readonly statement: string;
  } | null;
};

/** A refusal of one of the fleet's stations, or of another client. */
export type ShownRefusal = Refusal & { readonly station: { readonly id: string; readonly name: string } | null };

export type RefusalReport = {
  /** False where the target tells nothing of refusals, as AWS. */
  readonly isTold: boolean;
  /** Since the lab's start, repeated ones included. */
  readonly total: number;
  /** Newest first. */
  readonly refusals: readonly ShownRefusal[];
};

/** Why a statement or an action of a rule failed. The words for it, and what to do about it, are the window's. */
export type FailureCause =
  | 'noBucket'
  | 'noStream'
  | 'noTable'
  | 'bucketName'
  | 'keyTooLong'
  | 'templateUndefined'
  | 'templateFailed'
  | 'keyMissing'
  | 'keyType'
  | 'itemTooBig'
  | 'itemRefused'
  | 'notAnObject'
  | 'operationUnknown'
  | 'topicRefused'
  | 'republishLoop'
  | 'tooManyRecords'
  | 'recordTooBig'
  | 'tooBusy'
  | 'statementFailed'
  | 'resultTooBig'
  | 'other';

export type TracedAction = {
  readonly kind: 'firehose' | 's3' | 'dynamoDBv2' | 'dynamoDB' | 'republish';
  /** The delivery stream, bucket, table or topic. */
  readonly target: string;
  /** Whether it ran because others have failed. */
  readonly isErrorAction: boolean;
  /** Handed over, in a stream's buffer, where it belongs (of a stream: in an object of its bucket), or refused. */
  readonly state: 'waiting' | 'buffered' | 'delivered' | 'failed';
  readonly error: string | null;
  /** Null unless it failed. */
  readonly cause: FailureCause | null;
  /** Where it lies once it is delivered. */
  readonly object: { readonly bucket: string; readonly key: string } | null;
};

export type TracedRule = {
  readonly name: string;
  readonly sql: string;
  readonly outcome: 'passed' | 'filtered' | 'failed';
  readonly reason: string | null;
  /** Null unless the statement failed. */
  readonly cause: FailureCause | null;
  /** The beginning of what SELECT made of the message. */
  readonly output: string | null;
  readonly actions: readonly TracedAction[];
};

/** One message's way through the lab. */
export type MessageTrace = {
  readonly sequence: number;
  /** Epoch milliseconds when the rules took it. */
  readonly at: number;
  readonly topic: string;
  /** Null for what the lab itself or a call over HTTP sent. */
  readonly clientId: string | null;
  readonly bytes: number;
  /** The deciding policy statement in words; null where there is no MQTT client, or it is not remembered. */
  readonly allowedBy: string | null;
  /** The rules whose topic filters match, and how many more did. */
  readonly furtherRules: number;
  readonly rules: readonly TracedRule[];
};

export type TraceAnswer = {
  readonly isTold: boolean;
  /** Null when the message is older than what the lab remembers, or never reached its rules. */
  readonly trace: MessageTrace | null;
};
