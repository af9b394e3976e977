/** An empty place that says what would be here and what to do next. */
import type { ReactNode } from 'react';
import { Contours } from './contours.tsx';
import styles from './empty-state.module.css';

type EmptyStateProps = {
  readonly title: string;
  readonly children?: ReactNode;
  readonly actions?: ReactNode;
  /** For panels: no ornament, less air. */
  readonly small?: boolean;
};

export function EmptyState({ title, children, actions, small = false }: EmptyStateProps) {
  return (
    <div className={styles['empty']} data-small={small || undefined}>
      {!small && <Contours className={styles['contours']} hasCentres />}
      <div className={styles['words']}>
        <p className={styles['title']}>{title}</p>
        {children !== undefined && <p className={styles['text']}>{children}</p>}
        {actions !== undefined && <div className={styles['actions']}>{actions}</div>}
      </div>
    </div>
  );
}
