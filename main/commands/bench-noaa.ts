/** `isobar bench noaa`: records a second from file to message text, beside the bare parsing of the same bytes. */
import { createReadStream } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { gunzipSync } from 'node:zlib';
import { parse } from 'csv-parse/sync';
import { AppError } from '../../preload/errors.ts';
import type { BenchLine } from './bench-line.ts';
import { bundledSets } from '../noaa/bundled.ts';
import { MANDATORY_COLUMNS } from '../noaa/hourly-row.ts';
import { GROUP_LENGTHS } from '../noaa/group-lengths.ts';
import { messageText } from '../noaa/message.ts';
import { readObservations } from '../noaa/observation-file.ts';
import { BATCH_LINES } from '../noaa/record-batches.ts';

/** Enough passes for the just-in-time compiler to settle and for a slow moment of the machine to be outvoted. */
const PASSES = 6;

/**
 * Reads the first bundled station as Global Hourly CSV, then the same records as ISD fixed width. Throws as the reader
 * does when the bundled data are damaged.
 */
export async function* benchNoaa(dataFolder: string): AsyncGenerator<BenchLine> {
  const station = (await bundledSets(dataFolder))[0]?.stations[0];
  if (station === undefined) throw new AppError('noaa.noBundledData', `"${dataFolder}" holds no station.`);
  const folder = await mkdtemp(join(tmpdir(), 'isobar-bench-'));
  try {
    const csvText = gunzipSync(await readFile(station.file)).toString('utf8');
    const csvBatches = batchesOf(csvText);
    const csvFile = join(folder, 'station.csv');
    const isdFile = join(folder, 'station.txt');
    await writeFile(csvFile, csvText);
    await writeFile(isdFile, isdText(csvText));
    yield await compare(
      'Global Hourly CSV file to message texts',
      () => readMessages(csvFile),
      'csv-parse alone on the same lines in memory',
      () => Promise.resolve(parseAlone(csvBatches)),
    );
    yield await compare(
      'ISD fixed-width file to message texts',
      () => readMessages(isdFile),
      'lines of the same file by node:readline',
      () => readLines(isdFile),
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function readMessages(path: string): Promise<number> {
  let messages = 0;
  for await (const { record } of readObservations(path)) if (messageText(record) !== '') messages += 1;
  return messages;
}

/** In batches as the reader does it, which is csv-parse at its best: one array of all rows halves its speed. */
function batchesOf(csvText: string): readonly string[] {
  const lines = csvText.trimEnd().split('\n').slice(1);
  const batches: string[] = [];
  for (let start = 0; start < lines.length; start += BATCH_LINES) {
    batches.push(lines.slice(start, start + BATCH_LINES).join('\n'));
  }
  return batches;
}

function parseAlone(batches: readonly string[]): number {
  let rows = 0;
  for (const batch of batches) rows += parse(batch, { relax_column_count: true }).length;
  return rows;
}

async function readLines(path: string): Promise<number> {
  let lines = 0;
  for await (const line of createInterface({ input: createReadStream(path) })) if (line !== '') lines += 1;
  return lines;
}

/** Best of several passes each, in turns, so that both meet the same machine. */
async function compare(
  figure: string,
  measured: () => Promise<number>,
  reference: string,
  bare: () => Promise<number>,
): Promise<BenchLine> {
  let value = 0;
  let referenceValue = 0;
  for (let pass = 0; pass < PASSES; pass++) {
    value = Math.max(value, await perSecond(measured));
    referenceValue = Math.max(referenceValue, await perSecond(bare));
  }
  return {
    bench: 'noaa',
    figure,
    value: Math.round(value),
    unit: 'records/s',
    reference,
    referenceValue: Math.round(referenceValue),
    ratio: Number((value / referenceValue).toFixed(3)),
  };
}

async function perSecond(run: () => Promise<number>): Promise<number> {
  const start = performance.now();
  const records = await run();
  return (records * 1000) / (performance.now() - start);
}

/** The CSV's records as ISD fixed width: its packed cells without their commas, behind a control section. */
function isdText(csvText: string): string {
  const rows: Record<string, string>[] = parse(csvText, { columns: true });
  return rows.map((row) => `${isdLine(row)}\n`).join('');
}

function isdLine(row: Readonly<Record<string, string>>): string {
  const unpacked = (name: string): string => (row[name] ?? '').replaceAll(',', '');
  const groups = Object.keys(row).filter((name) => GROUP_LENGTHS.has(name) && row[name] !== '');
  const added = groups.length === 0 ? '' : `ADD${groups.map((name) => name + unpacked(name)).join('')}`;
  const time = (row['DATE'] ?? '').replace(/[-:T]/g, '').slice(0, 12);
  const place = signed(row['LATITUDE'], 1000, 5) + signed(row['LONGITUDE'], 1000, 6);
  const type = (row['REPORT_TYPE'] ?? '').padEnd(5);
  const call = (row['CALL_SIGN'] ?? '').padEnd(5);
  const control = `${row['STATION']}${time}${row['SOURCE']}${place}${type}${signed(row['ELEVATION'], 1, 4)}${call}${row['QUALITY_CONTROL']}`;
  return `${String(added.length).padStart(4, '0')}${control}${MANDATORY_COLUMNS.map(unpacked).join('')}${added}`;
}

function signed(text: string | undefined, scale: number, digits: number): string {
  const number = Math.round(Number(text) * scale);
  return `${number < 0 ? '-' : '+'}${String(Math.abs(number)).padStart(digits, '0')}`;
}
