/** Programs nobody here wrote against `isobar lab` as a person starts it: mosquitto_pub/sub and the AWS CLI. */
import { execFile, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { openClients, type Clients } from '../cloud/clients.ts';
import { provisionDevice, provisionViewer } from '../cloud/provision.ts';
import { targetFromLab } from '../cloud/target.ts';
import { createDeviceKey } from '../control/device-identity.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '..', '..');

const readySchema = z.object({
  ready: z.literal(true),
  endpoint: z.string(),
  mqttHost: z.string(),
  mqttPort: z.number(),
  alpnPort: z.number().nullable(),
  caFile: z.string(),
  region: z.string(),
  account: z.string(),
  accessKeyId: z.string(),
  secretAccessKey: z.string(),
});
type Ready = z.infer<typeof readySchema>;

const has = (program: string, argument: string) => spawnSync(program, [argument]).error === undefined;
const hasMosquitto = has('mosquitto_pub', '--help') && has('mosquitto_sub', '--help');
const hasAws = has('aws', '--version');
// On a developer's machine they may be missing; where CI says so, a gap must not hide.
const mustHave = process.env['CI'] === 'true';
if (!hasMosquitto || !hasAws)
  process.stderr.write('mosquitto-clients or awscli is not installed: their tests are skipped.\n');

let folder = '';
let child: ChildProcess;
let ready: Ready;
let clients: Clients;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'isobar-clients-'));
  child = spawn(
    process.execPath,
    [join(root, 'dist', 'main', 'cli.js'), 'lab', '--data', join(folder, 'lab'), '--port', '0', '--mqtt-port', '0'],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  if (child.stdout === null) throw new Error('unreachable');
  const line = await new Promise<string>((resolve, reject) => {
    if (child.stdout !== null) createInterface(child.stdout).once('line', resolve);
    child.once('exit', (code) => reject(new Error(`isobar lab ended with ${code}`)));
  });
  ready = readySchema.parse(JSON.parse(line));
  const ca = await import('node:fs/promises').then(({ readFile }) => readFile(ready.caFile, 'utf8'));
  clients = openClients(targetFromLab({ ...ready, ca, roleArn: `arn:aws:iam::${ready.account}:role/LabRole` }));
});

afterAll(async () => {
  clients.close();
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  expect(await ended).toBe(0);
  await rm(folder, { recursive: true, force: true });
});

async function identityFiles(
  name: string,
  certificatePem: string,
  keyPem: string,
): Promise<{ cert: string; key: string }> {
  const cert = join(folder, `${name}.crt`);
  const key = join(folder, `${name}.key`);
  await writeFile(cert, certificatePem);
  await writeFile(key, keyPem, { mode: 0o600 });
  return { cert, key };
}

