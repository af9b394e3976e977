/** The speed of one station or of all: a logarithmic slider with marks, keyboard steps and a value one can type. */
import { memo, useEffect, useRef, useState, type KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../text/use-format.ts';
import {
  LEAST_SPEED,
  markStep,
  MOST_SPEED,
  parseSpeed,
  positionOfSpeed,
  SPEED_MARKS,
  speedAtPosition,
  stepSpeed,
  TRACK,
} from '../../state/speed.ts';
import styles from './speed-slider.module.css';
import { speedText } from './station-text.ts';

type SpeedSliderProps = {
  readonly speed: number;
  readonly label: string;
  readonly valueLabel: string;
  readonly onChange: (speed: number) => void;
  readonly hasMarks?: boolean;
};

/** Dragging sends at most this often; the last value always goes. */
const SEND_EVERY_MS = 120;

/** A speed the station has not taken over by then was not accepted. */
const DRAFT_MS = 3_000;

export const SpeedSlider = memo(function SpeedSlider({
  speed: told,
  label,
  valueLabel,
  onChange,
  hasMarks = true,
}: SpeedSliderProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const [draft, setDraft] = useDraft(told, onChange);
  const speed = draft ?? told;
  const words = speedText(speed, t, format);

  const onKeyDown = (event: KeyboardEvent) => {
    const next = speedOfKey(event.key, speed);
    if (next === null) return;
    event.preventDefault();
    setDraft(next);
  };

  return (
    <div className={styles['speed']}>
      <div className={styles['track']}>
        <input
          type="range"
          min={0}
          max={TRACK}
          value={positionOfSpeed(speed)}
          step="any"
          aria-label={label}
          aria-valuemin={LEAST_SPEED}
          aria-valuemax={MOST_SPEED}
          aria-valuenow={speed}
          aria-valuetext={`${format.integer(speed)}×, ${words}`}
          onChange={(event) => setDraft(speedAtPosition(Number(event.target.value)))}
          onKeyDown={onKeyDown}
        />
        {hasMarks && (
          <div className={styles['marks']} aria-hidden="true">
            {SPEED_MARKS.map((mark, index) => (
              <span
                key={mark}
                style={{ left: `${positionOfSpeed(mark) / (TRACK / 100)}%` }}
                data-on={mark === speed || undefined}
              >
                {t(`stations.mark.${MARK_TEXTS[index] ?? 'real'}`)}
              </span>
            ))}
          </div>
        )}
      </div>
      <TypedSpeed key={speed} speed={speed} label={valueLabel} words={words} onCommit={setDraft} />
    </div>
  );
});

const MARK_TEXTS = ['real', 'minute', 'hour', 'day'] as const;

function speedOfKey(key: string, speed: number): number | null {
  if (key === 'ArrowRight' || key === 'ArrowUp') return stepSpeed(speed, 1);
  if (key === 'ArrowLeft' || key === 'ArrowDown') return stepSpeed(speed, -1);
  if (key === 'PageUp') return markStep(speed, 1);
  if (key === 'PageDown') return markStep(speed, -1);
  if (key === 'Home') return LEAST_SPEED;
  return key === 'End' ? MOST_SPEED : null;
}

/** What the person set counts until the station reports another speed than before, but not for ever. */
function useDraft(told: number, onChange: (speed: number) => void) {
  const [draft, setDraft] = useState<{ readonly speed: number; readonly toldThen: number } | null>(null);
  const sending = useRef<number | undefined>(undefined);
  const latest = useRef(told);
  useEffect(() => {
    if (draft === null) return undefined;
    const timer = window.setTimeout(() => setDraft(null), DRAFT_MS);
    return () => window.clearTimeout(timer);
  }, [draft]);
  const isPending = draft !== null && told === draft.toldThen;
  const change = (speed: number): void => {
    latest.current = speed;
    setDraft({ speed, toldThen: told });
    sending.current ??= window.setTimeout(() => {
      sending.current = undefined;
      onChange(latest.current);
    }, SEND_EVERY_MS);
  };
  return [isPending ? draft.speed : null, change] as const;
}

type TypedSpeedProps = {
  readonly speed: number;
  readonly label: string;
  readonly words: string;
  readonly onCommit: (speed: number) => void;
};

function TypedSpeed({ speed, label, words, onCommit }: TypedSpeedProps) {
  const format = useFormat();
  const shown = `${format.number(speed, Number.isInteger(speed) ? 0 : speed < 10 ? 2 : 1)}×`;
  const [text, setText] = useState(shown);
  const commit = () => {
    const typed = parseSpeed(text);
    setText(shown);
    if (typed !== null && text !== shown) onCommit(typed);
  };
  return (
    <input
      className={styles['typed']}
      type="text"
      inputMode="decimal"
      title={words}
      aria-label={label}
      value={text}
      onFocus={(event) => event.target.select()}
      onChange={(event) => setText(event.target.value)}
      onBlur={commit}
      onKeyDown={(event) => {
        if (event.key === 'Enter') commit();
        if (event.key === 'Escape') setText(shown);
      }}
    />
  );
}
