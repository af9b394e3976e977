/** Errors as a person reads them in the language of the window. */
import type { PlainError } from '../../preload/errors.ts';
import type { Language } from './format.ts';
import { frAwsErrors, frErrors } from './fr-errors.ts';

export type ErrorWords = {
  readonly message: string;
  readonly hint: string | undefined;
  /** The sentence in the words of main or of the service, where `message` is a translation: it holds the names. */
  readonly original: string | undefined;
};

/** Main speaks English; an error whose code has no translation stays as it is. */
export function errorWords(
  error: Pick<PlainError, 'message' | 'hint'> & { readonly code?: string },
  language: Language,
): ErrorWords {
  const { code = '', message, hint } = error;
  const all = code.startsWith('aws.') ? frAwsErrors : frErrors;
  const translated = language === 'fr' && Object.hasOwn(all, code) ? all[code] : undefined;
  if (translated === undefined) return { message, hint, original: undefined };
  const [french, frenchHint] = translated;
  return { message: french, hint: frenchHint === '' ? undefined : frenchHint, original: message };
}
