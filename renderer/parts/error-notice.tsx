/** A failure as a person meets it: the sentence, and what to do next. */
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { PlainError } from '../../preload/errors.ts';
import { errorWords } from '../text/error-words.ts';
import styles from './error-notice.module.css';
import { Icon } from './icon.tsx';

type ErrorNoticeProps = {
  /** Said in the window's language where it has a code that is translated. */
  readonly error: Pick<PlainError, 'message' | 'hint'> & { readonly code?: string };
  /** Smaller, below: when, and the words of another program. */
  readonly detail?: string;
  readonly actions?: ReactNode;
  readonly tone?: 'fault' | 'warning';
};

export function ErrorNotice({ error, detail = '', actions, tone = 'fault' }: ErrorNoticeProps) {
  const { i18n } = useTranslation();
  const { message, hint, original } = errorWords(error, i18n.language === 'fr' ? 'fr' : 'en');
  const below = [original, detail].filter((part) => part !== undefined && part !== '').join(' · ');
  return (
    <div className={styles['notice']} data-tone={tone} role="alert">
      <Icon name="warning" size={15} />
      <div className={styles['words']}>
        <p>{message}</p>
        {hint !== undefined && <p className={styles['hint']}>{hint}</p>}
        {below !== '' && <p className={styles['detail']}>{below}</p>}
      </div>
      {actions}
    </div>
  );
}
