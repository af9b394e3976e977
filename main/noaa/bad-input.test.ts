/** Files that are not what they should be: one clear sentence and a stable code each, and nothing readable lost. */
import { mkdtemp, mkdir, readdir, readlink, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { printMessages } from './command.ts';
import { describeFile, readObservations } from './observation-file.ts';

const HEADER =
  '"STATION","DATE","SOURCE","LATITUDE","LONGITUDE","ELEVATION","NAME","REPORT_TYPE","CALL_SIGN","QUALITY_CONTROL","WND","CIG","VIS","TMP","DEW","SLP","AW1"';

function row(hour: number, temperature = '+0101,1'): string {
  const time = `2020-03-01T${String(hour).padStart(2, '0')}:00:00`;
  return (
    `"99900100001","${time}","4","10.5","-20.25","12.4","HILL, TOP","FM-15","HILL ","V020",` +
    `"160,1,N,0046,1","22000,1,9,N","016093,1,N,1","${temperature}","+0081,1","10134,1",`
  );
}

function isd(hour: number): string {
  const time = `20200301${String(hour).padStart(2, '0')}00`;
  const values = '1601N00461' + '220001CN' + '0160001N9' + '+01011' + '+00811' + '101341';
  return `000099900100001${time}4+10500-020250FM-12+001299999V020${values}`;
}

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'isobar-noaa-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function file(name: string, content: string | Buffer): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

async function read(path: string): Promise<{ hours: number[]; bad: object[]; error: unknown }> {
  const hours: number[] = [];
  const bad: object[] = [];
  try {
    for await (const { time } of readObservations(path, { onBadRecord: (fault) => bad.push(fault) })) {
      hours.push(new Date(time).getUTCHours());
    }
    return { hours, bad, error: null };
  } catch (error) {
    return { hours, bad, error };
  }
}

describe('files that cannot be read', () => {
  it.each([
    [
      'letter.txt',
      'Dear station,\nhow are you?\n',
      'noaa.notObservations',
      '"letter.txt" is not a file of NOAA observations.',
    ],
    [
      'noise.gz',
      Buffer.alloc(600_000, 7),
      'noaa.notObservations',
      '"noise.gz" is not a file of NOAA observations: it has no lines of text.',
    ],
    ['empty.csv', '', 'noaa.emptyFile', '"empty.csv" is empty; a file of NOAA observations was expected.'],
    [
      'lcd.csv',
      'STATION,DATE,HourlyDryBulbTemperature\n',
      'noaa.otherProduct',
      '"lcd.csv" is NOAA\'s Local Climatological Data (LCD), not hourly observations that Isobar can read.',
    ],
    [
      'gsod.csv',
      '"STATION","DATE","TEMP","TEMP_ATTRIBUTES"\n',
      'noaa.otherProduct',
      '"gsod.csv" is NOAA\'s Global Summary of the Day (GSOD), not hourly observations that Isobar can read.',
    ],
    [
      'ghcnh.psv',
      'STATION|Station_name|DATE|temperature\n',
      'noaa.otherProduct',
      '"ghcnh.psv" is a file of hourly GHCN data (GHCNh), not hourly observations that Isobar can read.',
    ],
    [
      'isd-history.csv',
      '"USAF","WBAN","STATION NAME","CTRY"\n',
      'noaa.otherProduct',
      '"isd-history.csv" is NOAA\'s station list (isd-history.csv), which holds no observations, not hourly observations that Isobar can read.',
    ],
    [
      'part.csv',
      'STATION,DATE,WND,TMP\n',
      'noaa.missingColumns',
      '"part.csv" lacks the Global Hourly columns CIG, VIS, DEW, SLP.',
    ],
    ['header.csv', `${HEADER}\n`, 'noaa.noObservations', '"header.csv" holds no observation to replay.'],
    [
      'broken.gz',
      Buffer.concat([gzipSync(`${isd(1)}\n`).subarray(0, 12), Buffer.alloc(50, 255)]),
      'noaa.damagedFile',
      '"broken.gz" is damaged: its compressed data cannot be unpacked.',
    ],
  ])('%s', async (name, content, code, message) => {
    const path = await file(name, content);
    await expect(describeFile(path)).rejects.toMatchObject({ code, message });
  });

  it('a folder and a missing file', async () => {
    await mkdir(join(folder, 'year'));
    await expect(describeFile(join(folder, 'year'))).rejects.toMatchObject({
      code: 'noaa.folder',
      message: '"year" is a folder; a file of NOAA observations was expected.',
    });
    await expect(describeFile(join(folder, 'nowhere.gz'))).rejects.toMatchObject({
      code: 'noaa.missingFile',
      message: 'There is no file "nowhere.gz" at that place.',
    });
  });
});

describe('files with damage inside', () => {
  it('a cut CSV line costs only itself, wherever it is cut', async () => {
    const rows = [
      HEADER,
      row(1),
      row(2).slice(0, 42),
      row(3),
      row(4).slice(0, 75),
      row(5),
      '',
      row(6, '+01x1,1'),
      row(7),
      row(8).replace('"4"', '"4"x'),
      row(9),
      row(10).slice(0, -4),
    ];
    const path = await file('cut.csv', rows.join('\r\n'));
    expect(await read(path)).toEqual({
      hours: [1, 3, 5, 7, 9],
      bad: [
        { line: 3, reason: 'it is cut within a quoted cell' },
        { line: 5, reason: 'it has 8 cells where the header names 17 columns' },
        { line: 8, reason: 'its air temperature reads "+01x1"' },
        { line: 10, reason: 'its quotation marks are not those of a CSV row' },
        { line: 12, reason: 'it is cut within a quoted cell' },
      ],
      error: null,
    });
  });

  it('a damaged ISD line costs only itself, and CR LF costs nothing', async () => {
    const lines = [isd(1), isd(2).slice(0, 99), isd(3), isd(4).replace('20200301', '20201301'), `${isd(5)}ADD`, isd(6)];
    const path = await file('damaged.txt', lines.join('\r\n'));
    expect(await read(path)).toEqual({
      hours: [1, 3, 6],
      bad: [
        { line: 2, reason: 'it has 99 characters where a record has at least 105' },
        { line: 4, reason: 'its time reads "202013010400"' },
        { line: 5, reason: 'it has 108 characters where its length field says 105' },
      ],
      error: null,
    });
  });

  it('a cut .gz gives everything that can be unpacked, then says that it is cut', async () => {
    // Lines that do not compress to nothing, so that the cut is in the middle of them.
    const rows = Array.from({ length: 4000 }, (_, index) =>
      row(index % 24, `+${String((index * 7919) % 600).padStart(4, '0')},1`),
    );
    const whole = gzipSync([HEADER, ...rows, ''].join('\n'));
    const path = await file('cut.csv.gz', whole.subarray(0, Math.floor(whole.length / 2)));
    const { hours, bad, error } = await read(path);
    expect(error).toMatchObject({
      code: 'noaa.truncatedFile',
      message: '"cut.csv.gz" is cut off: its compressed data end before they are complete.',
      hint: 'Copy or download the file again.',
    });
    expect(bad).toEqual([]);
    expect(hours.length).toBeGreaterThan(1500);
    expect(hours).toEqual(hours.map((_, index) => index % 24));
    await expect(describeFile(path)).rejects.toMatchObject({ code: 'noaa.truncatedFile' });
  });

  it('unpacks several gzip members, and passes over padding behind them', async () => {
    const members = [gzipSync(`${isd(1)}\n`), gzipSync(`${isd(2)}\n${isd(3)}`), Buffer.alloc(18_000)];
    expect(await read(await file('members.gz', Buffer.concat(members)))).toEqual({
      hours: [1, 2, 3],
      bad: [],
      error: null,
    });
  });

  it('counts all damaged records and keeps the first hundred', async () => {
    const rows = [HEADER, row(1), ...Array.from({ length: 250 }, () => row(2, '?')), row(3)];
    const summary = await describeFile(await file('many.csv', rows.join('\n')));
    expect({ ...summary, bad: { ...summary.bad, details: summary.bad.details.length } }).toEqual({
      station: '99900100001',
      name: 'HILL, TOP',
      latitude: 10.5,
      longitude: -20.25,
      elevation: 12.4,
      first: '2020-03-01T01:00:00.000Z',
      last: '2020-03-01T03:00:00.000Z',
      observations: 2,
      summaries: 0,
      bad: { count: 250, firstLine: 3, details: 100 },
    });
  });
});

/** Gathers what is written; each write is slow, so that it asks its writer to wait. */
function gathering(): { readonly stream: Writable; readonly text: () => string } {
  const pieces: string[] = [];
  const stream = new Writable({
    highWaterMark: 10,
    write(chunk: Buffer, _encoding, done) {
      pieces.push(chunk.toString());
      setImmediate(done);
    },
  });
  return { stream, text: () => pieces.join('') };
}

describe('isobar noaa', () => {
  it('prints messages, reports what is damaged, and fails only when nothing could be read', async () => {
    const good = await file('good.csv', [HEADER, row(1), row(2, '?'), row(3)].join('\n'));
    const letter = await file('letter.txt', 'hello\n');
    const out = gathering();
    const err = gathering();
    expect(await printMessages([letter, good], out.stream, err.stream)).toBe(0);
    const times = out
      .text()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).time);
    expect(times).toEqual(['2020-03-01T01:00:00+00:00', '2020-03-01T03:00:00+00:00']);
    const [refusal, damage, ...more] = err.text().trimEnd().split('\n');
    expect(refusal).toMatch(
      /letter\.txt: "letter.txt" is not a file of NOAA observations\. .*\[noaa\.notObservations\]$/,
    );
    expect([damage, more]).toEqual([`${good}:3: left out because its TMP reads "?"`, []]);
    expect(await printMessages([letter], gathering().stream, gathering().stream)).toBe(1);
  });

  it('ends quietly when the reader of its output goes away', async () => {
    const rows = Array.from({ length: 2000 }, (_, index) => row(index % 24));
    const good = await file('long.csv', [HEADER, ...rows].join('\n'));
    const closed = new Writable({
      write: (_chunk, _encoding, done) => done(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' })),
    });
    const err = gathering();
    expect(await printMessages([good], closed, err.stream)).toBe(0);
    expect(err.text()).toBe('');
  });

  it.skipIf(process.platform !== 'linux')('closes a file that is abandoned in the middle', async () => {
    const path = await file(
      'abandoned.csv.gz',
      gzipSync([HEADER, ...Array.from({ length: 2000 }, () => row(1))].join('\n')),
    );
    const timesOpen = async (): Promise<number> => {
      const handles = await readdir('/proc/self/fd');
      const targets = await Promise.all(handles.map((handle) => readlink(`/proc/self/fd/${handle}`).catch(() => '')));
      return targets.filter((target) => target === path).length;
    };
    const reading = readObservations(path);
    await reading.next();
    expect(await timesOpen()).toBe(1);
    await reading.return(undefined);
    expect(await timesOpen()).toBe(0);
  });

  it('stops reading when told to', async () => {
    const rows = Array.from({ length: 2000 }, (_, index) => row(index % 24));
    const path = await file('stop.csv', [HEADER, ...rows].join('\n'));
    const stop = new AbortController();
    const reading = async (): Promise<void> => {
      for await (const { line } of readObservations(path, { signal: stop.signal }))
        stop.abort(new Error(`after ${line}`));
    };
    await expect(reading()).rejects.toThrow(/^after \d+$/);
  });
});
