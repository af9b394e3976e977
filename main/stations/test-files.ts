/** Small observation files in the Global Hourly format, and waiting for a condition, for this room's tests. */
import type { TopicLook } from '../../preload/shapes-topics.ts';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const HEADER =
  'STATION,DATE,SOURCE,LATITUDE,LONGITUDE,ELEVATION,NAME,REPORT_TYPE,CALL_SIGN,QUALITY_CONTROL,WND,CIG,VIS,TMP,DEW,SLP';
const FIRST = Date.UTC(2023, 0, 1);
const HOUR = 3_600_000;

/** Observation n is at hour n and says `n / 10` °C, so that each can be told from the others. */
export async function writeHours(
  folder: string,
  name: string,
  count: number,
  hourOf = (n: number) => n,
): Promise<string> {
  const rows = Array.from({ length: count }, (_row, n) => {
    const date = new Date(FIRST + hourOf(n) * HOUR).toISOString().slice(0, 19);
    const temperature = String(n).padStart(4, '0');
    const mandatory = `"160,1,N,0046,1","22000,5,9,N","016093,5,N,5","+${temperature},1","+0010,1","10134,1"`;
    return `"99999900001","${date}","7","48.000","2.000","35.0","TEST, FR","FM-15","TEST ","V020",${mandatory}`;
  });
  const path = join(folder, `${name}.csv`);
  await writeFile(path, `${[HEADER, ...rows].join('\n')}\n`);
  return path;
}

/** Polls until `isTrue`; fails with `what` and the last `state` after `limitMs`. */
export async function until(
  what: string,
  isTrue: () => boolean,
  state: () => unknown = () => '',
  limitMs = 30_000,
): Promise<void> {
  const end = performance.now() + limitMs;
  while (!isTrue()) {
    if (performance.now() > end) throw new Error(`Never happened: ${what}. ${JSON.stringify(state())}`);
    await delay(10);
  }
}

/** Everything of a subscription is looked at. */
export const ALL: TopicLook = {
  messages: true,
  topics: false,
  search: '',
  display: 'auto',
  fields: [],
  pins: [],
  isPaused: false,
  keepMessages: 1_000,
  keepBytes: 16_000_000,
};
