/** The fleet: cards for a few stations, a table for many. */
import { SegmentedControl, Skeleton } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { StationStatus } from '../../../preload/shapes.ts';
import { Button } from '../../parts/button.tsx';
import { EmptyState } from '../../parts/empty-state.tsx';
import { chooseFiles, setSpeed } from '../../state/fleet-actions.ts';
import { useLive } from '../../state/live.ts';
import { useFormat } from '../../text/use-format.ts';
import page from '../page.module.css';
import { AddStations } from './add-stations.tsx';
import { ProvisionMenu } from './provision-menu.tsx';
import { SpeedSlider } from './speed-slider.tsx';
import { StationCard } from './station-card.tsx';
import { StationTable } from './station-table.tsx';
import styles from './stations-page.module.css';

/** Above this many stations a table says more than cards. */
const MOST_CARDS = 50;

type View = 'cards' | 'table';

export function StationsPage() {
  const { t } = useTranslation();
  const fleet = useLive((live) => live.fleet);
  const [chosen, setChosen] = useState<View | null>(null);
  const [isAdding, setIsAdding] = useState(false);
  const stations = fleet?.stations ?? [];
  const view = chosen ?? (stations.length > MOST_CARDS ? 'table' : 'cards');
  return (
    <>
      <div className={page['toolbar']}>
        <h1 className={page['title']}>{t('stations.title')}</h1>
        {stations.length > 0 && <Summary stations={stations} />}
        <div className={styles['tools']}>
          {stations.length > 1 && <SpeedOfAll stations={stations} />}
          {stations.length > 0 && (
            <SegmentedControl
              aria-label={t('stations.view')}
              value={view}
              onChange={(value) => setChosen(value === 'table' ? 'table' : 'cards')}
              data={[
                { value: 'cards', label: t('stations.cards') },
                { value: 'table', label: t('stations.table') },
              ]}
            />
          )}
          <ProvisionMenu />
          <Button kind={stations.length === 0 ? 'plain' : 'primary'} icon="plus" onClick={() => setIsAdding(true)}>
            {t('stations.add')}
          </Button>
        </div>
      </div>
      {fleet === null && <Waiting />}
      {fleet !== null && stations.length === 0 && (
        <EmptyState
          title={t('stations.emptyTitle')}
          actions={
            <>
              <Button kind="primary" icon="plus" onClick={() => setIsAdding(true)}>
                {t('add.sets')}
              </Button>
              <Button icon="file" onClick={() => void chooseFiles()}>
                {t('add.choose')}
              </Button>
            </>
          }
        >
          {t('stations.emptyText')}
        </EmptyState>
      )}
      {stations.length > 0 && view === 'cards' && (
        <div className={styles['grid']}>
          {stations.map((station) => (
            <StationCard key={station.id} station={station} />
          ))}
        </div>
      )}
      {stations.length > 0 && view === 'table' && <StationTable stations={stations} />}
      <AddStations isOpen={isAdding} onClose={() => setIsAdding(false)} />
    </>
  );
}

function Summary({ stations }: { readonly stations: readonly StationStatus[] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const live = stations.filter(({ state }) => state === 'live').length;
  const faulty = stations.filter(({ state }) => state === 'faulty').length;
  return (
    <p className={page['summary']}>
      <span>{t('stations.summary', { count: stations.length, amount: format.integer(stations.length) })}</span>
      <span data-tone="live" className={styles['tone']}>
        {t('stations.live', { amount: format.integer(live) })}
      </span>
      {faulty > 0 && (
        <span data-tone="fault" className={styles['tone']}>
          {t('stations.faulty', { amount: format.integer(faulty) })}
        </span>
      )}
    </p>
  );
}

/** Shows the commonest speed of the fleet; setting it sets every station. */
function SpeedOfAll({ stations }: { readonly stations: readonly StationStatus[] }) {
  const { t } = useTranslation();
  return (
    <div className={styles['all']}>
      <span>{t('stations.speedForAllShort')}</span>
      <SpeedSlider
        hasMarks={false}
        speed={commonest(stations.map(({ speed }) => speed))}
        label={t('stations.speedForAll')}
        valueLabel={t('stations.speedValueForAll')}
        onChange={(speed) =>
          setSpeed(
            stations.map(({ id }) => id),
            speed,
          )
        }
      />
    </div>
  );
}

function commonest(speeds: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const speed of speeds) counts.set(speed, (counts.get(speed) ?? 0) + 1);
  return [...counts].reduce((best, entry) => (entry[1] > best[1] ? entry : best), [1, 0])[0];
}

function Waiting() {
  const { t } = useTranslation();
  return (
    <div className={styles['grid']} role="status" aria-label={t('stations.waitingTitle')}>
      {Array.from({ length: 5 }, (_, index) => (
        <Skeleton key={index} height={430} radius="lg" />
      ))}
    </div>
  );
}
