/** How long a person waits: real key presses and clicks, each from its event to the paint that follows. */
import { AppError } from '../../preload/errors.ts';
import type { BenchWindow } from './bench-window-app.ts';

/** Milliseconds, unsorted. */
export type Latencies = readonly number[];

export type Asked = { readonly inputs: number } | { readonly milliseconds: number };

const TEXT = 'weather station ';
const INPUT_EVERY_MS = 100;

/** Runs in the page, whose globals main's compiler does not know. A message posted from a frame arrives after that frame is painted. */
const PROBE = `
  globalThis.isobarLatencies = { keydown: [], click: [] };
  if (globalThis.isobarListens !== true) {
    globalThis.isobarListens = true;
    const channel = new MessageChannel();
    const waiting = [];
    channel.port1.onmessage = () => {
      const now = performance.now();
      for (const { type, at } of waiting.splice(0)) globalThis.isobarLatencies[type].push(now - at);
    };
    for (const type of ['keydown', 'click']) {
      addEventListener(type, (event) => {
        waiting.push({ type, at: event.timeStamp });
        requestAnimationFrame(() => channel.port2.postMessage(null));
      }, { capture: true });
    }
  }
`;

/** Types into the topic filter and clicks between the two ways of the page, one input after the other. */
export async function askLatencies(
  { page }: Pick<BenchWindow, 'page'>,
  asked: Asked,
): Promise<{ readonly typing: Latencies; readonly clicking: Latencies }> {
  await page.evaluate(PROBE);
  const box = page.getByRole('combobox', { name: 'Topic filter' });
  const ways = ['Publish to a topic', 'Subscribe to a topic'] as const;
  const end = 'milliseconds' in asked ? Date.now() + asked.milliseconds : Infinity;
  const most = 'inputs' in asked ? asked.inputs : Infinity;
  await box.click();
  for (let n = 0; n < most && Date.now() < end; n++) {
    if (n % 4 === 3) {
      for (const way of ways) await page.getByRole('tab', { name: way }).click();
      await box.click();
    } else {
      await page.keyboard.press(n % 2 === 0 ? (TEXT[n % TEXT.length] ?? 'a') : 'Backspace');
    }
    await page.waitForTimeout(INPUT_EVERY_MS);
  }
  const measured = await page.evaluate((): unknown => Reflect.get(globalThis, 'isobarLatencies'));
  return { typing: listOf(measured, 'keydown'), clicking: listOf(measured, 'click') };
}

function listOf(measured: unknown, type: string): Latencies {
  const list: unknown = typeof measured === 'object' && measured !== null ? Reflect.get(measured, type) : undefined;
  if (!Array.isArray(list)) throw new AppError('bench.nothingMeasured', `The window measured no ${type}.`);
  return list.filter((value) => typeof value === 'number');
}

/** `share` 0 to 1; NaN of nothing. */
export function percentile(values: Latencies, share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}
