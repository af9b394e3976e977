/** Reads what a caller of a Glue or Athena operation sent, refuses it in the service's words, and cuts answers into pages. */
import type { ZodType } from 'zod';
import { AwsError } from '../services.ts';

export function invalidInput(message: string): AwsError {
  return new AwsError('InvalidInputException', message);
}

export function notFound(message: string): AwsError {
  return new AwsError('EntityNotFoundException', message);
}

/** The checked input. Members the schema does not know are refused: an accepted parameter must have an effect. */
export function readInput<Value>(
  input: unknown,
  schema: ZodType<Value>,
  refuse: (message: string) => AwsError = invalidInput,
): Value {
  const parsed = schema.safeParse(input ?? {});
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where = issue === undefined || issue.path.length === 0 ? '' : ` at '${issue.path.join('.')}'`;
  throw refuse(`The request${where} is not valid, or the lab does not support it yet: ${issue?.message ?? 'unknown'}`);
}

export type Page<Item> = { readonly items: readonly Item[]; readonly NextToken: string | undefined };

/** `limit` of undefined takes the largest page. */
export function pageOf<Item>(
  items: readonly Item[],
  {
    token,
    limit,
    largest,
  }: { readonly token?: string | undefined; readonly limit?: number | undefined; readonly largest: number },
  refuse: (message: string) => AwsError = invalidInput,
): Page<Item> {
  const size = limit ?? largest;
  if (size < 1 || size > largest) throw refuse(`The size of a page must be from 1 to ${largest}.`);
  const start = token === undefined || token === '' ? 0 : positionOf(token, refuse);
  const end = start + size;
  return { items: items.slice(start, end), NextToken: end < items.length ? tokenOf(end) : undefined };
}

function positionOf(token: string, refuse: (message: string) => AwsError): number {
  const position = /^after:(\d{1,9})$/.exec(Buffer.from(token, 'base64url').toString('latin1'))?.[1];
  if (position === undefined) throw refuse('NextToken is not a token of an earlier answer.');
  return Number(position);
}

function tokenOf(position: number): string {
  return Buffer.from(`after:${position}`).toString('base64url');
}
