/** The latest observation besides its temperature; a value that was not measured is an em dash. */
import { useTranslation } from 'react-i18next';
import type { LatestObservation } from '../../../preload/shapes.ts';
import { MISSING } from '../../text/format.ts';
import { useFormat } from '../../text/use-format.ts';
import styles from './station-card.module.css';
import { skyText } from './station-text.ts';
import { SkyDisc, WindArrow } from './weather-symbols.tsx';

export function StationReadings({ latest }: { readonly latest: LatestObservation | null }) {
  const { t } = useTranslation();
  const direction = latest?.windDirection ?? null;
  const oktas = latest?.skyOktas ?? null;
  return (
    <dl className={styles['readings']}>
      <div>
        <dt>{t('stations.wind')}</dt>
        <dd>
          {direction !== null && <WindArrow from={direction} />}
          {latest?.windSpeed === 0 ? (
            t('stations.calm')
          ) : (
            <Quantity value={latest?.windSpeed ?? null} unit={t('common.unit.speed')} />
          )}
        </dd>
      </div>
      <div>
        <dt>{t('stations.pressure')}</dt>
        <dd>
          <Quantity value={latest?.pressure ?? null} unit={t('common.unit.pressure')} />
        </dd>
      </div>
      <div>
        <dt>{t('stations.dewPoint')}</dt>
        <dd>
          <Quantity value={latest?.dewPoint ?? null} unit={t('common.unit.celsius')} />
        </dd>
      </div>
      <div>
        <dt>{t('stations.sky')}</dt>
        <dd>
          {oktas === null ? (
            MISSING
          ) : (
            <>
              <SkyDisc oktas={oktas} />
              <span title={t('stations.oktas', { amount: oktas })}>{skyText(oktas, t)}</span>
            </>
          )}
        </dd>
      </div>
      <div className={styles['weather']}>
        <dt>{t('stations.weather')}</dt>
        <dd title={latest?.weather}>
          <span>{latest === null || latest.weather === '' ? MISSING : latest.weather}</span>
        </dd>
      </div>
    </dl>
  );
}

function Quantity({ value, unit }: { readonly value: number | null; readonly unit: string }) {
  const format = useFormat();
  if (value === null) return MISSING;
  return (
    <span>
      {format.number(value)} <small>{unit}</small>
    </span>
  );
}
