/** The pinned numbers as small live plots along the foot of the page. */
import { SegmentedControl } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { IconButton } from '../../parts/button.tsx';
import { pathOf } from '../../state/latest-order.ts';
import { rangeOf, type PlotRange } from '../../state/topic-plot.ts';
import { plotOf, setWindowLength, unpin, usePins, WINDOW_LENGTHS, type Pinned } from '../../state/topic-plots.ts';
import { MISSING } from '../../text/format.ts';
import { useFormat } from '../../text/use-format.ts';
import styles from './plot-dock.module.css';
import { PlotCanvas } from './plot-canvas.tsx';

export function PlotDock() {
  const { t } = useTranslation();
  const { pins, windowMs } = usePins();
  if (pins.length === 0) return null;
  return (
    <section className={styles['dock']} aria-label={t('topics.plots')}>
      <div className={styles['head']}>
        <h2>{t('topics.plots')}</h2>
        <SegmentedControl
          size="xs"
          aria-label={t('topics.plotLength')}
          value={String(windowMs)}
          data={WINDOW_LENGTHS.map((length) => ({ value: String(length), label: t(`topics.lengths.${length}`) }))}
          onChange={(value) => setWindowLength(Number(value))}
        />
      </div>
      <ul>
        {pins.map((entry) => (
          <PlotCard key={entry.id} pinned={entry} windowMs={windowMs} />
        ))}
      </ul>
    </section>
  );
}

function PlotCard({ pinned, windowMs }: { readonly pinned: Pinned; readonly windowMs: number }) {
  const { t } = useTranslation();
  const format = useFormat();
  const plot = plotOf(pinned.id);
  const range = rangeOf(plot);
  const path = pathOf(pinned.path);
  const digits = range === null ? 0 : digitsFor(range);
  const text = (value: number | undefined) => (value === undefined ? MISSING : format.number(value, digits));
  const facts = { least: text(range?.least), most: text(range?.most), last: text(range?.last) };
  return (
    <li>
      <div className={styles['title']}>
        <p>
          <b>{path}</b>
          <code title={pinned.topic}>{pinned.topic}</code>
        </p>
        <IconButton icon="close" label={t('topics.unpin', { path })} onClick={() => unpin(pinned.id)} />
      </div>
      <PlotCanvas plot={plot} windowMs={windowMs} label={t('topics.plot', { path, topic: pinned.topic, ...facts })} />
      <dl>
        {(['last', 'least', 'most'] as const).map((name) => (
          <div key={name}>
            <dt>{t(`topics.${name}`)}</dt>
            <dd>{facts[name]}</dd>
          </div>
        ))}
        {range === null && <span>{t('topics.plotWaits')}</span>}
      </dl>
    </li>
  );
}

/** The same for all three, so that they can be compared: whole numbers stay whole, narrow ranges show more. */
function digitsFor({ least, most, last }: PlotRange): number {
  if ([least, most, last].every(Number.isInteger)) return 0;
  return most - least < 1 ? 3 : most - least < 100 ? 2 : 1;
}
