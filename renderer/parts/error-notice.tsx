/** A failure as a person meets it: the sentence, and what to do next. */
import type { ReactNode } from 'react';
import type { PlainError } from '../../preload/errors.ts';
import styles from './error-notice.module.css';
import { Icon } from './icon.tsx';

type ErrorNoticeProps = {
  readonly error: Pick<PlainError, 'message' | 'hint'>;
  /** Smaller, below: when, and the words of another program. */
  readonly detail?: string;
  readonly actions?: ReactNode;
  readonly tone?: 'fault' | 'warning';
};

export function ErrorNotice({ error, detail = '', actions, tone = 'fault' }: ErrorNoticeProps) {
  return (
    <div className={styles['notice']} data-tone={tone} role="alert">
      <Icon name="warning" size={15} />
      <div className={styles['words']}>
        <p>{error.message}</p>
        {error.hint !== undefined && <p className={styles['hint']}>{error.hint}</p>}
        {detail !== '' && <p className={styles['detail']}>{detail}</p>}
      </div>
      {actions}
    </div>
  );
}
