/** Reads an IoT policy document, and refuses what AWS would refuse or the lab could not honour. */
import { z } from 'zod';
import { AwsError } from '../services.ts';

/** AWS does not count white space. */
const LONGEST = 2048;

const KNOWN_VARIABLES = ['iot:ClientId', 'iot:Connection.Thing.ThingName', 'iot:Connection.Thing.IsAttached'];
const CONDITION_KEYS = new Map(KNOWN_VARIABLES.map((name) => [name.toLowerCase(), name]));

/** AWS takes a single value wherever it takes a list. */
const list = z.union([z.string().transform((value) => [value]), z.array(z.string()).min(1)]);
const conditionValues = z.union([
  z.union([z.string(), z.boolean()]).transform((value) => [String(value)]),
  z.array(z.union([z.string(), z.boolean()]).transform(String)).min(1),
]);
const conditionBlock = z.record(z.string(), conditionValues);

const statementSchema = z.strictObject({
  Sid: z.string().optional(),
  Effect: z.enum(['Allow', 'Deny']),
  Action: list,
  Resource: list,
  Condition: z
    .strictObject({
      StringEquals: conditionBlock.optional(),
      StringLike: conditionBlock.optional(),
      Bool: conditionBlock.optional(),
    })
    .optional(),
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
    if (!/^(\*|(iot|iotjobsdata):[A-Za-z*?]+)$/.test(action)) throw malformed(`"${action}" is no IoT action`);
  }
  for (const resource of Resource) {
    if (resource !== '*' && !resource.startsWith('arn:')) throw malformed(`"${resource}" is no ARN`);
    checkVariables(resource);
  }
  for (const block of Object.values(Condition ?? {})) {
    for (const [key, values] of Object.entries(block ?? {})) {
      if (!CONDITION_KEYS.has(key.toLowerCase())) {
        throw malformed(`the condition key "${key}" is not in the lab; there are ${KNOWN_VARIABLES.join(', ')}`);
      }
      values.forEach(checkVariables);
    }
  }
}

function checkVariables(text: string): void {
  for (const [whole, name = ''] of text.matchAll(/\$\{([^}]*)\}/g)) {
    if (!CONDITION_KEYS.has(name.toLowerCase())) {
      throw malformed(`the variable ${whole} is not in the lab; there are ${KNOWN_VARIABLES.join(', ')}`);
    }
  }
}

function malformed(reason: string): AwsError {
  return new AwsError('MalformedPolicyException', `Policy document is malformed: ${reason}.`);
}
