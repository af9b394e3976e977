/** A small line of numbers: cold blue below 0, warm red above, gaps where a value is missing. Drawn as SVG paths. */
import { useId } from 'react';
import styles from './sparkline.module.css';

type SparklineProps = {
  readonly values: readonly (number | null)[];
  readonly width?: number;
  readonly height?: number;
  readonly label: string;
  /** `temperature` splits the colour at 0; `plain` is one ink line over zero. */
  readonly kind?: 'temperature' | 'plain';
};

const PAD = 2;

export function Sparkline({ values, width = 160, height = 40, label, kind = 'temperature' }: SparklineProps) {
  const id = useId();
  const present = values.filter((value) => value !== null);
  const least = kind === 'plain' ? 0 : Math.min(...present);
  const most = Math.max(...present, least + (kind === 'plain' ? 1 : 2));
  const y = (value: number) => PAD + ((most - value) / (most - least)) * (height - 2 * PAD);
  const zero = Math.min(height, Math.max(0, y(0)));
  const path = pathOf(values, width, y);
  const hasZero = kind === 'temperature' && zero > 0 && zero < height;
  return (
    <svg
      className={styles['sparkline']}
      viewBox={`0 0 ${width} ${height}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
      height={height}
    >
      {present.length > 1 && kind === 'temperature' && (
        <>
          <clipPath id={`${id}w`}>
            <rect x="0" y="0" width={width} height={zero} />
          </clipPath>
          <clipPath id={`${id}c`}>
            <rect x="0" y={zero} width={width} height={height - zero} />
          </clipPath>
          {hasZero && <line className={styles['zero']} x1="0" x2={width} y1={zero} y2={zero} />}
          <path className={styles['warm']} d={path} clipPath={`url(#${id}w)`} />
          <path className={styles['cold']} d={path} clipPath={`url(#${id}c)`} />
        </>
      )}
      {kind === 'plain' && <path className={styles['plain']} d={path} />}
    </svg>
  );
}

function pathOf(values: readonly (number | null)[], width: number, y: (value: number) => number): string {
  const step = width / Math.max(1, values.length - 1);
  return values
    .map((value, index) => {
      if (value === null) return '';
      const starts = index === 0 || values[index - 1] === null;
      return `${starts ? 'M' : 'L'}${(index * step).toFixed(1)} ${y(value).toFixed(1)}`;
    })
    .join('');
}
