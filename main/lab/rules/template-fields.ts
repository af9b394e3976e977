/** In which fields of actions substitution templates may stand (guide: "Substitution templates" and the pages of the actions). */
import { AwsError } from '../services.ts';
import { isTemplate } from './substitution.ts';

/** By action, as the API takes them; the console allows fewer. */
const FIELDS: Readonly<Record<string, readonly string[]>> = {
  s3: ['key', 'bucketName'],
  firehose: ['deliveryStreamName'],
  dynamoDB: [
    'hashKeyValue',
    'rangeKeyValue',
    'payloadField',
    'operation',
    'tableName',
    'hashKeyField',
    'hashKeyType',
    'rangeKeyField',
    'rangeKeyType',
  ],
  dynamoDBv2: ['putItem.tableName'],
  republish: [
    'topic',
    'headers.payloadFormatIndicator',
    'headers.contentType',
    'headers.responseTopic',
    'headers.correlationData',
    'headers.messageExpiry',
    'headers.userProperties.key',
    'headers.userProperties.value',
  ],
};

/** `field` below its action, e.g. `('dynamoDBv2', 'putItem.tableName')`. */
function mayHoldTemplate(action: string, field: string): boolean {
  return FIELDS[action]?.includes(field) ?? false;
}

/** Throws AwsError InvalidRequestException when the text is a template and the field may not be one. */
export function checkTemplateField(action: string, field: string, text: string): void {
  if (!isTemplate(text) || mayHoldTemplate(action, field)) return;
  const allowed = FIELDS[action] ?? [];
  const cure = allowed.length === 0 ? '' : ` Of this action they may stand in: ${allowed.join(', ')}.`;
  throw new AwsError('InvalidRequestException', `${action}.${field} cannot hold a substitution template.${cure}`);
}
