/** A failure as a person meets it: the sentence, and what to do next. */
import type { ReactNode } from 'react';
import type { PlainError } from '../../preload/errors.ts';
import styles from './error-notice.module.css';
import { Icon } from './icon.tsx';

type ErrorNoticeProps = {
  readonly error: Pick<PlainError, 'message' | 'hint'>;
  readonly actions?: ReactNode;
  readonly tone?: 'fault' | 'warning';
};

export function ErrorNotice({ error, actions, tone = 'fault' }: ErrorNoticeProps) {
  return (
    <div className={styles['notice']} data-tone={tone} role="alert">
      <Icon name="warning" size={15} />
      <div className={styles['words']}>
        <p>{error.message}</p>
        {error.hint !== undefined && <p className={styles['hint']}>{error.hint}</p>}
      </div>
      {actions}
    </div>
  );
}