describe.skipIf(!hasMosquitto && !mustHave)('mosquitto', () => {
  test('a station certificate publishes what a viewer certificate receives, and nothing on another topic', async () => {
    const device = await createDeviceKey('station-1');
    const { certificatePem } = await provisionDevice(clients, {
      thingName: 'station-1',
      topic: 'sensor/weather/1',
      csrPem: device.csrPem,
    });
    const station = await identityFiles('station', certificatePem, device.keyPem);
    const viewerKey = await createDeviceKey('viewer');
    const viewer = await provisionViewer(clients, { clientId: 'viewer', csrPem: viewerKey.csrPem, topics: ['*'] });
    const eye = await identityFiles('viewer', viewer.certificatePem, viewerKey.keyPem);

    const server = ['-h', ready.mqttHost, '-p', String(ready.mqttPort), '--cafile', ready.caFile];
    // Into a pipe the program would keep its lines to itself until it ends.
    const listener = spawn(
      'stdbuf',
      [
        '-oL',
        'mosquitto_sub',
        ...server,
        '--cert',
        eye.cert,
        '--key',
        eye.key,
        '-i',
        'viewer-1',
        '-t',
        'sensor/weather/+',
        '-q',
        '1',
        '-C',
        '1',
        '-W',
        '20',
        '-d',
        '-v',
      ],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    const ended = new Promise((resolve) => listener.once('exit', resolve));
    const lines: string[] = [];
    const reader = createInterface(listener.stdout);
    const subscribed = new Promise<void>((resolve) =>
      reader.on('line', (line) => line.includes('SUBACK') && resolve()),
    );
    reader.on('line', (line) => lines.push(line));
    await subscribed;

    const publish = (topic: string) =>
      run(
        'mosquitto_pub',
        [
          ...server,
          '--cert',
          station.cert,
          '--key',
          station.key,
          '-i',
          'station-1',
          '-t',
          topic,
          '-q',
          '1',
          '-m',
          '{"air_temperature":7.0}',
          '-d',
        ],
        { timeout: 20_000 },
      );
    expect((await publish('sensor/weather/1')).stdout).toContain('PUBACK');
    await ended;
    expect(lines).toContain('sensor/weather/1 {"air_temperature":7.0}');

    // AWS closes the connection of a client whose publish no policy allows: no acknowledgement.
    const refused = await publish('sensor/weather/2').catch((error: { stdout?: string }) => error);
    expect(refused.stdout ?? '').not.toContain('PUBACK');
  });

  test('a certificate of nobody is not let in', async () => {
    const selfMade = join(folder, 'self');
    const made = spawnSync('openssl', [
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
      '-nodes',
      '-keyout',
      `${selfMade}.key`,
      '-out',
      `${selfMade}.crt`,
      '-days',
      '1',
      '-subj',
      '/CN=station-1',
    ]);
    expect(made.status).toBe(0);
    const attempt = run(
      'mosquitto_pub',
      [
        '-h',
        ready.mqttHost,
        '-p',
        String(ready.mqttPort),
        '--cafile',
        ready.caFile,
        '--cert',
        `${selfMade}.crt`,
        '--key',
        `${selfMade}.key`,
        '-i',
        'station-1',
        '-t',
        'sensor/weather/1',
        '-q',
        '1',
        '-m',
        'x',
      ],
      { timeout: 20_000 },
    );
    await expect(attempt).rejects.toMatchObject({ code: expect.any(Number) as number });
  });
});

describe.skipIf(!hasAws && !mustHave)('AWS CLI', () => {
  const aws = async (...args: string[]): Promise<string> => {
    const { stdout } = await run('aws', ['--endpoint-url', ready.endpoint, '--output', 'json', ...args], {
      env: {
        ...process.env,
        AWS_ACCESS_KEY_ID: ready.accessKeyId,
        AWS_SECRET_ACCESS_KEY: ready.secretAccessKey,
        AWS_DEFAULT_REGION: ready.region,
        AWS_EC2_METADATA_DISABLED: 'true',
        AWS_PAGER: '',
      },
      timeout: 60_000,
    });
    return stdout;
  };

  test('sees the registry, the buckets and its own account', async () => {
    await aws('iot', 'create-thing', '--thing-name', 'by-hand');
    const { things } = JSON.parse(await aws('iot', 'list-things')) as { things: { thingName: string }[] };
    expect(things.map((thing) => thing.thingName)).toContain('by-hand');
    expect(JSON.parse(await aws('sts', 'get-caller-identity'))).toMatchObject({ Account: ready.account });

    await aws('s3', 'mb', 's3://by-hand');
    const file = join(folder, 'lines.json');
    await writeFile(file, '{"n":1,"t":7.0}\n{"n":2,"t":8.5}\n');
    await aws('s3', 'cp', file, 's3://by-hand/rows/lines.json');
    expect(await aws('s3', 'ls', 's3://by-hand/rows/')).toMatch(/32 lines\.json/);
    expect(await aws('s3', 'cp', 's3://by-hand/rows/lines.json', '-')).toBe('{"n":1,"t":7.0}\n{"n":2,"t":8.5}\n');
  });

  test('crawls a folder and queries the table', async () => {
    await aws('glue', 'create-database', '--database-input', '{"Name":"hand"}');
    await aws(
      'glue',
      'create-crawler',
      '--name',
      'hand',
      '--role',
      `arn:aws:iam::${ready.account}:role/LabRole`,
      '--database-name',
      'hand',
      '--targets',
      '{"S3Targets":[{"Path":"s3://by-hand/rows/"}]}',
    );
    await aws('glue', 'start-crawler', '--name', 'hand');
    await eventually(
      async () =>
        (JSON.parse(await aws('glue', 'get-crawler', '--name', 'hand')) as { Crawler: { State: string } }).Crawler
          .State === 'READY',
    );
    const started = JSON.parse(
      await aws(
        'athena',
        'start-query-execution',
        '--query-string',
        'SELECT sum(t) AS total, count(*) FROM rows',
        '--query-execution-context',
        'Database=hand',
        '--result-configuration',
        'OutputLocation=s3://by-hand/results/',
      ),
    ) as { QueryExecutionId: string };
    const status = async () =>
      (
        JSON.parse(await aws('athena', 'get-query-execution', '--query-execution-id', started.QueryExecutionId)) as {
          QueryExecution: { Status: { State: string } };
        }
      ).QueryExecution.Status.State;
    await eventually(async () => ['SUCCEEDED', 'FAILED'].includes(await status()));
    expect(await status()).toBe('SUCCEEDED');
    const { ResultSet } = JSON.parse(
      await aws('athena', 'get-query-results', '--query-execution-id', started.QueryExecutionId),
    ) as { ResultSet: { Rows: { Data: { VarCharValue: string }[] }[] } };
    expect(ResultSet.Rows.map((row) => row.Data.map((datum) => datum.VarCharValue))).toEqual([
      ['total', '_col1'],
      ['15.5', '2'],
    ]);
  });
});

async function eventually(isTrue: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + 60_000;
  while (!(await isTrue())) {
    if (Date.now() > end) throw new Error('waited 60 s in vain');
  }
}
