/** Two symbols of the weather chart: the arrow of the wind and the cloud cover disc. Words always stand beside them. */
import styles from './weather-symbols.module.css';

/** Points where the wind blows to; `from` is where it comes from, degrees from true north. */
export function WindArrow({ from }: { readonly from: number }) {
  return (
    <svg className={styles['arrow']} width="14" height="14" viewBox="0 0 14 14" aria-hidden="true">
      <path d="M7 1.500v11M3.600 9 7 12.500 10.400 9" transform={`rotate(${from} 7 7)`} />
    </svg>
  );
}

/** The disc of the synoptic chart, filled by eighths. */
export function SkyDisc({ oktas }: { readonly oktas: number | null }) {
  const angle = ((oktas ?? 0) / 8) * 2 * Math.PI;
  const x = 7 + 5 * Math.sin(angle);
  const y = 7 - 5 * Math.cos(angle);
  return (
    <svg className={styles['disc']} width="14" height="14" viewBox="0 0 14 14" aria-hidden="true">
      {oktas !== null && oktas >= 8 && <circle className={styles['cover']} cx="7" cy="7" r="5" />}
      {oktas !== null && oktas > 0 && oktas < 8 && (
        <path className={styles['cover']} d={`M7 7V2A5 5 0 ${oktas > 4 ? 1 : 0} 1 ${x} ${y}Z`} />
      )}
      <circle cx="7" cy="7" r="5.500" strokeDasharray={oktas === null ? '2 2' : undefined} />
    </svg>
  );
}
