/** What callers of Athena may send. */
import { z } from 'zod';
import { invalidRequest } from './failures.ts';

const id = z.string().min(1).max(128);
const primary = z.literal('primary', 'the lab has the workgroup primary only').optional();

export const start = z.strictObject({
  QueryString: z.string().min(1).max(262_144),
  ClientRequestToken: z.string().min(32).max(128).optional(),
  QueryExecutionContext: z
    .strictObject({
      Database: z.string().min(1).max(255).optional(),
      Catalog: z
        .string()
        .refine((name) => name.toLowerCase() === 'awsdatacatalog', 'the lab has the catalog AwsDataCatalog only')
        .optional(),
    })
    .optional(),
  ResultConfiguration: z.strictObject({ OutputLocation: z.string().optional() }).optional(),
  WorkGroup: primary,
});
export type StartInput = z.infer<typeof start>;

export const byId = z.strictObject({ QueryExecutionId: id });
export const byIds = z.strictObject({ QueryExecutionIds: z.array(id).min(1).max(50) });

const paged = { NextToken: z.string().optional(), MaxResults: z.number().int().min(1).max(50).optional() };
export const list = z.strictObject({ ...paged, WorkGroup: primary });
export const workGroups = z.strictObject(paged);
export const workGroup = z.strictObject({ WorkGroup: z.string() });
export const dataCatalogs = z.strictObject({ ...paged, WorkGroup: primary });
export const databases = z.strictObject({ ...paged, CatalogName: z.string(), WorkGroup: primary });
export const tables = z.strictObject({
  ...paged,
  CatalogName: z.string(),
  DatabaseName: z.string(),
  WorkGroup: primary,
});
export const table = z.strictObject({
  CatalogName: z.string(),
  DatabaseName: z.string(),
  TableName: z.string(),
  WorkGroup: primary,
});

export const results = z.strictObject({
  QueryExecutionId: id,
  NextToken: z.string().min(1).max(1024).optional(),
  MaxResults: z.number().int().min(1).max(1000).optional(),
});
export type ResultsInput = z.infer<typeof results>;

/** A page of results begins at a byte of the result file. */
export function tokenOf(offset: number, queryId: string): string {
  return Buffer.from(`${queryId}:${offset}`).toString('base64url');
}

export function offsetOf(token: string, queryId: string): number {
  const [owner, offset = ''] = Buffer.from(token, 'base64url').toString('latin1').split(':');
  if (owner !== queryId || !/^\d{1,15}$/.test(offset)) {
    throw invalidRequest('NextToken is not a token of an earlier answer for this query.');
  }
  return Number(offset);
}
