/** One plot on a canvas: the band between least and most of each moment, and a line through the last values. */
import { useComputedColorScheme } from '@mantine/core';
import { useEffect, useRef } from 'react';
import { rangeOf, type Plot } from '../../state/topic-plot.ts';
import styles from './plot-dock.module.css';

type Props = { readonly plot: Plot; readonly windowMs: number; readonly label: string };

const PAD = 4;

export function PlotCanvas({ plot, windowMs, label }: Props) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const scheme = useComputedColorScheme('light', { getInitialValueInEffect: false });
  useEffect(() => {
    if (canvas.current !== null) draw(canvas.current, plot, windowMs);
  }, [plot, windowMs, scheme]);
  return <canvas ref={canvas} className={styles['canvas']} role="img" aria-label={label} />;
}

function draw(canvas: HTMLCanvasElement, plot: Plot, windowMs: number): void {
  const context = canvas.getContext('2d');
  const range = rangeOf(plot);
  const newest = plot.slots.at(-1);
  if (context === null) return;
  const scale = window.devicePixelRatio;
  const width = canvas.clientWidth;
  const height = canvas.clientHeight;
  canvas.width = width * scale;
  canvas.height = height * scale;
  if (range === null || newest === undefined) return;
  context.scale(scale, scale);
  const style = getComputedStyle(canvas);
  const span = range.most - range.least || 1;
  const x = (at: number) => width - PAD - ((newest.at - at) / windowMs) * (width - 2 * PAD);
  const y = (value: number) => height - PAD - ((value - range.least) / span) * (height - 2 * PAD);
  context.strokeStyle = style.getPropertyValue('--line');
  context.strokeRect(0.5, 0.5, width - 1, height - 1);
  if (range.least < 0 && range.most > 0) {
    context.beginPath();
    context.moveTo(0, y(0));
    context.lineTo(width, y(0));
    context.stroke();
  }
  context.beginPath();
  context.globalAlpha = 0.18;
  context.fillStyle = style.getPropertyValue('--cold');
  for (const slot of plot.slots) context.lineTo(x(slot.at), y(slot.most));
  for (const slot of [...plot.slots].reverse()) context.lineTo(x(slot.at), y(slot.least));
  context.fill();
  context.globalAlpha = 1;
  context.beginPath();
  context.strokeStyle = style.getPropertyValue('--cold');
  context.lineWidth = 1.5;
  context.lineJoin = 'round';
  for (const slot of plot.slots) context.lineTo(x(slot.at), y(slot.last));
  context.stroke();
  context.beginPath();
  context.fillStyle = style.getPropertyValue('--cold');
  context.arc(x(newest.at), y(newest.last), 2.5, 0, 2 * Math.PI);
  context.fill();
}
