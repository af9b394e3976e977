/** The names and values that a request's expressions refer to by `#name` and `:value`; what is never used is refused, as AWS does. */
import type { AttributeValue } from '../../services.ts';
import { readValue } from '../attribute.ts';
import { invalid } from '../refusals.ts';

export type Placeholders = {
  /** Throws AwsError ValidationException. `expression` is the parameter's name, for the message. */
  readonly name: (placeholder: string, expression: string) => string;
  readonly value: (placeholder: string, expression: string) => AttributeValue;
  /** Call when all expressions are read. Throws AwsError ValidationException. */
  readonly checkUsed: () => void;
};

type Given = {
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>> | undefined;
  readonly ExpressionAttributeValues?: Readonly<Record<string, unknown>> | undefined;
};

/** Throws AwsError ValidationException. */
export function openPlaceholders(given: Given, hasExpression: boolean): Placeholders {
  const names = new Map(Object.entries(given.ExpressionAttributeNames ?? {}));
  checkNames('ExpressionAttributeNames', given.ExpressionAttributeNames, /^#[A-Za-z0-9_]+$/, hasExpression);
  checkNames('ExpressionAttributeValues', given.ExpressionAttributeValues, /^:[A-Za-z0-9_]+$/, hasExpression);
  const values = new Map(
    Object.entries(given.ExpressionAttributeValues ?? {}).map(([key, value]) => [key, readNamed(key, value)]),
  );
  const usedNames = new Set<string>();
  const usedValues = new Set<string>();
  return {
    name: (placeholder, expression) => {
      usedNames.add(placeholder);
      const name = names.get(placeholder);
      if (name !== undefined) return name;
      throw invalid(
        `Invalid ${expression}: An expression attribute name used in the document path is not defined; attribute name: ${placeholder}`,
      );
    },
    value: (placeholder, expression) => {
      usedValues.add(placeholder);
      const value = values.get(placeholder);
      if (value !== undefined) return value;
      throw invalid(
        `Invalid ${expression}: An expression attribute value used in expression is not defined; attribute value: ${placeholder}`,
      );
    },
    checkUsed: () => {
      refuseUnused('ExpressionAttributeNames', names, usedNames);
      refuseUnused('ExpressionAttributeValues', values, usedValues);
    },
  };
}

function readNamed(key: string, value: unknown): AttributeValue {
  try {
    return readValue(value);
  } catch (error) {
    throw invalid(
      `ExpressionAttributeValues contains invalid value: ${error instanceof Error ? error.message : String(error)} for key ${key}`,
    );
  }
}

function checkNames(parameter: string, given: object | undefined, pattern: RegExp, hasExpression: boolean): void {
  if (given === undefined) return;
  if (!hasExpression) throw invalid(`${parameter} can only be specified when using expressions`);
  const keys = Object.keys(given);
  if (keys.length === 0) throw invalid(`${parameter} must not be empty`);
  const bad = keys.find((key) => !pattern.test(key));
  if (bad !== undefined) throw invalid(`${parameter} contains invalid key: Syntax error; key: "${bad}"`);
}

function refuseUnused(parameter: string, given: ReadonlyMap<string, unknown>, used: ReadonlySet<string>): void {
  const unused = [...given.keys()].filter((key) => !used.has(key));
  if (unused.length > 0)
    throw invalid(`Value provided in ${parameter} unused in expressions: keys: {${unused.join(', ')}}`);
}
