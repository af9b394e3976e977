/** All functions of AWS IoT SQL by their lower-case names, and those that the lab refuses with the reason. */
import type { SqlFunction } from './functions/function.ts';
import { newer } from './functions/function.ts';
import { HASH_FUNCTIONS } from './functions/hash-functions.ts';
import { JSON_FUNCTIONS } from './functions/json-functions.ts';
import { MATH_FUNCTIONS } from './functions/math-functions.ts';
import { MESSAGE_FUNCTIONS } from './functions/message-functions.ts';
import { PATTERN_FUNCTIONS } from './functions/pattern-functions.ts';
import { TEXT_FUNCTIONS } from './functions/text-functions.ts';
import { TIME_FUNCTIONS } from './functions/time-functions.ts';

export const FUNCTIONS: ReadonlyMap<string, SqlFunction> = new Map([
  ...TEXT_FUNCTIONS,
  ...PATTERN_FUNCTIONS,
  ...MATH_FUNCTIONS,
  ...HASH_FUNCTIONS,
  ...TIME_FUNCTIONS,
  ...JSON_FUNCTIONS,
  ...MESSAGE_FUNCTIONS,
  // The compiler catches the failure of the first argument, which a plain call would not live to see.
  ['get_or_default', newer([1, 2], ([value, other]) => value ?? other)] as const,
]);

export const REFUSED_FUNCTIONS: ReadonlyMap<string, string> = new Map([
  ['aws_lambda', 'it asks AWS Lambda'],
  ['get_dynamodb', 'it reads another table for each message'],
  ['get_registry_data', 'it asks the registry for each message'],
  ['get_secret', 'it asks AWS Secrets Manager'],
  ['machinelearning_predict', 'it asks Amazon Machine Learning'],
]);
