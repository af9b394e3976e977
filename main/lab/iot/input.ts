/** Reads what a caller of an IoT operation sent, and refuses it in IoT's words. */
import type { ZodType } from 'zod';
import { AwsError, type RestInput } from '../services.ts';

export function invalidRequest(message: string): AwsError {
  return new AwsError('InvalidRequestException', message);
}

export function notFound(message: string): AwsError {
  return new AwsError('ResourceNotFoundException', message, 404);
}

/** The checked body of a request. */
export function bodyOf<Value>(input: RestInput, schema: ZodType<Value>): Value {
  return checkedBody(input.body, schema);
}

/** A body from wherever it came. Members the schema does not know are refused: an accepted parameter must have an effect. */
export function checkedBody<Value>(body: unknown, schema: ZodType<Value>): Value {
  const parsed = schema.safeParse(body ?? {});
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

export function booleanOf(input: Pick<RestInput, 'query'>, name: string): boolean {
  const value = input.query.get(name);
  if (value === null || value === 'false') return false;
  if (value === 'true') return true;
  throw invalidRequest(`'${name}' must be true or false.`);
}

/** A whole number of the query, undefined where it is not given. */
export function integerOf(input: Pick<RestInput, 'query'>, name: string): number | undefined {
  const value = input.query.get(name);
  if (value === null) return undefined;
  if (!/^-?\d{1,15}$/.test(value)) throw invalidRequest(`'${name}' must be a whole number.`);
  return Number(value);
}

/**
 * One page of `items`, in the order of their keys. The token is the key of the page's last item, not a position: pages stay right while
 * items come and go between the calls.
 * @param keyOf tells items apart and orders them; `creationKey` for what is listed by age.
 */
export function pageOf<Item>(
  input: Pick<RestInput, 'query'>,
  items: readonly Item[],
  { tokenName, sizeName, largest }: PageNames,
  keyOf: (item: Item) => string,
  order: 'ascending' | 'descending' = 'ascending',
): { readonly items: readonly Item[]; readonly next: string | undefined } {
  const size = sizeOf(input, sizeName, largest);
  const after = lastKeyOf(input, tokenName);
  const sign = order === 'ascending' ? 1 : -1;
  const rest = items
    .map((item) => ({ item, key: keyOf(item) }))
    .filter(({ key }) => after === undefined || sign * compare(key, after) > 0)
    .sort((a, b) => sign * compare(a.key, b.key));
  const page = rest.slice(0, size);
  const last = page.at(-1)?.key;
  return {
    items: page.map(({ item }) => item),
    next: last !== undefined && size < rest.length ? tokenFor(last) : undefined,
  };
}

/** The key of an item that is listed by age, oldest first; `name` tells apart what came in the same millisecond. */
export function creationKey({ createdAt }: { readonly createdAt: number }, name: string): string {
  return `${String(Math.round(createdAt * 1000)).padStart(15, '0')} ${name}`;
}

/** The order that lists by age ask for with `isAscendingOrder`; without it AWS lists the newest first. */
export function orderOf(input: RestInput): 'ascending' | 'descending' {
  return booleanOf(input, 'isAscendingOrder') ? 'ascending' : 'descending';
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
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

/** Said by AWS of `pageSize`, and taken here for `maxResults`, too, where it tells none. */
const DEFAULT_PAGE = 25;

function sizeOf(input: Pick<RestInput, 'query'>, name: string, largest: number): number {
  const text = input.query.get(name);
  if (text === null) return DEFAULT_PAGE;
  const size = Number(text);
  if (!Number.isInteger(size) || size < 1 || size > largest) {
    throw invalidRequest(`'${name}' must be a whole number from 1 to ${largest}.`);
  }
  return size;
}

const TOKEN_START = 'after:';

function lastKeyOf(input: Pick<RestInput, 'query'>, name: string): string | undefined {
  const token = input.query.get(name);
  if (token === null || token === '') return undefined;
  const text = Buffer.from(token, 'base64').toString('utf8');
  if (!text.startsWith(TOKEN_START)) throw invalidRequest(`'${name}' is not a token of an earlier answer.`);
  return text.slice(TOKEN_START.length);
}

/** Plain base64, the form AWS gives for markers. */
function tokenFor(key: string): string {
  return Buffer.from(`${TOKEN_START}${key}`).toString('base64');
}
