/** Firehose's buffers, one at a time: how full they are, when they are delivered next, what they delivered last, what failed. */
import { NativeSelect } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { StreamGauge } from '../../../preload/shapes-streams.ts';
import page from '../page.module.css';
import { BufferGauges } from './buffer-gauges.tsx';
import styles from './lake-page.module.css';

type BufferPanelProps = {
  readonly streams: readonly StreamGauge[];
  /** The one that is shown first; null the first of all. */
  readonly first: string | null;
};

export function BufferPanel({ streams, first }: BufferPanelProps) {
  const { t } = useTranslation();
  const [chosen, setChosen] = useState<string | null>(null);
  const named = (name: string | null) => streams.find((one) => one.name === name);
  const stream = named(chosen) ?? named(first) ?? streams[0];
  return (
    <section className={page['panel']} aria-label={t('lake.buffer')}>
      <div className={page['panelHead']}>
        <h2 className={page['panelTitle']}>{t('lake.buffer')}</h2>
        {streams.length > 1 ? (
          <NativeSelect
            size="xs"
            className={styles['choice'] ?? ''}
            aria-label={t('lake.stream')}
            data={streams.map(({ name }) => name)}
            value={stream?.name ?? ''}
            onChange={(event) => setChosen(event.currentTarget.value)}
          />
        ) : (
          <code className={styles['name']}>{stream?.name}</code>
        )}
      </div>
      <div className={styles['content']}>
        {stream === undefined ? (
          <p className={styles['quiet']}>{t('lake.notThere')}</p>
        ) : stream.buffer === null ? (
          <p className={styles['quiet']}>{t('lake.bufferUnknown')}</p>
        ) : (
          <BufferGauges key={stream.name} name={stream.name} buffer={stream.buffer} />
        )}
      </div>
    </section>
  );
}
