/**
 * The condition operators of policies, compiled once and asked often.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
 */
import { BlockList, isIP } from 'node:net';
import { compilePattern, matchesPattern, substitute } from './policy-patterns.ts';
import { isListVariable, isTimeVariable, valuesOf, type PolicyContext } from './policy-variables.ts';

/** One key of one operator, e.g. `StringLike` on `iot:ClientId`. */
export type Condition = {
  /** As in the document. */
  readonly operator: string;
  readonly key: string;
  readonly usesTime: boolean;
  readonly holds: (context: PolicyContext, onMissing?: (name: string) => void) => boolean;
};

/** Whether one value of the connection fits one value of the policy. */
type Compare = (actual: string, context: PolicyContext, onMissing?: (name: string) => void) => boolean;
/** Undefined when the policy's value is not one that the operator can take. */
type Prepare = (wanted: string) => Compare | undefined;

const OPERATORS: Readonly<
  Record<string, { readonly isNegated?: true; readonly takes: string; readonly prepare: Prepare }>
> = {
  StringEquals: { takes: 'a text', prepare: string((actual, wanted) => actual === wanted) },
  StringNotEquals: { isNegated: true, takes: 'a text', prepare: string((actual, wanted) => actual === wanted) },
  StringEqualsIgnoreCase: { takes: 'a text', prepare: string(equalsIgnoringCase) },
  StringNotEqualsIgnoreCase: { isNegated: true, takes: 'a text', prepare: string(equalsIgnoringCase) },
  StringLike: { takes: 'a text', prepare: like },
  StringNotLike: { isNegated: true, takes: 'a text', prepare: like },
  NumericEquals: { takes: 'a number', prepare: number((actual, wanted) => actual === wanted) },
  NumericNotEquals: { isNegated: true, takes: 'a number', prepare: number((actual, wanted) => actual === wanted) },
  NumericLessThan: { takes: 'a number', prepare: number((actual, wanted) => actual < wanted) },
  NumericLessThanEquals: { takes: 'a number', prepare: number((actual, wanted) => actual <= wanted) },
  NumericGreaterThan: { takes: 'a number', prepare: number((actual, wanted) => actual > wanted) },
  NumericGreaterThanEquals: { takes: 'a number', prepare: number((actual, wanted) => actual >= wanted) },
  DateEquals: { takes: 'a date', prepare: date((actual, wanted) => actual === wanted) },
  DateNotEquals: { isNegated: true, takes: 'a date', prepare: date((actual, wanted) => actual === wanted) },
  DateLessThan: { takes: 'a date', prepare: date((actual, wanted) => actual < wanted) },
  DateLessThanEquals: { takes: 'a date', prepare: date((actual, wanted) => actual <= wanted) },
  DateGreaterThan: { takes: 'a date', prepare: date((actual, wanted) => actual > wanted) },
  DateGreaterThanEquals: { takes: 'a date', prepare: date((actual, wanted) => actual >= wanted) },
  Bool: { takes: 'true or false', prepare: bool },
  IpAddress: { takes: 'an IP address or range', prepare: ipRange },
  NotIpAddress: { isNegated: true, takes: 'an IP address or range', prepare: ipRange },
};

const FORM = /^(?:(ForAnyValue|ForAllValues):)?([A-Za-z]+?)(IfExists)?$/;

