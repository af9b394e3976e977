/** One station as an instrument: what it measures, where its clock stands, how fast it runs and what got through. */
import { memo, useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import type { StationStatus } from '../../../preload/shapes.ts';
import { Button } from '../../parts/button.tsx';
import { ErrorNotice } from '../../parts/error-notice.tsx';
import { Sparkline } from '../../parts/sparkline.tsx';
import { setSpeed } from '../../state/fleet-actions.ts';
import { useLive } from '../../state/live.ts';
import { openRefusals, useIsRefused } from '../../state/trace.ts';
import { useFormat } from '../../text/use-format.ts';
import { SpeedSlider } from './speed-slider.tsx';
import { StateWord } from './state-word.tsx';
import { StationActions } from './station-actions.tsx';
import styles from './station-card.module.css';
import { StationReadings } from './station-readings.tsx';
import { placeText } from './station-text.ts';

export const StationCard = memo(function StationCard({ station }: { readonly station: StationStatus }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { id, name, thingName, kind, state, error, latest, sparkline, speed } = station;
  const temperature = latest?.temperature ?? null;
  const isRefused = useIsRefused(id);
  const changeSpeed = useCallback((value: number) => setSpeed([id], value), [id]);
  return (
    <article className={styles['card']} aria-label={name} data-state={state}>
      <header>
        <div className={styles['line']}>
          <h2 title={name}>{name}</h2>
          <code>{id}</code>
          <StateWord state={state} />
        </div>
        <div className={styles['line']}>
          <span className={styles['place']}>{placeText(station, t, format)}</span>
          <span className={styles['kind']}>{t(`stations.kind.${kind}`)}</span>
        </div>
      </header>
      {error !== null && <ErrorNotice error={error} />}
      <DiscardedNotice thingName={thingName} />
      {error !== null && isRefused && (
        <div>
          <Button small icon="stop" onClick={() => openRefusals(id)}>
            {t('refusals.ofThisStation')}
          </Button>
        </div>
      )}
      <div className={styles['temperature']}>
        <p
          className={styles['reading']}
          aria-label={t('stations.temperature')}
          data-sign={temperature === null ? undefined : temperature < 0 ? 'cold' : 'warm'}
        >
          {format.number(temperature)}
          {temperature !== null && <span>{t('common.unit.celsius')}</span>}
        </p>
        <Sparkline values={sparkline} width={180} height={44} label={t('stations.temperatureOf', { name })} />
      </div>
      <StationReadings latest={latest} />
      <StationClock station={station} />
      <SpeedSlider
        speed={speed}
        label={t('stations.speedOf', { name })}
        valueLabel={t('stations.speedValueOf', { name })}
        onChange={changeSpeed}
      />
      <StationCounts station={station} />
      <StationActions id={id} name={name} state={state} />
    </article>
  );
});

/** What the lab's quota mode took away, as AWS would. */
function DiscardedNotice({ thingName }: { readonly thingName: string }) {
  const { t } = useTranslation();
  const format = useFormat();
  const count = useLive(({ health }) => health?.discarded?.things[thingName] ?? 0);
  if (count === 0) return null;
  const message = t('stations.discarded', { count, amount: format.integer(count) });
  return <ErrorNotice tone="warning" error={{ message, hint: t('stations.discardedWhy') }} />;
}

function StationClock({ station }: { readonly station: StationStatus }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { simulatedTime, position, length } = station;
  return (
    <div className={styles['clock']}>
      <span className={styles['label']}>{t('stations.clock')}</span>
      <span className={styles['time']}>
        {simulatedTime === null && position === 0 ? t('stations.notStarted') : format.utc(simulatedTime)}
      </span>
      <progress
        value={position}
        max={Math.max(1, length)}
        aria-label={t('stations.position', { position: format.integer(position), length: format.integer(length) })}
        title={t('stations.position', { position: format.integer(position), length: format.integer(length) })}
      />
    </div>
  );
}

function StationCounts({ station }: { readonly station: StationStatus }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { sent, acknowledged, failed, behind, rate, targetRate } = station;
  return (
    <dl className={styles['counts']}>
      <div title={t('stations.rateHint')} className={styles['rates']}>
        <dt>{t('stations.rate')}</dt>
        <dd>
          {format.rate(rate)} <small>{t('common.unit.rate')}</small>{' '}
          <small>{t('stations.ofAsked', { amount: format.rate(targetRate) })}</small>
        </dd>
      </div>
      <div>
        {behind > 0 && (
          <dd className={styles['behind']} title={t('stations.behindHint')}>
            {t('stations.behind', { amount: format.integer(behind) })}
          </dd>
        )}
      </div>
      <div>
        <dt>{t('stations.sent')}</dt>
        <dd>{format.integer(sent)}</dd>
      </div>
      <div>
        <dt>{t('stations.acknowledged')}</dt>
        <dd>{format.integer(acknowledged)}</dd>
      </div>
      <div data-bad={failed > 0 || undefined}>
        <dt>{t('stations.failed')}</dt>
        <dd>{format.integer(failed)}</dd>
      </div>
    </dl>
  );
}
