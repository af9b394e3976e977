/** Reads what a caller of an IoT operation sent, and refuses it in IoT's words. */
import type { ZodType } from 'zod';
import { AwsError, type RestInput } from '../services.ts';

export function invalidRequest(message: string): AwsError {
  return new AwsError('InvalidRequestException', message);
}

export function notFound(message: string): AwsError {
  return new AwsError('ResourceNotFoundException', message, 404);
}

/** The checked body. Members the schema does not know are refused: an accepted parameter must have an effect. */
export function bodyOf<Value>(input: RestInput, schema: ZodType<Value>): Value {
  const parsed = schema.safeParse(input.body ?? {});
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where = issue === undefined || issue.path.length === 0 ? '' : ` at '${issue.path.join('.')}'`;
  throw invalidRequest(`The request${where} is not valid: ${issue?.message ?? 'unknown reason'}`);
}

/** A path parameter or header value that must match `pattern` whole. */
export function nameOf(value: string | undefined, what: string, pattern: RegExp, longest: number): string {
  if (value === undefined || value === '') throw invalidRequest(`Missing value for '${what}'.`);
  if (value.length > longest) throw failedConstraint(value, what, `length less than or equal to ${longest}`);
  if (!pattern.test(value))
    throw failedConstraint(value, what, `satisfy regular expression pattern: ${pattern.source}`);
  return value;
}

function failedConstraint(value: string, what: string, constraint: string): AwsError {
  const shown = value.length > 200 ? `${value.slice(0, 200)}…` : value;
  return invalidRequest(
    `1 validation error detected: Value '${shown}' at '${what}' failed to satisfy constraint: Member must have ${constraint}`,
  );
}

export function booleanOf(input: RestInput, name: string): boolean {
  const value = input.query.get(name);
  if (value === null || value === 'false') return false;
  if (value === 'true') return true;
  throw invalidRequest(`'${name}' must be true or false.`);
}

/** One page of `items`. `tokenName` and `sizeName` are the query parameters, which differ between the operations. */
export function pageOf<Item>(
  input: RestInput,
  items: readonly Item[],
  { tokenName, sizeName, largest }: PageNames,
): { readonly items: readonly Item[]; readonly next: string | undefined } {
  const size = sizeOf(input, sizeName, largest);
  const start = startOf(input, tokenName);
  const end = start + size;
  return { items: items.slice(start, end), next: end < items.length ? tokenFor(end) : undefined };
}

type PageNames = { readonly tokenName: string; readonly sizeName: string; readonly largest: number };

export const BY_TOKEN: PageNames = { tokenName: 'nextToken', sizeName: 'maxResults', largest: 250 };
export const BY_MARKER: PageNames = { tokenName: 'marker', sizeName: 'pageSize', largest: 250 };

/** An answer's next-page member, left out on the last page. */
export function nextPage<Name extends string>(
  name: Name,
  next: string | undefined,
): { readonly [Key in Name]?: string } {
  const member: { [Key in Name]?: string } = {};
  if (next !== undefined) member[name] = next;
  return member;
}

const DEFAULT_PAGE = 25;

function sizeOf(input: RestInput, name: string, largest: number): number {
  const text = input.query.get(name);
  if (text === null) return DEFAULT_PAGE;
  const size = Number(text);
  if (!Number.isInteger(size) || size < 1 || size > largest) {
    throw invalidRequest(`'${name}' must be a whole number from 1 to ${largest}.`);
  }
  return size;
}

function startOf(input: RestInput, name: string): number {
  const token = input.query.get(name);
  if (token === null || token === '') return 0;
  const position = /^after:(\d{1,9})$/.exec(Buffer.from(token, 'base64url').toString('latin1'))?.[1];
  if (position === undefined) throw invalidRequest(`'${name}' is not a token of an earlier answer.`);
  return Number(position);
}

function tokenFor(position: number): string {
  return Buffer.from(`after:${position}`).toString('base64url');
}
