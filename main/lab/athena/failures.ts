/** Refusals and failures in Athena's shapes. */
import { AppError } from '../../../preload/errors.ts';
import { AwsError } from '../services.ts';
import type { Execution } from './executions.ts';

export function invalidRequest(message: string, athenaErrorCode = 'INVALID_INPUT'): AwsError {
  return new AwsError('InvalidRequestException', message, 400, { AthenaErrorCode: athenaErrorCode });
}

/** A statement that is refused before it runs. */
export function refusalOf(error: AppError): AwsError {
  if (error.code === 'athena.NOT_SUPPORTED') return invalidRequest(error.message, 'NOT_SUPPORTED');
  const isSyntax = error.code === 'athena.MALFORMED_QUERY';
  const isAthena = error.code.startsWith('athena.');
  const text = isSyntax || !isAthena ? error.message : `${error.code.slice('athena.'.length)}: ${error.message}`;
  if (!isAthena) return new AwsError('InternalServerException', text, 500);
  return invalidRequest(text, 'MALFORMED_QUERY');
}

/** ErrorType by name, as measured on Athena; names that nobody has measured get the general one. */
const TYPES: Readonly<Record<string, number>> = {
  CATALOG_NOT_FOUND: 1006,
  COLUMN_NOT_FOUND: 1006,
  DIVISION_BY_ZERO: 1001,
  FUNCTION_NOT_FOUND: 1303,
  INVALID_CAST_ARGUMENT: 1100,
  INVALID_FUNCTION_ARGUMENT: 1106,
  NOT_SUPPORTED: 1200,
  SCHEMA_NOT_FOUND: 1301,
  TABLE_NOT_FOUND: 1301,
  TYPE_MISMATCH: 1002,
};
const USER = 2;
const SYSTEM = 1;

export type Failure = {
  readonly reason: string;
  readonly error: NonNullable<Execution['error']>;
  readonly isBug: boolean;
};

/** Why a query ended FAILED. What is no AppError is a bug of the lab, whose words stay in its log. */
export function failureOf(thrown: unknown): Failure {
  if (!(thrown instanceof AppError)) return systemFailure('Internal error', true);
  if (!thrown.code.startsWith('athena.')) return systemFailure(thrown.message, thrown.code === 'bug');
  const name = thrown.code.slice('athena.'.length);
  const reason = `${name}: ${thrown.message}`;
  return { reason, error: { category: USER, type: TYPES[name] ?? 1000, message: reason }, isBug: false };
}

function systemFailure(message: string, isBug: boolean): Failure {
  const reason = `GENERIC_INTERNAL_ERROR: ${message}`;
  return { reason, error: { category: SYSTEM, type: 1, message: reason }, isBug };
}