/** The compiled condition, or in one line what is wrong with it. */
export function compileCondition(operator: string, key: string, wanted: readonly string[]): Condition | string {
  if (operator === 'Null') return compileNull(key, wanted);
  const [, quantifier, base = '', ifExists] = FORM.exec(operator) ?? [];
  const known = Object.hasOwn(OPERATORS, base) ? OPERATORS[base] : undefined;
  if (known === undefined) {
    return `the condition operator "${operator}" is not in the lab; there are ${Object.keys(OPERATORS).join(', ')}, Null, and IfExists, ForAnyValue and ForAllValues with them`;
  }
  if (isListVariable(key) && quantifier === undefined) {
    return `"${key}" holds several values: put ForAnyValue: or ForAllValues: before ${operator}`;
  }
  const { isNegated = false, takes, prepare } = known;
  const compares: Compare[] = [];
  for (const value of wanted) {
    const compare = prepare(value);
    if (compare === undefined) return `${operator} on "${key}" takes ${takes}, not "${value}"`;
    compares.push(compare);
  }
  const fits: Compare = (actual, context, onMissing) =>
    compares.some((compare) => compare(actual, context, onMissing)) !== isNegated;

  return {
    operator,
    key,
    usesTime: isTimeVariable(key),
    holds: (context, onMissing) => {
      const values = valuesOf(key, context);
      if (quantifier === 'ForAllValues') return values.every((actual) => fits(actual, context, onMissing));
      if (values.length === 0) {
        if (ifExists !== undefined) return true;
        onMissing?.(key);
        // Of a key that is not there AWS says that it does not match, and so that "not" holds.
        return isNegated && quantifier === undefined;
      }
      return values.some((actual) => fits(actual, context, onMissing));
    },
  };
}

function compileNull(key: string, wanted: readonly string[]): Condition | string {
  const bad = wanted.find((value) => !isBoolean(value));
  if (bad !== undefined) return `Null on "${key}" takes true or false, not "${bad}"`;
  const isAbsenceWanted = wanted.map((value) => value.toLowerCase() === 'true');
  return {
    operator: 'Null',
    key,
    usesTime: false,
    holds: (context) => isAbsenceWanted.includes(valuesOf(key, context).length === 0),
  };
}

function string(compare: (actual: string, wanted: string) => boolean): Prepare {
  return (wanted) => (actual, context, onMissing) => {
    const filled = substitute(wanted, context, onMissing);
    return filled !== undefined && compare(actual, filled);
  };
}

function equalsIgnoringCase(actual: string, wanted: string): boolean {
  return actual.toLowerCase() === wanted.toLowerCase();
}

function like(wanted: string): Compare {
  const pattern = compilePattern(wanted);
  return (actual, context, onMissing) => matchesPattern(pattern, actual, context, onMissing);
}

function number(compare: (actual: number, wanted: number) => boolean): Prepare {
  return (text) => {
    const wanted = numberOf(text);
    if (wanted === undefined) return undefined;
    return (actual) => {
      const value = numberOf(actual);
      return value !== undefined && compare(value, wanted);
    };
  };
}

function numberOf(text: string): number | undefined {
  return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : undefined;
}

function date(compare: (actual: number, wanted: number) => boolean): Prepare {
  return (text) => {
    const wanted = instantOf(text);
    if (wanted === undefined) return undefined;
    return (actual) => {
      const value = instantOf(actual);
      return value !== undefined && compare(value, wanted);
    };
  };
}

/** Epoch milliseconds of an ISO 8601 date (https://www.w3.org/TR/NOTE-datetime) or of epoch seconds. */
function instantOf(text: string): number | undefined {
  if (/^\d+$/.test(text) && text.length > 4) return Number(text) * 1000;
  if (!/^\d{4}(-\d\d(-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?)?)?$/.test(text)) return undefined;
  const instant = Date.parse(text);
  return Number.isNaN(instant) ? undefined : instant;
}

function bool(wanted: string): Compare | undefined {
  if (!isBoolean(wanted)) return undefined;
  return (actual) => actual.toLowerCase() === wanted.toLowerCase();
}

function isBoolean(text: string): boolean {
  return /^(true|false)$/i.test(text);
}

function ipRange(text: string): Compare | undefined {
  const [address = '', bits, ...more] = text.split('/');
  const version = isIP(address);
  const most = version === 4 ? 32 : 128;
  const prefix = bits === undefined ? most : Number(bits);
  if (version === 0 || more.length > 0 || (bits !== undefined && !/^\d{1,3}$/.test(bits)) || prefix > most)
    return undefined;
  const range = new BlockList();
  range.addSubnet(address, prefix, version === 4 ? 'ipv4' : 'ipv6');
  return (actual) => isIP(actual) !== 0 && range.check(actual, isIP(actual) === 4 ? 'ipv4' : 'ipv6');
}
