/** Values of the rule language in DynamoDB's JSON; numbers keep their digits. */
import type { AttributeValue, Item } from '../../services.ts';
import { isArray, isNumber, isObject, type SqlObject, type Value } from '../value.ts';

/** Undefined where the value is. */
export function toAttribute(value: Value): AttributeValue | undefined {
  if (value === undefined) return undefined;
  if (value === null) return { NULL: true };
  if (typeof value === 'boolean') return { BOOL: value };
  if (typeof value === 'string') return { S: value };
  if (isArray(value)) return { L: value.map((item) => toAttribute(item) ?? { NULL: true }) };
  if (isObject(value)) return { M: toAttributes(value) };
  return isNumber(value) ? { N: value.text } : undefined;
}

export function toAttributes(object: SqlObject): Item {
  const attributes: Record<string, AttributeValue> = {};
  for (const [name, member] of object) {
    const attribute = toAttribute(member);
    if (attribute !== undefined) attributes[name] = attribute;
  }
  return attributes;
}
