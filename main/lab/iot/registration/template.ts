/** Reads a provisioning template: its shape is checked whole before anything is made from it, and every refusal names the place. */
import { z } from 'zod';
import { templateError } from './template-error.ts';

/** A value of a template: text, a list, an object, or a function that is still to be evaluated. */
export type TemplateValue =
  string | number | boolean | null | readonly TemplateValue[] | { readonly [name: string]: TemplateValue };

const valueSchema: z.ZodType<TemplateValue> = z.lazy(() =>
  z.union([z.string(), z.number(), z.boolean(), z.null(), z.array(valueSchema), z.record(z.string(), valueSchema)]),
);

/** A function or plain text: what it is, evaluation tells. */
const properties = z.record(z.string(), valueSchema);
const override = z.enum(['DO_NOTHING', 'REPLACE', 'FAIL']);
const mergingOverride = z.enum(['DO_NOTHING', 'REPLACE', 'FAIL', 'MERGE']);

const thingResource = z.strictObject({
  Type: z.literal('AWS::IoT::Thing'),
  Properties: properties,
  OverrideSettings: z
    .strictObject({
      AttributePayload: mergingOverride.optional(),
      ThingTypeName: override.optional(),
      ThingGroups: mergingOverride.optional(),
    })
    .optional(),
});
const certificateResource = z.strictObject({
  Type: z.literal('AWS::IoT::Certificate'),
  Properties: properties,
  OverrideSettings: z.strictObject({ Status: override.optional() }).optional(),
});
const policyResource = z.strictObject({ Type: z.literal('AWS::IoT::Policy'), Properties: properties });

const resourceSchema = z.discriminatedUnion('Type', [thingResource, certificateResource, policyResource]);
export type TemplateResource = z.infer<typeof resourceSchema>;
export type Override = z.infer<typeof mergingOverride>;

const templateSchema = z.strictObject({
  Parameters: z
    .record(z.string(), z.strictObject({ Type: z.literal('String'), Default: z.string().optional() }))
    .default({}),
  /** Two levels of names, then text or a list of texts; no functions. */
  Mappings: z
    .record(z.string(), z.record(z.string(), z.record(z.string(), z.union([z.string(), z.array(z.string())]))))
    .default({}),
  Resources: z.record(z.string(), resourceSchema),
  /** What fleet provisioning sends to its device. Registration has no device to send it to: it is checked like the rest. */
  DeviceConfiguration: properties.default({}),
});
export type Template = z.infer<typeof templateSchema>;

/** https://docs.aws.amazon.com/iot/latest/apireference/API_StartThingRegistrationTask.html */
const LONGEST = 10_240;

/**
 * Parses a template of bulk registration.
 * https://docs.aws.amazon.com/iot/latest/developerguide/provision-template.html
 * Throws AwsError InvalidRequestException with the place in the template.
 */
export function parseTemplate(body: string): Template {
  if (body.length > LONGEST) throw templateError('', `it is longer than ${LONGEST} characters`);
  const parsed = templateSchema.safeParse(parseJson(body));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw templateError(issue?.path.join('.') ?? '', issue === undefined ? 'it is no template' : reasonOf(issue));
  }
  const template = parsed.data;
  const resources = Object.entries(template.Resources);
  if (resources.length === 0) throw templateError('Resources', 'there is no resource to register');
  for (const type of ['AWS::IoT::Thing', 'AWS::IoT::Certificate'] as const) {
    const [, second] = resources.filter(([, resource]) => resource.Type === type);
    if (second !== undefined) throw templateError(`Resources.${second[0]}`, `a template has at most one ${type}`);
  }
  for (const name of Object.keys(template.Resources)) {
    if (name in template.Parameters) {
      throw templateError(`Resources.${name}`, 'a parameter has the same name, so a Ref could mean either');
    }
  }
  return template;
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch (error) {
    throw templateError('', `it is not valid JSON (${error instanceof Error ? error.message : String(error)})`);
  }
}

function reasonOf(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_union' && issue.path.at(-1) === 'Type') {
    return 'expected AWS::IoT::Thing, AWS::IoT::Certificate or AWS::IoT::Policy';
  }
  return issue.message;
}
