/** Isobars as the window's only ornament: the mark of the app and the quiet chart behind empty places. */
import { useTranslation } from 'react-i18next';
import styles from './contours.module.css';
import { drawChart, FIELD } from './isobars.ts';

/** The mark: four isobars, a cold and a warm one. */
export function Mark({ size = 22 }: { readonly size?: number }) {
  return (
    <svg className={styles['mark']} width={size} height={size} viewBox="0 0 24 24" aria-hidden="true">
      <path d="M2 9.5c2.3-5 5.6-3 8.7-5.4S16.5-.9 22 3.2" data-line="1" />
      <path d="M2 13.2c4.2-4.8 5.9-1.6 8.9-4.5s5-7 11-4.4" data-line="2" />
      <path d="M2 17c4-4.6 7-1.2 10-4.2s6-6.2 10-4.3" data-line="3" />
      <path d="M4.5 20.5c3.5-2.8 6-.7 8.5-3.3s4.3-5 9-3.7" data-line="4" />
    </svg>
  );
}

const chart = drawChart();

/** A pressure field with its low and its high, thin enough to read over. */
export function Contours({
  className,
  hasCentres = false,
}: {
  readonly className?: string | undefined;
  readonly hasCentres?: boolean;
}) {
  const { t } = useTranslation();
  return (
    <svg
      className={`${styles['contours'] ?? ''} ${className ?? ''}`}
      viewBox={`0 0 ${FIELD.width} ${FIELD.height}`}
      preserveAspectRatio="xMidYMid slice"
      aria-hidden="true"
    >
      <path d={chart.path} />
      {hasCentres && (
        <>
          <text x={chart.low.x} y={chart.low.y + 3.5} data-centre="low">
            {t('common.low')}
          </text>
          <text x={chart.high.x} y={chart.high.y + 3.5} data-centre="high">
            {t('common.high')}
          </text>
        </>
      )}
    </svg>
  );
}
