/** How many refusals came since one last looked; one click opens the list with the policy lines that are missing. */
import { Drawer } from '@mantine/core';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../parts/button.tsx';
import { EmptyState } from '../parts/empty-state.tsx';
import { Icon } from '../parts/icon.tsx';
import {
  closeRefusals,
  openRefusals,
  refusalsShown,
  showAllRefusals,
  useRefusals,
  watchRefusals,
} from '../state/trace.ts';
import { useFormat } from '../text/use-format.ts';
import { RefusalCard } from './refusal-card.tsx';
import styles from './refusals.module.css';

export function Refusals() {
  const { t } = useTranslation();
  const format = useFormat();
  const total = useRefusals(({ report }) => report?.total ?? 0);
  const seen = useRefusals((state) => state.seen);
  const isOpen = useRefusals((state) => state.isOpen);
  useEffect(watchRefusals, []);
  const count = Math.max(0, total - seen);
  const amount = format.integer(count);
  return (
    <>
      <button
        type="button"
        className={styles['open']}
        data-new={count > 0 || undefined}
        aria-label={count > 0 ? t('refusals.open', { count, amount }) : t('refusals.title')}
        onClick={() => openRefusals()}
      >
        <Icon name="stop" size={12} />
        <span>{count > 0 ? t('refusals.new', { count, amount }) : t('refusals.none')}</span>
      </button>
      <Drawer
        opened={isOpen}
        onClose={closeRefusals}
        size={520}
        title={t('refusals.title')}
        closeButtonProps={{ 'aria-label': t('common.close') }}
      >
        <RefusalList />
      </Drawer>
    </>
  );
}

function RefusalList() {
  const { t } = useTranslation();
  const report = useRefusals((state) => state.report);
  const station = useRefusals((state) => state.station);
  if (report === null) return <p role="status">{t('refusals.loading')}</p>;
  if (!report.isTold) return <EmptyState small title={t('refusals.notTold')} />;
  const shown = refusalsShown({ report, station });
  return (
    <>
      {station !== null && (
        <p className={styles['filter']}>
          {t('refusals.ofStation', { station })}
          <Button small kind="quiet" onClick={showAllRefusals}>
            {t('refusals.showAll')}
          </Button>
        </p>
      )}
      {shown.length === 0 && (
        <EmptyState small title={t('refusals.emptyTitle')}>
          {t('refusals.emptyText')}
        </EmptyState>
      )}
      <ul className={styles['list']} aria-label={t('refusals.title')}>
        {shown.map((refusal) => (
          <RefusalCard key={refusal.id} refusal={refusal} />
        ))}
      </ul>
    </>
  );
}
