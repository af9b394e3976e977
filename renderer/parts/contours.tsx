/** Isobars as the window's only ornament: the mark of the app and the quiet lines behind empty places. */
import styles from './contours.module.css';

/** The mark: four isobars, a cold and a warm one. */
export function Mark({ size = 22 }: { readonly size?: number }) {
  return (
    <svg className={styles['mark']} width={size} height={size} viewBox="0 0 24 24" aria-hidden="true">
      <path d="M2 9.5c2.3-5 5.6-3 8.7-5.4S16.500-.9 22 3.200" data-line="1" />
      <path d="M2 13.200c4.200-4.800 5.900-1.600 8.900-4.500s5-7 11-4.400" data-line="2" />
      <path d="M2 17c4-4.600 7-1.200 10-4.200s6-6.200 10-4.300" data-line="3" />
      <path d="M4.500 20.500c3.500-2.800 6-.7 8.500-3.300s4.300-5 9-3.700" data-line="4" />
    </svg>
  );
}

/** A pressure field: a low on the left, a high on the right, drawn thin enough to read over. */
export function Contours({ className }: { readonly className?: string | undefined }) {
  const low = [12, 26, 42, 60, 80];
  const high = [14, 32, 52, 74];
  return (
    <svg
      className={`${styles['contours'] ?? ''} ${className ?? ''}`}
      viewBox="0 0 640 240"
      preserveAspectRatio="xMidYMid slice"
      aria-hidden="true"
    >
      {low.map((radius) => (
        <path key={radius} d={blob(196, 126, radius * 1.55, radius, 0.32)} />
      ))}
      {high.map((radius) => (
        <path key={radius} d={blob(468, 104, radius * 1.45, radius * 0.95, -0.42)} />
      ))}
      <path d="M-10 40C90-20 210 6 300 40S520 250 660 206" />
      <path d="M-10 66C80 2 220 16 312 66S540 268 660 232" />
      <path d="M-10 214c120 36 240 40 330-10S470-30 660 34" />
      <path d="M-10 190c110 40 230 44 322 2S460-46 660 6" />
    </svg>
  );
}

/** A closed curve like an ellipse pulled to one side. */
function blob(x: number, y: number, width: number, height: number, lean: number): string {
  const k = 0.55;
  const shift = height * lean;
  return [
    `M${x - width} ${y + shift}`,
    `C${x - width} ${y + shift - height * k} ${x - width * k} ${y - height} ${x} ${y - height}`,
    `S${x + width} ${y - shift - height * k} ${x + width} ${y - shift}`,
    `S${x + width * k} ${y + height} ${x} ${y + height}`,
    `S${x - width} ${y + shift + height * k} ${x - width} ${y + shift}Z`,
  ].join('');
}
