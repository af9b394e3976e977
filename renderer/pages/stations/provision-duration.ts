/** How long work takes, as one says it: seconds below two minutes, minutes above. */
import type { TFunction } from 'i18next';
import type { Format } from '../../text/format.ts';

const LONGEST_IN_SECONDS = 120;

export function durationOf(t: TFunction<'text'>, format: Format, seconds: number): string {
  return seconds < LONGEST_IN_SECONDS
    ? t('provision.seconds', { amount: format.number(seconds, seconds < 10 ? 1 : 0) })
    : t('provision.minutes', { amount: format.integer(seconds / 60) });
}
