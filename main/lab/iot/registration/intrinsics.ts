/** Evaluates what stands in a provisioning template for a value: Ref, Fn::Join, Fn::Select, Fn::FindInMap, Fn::Split and Fn::Sub. */
import { templateError } from './template-error.ts';
import type { Template, TemplateValue } from './template.ts';

/** What is left when no function is: JSON without functions. */
export type PlainValue = TemplateValue;

export type Scope = {
  readonly mappings: Template['Mappings'];
  /** The value behind a Ref: of a parameter, or of a resource by its logical name. Throws AwsError for an unknown name. */
  readonly valueOf: (name: string, place: string) => string;
};

/** https://docs.aws.amazon.com/iot/latest/developerguide/provision-template.html#intrinsic-functions. Throws AwsError with the place. */
export function evaluate(value: TemplateValue, scope: Scope, place: string): PlainValue {
  if (isList(value)) return value.map((item, index) => evaluate(item, scope, `${place}.${index}`));
  if (typeof value !== 'object' || value === null) return value;
  const [name = '', ...others] = Object.keys(value);
  if (name === 'Ref' || name.startsWith('Fn::')) {
    if (others.length > 0) throw templateError(place, `${name} must stand alone in its object`);
    return callFunction(name, value[name] ?? null, scope, `${place}.${name}`);
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, evaluate(inner, scope, `${place}.${key}`)]),
  );
}

/** The value as text. Throws AwsError with the place when it is something else. */
export function evaluateText(value: TemplateValue, scope: Scope, place: string): string {
  return asText(evaluate(value, scope, place), place);
}

/** The value as a list of texts. Throws AwsError with the place when it is something else. */
export function evaluateTexts(value: TemplateValue, scope: Scope, place: string): readonly string[] {
  const list = evaluate(value, scope, place);
  if (!isList(list)) throw templateError(place, 'expected a list of strings');
  return list.map((item, index) => asText(item, `${place}.${index}`));
}

function callFunction(name: string, argument: TemplateValue, scope: Scope, place: string): PlainValue {
  switch (name) {
    case 'Ref':
      if (typeof argument !== 'string') throw templateError(place, 'expected the name of a parameter or resource');
      return scope.valueOf(argument, place);
    case 'Fn::Join': {
      const [delimiter, list] = argumentsOf(argument, place, ['the delimiter', 'a list of strings']);
      return evaluateTexts(list, scope, `${place}.1`).join(evaluateText(delimiter, scope, `${place}.0`));
    }
    case 'Fn::Select': {
      const [index, list] = argumentsOf(argument, place, ['the index', 'a list']);
      return select(evaluate(index, scope, `${place}.0`), evaluate(list, scope, `${place}.1`), place);
    }
    case 'Fn::Split': {
      const [delimiter, text] = argumentsOf(argument, place, ['the delimiter', 'a string']);
      const separator = evaluateText(delimiter, scope, `${place}.0`);
      if (separator === '') throw templateError(`${place}.0`, 'the delimiter cannot be empty');
      return evaluateText(text, scope, `${place}.1`).split(separator);
    }
    case 'Fn::FindInMap': {
      const [map, first, second] = argumentsOf(argument, place, ['the map', 'the top-level key', 'the second key']);
      const keys = [map, first, second].map((key, index) => evaluateText(key, scope, `${place}.${index}`));
      return findInMap(scope.mappings, keys, place);
    }
    case 'Fn::Sub':
      return substitute(argument, scope, place);
    default:
      throw templateError(place, `the function ${name} is not one of a provisioning template`);
  }
}

/** Exactly the arguments that `names` names. */
function argumentsOf<const Names extends readonly string[]>(
  argument: TemplateValue,
  place: string,
  names: Names,
): { readonly [Index in keyof Names]: TemplateValue } & readonly TemplateValue[] {
  if (isList(argument) && hasLengthOf(argument, names)) return argument;
  throw templateError(place, `expected a list of ${names.length}: ${names.join(', ')}`);
}

function hasLengthOf<Names extends readonly string[]>(
  list: readonly TemplateValue[],
  names: Names,
): list is { readonly [Index in keyof Names]: TemplateValue } & readonly TemplateValue[] {
  return list.length === names.length;
}

function select(index: PlainValue, list: PlainValue, place: string): PlainValue {
  if (!isList(list)) throw templateError(`${place}.1`, 'expected a list');
  const position = typeof index === 'string' && /^\d{1,9}$/.test(index) ? Number(index) : index;
  const chosen = typeof position === 'number' ? list[position] : undefined;
  if (chosen === undefined || chosen === null) {
    throw templateError(place, `there is no item ${JSON.stringify(index)} in a list of ${list.length}`);
  }
  return chosen;
}

function findInMap(mappings: Template['Mappings'], keys: readonly string[], place: string): PlainValue {
  const [map = '', first = '', second = ''] = keys;
  const table = own(mappings, map);
  if (table === undefined) throw templateError(`${place}.0`, `there is no map "${map}" in Mappings`);
  const row = own(table, first);
  if (row === undefined) throw templateError(`${place}.1`, `there is no key "${first}" in the map "${map}"`);
  const found = own(row, second);
  if (found === undefined) throw templateError(`${place}.2`, `there is no key "${second}" in "${map}"."${first}"`);
  return found;
}

/** `${Name}` is replaced, `${!Name}` stands for `${Name}` itself. */
function substitute(argument: TemplateValue, scope: Scope, place: string): string {
  const [pattern, given] = isList(argument)
    ? argumentsOf(argument, place, ['a string', 'an object of values'])
    : [argument, {}];
  if (typeof pattern !== 'string')
    throw templateError(place, 'expected a string, or a list of a string and its values');
  if (typeof given !== 'object' || given === null || isList(given)) {
    throw templateError(`${place}.1`, 'expected an object of values');
  }
  return pattern.replace(/\$\{([^}]*)\}/g, (_whole, name: string) => {
    if (name.startsWith('!')) return `\${${name.slice(1)}}`;
    const value = own(given, name);
    return value === undefined ? scope.valueOf(name, place) : evaluateText(value, scope, `${place}.1.${name}`);
  });
}

function asText(value: PlainValue, place: string): string {
  if (typeof value === 'string') return value;
  throw templateError(place, `expected a string, found ${kindOf(value)}`);
}

function kindOf(value: PlainValue): string {
  if (value === null) return 'null';
  return isList(value) ? 'a list' : typeof value === 'object' ? 'an object' : `the ${typeof value} ${String(value)}`;
}

function isList(value: TemplateValue): value is readonly TemplateValue[] {
  return Array.isArray(value);
}

function own<Value>(object: Readonly<Record<string, Value>>, name: string): Value | undefined {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}
