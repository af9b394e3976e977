/** The formatters of the language in use, for components. */
import { useTranslation } from 'react-i18next';
import { formatOf, type Format } from './format.ts';

export function useFormat(): Format {
  const { i18n } = useTranslation();
  return formatOf(i18n.language);
}
