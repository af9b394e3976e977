/** Short notices at the window's edge: failures of what was asked, and what became of added files. */
import { notifications } from '@mantine/notifications';
import i18next from 'i18next';
import { toPlainError } from '../../preload/errors.ts';
import type { StationsAdded } from '../../preload/shapes.ts';
import { errorWords } from '../text/error-words.ts';
import { AddedNotice } from '../parts/added-notice.tsx';

const SHORT_MS = 5_000;
const LONG_MS = 12_000;

export function notifyError(thrown: unknown): void {
  const { message, hint, original } = errorWords(toPlainError(thrown), i18next.language === 'fr' ? 'fr' : 'en');
  notifications.show({
    title: message,
    message: [hint, original].filter((part) => part !== undefined).join(' · '),
    color: 'var(--fault)',
    autoClose: LONG_MS,
    closeButtonProps: { 'aria-label': i18next.t('common.close') },
  });
}

export function notifyDone(title: string, message: string): void {
  notifications.show({
    title,
    message,
    color: 'var(--live)',
    autoClose: SHORT_MS,
    closeButtonProps: { 'aria-label': i18next.t('common.close') },
  });
}

/** Nothing added and nothing refused means that the file dialog was cancelled: no notice then. */
export function notifyAdded(outcome: StationsAdded): void {
  const { added, refused, skipped } = outcome;
  if (added.length + refused.length + skipped.length === 0) return;
  notifications.show({
    title:
      added.length === 0
        ? i18next.t('notify.noneAdded')
        : i18next.t('notify.added', { count: added.length, amount: added.length }),
    message: <AddedNotice outcome={outcome} />,
    color: refused.length > 0 ? 'var(--fault)' : skipped.length > 0 ? 'var(--warning)' : 'var(--live)',
    autoClose: refused.length > 0 ? false : SHORT_MS,
    closeButtonProps: { 'aria-label': i18next.t('common.close') },
  });
}
