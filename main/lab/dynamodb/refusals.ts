/** DynamoDB's refusals, in its words. */
import { AwsError, type Item } from '../services.ts';

export function invalid(message: string): AwsError {
  return new AwsError('ValidationException', message);
}

/** `One or more parameter values were invalid: …` */
export function invalidParameter(message: string): AwsError {
  return invalid(`One or more parameter values were invalid: ${message}`);
}

/** For requests for items. */
export function noTable(): AwsError {
  return new AwsError('ResourceNotFoundException', 'Requested resource not found');
}

/** For requests for the table itself. */
export function noSuchTable(table: string): AwsError {
  return new AwsError('ResourceNotFoundException', `Requested resource not found: Table: ${table} not found`);
}

export function tableInUse(message: string): AwsError {
  return new AwsError('ResourceInUseException', message);
}

/** `item` is told when the caller asked for it (ReturnValuesOnConditionCheckFailure). */
export function conditionFailed(item: Item | undefined): AwsError {
  return new AwsError(
    'ConditionalCheckFailedException',
    'The conditional request failed',
    400,
    item === undefined ? {} : { Item: item },
  );
}

/** An accepted parameter must have an effect: what the lab does not do is said. */
export function notInTheLab(what: string, advice: string): AwsError {
  return invalid(`The lab does not support ${what}. ${advice}`);
}
