/** What can go wrong between us and AWS, put in one way: AWS refusals keep their names, a network that fails gets plain words. */
import { AppError } from '../../preload/errors.ts';

/** Is this a refusal by AWS (or the SDK's reading of one) with one of these names? */
export function isRefusal(error: unknown, ...names: readonly string[]): boolean {
  return error instanceof Error && names.includes(error.name);
}

/** The answer, or null where AWS says with one of these names that the thing does not exist. */
export async function nullWhen<Value>(names: readonly string[], answer: Promise<Value>): Promise<Value | null> {
  try {
    return await answer;
  } catch (error) {
    if (isRefusal(error, ...names)) return null;
    throw error;
  }
}

/** Removal that finds nothing to remove has reached its end: only other refusals are errors. */
export async function unlessGone(names: readonly string[], removal: Promise<unknown>): Promise<void> {
  await nullWhen(names, removal);
}

/** `value`, or an AppError `cloud.answer` naming what AWS should have told: SDK types call every member optional. */
export function told<Value>(value: Value | null | undefined, what: string): Value {
  if (value === undefined || value === null) {
    throw new AppError('cloud.answer', `The target answered, but without ${what}.`, {
      hint: 'Try again. If it stays so, the target speaks another version of the AWS protocols.',
    });
  }
  return value;
}

const NETWORK_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENETDOWN',
]);

/** What is thrown to callers for anything an SDK client threw after its last attempt. `where` is what a person calls the target. */
export function explainFailure(error: unknown, where: string): unknown {
  if (!(error instanceof Error)) return error;
  if (error.name === 'AbortError') return cancelled();
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name;
  if (error.name !== 'TimeoutError' && !NETWORK_CODES.has(code)) return error;
  return new AppError('cloud.unreachable', `The target "${where}" could not be reached.`, {
    hint: 'Check that it is running and that the network is up, then try again.',
    cause: new AppError(`network.${code}`, error.message === '' ? code : error.message),
  });
}

/** The error of every wait and request that ended because its signal was aborted. */
export function cancelled(): AppError {
  return new AppError('cloud.cancelled', 'The work was cancelled before it ended.');
}
