/** The values that one device brings for the parameters of a provisioning template. */
import { invalidRequest } from '../input.ts';
import type { Template } from './template.ts';

/** https://docs.aws.amazon.com/iot/latest/apireference/API_RegisterThing.html */
const LONGEST_NAME = 2048;
const LONGEST_VALUE = 4096;

/**
 * A value for each declared parameter: the given one, else its default. Names that the template does not declare are left aside, so one
 * data file can serve several templates. Throws AwsError InvalidRequestException.
 */
export function parametersFor(template: Template, given: unknown): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (const [name, value] of Object.entries(recordOf(given))) {
    if (name.length > LONGEST_NAME) {
      throw invalidRequest(`The name of a parameter is longer than ${LONGEST_NAME} characters.`);
    }
    if (typeof value !== 'string') throw invalidRequest(`The value of the parameter "${name}" must be a string.`);
    if (value.length > LONGEST_VALUE) {
      throw invalidRequest(`The value of the parameter "${name}" is longer than ${LONGEST_VALUE} characters.`);
    }
    if (Object.hasOwn(template.Parameters, name)) values.set(name, value);
  }
  for (const [name, { Default: fallback }] of Object.entries(template.Parameters)) {
    if (values.has(name)) continue;
    if (fallback === undefined) {
      throw invalidRequest(`The template's parameter "${name}" has no value: none is given, and it has no Default.`);
    }
    values.set(name, fallback);
  }
  return values;
}

function recordOf(given: unknown): object {
  if (typeof given === 'object' && given !== null && !Array.isArray(given)) return given;
  throw invalidRequest('The parameters must be a JSON object of names and strings.');
}
