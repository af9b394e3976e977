/** One message's way as a line from top to bottom: received, allowed by, each rule, each action. */
import { Drawer } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { toPlainError } from '../../preload/errors.ts';
import type { MessageTrace as Trace } from '../../preload/shapes-trace.ts';
import { call } from '../state/window-app.ts';
import { useFormat } from '../text/use-format.ts';
import { EmptyState } from './empty-state.tsx';
import { ErrorNotice } from './error-notice.tsx';
import styles from './message-trace.module.css';

type MessageTraceProps = {
  readonly topic: string;
  readonly payload: string;
  /** Epoch milliseconds of its arrival in the window. */
  readonly at: number;
  readonly onClose: () => void;
};

export function MessageTrace({ topic, payload, at, onClose }: MessageTraceProps) {
  const { t } = useTranslation();
  const { data, error, isPending } = useQuery({
    queryKey: ['trace.message', topic, payload, at],
    queryFn: () => call('trace.message', { topic, payload, at }),
    refetchOnMount: 'always',
  });
  return (
    <Drawer
      opened
      onClose={onClose}
      position="right"
      size={460}
      title={t('trace.title')}
      closeButtonProps={{ 'aria-label': t('common.close') }}
    >
      {isPending && <p role="status">{t('trace.loading')}</p>}
      {error !== null && <ErrorNotice error={toPlainError(error)} />}
      {data !== undefined && !data.isTold && <EmptyState small title={t('trace.notTold')} />}
      {data?.isTold === true && data.trace === null && <EmptyState small title={t('trace.gone')} />}
      {data?.trace !== undefined && data.trace !== null && <Way trace={data.trace} />}
    </Drawer>
  );
}

function Way({ trace }: { readonly trace: Trace }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { clientId, topic, bytes, sequence, allowedBy, rules } = trace;
  return (
    <ol className={styles['way']} aria-label={t('trace.title')}>
      <Stop state="done" title={`${t('trace.received')} · ${format.clock(trace.at)}`}>
        {t('trace.receivedText', { client: clientId, topic, size: format.bytes(bytes), sequence: String(sequence) })}
      </Stop>
      <Stop state="done" title={t('trace.allowed')}>
        {allowedBy ?? t('trace.allowedByLab')}
      </Stop>
      {rules.length === 0 && (
        <Stop state="waiting" title={t('trace.noRule')}>
          {t('trace.noRuleText')}
        </Stop>
      )}
      {rules.flatMap(({ name, outcome, reason, actions }) => [
        <Stop
          key={name}
          state={outcome === 'passed' ? 'done' : outcome === 'filtered' ? 'waiting' : 'failed'}
          title={t('trace.rule', { name })}
        >
          {t(`trace.outcome.${outcome}`)}
          {reason !== null && <span className={styles['reason']}>{reason}</span>}
        </Stop>,
        ...actions.map(({ target, state, error }, index) => (
          <Stop key={`${name} ${index}`} isInner state={state} title={t('trace.firehose', { target })}>
            {t(`trace.state.${state}`)}
            {error !== null && <span className={styles['reason']}>{error}</span>}
          </Stop>
        )),
      ])}
    </ol>
  );
}

type StopProps = {
  readonly state: 'done' | 'waiting' | 'failed';
  readonly title: string;
  readonly isInner?: boolean;
  readonly children: ReactNode;
};

function Stop({ state, title, isInner = false, children }: StopProps) {
  return (
    <li className={styles['stop']} data-state={state} data-inner={isInner || undefined}>
      <strong>{title}</strong>
      <p>{children}</p>
    </li>
  );
}
