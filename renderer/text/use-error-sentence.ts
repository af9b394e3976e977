/** An error in one line, for the places that have no room for a notice. */
import { useTranslation } from 'react-i18next';
import type { PlainError } from '../../preload/errors.ts';
import { errorWords } from './error-words.ts';

/** A translation is followed by the sentence that holds the names; what to do comes last, where it is wanted. */
export function useErrorSentence(): (error: PlainError, withHint?: boolean) => string {
  const { i18n } = useTranslation();
  return (error, withHint = false) => {
    const { message, hint, original } = errorWords(error, i18n.language === 'fr' ? 'fr' : 'en');
    const said = original === undefined ? message : `${message} (${original})`;
    return withHint && hint !== undefined ? `${said} ${hint}` : said;
  };
}
