/** The values of AWS IoT SQL. Numbers keep their source text, so that `7.0` is still `7.0` when it leaves the rule. */
export type SqlNumber = {
  /** A number as JSON writes it. */
  readonly text: string;
};

/** `undefined` is SQL's Undefined, for instance an absent attribute. */
export type Value = undefined | null | boolean | string | SqlNumber | readonly Value[] | SqlObject;
export type SqlObject = ReadonlyMap<string, Value>;

export function isObject(value: Value): value is SqlObject {
  return value instanceof Map;
}

export function isArray(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}

/** Undefined for a member that is not there, and of what has none. */
export function memberOf(value: Value, name: string): Value {
  return isObject(value) ? value.get(name) : undefined;
}

export function isNumber(value: Value): value is SqlNumber {
  return typeof value === 'object' && value !== null && !isArray(value) && !isObject(value);
}

/** Compact JSON. Members that are Undefined vanish; Undefined alone is the empty text. */
export function toJson(value: Value): string {
  if (value === undefined) return '';
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'string') return JSON.stringify(value);
  if (isArray(value)) return `[${value.map((item) => (item === undefined ? 'null' : toJson(item))).join(',')}]`;
  if (isObject(value)) {
    const members: string[] = [];
    for (const [key, member] of value) {
      if (member !== undefined) members.push(`${JSON.stringify(key)}:${toJson(member)}`);
    }
    return `{${members.join(',')}}`;
  }
  return value.text;
}
