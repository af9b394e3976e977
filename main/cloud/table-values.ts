/** Items and start keys between the SDK's form (bytes as arrays) and the one that crosses our borders (bytes as base64). */
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { z } from 'zod';
import { AppError } from '../../preload/errors.ts';
import type { TableItem, TableValue } from '../../preload/shapes-tables.ts';

export function itemOf(item: Readonly<Record<string, AttributeValue>>): TableItem {
  return Object.fromEntries(Object.entries(item).map(([name, value]) => [name, valueOf(value)]));
}

function valueOf(value: AttributeValue): TableValue {
  if (value.S !== undefined) return { S: value.S };
  if (value.N !== undefined) return { N: value.N };
  if (value.B !== undefined) return { B: base64(value.B) };
  if (value.BOOL !== undefined) return { BOOL: value.BOOL };
  if (value.M !== undefined) return { M: itemOf(value.M) };
  if (value.L !== undefined) return { L: value.L.map(valueOf) };
  if (value.SS !== undefined) return { SS: value.SS };
  if (value.NS !== undefined) return { NS: value.NS };
  if (value.BS !== undefined) return { BS: value.BS.map(base64) };
  return { NULL: true };
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}

/** Keys hold only text, numbers and bytes. */
const keySchema = z.record(
  z.string(),
  z.union([z.strictObject({ S: z.string() }), z.strictObject({ N: z.string() }), z.strictObject({ B: z.string() })]),
);

/** Carries the key after which the next page begins. */
export function tokenOf(key: Readonly<Record<string, AttributeValue>>): string {
  return JSON.stringify(itemOf(key));
}

/** Throws AppError `cloud.badToken`. */
export function startKeyOf(token: string): Record<string, AttributeValue> {
  let given: unknown;
  try {
    given = JSON.parse(token);
  } catch {
    given = undefined;
  }
  const parsed = keySchema.safeParse(given);
  if (!parsed.success) {
    throw new AppError('cloud.badToken', 'This is not the token of an earlier page.', { hint: 'Read the table anew.' });
  }
  return Object.fromEntries(
    Object.entries(parsed.data).map(([name, value]): [string, AttributeValue] => [
      name,
      'B' in value ? { B: Buffer.from(value.B, 'base64') } : value,
    ]),
  );
}
