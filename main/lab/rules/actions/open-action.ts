/** Makes an action of a rule ready to run: its templates compiled, and a queue of its own. */
import { invalidRequest } from '../../iot/input.ts';
import type { Creation } from '../cursor.ts';
import { compileField, type Field } from '../field.ts';
import type { DynamoV1Action, RuleAction } from '../rule-action.ts';
import type { SqlVersion } from '../sql-version.ts';
import type { Assignment } from '../statement.ts';
import { isTemplate } from '../substitution.ts';
import type { ActionServices } from './action.ts';
import { dynamoV1Action, dynamoV2Action, operationFault, type DynamoV1Fields } from './dynamo-actions.ts';
import { firehoseAction } from './firehose-action.ts';
import { openLane, type Lane } from './lane.ts';
import { republishAction, republishFault, republishTopic } from './republish-action.ts';
import { s3Action } from './s3-action.ts';

type OpenOptions = {
  readonly services: ActionServices;
  readonly version: SqlVersion;
  /** Of the rule's SET, for its templates. */
  readonly assignments: readonly Assignment[];
  /** Names the action in the streams it feeds. */
  readonly source: string;
  /** What failed comes in any order. */
  readonly isErrorAction: boolean;
  /** Messages up to this number may have been sent before a crash. */
  readonly aloneUntil: number;
  /** The lane that had this place before, in an older form of the rule: what waits in it goes first. */
  readonly after: Lane | undefined;
};

/** The texts of an action that may hold templates, by their names in AWS's API. */
function templatesOf(action: RuleAction): Readonly<Record<string, string | undefined>> {
  if ('firehose' in action) return { deliveryStreamName: action.firehose.deliveryStreamName };
  if ('s3' in action) return { bucketName: action.s3.bucketName, key: action.s3.key };
  if ('dynamoDBv2' in action) return { tableName: action.dynamoDBv2.putItem.tableName };
  if ('republish' in action) return { topic: republishTopic(action.republish.topic) };
  const { tableName, hashKeyField, hashKeyValue, rangeKeyField, rangeKeyValue, payloadField, operation } =
    action.dynamoDB;
  return { tableName, hashKeyField, hashKeyValue, rangeKeyField, rangeKeyValue, payloadField, operation };
}

/** Throws AwsError InvalidRequestException when a rule cannot be made with this action. */
export function checkAction(
  action: RuleAction,
  { version, assignments, creation }: Pick<OpenOptions, 'version' | 'assignments'> & { readonly creation: Creation },
  what: string,
): void {
  for (const [name, text] of Object.entries(templatesOf(action))) {
    if (text !== undefined) compileField(text, version, `${what}: ${name}`, assignments, creation);
  }
  if ('republish' in action) {
    const { topic } = action.republish;
    const fault =
      topic.startsWith('$aws/') || isTemplate(topic)
        ? topic.startsWith('$aws/')
          ? 'a reserved topic is written with two dollars, $$aws/…'
          : undefined
        : republishFault(republishTopic(topic));
    if (fault !== undefined) throw invalidRequest(`${what}: a message cannot be republished to "${topic}": ${fault}.`);
  }
  if ('dynamoDB' in action) checkDynamo(action.dynamoDB, what);
}

function checkDynamo({ rangeKeyField, rangeKeyValue, operation }: DynamoV1Action, what: string): void {
  if ((rangeKeyField === undefined) !== (rangeKeyValue === undefined)) {
    throw invalidRequest(`${what}: rangeKeyField and rangeKeyValue go together.`);
  }
  if (operation === undefined || isTemplate(operation)) return;
  const fault = operationFault(operation);
  if (fault !== undefined) throw invalidRequest(`${what}: ${fault}.`);
}

/** `action` has passed `checkAction`. */
export function openActionLane(action: RuleAction, options: OpenOptions): Lane {
  const { services, version, assignments, source, aloneUntil, after } = options;
  const field = (text: string, name: string): Field => compileField(text, version, name, assignments);
  if ('firehose' in action) {
    const stream = field(action.firehose.deliveryStreamName, 'deliveryStreamName');
    const known = options.isErrorAction ? undefined : source;
    return openLane(firehoseAction(services, action.firehose, stream, known, aloneUntil), source, after);
  }
  if ('s3' in action) {
    const fields = { bucket: field(action.s3.bucketName, 'bucketName'), key: field(action.s3.key, 'key') };
    return openLane(s3Action(services, action.s3, fields), source, after);
  }
  if ('dynamoDBv2' in action) {
    const table = field(action.dynamoDBv2.putItem.tableName, 'tableName');
    return openLane(dynamoV2Action(services, action.dynamoDBv2, table), source, after);
  }
  if ('dynamoDB' in action) {
    return openLane(dynamoV1Action(services, action.dynamoDB, dynamoFields(action.dynamoDB, field)), source, after);
  }
  const topic = field(republishTopic(action.republish.topic), 'topic');
  return openLane(republishAction(services, action.republish, topic), source, after);
}

function dynamoFields(settings: DynamoV1Action, field: (text: string, name: string) => Field): DynamoV1Fields {
  const { tableName, hashKeyField, hashKeyValue, rangeKeyField, rangeKeyValue } = settings;
  const { payloadField = 'payload', operation = 'INSERT' } = settings;
  return {
    table: field(tableName, 'tableName'),
    hashKeyField: field(hashKeyField, 'hashKeyField'),
    hashKeyValue: field(hashKeyValue, 'hashKeyValue'),
    range:
      rangeKeyField === undefined || rangeKeyValue === undefined
        ? undefined
        : { field: field(rangeKeyField, 'rangeKeyField'), value: field(rangeKeyValue, 'rangeKeyValue') },
    payloadField: field(payloadField, 'payloadField'),
    operation: field(operation, 'operation'),
  };
}
