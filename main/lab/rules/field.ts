/** A field of an action: constant text, or a substitution template that each message fills in. */
import { invalidRequest } from '../iot/input.ts';
import type { MessageScope } from './message-scope.ts';
import type { SqlVersion } from './sql-version.ts';

/** Throws AwsError when an expression of the template is Undefined for this message. */
export type Field = (scope: MessageScope) => string;

export function isTemplate(text: string): boolean {
  return text.includes('${');
}

/** Throws AwsError InvalidRequestException. `what` names the field to a person. */
export function compileField(text: string, _version: SqlVersion, what: string): Field {
  if (isTemplate(text)) throw invalidRequest(`${what}: substitution templates are not in the lab yet.`);
  return () => text;
}
