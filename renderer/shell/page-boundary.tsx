/** Keeps a bug in one page from taking the window down: says so and offers to load again. */
import { Component, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { toPlainError } from '../../preload/errors.ts';
import { Button } from '../parts/button.tsx';
import { ErrorNotice } from '../parts/error-notice.tsx';
import styles from './shell.module.css';

type BoundaryState = { readonly thrown: unknown; readonly isBroken: boolean };

export class PageBoundary extends Component<{ readonly children: ReactNode }, BoundaryState> {
  override state: BoundaryState = { thrown: undefined, isBroken: false };

  static getDerivedStateFromError(thrown: unknown): BoundaryState {
    return { thrown, isBroken: true };
  }

  override render(): ReactNode {
    if (!this.state.isBroken) return this.props.children;
    return <Crash thrown={this.state.thrown} onRetry={() => this.setState({ isBroken: false })} />;
  }
}

function Crash({ thrown, onRetry }: { readonly thrown: unknown; readonly onRetry: () => void }) {
  const { t } = useTranslation();
  return (
    <div className={styles['crash']}>
      <h1>{t('shell.crash')}</h1>
      <ErrorNotice error={{ message: toPlainError(thrown).message, hint: t('shell.crashHint') }} />
      <Button onClick={onRetry}>{t('shell.reload')}</Button>
    </div>
  );
}
