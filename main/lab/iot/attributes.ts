/** Attributes of things and thing groups: what a request may say, and what an update leaves. */
import { z } from 'zod';

export const attributeNameSchema = z.string().regex(/^[a-zA-Z0-9_.,@/:#-]{1,128}$/, 'not an attribute name');
const attributeValue = z.string().regex(/^[a-zA-Z0-9_.,@/:#=[\]-]{0,800}$/, 'not an attribute value');

export const attributePayloadSchema = z.strictObject({
  attributes: z.record(attributeNameSchema, attributeValue).optional(),
  merge: z.boolean().optional(),
});

export type Attributes = Readonly<Record<string, string>>;

/** Without a payload nothing changes; without `merge` the new attributes take the place of all. An empty value removes its attribute. */
export function updatedAttributes(
  before: Attributes,
  payload: z.infer<typeof attributePayloadSchema> | undefined,
): Record<string, string> {
  const kept = payload === undefined || payload.merge === true ? before : {};
  const all = { ...kept, ...payload?.attributes };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== ''));
}
