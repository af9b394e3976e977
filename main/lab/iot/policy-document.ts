/** Reads an IoT policy document, and refuses what AWS would refuse or the lab could not honour. */
import { z } from 'zod';
import { AwsError } from '../services.ts';
import { compileCondition } from './policy-conditions.ts';
import { variablesIn } from './policy-patterns.ts';
import { isKnownVariable, VARIABLE_NAMES } from './policy-variables.ts';

/** AWS does not count white space. */
const LONGEST = 2048;

/** AWS takes a single value wherever it takes a list. */
const list = z.union([z.string().transform((value) => [value]), z.array(z.string()).min(1)]);
const conditionValue = z.union([z.string(), z.boolean(), z.number()]);
const conditionValues = z.union([
  conditionValue.transform((value) => [String(value)]),
  z.array(conditionValue.transform(String)).min(1),
]);

const statementSchema = z.strictObject({
  Sid: z.string().optional(),
  Effect: z.enum(['Allow', 'Deny']),
  Action: list,
  Resource: list,
  /** By operator, then by condition key. */
  Condition: z.record(z.string(), z.record(z.string(), conditionValues)).optional(),
});

const documentSchema = z.strictObject({
  Version: z.literal('2012-10-17'),
  Id: z.string().optional(),
  Statement: z.union([statementSchema.transform((statement) => [statement]), z.array(statementSchema).min(1)]),
});

export type PolicyDocument = z.infer<typeof documentSchema>;
export type PolicyStatement = PolicyDocument['Statement'][number];

/** Throws AwsError MalformedPolicyException with the place and the reason. */
export function parsePolicyDocument(text: string): PolicyDocument {
  if (text.replace(/\s/g, '').length > LONGEST) {
    throw malformed(`the document is longer than ${LONGEST} characters, white space not counted`);
  }
  const parsed = documentSchema.safeParse(parseJson(text));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw malformed(`${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not a policy'}`);
  }
  for (const statement of parsed.data.Statement) checkStatement(statement);
  return parsed.data;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw malformed('the document is not valid JSON');
  }
}

function checkStatement({ Action, Resource, Condition }: PolicyStatement): void {
  for (const action of Action) {
    if (!/^(\*|(iot|iotjobsdata):[A-Za-z*?]+)$/i.test(action)) throw malformed(`"${action}" is no IoT action`);
  }
  for (const resource of Resource) {
    if (resource !== '*' && !resource.startsWith('arn:')) throw malformed(`"${resource}" is no ARN`);
    checkVariables(resource);
  }
  for (const [operator, block] of Object.entries(Condition ?? {})) {
    for (const [key, values] of Object.entries(block)) {
      if (!isKnownVariable(key)) {
        throw malformed(`the condition key "${key}" is not in the lab; there are ${VARIABLE_NAMES.join(', ')}`);
      }
      values.forEach(checkVariables);
      const condition = compileCondition(operator, key, values);
      if (typeof condition === 'string') throw malformed(condition);
    }
  }
}

function checkVariables(text: string): void {
  for (const name of variablesIn(text)) {
    if (!isKnownVariable(name)) {
      throw malformed(`the variable \${${name}} is not in the lab; there are ${VARIABLE_NAMES.join(', ')}`);
    }
  }
}

function malformed(reason: string): AwsError {
  return new AwsError('MalformedPolicyException', `Policy document is malformed: ${reason}.`);
}
