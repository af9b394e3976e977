/** How many clients were refused since one last looked; one click opens the list with the policy lines that are missing. */
import { Drawer } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { EmptyState } from '../parts/empty-state.tsx';
import { Icon } from '../parts/icon.tsx';
import { markRefusalsSeen, useRefusals, watchRefusals } from '../state/trace.ts';
import { useFormat } from '../text/use-format.ts';
import { RefusalCard } from './refusal-card.tsx';
import styles from './refusals.module.css';

export function Refusals() {
  const { t } = useTranslation();
  const format = useFormat();
  const [isOpen, { open, close }] = useDisclosure(false);
  const report = useRefusals((state) => state.report);
  const seen = useRefusals((state) => state.seen);
  useEffect(watchRefusals, []);
  const count = Math.max(0, (report?.total ?? 0) - seen);
  const amount = format.integer(count);
  const shut = (): void => {
    markRefusalsSeen();
    close();
  };
  return (
    <>
      <button
        type="button"
        className={styles['open']}
        data-new={count > 0 || undefined}
        aria-label={count > 0 ? t('refusals.open', { count, amount }) : t('refusals.title')}
        onClick={open}
      >
        <Icon name="stop" size={12} />
        <span>{count > 0 ? t('refusals.new', { count, amount }) : t('refusals.none')}</span>
      </button>
      <Drawer
        opened={isOpen}
        onClose={shut}
        position="right"
        size={520}
        title={t('refusals.title')}
        closeButtonProps={{ 'aria-label': t('common.close') }}
      >
        {report !== null && !report.isTold && <EmptyState small title={t('refusals.notTold')} />}
        {report?.isTold === true && report.refusals.length === 0 && (
          <EmptyState small title={t('refusals.emptyTitle')}>
            {t('refusals.emptyText')}
          </EmptyState>
        )}
        <ul className={styles['list']} aria-label={t('refusals.title')}>
          {(report?.refusals ?? []).map((refusal) => (
            <RefusalCard key={refusal.id} refusal={refusal} />
          ))}
        </ul>
      </Drawer>
    </>
  );
}
