/** The top bar: which target, start and pause for all, how much gets through, and whether the processes are well. */
import { useTranslation } from 'react-i18next';
import { Button } from '../parts/button.tsx';
import { Sparkline } from '../parts/sparkline.tsx';
import { pauseAll, startAll } from '../state/fleet-actions.ts';
import { useLive } from '../state/live.ts';
import { useFormat } from '../text/use-format.ts';
import { Health } from './health.tsx';
import { Refusals } from './refusals.tsx';
import { TargetChip } from './target-chip.tsx';
import styles from './top-bar.module.css';

export function TopBar() {
  const { t } = useTranslation();
  const hasStations = useLive(({ fleet }) => (fleet?.stations.length ?? 0) > 0);
  const target = useLive(({ health }) => health?.target ?? null);
  return (
    <header className={styles['bar']} data-target={target?.kind}>
      <TargetChip target={target} />
      <div className={styles['fleet']}>
        <Button small icon="play" disabled={!hasStations} onClick={startAll}>
          {t('shell.startAll')}
        </Button>
        <Button small icon="pause" disabled={!hasStations} onClick={pauseAll}>
          {t('shell.pauseAll')}
        </Button>
      </div>
      <FleetRate />
      <Refusals />
      <Health />
    </header>
  );
}

function FleetRate() {
  const { t } = useTranslation();
  const format = useFormat();
  const rate = useLive(({ fleet }) => fleet?.rate ?? 0);
  const rates = useLive((live) => live.rates);
  return (
    <div className={styles['rate']} title={t('rate.label')}>
      <div className={styles['line']}>
        <Sparkline kind="plain" values={rates} width={88} height={22} label={t('rate.sparkline')} />
      </div>
      <span className={styles['number']}>{format.rate(rate)}</span>
      <span className={styles['unit']}>{t('rate.unit')}</span>
    </div>
  );
}
