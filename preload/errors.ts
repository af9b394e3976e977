/** The one error shape that crosses every border: process to process, main to window, cloud to person. */

export type PlainError = {
  /** Stable and machine readable, e.g. `noaa.notAnObservationFile`, `aws.ResourceNotFoundException`, `bug`. */
  readonly code: string;
  /** One clear sentence for a person. */
  readonly message: string;
  /** What to do next, when there is something to do. */
  readonly hint?: string;
  readonly cause?: PlainError;
};

/** An expected failure: shown to the person as it is. Anything else that is thrown is a bug and is logged with its stack. */
export class AppError extends Error {
  readonly code: string;
  readonly hint: string | undefined;

  constructor(
    code: string,
    message: string,
    more: { readonly hint?: string | undefined; readonly cause?: unknown } = {},
  ) {
    super(message, more.cause === undefined ? undefined : { cause: more.cause });
    this.name = 'AppError';
    this.code = code;
    this.hint = more.hint;
  }
}

/** Errors of the AWS SDK carry `$metadata`; their name is the AWS error code and their text is the service's own. */
function isAwsError(error: Error): boolean {
  return '$metadata' in error;
}

/** Turns anything thrown into data that survives structured clone and JSON. Stacks never leave the process. */
export function toPlainError(thrown: unknown): PlainError {
  if (thrown instanceof AppError) {
    return {
      code: thrown.code,
      message: thrown.message,
      ...(thrown.hint === undefined ? {} : { hint: thrown.hint }),
      ...(thrown.cause === undefined ? {} : { cause: toPlainError(thrown.cause) }),
    };
  }
  if (thrown instanceof Error) {
    return { code: isAwsError(thrown) ? `aws.${thrown.name}` : 'bug', message: thrown.message };
  }
  return { code: 'bug', message: String(thrown) };
}

/** The way back: rebuilds an AppError from what `toPlainError` made. */
export function fromPlainError(plain: PlainError): AppError {
  return new AppError(plain.code, plain.message, {
    hint: plain.hint,
    cause: plain.cause === undefined ? undefined : fromPlainError(plain.cause),
  });
}
