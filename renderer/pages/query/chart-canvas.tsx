/** chart.js in the window's colours and face; drawn anew when the data, the theme or the language changes. */
import { useComputedColorScheme } from '@mantine/core';
import {
  BarController,
  BarElement,
  CategoryScale,
  Chart,
  Legend,
  LinearScale,
  LineController,
  LineElement,
  PointElement,
  ScatterController,
  Tooltip,
  type ChartConfiguration,
} from 'chart.js';
import { useEffect, useRef } from 'react';
import type { ChartData, ChartType, Point } from '../../state/chart-suggestion.ts';
import { timeTicks } from '../../state/time-ticks.ts';
import { formatOf, type Format } from '../../text/format.ts';
import { useTranslation } from 'react-i18next';

Chart.register(
  BarController,
  BarElement,
  CategoryScale,
  Legend,
  LinearScale,
  LineController,
  LineElement,
  PointElement,
  ScatterController,
  Tooltip,
);

type ChartCanvasProps = {
  readonly label: string;
  readonly type: ChartType;
  readonly x: string;
  readonly y: string;
  readonly data: ChartData;
};

/** More points than this on a line are a line, not points. */
const MOST_POINTS_DRAWN = 120;

const MOST_TIME_TICKS = 7;

/** Alpha appended to the tokens' hexadecimal colours: a canvas of Chromium 114 knows no color-mix(). */
const TRANSLUCENT = 'b3';

export function ChartCanvas({ label, type, x, y, data }: ChartCanvasProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const scheme = useComputedColorScheme('light', { getInitialValueInEffect: false });
  const { i18n } = useTranslation();
  useEffect(() => {
    if (canvas.current === null) return undefined;
    Chart.defaults.font.family = getComputedStyle(canvas.current).fontFamily;
    const chart = new Chart(canvas.current, configurationOf({ type, x, y, data }, formatOf(i18n.language)));
    return () => chart.destroy();
  }, [type, x, y, data, scheme, i18n.language]);
  return <canvas ref={canvas} role="img" aria-label={label} />;
}

type XY = { x: number; y: number | null };

function configurationOf(
  { type, x, y, data }: Omit<ChartCanvasProps, 'label'>,
  format: Format,
): ChartConfiguration<ChartType, (number | null)[] | XY[], string> {
  const token = tokens();
  const colours = coloursOf(token);
  const isCategory = data.scale === 'category';
  const isDense = data.series.some(({ points }) => points.length > MOST_POINTS_DRAWN);
  const axis = {
    grid: { color: token('--line'), tickColor: token('--line-strong') },
    border: { color: token('--line-strong') },
    ticks: { color: token('--ink-2'), maxRotation: 0, autoSkipPadding: 16 },
  };
  const title = (text: string) => ({ display: true, text, color: token('--ink-2') });
  const signs =
    isTemperature(y) && data.series.length === 1 && type === 'bar' ? [token('--cold'), token('--warm')] : null;
  const times = data.series.flatMap(({ points }) => points.map((point) => Number(point.x)));
  const timeRange = data.scale === 'time' ? rangeOf(times) : null;
  const ticks = timeRange === null ? null : timeTicks(timeRange.min, timeRange.max, MOST_TIME_TICKS);
  return {
    type,
    data: {
      labels: [...data.labels],
      datasets: data.series.map(({ label, points }, index) => {
        const colour = colours[index % colours.length] ?? token('--ink');
        return {
          label,
          data: isCategory ? byLabel(points, data.labels) : points.map((point) => ({ x: Number(point.x), y: point.y })),
          borderColor: colour,
          backgroundColor:
            signs !== null
              ? points.map((point) => ((point.y ?? 0) < 0 ? signs[0] : signs[1]))
              : type === 'bar'
                ? colour
                : `${colour}${TRANSLUCENT}`,
          borderWidth: type === 'line' ? 1.6 : 0,
          borderRadius: 2,
          maxBarThickness: 72,
          pointRadius: type === 'scatter' ? 3 : isDense ? 0 : 2.5,
          pointHoverRadius: 5,
          spanGaps: false,
        };
      }),
    },
    options: {
      animation: false,
      maintainAspectRatio: false,
      interaction: { mode: 'nearest', intersect: false },
      scales: {
        x: {
          ...axis,
          type: isCategory ? 'category' : 'linear',
          title: title(x),
          grid: { ...axis.grid, display: type === 'scatter' },
          ...(timeRange ?? {}),
          ...(ticks === null
            ? { ticks: axis.ticks }
            : {
                ticks: { ...axis.ticks, callback: (value) => format.axisTime(Number(value), ticks.hasHours) },
                afterBuildTicks: (scale) => {
                  scale.ticks = ticks.values.map((value) => ({ value }));
                },
              }),
        },
        y: { ...axis, type: 'linear', title: title(y), beginAtZero: type === 'bar' },
      },
      plugins: {
        legend: {
          display: data.series.length > 1,
          position: 'top',
          align: 'start',
          labels: { color: token('--ink'), boxWidth: 10, boxHeight: 10, useBorderRadius: true, borderRadius: 2 },
        },
        tooltip: {
          backgroundColor: token('--ink'),
          titleColor: token('--paper'),
          bodyColor: token('--paper'),
          cornerRadius: 4,
          boxPadding: 4,
          callbacks:
            data.scale === 'time'
              ? { title: (items) => items.slice(0, 1).map(({ parsed }) => format.utcAt(parsed.x ?? Number.NaN)) }
              : {},
        },
      },
    },
  };
}

/** A temperature's sign has its colours everywhere in the window. */
function isTemperature(name: string): boolean {
  return /temp|dew/i.test(name);
}

function rangeOf(values: readonly number[]): { readonly min: number; readonly max: number } {
  return values.reduce((range, value) => ({ min: Math.min(range.min, value), max: Math.max(range.max, value) }), {
    min: Infinity,
    max: -Infinity,
  });
}

/** A category may come once a series at most on the axis; of several rows the last one counts. */
function byLabel(points: readonly Point[], labels: readonly string[]): (number | null)[] {
  const values = new Map(points.map((point) => [String(point.x), point.y]));
  return labels.map((label) => values.get(label) ?? null);
}

function tokens(): (name: string) => string {
  const style = getComputedStyle(document.documentElement);
  return (name) => style.getPropertyValue(name).trim();
}

/** Told apart by lightness too, not by hue alone. */
function coloursOf(token: (name: string) => string): readonly string[] {
  return ['--cold', '--warm', '--live', '--fault', '--warning', '--ink-3'].map(token);
}
