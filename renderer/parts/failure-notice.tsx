/** What failed in a rule: the cause, the cure, the service's own words, and the next step. */
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { FailureCause } from '../../preload/shapes-trace.ts';
import { ErrorNotice } from './error-notice.tsx';

type FailureNoticeProps = {
  readonly cause: FailureCause;
  readonly resource: string;
  /** As the service or the statement said it. */
  readonly message: string;
  /** When, in words; left out where the place says it. */
  readonly when?: string;
  /** Replaces the cure, where it has been followed. */
  readonly cured?: string | null;
  readonly step?: ReactNode;
};

export function FailureNotice({ cause, resource, message, when, cured = null, step }: FailureNoticeProps) {
  const { t } = useTranslation();
  return (
    <ErrorNotice
      tone={cured === null ? 'fault' : 'warning'}
      error={{ message: t(`failure.cause.${cause}`, { resource }), hint: cured ?? t(`failure.cure.${cause}`) }}
      detail={[when, message === '' ? undefined : t('failure.service', { message })]
        .filter((part) => part !== undefined)
        .join(' · ')}
      actions={step}
    />
  );
}
