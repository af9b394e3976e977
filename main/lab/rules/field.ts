/** A field of an action: constant text, or a substitution template that each message fills in. */
import { invalidRequest } from '../iot/input.ts';
import { AwsError } from '../services.ts';
import type { Creation } from './cursor.ts';
import type { MessageScope } from './message-scope.ts';
import type { SqlVersion } from './sql-version.ts';
import type { Assignment } from './statement.ts';
import { compileTemplate } from './substitution.ts';

/** Throws AwsError when an expression of the template is Undefined or Null for this message, or a function of it fails. */
export type Field = (scope: MessageScope) => string;

/**
 * Throws AwsError InvalidRequestException.
 * @param what Names the field to a person.
 * @param assignments Of the rule's statement, for `${@variable}`.
 * @param creation As for `parseStatement`.
 */
export function compileField(
  text: string,
  version: SqlVersion,
  what: string,
  assignments: readonly Assignment[],
  creation?: Creation,
): Field {
  const template = compiled(text, version, what, assignments, creation);
  return (scope) => {
    const { text: filled, missing } = template(scope);
    const [first] = missing;
    if (first === undefined) return filled;
    const reason = `${what}: \${${first}} is Undefined for this message, so "${text}" cannot be filled in.`;
    throw new AwsError('SubstitutionUndefined', reason);
  };
}

function compiled(
  text: string,
  version: SqlVersion,
  what: string,
  assignments: readonly Assignment[],
  creation: Creation | undefined,
): ReturnType<typeof compileTemplate> {
  try {
    return compileTemplate(text, version, assignments, creation);
  } catch (error) {
    if (error instanceof AwsError) throw invalidRequest(`${what}: "${text}" is no template. ${error.message}`);
    throw error;
  }
}
