/** The window's own line icons, 16 by 16, one stroke width; decorative, so always hidden from readers. */

const PATHS = {
  stations:
    'M8 14V7M5.5 14h5M8 7a1.5 1.5 0 1 0 0-3 1.5 1.5 0 0 0 0 3ZM4.2 8.6a4.6 4.6 0 0 1 0-6.2M11.8 8.6a4.6 4.6 0 0 0 0-6.2',
  topics: 'M2 4.5h8M2 8h12M2 11.5h6M12.5 4.5h1.5M10.5 11.5h3.5',
  rules: 'M2 4h4l4 8h4M6 4h8M12 2l2 2-2 2M12 10l2 2-2 2',
  lake: 'M8 2 14 5 8 8 2 5ZM2 8l6 3 6-3M2 11l6 3 6-3',
  query: 'M2.5 3.5h11v9h-11ZM5 6.5 7 8 5 9.5M8.5 10H11',
  settings: 'M2 4.5h6M11 4.5h3M2 11.5h3M8 11.5h6M9.5 3v3M6.5 10v3',
  play: 'M5 3.2v9.6L12.5 8Z',
  pause: 'M5.5 3.5v9M10.5 3.5v9',
  rewind: 'M3.5 3.5v9M12.5 3.5 6 8l6.5 4.5Z',
  trash: 'M3 4.5h10M6.5 4.5v-2h3v2M4.5 4.5l.6 9h5.8l.6-9',
  braces:
    'M6 2.5c-1.5 0-2 .7-2 2v1.7c0 1-.5 1.8-1.5 1.8 1 0 1.5.8 1.5 1.8v1.7c0 1.3.5 2 2 2M10 2.5c1.5 0 2 .7 2 2v1.7c0 1 .5 1.8 1.5 1.8-1 0-1.5.8-1.5 1.8v1.7c0 1.3-.5 2-2 2',
  plus: 'M8 3v10M3 8h10',
  file: 'M4 2h5l3 3v9H4ZM9 2v3h3',
  folder: 'M2 4h4l1.5 1.5H14V13H2Z',
  close: 'M4 4l8 8M12 4l-8 8',
  copy: 'M5.5 5.5v-3h8v8h-3M2.5 5.5h8v8h-8Z',
  refresh: 'M13 3v3.5H9.5M13 6.5A5.3 5.3 0 1 0 13.2 9',
  right: 'M6 3.5 10.5 8 6 12.5',
  down: 'M3.5 6 8 10.5 12.5 6',
  check: 'M3 8.5 6.5 12 13 4.5',
  warning: 'M8 2.2 14.5 13.5h-13ZM8 6.5v3.2M8 11.4v.4',
  pulse: 'M1.5 8.5h3l2-5 3 9 2-4h3',
  search: 'M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10ZM10.7 10.7 14 14',
  cards: 'M2.5 2.5h4.5V7H2.5ZM9 2.5h4.5V7H9ZM2.5 9h4.5v4.5H2.5ZM9 9h4.5v4.5H9Z',
  table: 'M2.5 3h11v10h-11ZM2.5 6.3h11M2.5 9.6h11M6.5 6.3V13',
  drop: 'M8 2v8M4.5 6.8 8 10.3l3.5-3.5M2.5 13.5h11',
  flush: 'M3 3.5h10l-3.8 4.6v4.4l-2.4-1.3V8.1Z',
  stop: 'M4 4h8v8H4Z',
  clear: 'M3 13.5h10M5 10.5l6-7 2.5 2.2-5.7 6.6H6.5Z',
  star: 'M8 2.2 9.8 6l4.1.5-3 2.8.8 4.1L8 11.4l-3.7 2 .8-4.1-3-2.8L6.2 6Z',
  pin: 'M5.5 2.5h5l-.8 4 2.3 2.5H4l2.3-2.5ZM8 9v5',
  record: 'M8 4.5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7Z',
  send: 'M2.5 8 13.5 3 10.5 13.5 7.5 9.5ZM7.5 9.5 13.5 3',
  seal: 'M8 9.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7ZM5.8 8.9 4.8 14 8 12.4 11.2 14l-1-5.1M6.6 6l1 1 1.9-2',
  spider:
    'M8 5.5a3 3 0 1 0 0 6 3 3 0 0 0 0-6ZM5.2 7.3 2 5.5M5 9H1.5M5.4 10.2 2.5 12.5M10.8 7.3 14 5.5M11 9h3.5M10.6 10.2l2.9 2.3',
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name, size = 16 }: { readonly name: IconName; readonly size?: number }) {
  const isFilled = name === 'play' || name === 'stop' || name === 'record';
  return (
    <svg width={size} height={size} viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      <path
        d={PATHS[name]}
        fill={isFilled ? 'currentColor' : 'none'}
        stroke="currentColor"
        strokeWidth="1.3"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </svg>
  );
}
