/** One buffer as two gauges, size and time: whichever is full first is delivered. */
import { useEffect, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { StreamBuffer } from '../../../preload/shapes-streams.ts';
import { Button } from '../../parts/button.tsx';
import { ErrorNotice } from '../../parts/error-notice.tsx';
import { ObjectLink } from '../../parts/object-link.tsx';
import { notifyDone, notifyError } from '../../state/notices.tsx';
import { call } from '../../state/window-app.ts';
import { useFormat } from '../../text/use-format.ts';
import styles from './lake-page.module.css';

type BufferGaugesProps = { readonly name: string; readonly buffer: StreamBuffer };

export function BufferGauges({ name, buffer }: BufferGaugesProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const [isFlushing, setIsFlushing] = useState(false);
  const { bufferedBytes, bufferedRecords, since, sizeLimitBytes, intervalSeconds, dueAt, lastError } = buffer;
  const now = useNow(since !== null);
  const seconds = since === null ? 0 : Math.max(0, Math.floor((now - since) / 1000));
  const left = dueAt === null ? 0 : Math.max(0, Math.ceil((dueAt - now) / 1000));
  const flush = (): void => {
    setIsFlushing(true);
    call('pipeline.flush', { stream: name })
      .catch(notifyError)
      .finally(() => setIsFlushing(false));
  };
  return (
    <>
      <Gauge
        label={t('lake.bufferSizeLabel')}
        value={bufferedBytes}
        limit={sizeLimitBytes}
        text={t('lake.bufferSize', { bytes: format.bytes(bufferedBytes), limit: format.mebibytes(sizeLimitBytes) })}
      />
      <Gauge
        label={t('lake.bufferTimeLabel')}
        value={seconds}
        limit={Math.max(1, intervalSeconds)}
        text={t('lake.bufferTime', { seconds: format.integer(seconds), limit: format.integer(intervalSeconds) })}
      />
      {lastError !== null && <DeliveryError error={lastError} left={left} />}
      <div className={styles['foot']}>
        <span className={styles['quiet']} title={t('lake.bufferHint')}>
          {since === null
            ? t('lake.bufferEmpty')
            : t('lake.records', { count: bufferedRecords, amount: format.integer(bufferedRecords) })}
          {since !== null && lastError === null && <> · {t('lake.nextDelivery', { seconds: format.integer(left) })}</>}
        </span>
        <Button small icon="flush" disabled={since === null || isFlushing} onClick={flush}>
          {t('lake.flush')}
        </Button>
      </div>
      <LastDelivery buffer={buffer} />
    </>
  );
}

/** What is buffered waits and is tried again, so a cure is enough. */
function DeliveryError({
  error: { code, message, bucket, at },
  left,
}: {
  readonly error: NonNullable<StreamBuffer['lastError']>;
  readonly left: number;
}) {
  const { t } = useTranslation();
  const format = useFormat();
  const isMissing = code === 'NoSuchBucket';
  const make = (): void => {
    call('rules.makeBucket', { name: bucket }).then(
      () => notifyDone(t('rules.made', { name: bucket }), ''),
      notifyError,
    );
  };
  return (
    <ErrorNotice
      error={{
        message: t(isMissing ? 'lake.deliveryNoBucket' : 'lake.deliveryFailed', { bucket }),
        hint: t(isMissing ? 'lake.deliveryNoBucketCure' : 'lake.deliveryFailedCure', {
          seconds: format.integer(left),
        }),
      }}
      detail={`${format.clock(at)} · ${t('failure.service', { message })}`}
      actions={
        isMissing ? (
          <Button small icon="plus" onClick={make}>
            {t('failure.makeBucket')}
          </Button>
        ) : undefined
      }
    />
  );
}

function LastDelivery({ buffer: { lastDelivery, isPartitioned } }: { readonly buffer: StreamBuffer }) {
  const { t } = useTranslation();
  const format = useFormat();
  const [first, ...others] = lastDelivery?.objects ?? [];
  if (lastDelivery === null || first === undefined) {
    return isPartitioned ? <p className={styles['quiet']}>{t('lake.partitioned')}</p> : null;
  }
  const { objectCount } = lastDelivery;
  return (
    <div className={styles['delivery']}>
      <p className={styles['quiet']}>
        {t('lake.lastDelivery', { time: format.clock(lastDelivery.at) })}
        {' · '}
        {t('lake.records', { count: first.records, amount: format.integer(first.records) })}
        {' · '}
        {format.bytes(first.bytes)}
      </p>
      <ObjectLink bucket={first.bucket} objectKey={first.key} />
      {objectCount > 1 && (
        <details>
          <summary>
            {t('lake.otherObjects', { count: objectCount - 1, amount: format.integer(objectCount - 1) })}
          </summary>
          <ul>
            {others.map(({ bucket, key, isError }) => (
              <li key={key} data-bad={isError || undefined}>
                <ObjectLink bucket={bucket} objectKey={key} />
              </li>
            ))}
          </ul>
        </details>
      )}
    </div>
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

/** The time in epoch milliseconds, twice a second while something waits. */
function useNow(isWaiting: boolean): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (!isWaiting) return undefined;
    setNow(Date.now());
    const timer = window.setInterval(() => setNow(Date.now()), 500);
    return () => window.clearInterval(timer);
  }, [isWaiting]);
  return now;
}
