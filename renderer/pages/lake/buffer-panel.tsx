/** Firehose's buffer as two gauges, size and time: whichever is full first writes an object. */
import { useEffect, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { PipelineState } from '../../../preload/shapes.ts';
import { Button } from '../../parts/button.tsx';
import { notifyError } from '../../state/notices.tsx';
import { call } from '../../state/window-app.ts';
import { useFormat } from '../../text/use-format.ts';
import page from '../page.module.css';
import styles from './lake-page.module.css';

type Stream = PipelineState['stream'];

export function BufferPanel({ stream }: { readonly stream: Stream }) {
  const { t } = useTranslation();
  return (
    <section className={page['panel']} aria-label={t('lake.buffer')}>
      <div className={page['panelHead']}>
        <h2 className={page['panelTitle']}>{t('lake.buffer')}</h2>
        <code className={styles['name']}>{stream?.name}</code>
      </div>
      <div className={styles['content']}>
        {stream === null ? <p className={styles['quiet']}>{t('lake.notThere')}</p> : <Gauges stream={stream} />}
      </div>
    </section>
  );
}

function Gauges({ stream }: { readonly stream: NonNullable<Stream> }) {
  const { t } = useTranslation();
  const format = useFormat();
  const [isFlushing, setIsFlushing] = useState(false);
  const { sizeLimitBytes, intervalSeconds, bufferedBytes, bufferedRecords, bufferSince, canFlush } = stream;
  const seconds = useAge(bufferSince, intervalSeconds);
  const flush = () => {
    setIsFlushing(true);
    call('pipeline.flush', {})
      .catch(notifyError)
      .finally(() => setIsFlushing(false));
  };
  if (bufferedBytes === null) return <p className={styles['quiet']}>{t('lake.bufferUnknown')}</p>;
  const isEmpty = (bufferedRecords ?? 0) === 0;
  return (
    <>
      <Gauge
        label={t('lake.bufferSizeLabel')}
        value={bufferedBytes}
        limit={sizeLimitBytes}
        text={t('lake.bufferSize', { bytes: format.mebibytes(bufferedBytes), limit: format.mebibytes(sizeLimitBytes) })}
      />
      <Gauge
        label={t('lake.bufferTimeLabel')}
        value={seconds}
        limit={intervalSeconds}
        text={t('lake.bufferTime', { seconds: format.integer(seconds), limit: format.integer(intervalSeconds) })}
      />
      <div className={styles['foot']}>
        <span className={styles['quiet']} title={t('lake.bufferHint')}>
          {isEmpty
            ? t('lake.bufferEmpty')
            : t('lake.records', { count: bufferedRecords ?? 0, amount: format.integer(bufferedRecords ?? 0) })}
        </span>
        <Button small icon="flush" disabled={!canFlush || isEmpty || isFlushing} onClick={flush}>
          {t('lake.flush')}
        </Button>
      </div>
    </>
  );
}

type GaugeProps = { readonly label: string; readonly value: number; readonly limit: number; readonly text: string };

function Gauge({ label, value, limit, text }: GaugeProps) {
  const id = useId();
  return (
    <div className={styles['gauge']}>
      <label htmlFor={id}>{label}</label>
      <span>{text}</span>
      <meter id={id} min={0} max={limit} value={Math.min(value, limit)} aria-valuetext={text} />
    </div>
  );
}

/** Seconds since `since`, at most `limit`; 0 when the buffer is empty. */
function useAge(since: number | null, limit: number): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (since === null) return undefined;
    const timer = window.setInterval(() => setNow(Date.now()), 500);
    return () => window.clearInterval(timer);
  }, [since]);
  return since === null ? 0 : Math.min(limit, Math.max(0, Math.floor((now - since) / 1000)));
}
