/** The newest messages that met a rule, each with its whole way. */
import { Drawer } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { toPlainError } from '../../../preload/errors.ts';
import { EmptyState } from '../../parts/empty-state.tsx';
import { ErrorNotice } from '../../parts/error-notice.tsx';
import { Way } from '../../parts/message-trace.tsx';
import { call } from '../../state/window-app.ts';
import { useFormat } from '../../text/use-format.ts';
import styles from './rule-list.module.css';

const LOOK_AGAIN_MS = 2_000;

export function RuleMessages({ name, onClose }: { readonly name: string; readonly onClose: () => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { data, error, isPending } = useQuery({
    queryKey: ['rules.messages', name],
    queryFn: () => call('rules.messages', { name }),
    gcTime: 0,
    refetchInterval: LOOK_AGAIN_MS,
  });
  return (
    <Drawer
      opened
      onClose={onClose}
      size={480}
      title={t('rules.messagesOf', { name })}
      closeButtonProps={{ 'aria-label': t('common.close') }}
    >
      {isPending && <p role="status">{t('trace.loading')}</p>}
      {error !== null && <ErrorNotice error={toPlainError(error)} />}
      {data === null && <EmptyState small title={t('trace.notTold')} />}
      {data?.length === 0 && (
        <EmptyState small title={t('rules.noMessages')}>
          {t('rules.noMessagesText')}
        </EmptyState>
      )}
      <div className={styles['messages']}>
        {data?.map((trace) => (
          <details key={trace.sequence}>
            <summary>
              <span>{format.clock(trace.at)}</span>
              <code>{trace.topic}</code>
              <em>{t(`rules.verdict.${trace.rules.find((rule) => rule.name === name)?.outcome ?? 'filtered'}`)}</em>
            </summary>
            <Way trace={trace} />
          </details>
        ))}
      </div>
    </Drawer>
  );
}
