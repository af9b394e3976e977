/** What becomes of a station while its certificate changes: undo, rotation under load, a rotation that fails, a certificate made inactive, and who cleans up. */
import { CreatePolicyVersionCommand, DescribeCertificateCommand, paginateListCertificates } from '@aws-sdk/client-iot';
import { X509Certificate } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { queryRows, runQuery } from '../../cloud/query.ts';
import { until } from '../../commands/until.ts';
import { messageText } from '../../noaa/message.ts';
import { readObservations } from '../../noaa/observation-file.ts';
import { nodeFork } from '../child.ts';
import { openControl, type Control } from '../control.ts';
import { openVault } from '../vault.ts';
import { makePair, openSsl } from './test-files.ts';

const root = join(import.meta.dirname, '..', '..', '..');
const LIMIT_MS = 60_000;
const TEST_LIMIT_MS = 240_000;

let folder = '';
let control: Control;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'isobar-certificates-'));
  control = await openControl({
    folder,
    dataFolder: join(root, 'data'),
    fork: nodeFork(join(root, 'dist')),
    vault: await openVault(join(folder, 'vault'), null),
    settings: () => ({ theme: 'system', language: 'system', finalNewline: true, awsQuotas: false }),
    firstStations: true,
    port: 0,
    mqttPort: 0,
  });
  await control.ready;
  await until('every station to have a certificate', LIMIT_MS, () =>
    control.fleet.status().stations.every(({ state }) => state === 'idle'),
  );
  await control.pipeline.setUp();
}, TEST_LIMIT_MS);

afterAll(async () => {
  await control.stop();
  await rm(folder, { recursive: true, force: true });
}, TEST_LIMIT_MS);

const stationAt = (index: number) => {
  const station = control.fleet.status().stations[index];
  if (station === undefined) throw new Error(`no station ${index}`);
  return station;
};

async function start(index: number, speed = 3_600): Promise<string> {
  const { id } = stationAt(index);
  await control.fleet.setSpeed([id], speed);
  await control.fleet.start([id]);
  await publishes(index);
  return id;
}

/** Connected, and more is acknowledged than at this moment. */
async function publishes(index: number): Promise<void> {
  const before = stationAt(index).acknowledged;
  await until('the station to publish', LIMIT_MS, () => {
    const { state, acknowledged } = stationAt(index);
    return state === 'live' && acknowledged > before + 2;
  });
}

async function rotate(id: string) {
  await control.certificates.rotations.begin(id);
  const rotation = () => control.certificates.rotations.status().rotations.find(({ station }) => station === id);
  await until(
    'the rotation to end',
    2 * LIMIT_MS,
    () => rotation()?.step === 'done' || (rotation()?.error ?? null) !== null,
  );
  return rotation();
}

async function certificatesAtTarget(): Promise<readonly string[]> {
  const ids: string[] = [];
  const { clients } = control.connection();
  for await (const page of paginateListCertificates({ client: clients.iot }, {}))
    ids.push(...(page.certificates ?? []).flatMap(({ certificateId }) => certificateId ?? []));
  return ids.sort();
}

const certificatesInLedger = (): readonly string[] =>
  control.ledger
    .entriesOf(control.connection().target)
    .flatMap(({ kind, name }) => (kind === 'certificate' ? [name] : []))
    .sort();

test('an import that is undone gives the station back what it had', { timeout: TEST_LIMIT_MS }, async () => {
  const { id, thingName } = stationAt(0);
  const former = await control.certificates.idOfStation(id);
  const files = await openSsl();
  await makePair(files, 'other', 'ec');
  const { batch } = await control.certificates.takeFiles([files.path('other.crt'), files.path('other.key')]);
  const certificateId = batch?.certificates[0]?.certificateId ?? '';
  const { undo } = await control.certificates.import(batch?.id ?? '', [{ certificateId, station: id }]);
  expect(await control.certificates.idOfStation(id)).toBe(certificateId);

  await control.certificates.undo(undo);

  expect(await control.certificates.idOfStation(id)).toBe(former);
  expect((await control.certificates.list()).map((one) => one.certificateId)).not.toContain(certificateId);
  await expect(control.certificates.undo(undo)).rejects.toMatchObject({ code: 'certificates.noUndo' });
  await start(0);
  expect(stationAt(0).thingName).toBe(thingName);
  await control.fleet.pause([id]);
  await files.remove();
});

test(
  'a rotation under load loses no message, and the ledger knows the new certificate',
  { timeout: TEST_LIMIT_MS },
  async () => {
    const id = await start(1, 86_400);
    const former = await control.certificates.idOfStation(id);

    expect(await rotate(id)).toEqual({ station: id, step: 'done', error: null });

    await publishes(1);
    await control.fleet.pause([id]);
    await until('every sent message to be answered', LIMIT_MS, () => {
      const { state, sent, acknowledged, failed } = stationAt(1);
      return state === 'paused' && sent === acknowledged + failed;
    });
    const now = await control.certificates.idOfStation(id);
    expect(now).not.toBe(former);
    expect(await missingFromLake(1)).toEqual([]);
    const atTarget = await certificatesAtTarget();
    expect([atTarget.includes(now), atTarget.includes(former)]).toEqual([true, false]);
    expect(certificatesInLedger()).toEqual(atTarget);
  },
);

/** What the station has sent and had acknowledged, and the lake does not hold. */
async function missingFromLake(index: number): Promise<readonly string[]> {
  await control.lab.drain();
  await control.lab.flush();
  await control.pipeline.crawl();
  const { clients } = control.connection();
  const { database, table, output } = control.pipeline.names();
  const sql = `SELECT DISTINCT weather_station, time FROM ${table}`;
  const { id } = await runQuery(clients, { sql, database, output }, AbortSignal.timeout(LIMIT_MS));
  const inLake = new Set<string>();
  let token: string | null = null;
  do {
    const page = await queryRows(clients, { id, token });
    for (const [station, time] of page.rows) inLake.add(`${station} ${time}`);
    token = page.token;
  } while (token !== null);
  const { id: station, position } = stationAt(index);
  expect(position).toBeGreaterThan(0);
  const missing: string[] = [];
  let left = position;
  for await (const { record } of readObservations(control.fileOf(station))) {
    const message = z.object({ weather_station: z.string(), time: z.string() }).parse(JSON.parse(messageText(record)));
    const key = `${message.weather_station} ${message.time}`;
    if (!inLake.has(key)) missing.push(key);
    left -= 1;
    if (left === 0) break;
  }
  return missing;
}

test('a rotation that the target refuses leaves the old certificate in use', { timeout: TEST_LIMIT_MS }, async () => {
  const id = await start(2);
  const former = await control.certificates.idOfStation(id);
  const before = await certificatesAtTarget();
  await letInOnly(stationAt(2).thingName, former);

  expect(await rotate(id)).toMatchObject({ step: 'connect', error: { code: 'certificates.notAccepted' } });

  await publishes(2);
  expect(await control.certificates.idOfStation(id)).toBe(former);
  expect(await certificatesAtTarget()).toEqual(before);
  expect(certificatesInLedger()).toEqual(before);
  await control.fleet.pause([id]);
});

/** The policy of the thing from now on: everything, but a connection with this certificate only. */
async function letInOnly(thingName: string, certificateId: string): Promise<void> {
  const { iot } = control.connection().clients;
  const { certificateDescription } = await iot.send(new DescribeCertificateCommand({ certificateId }));
  const { serialNumber } = new X509Certificate(certificateDescription?.certificatePem ?? '');
  const serial = BigInt(`0x${serialNumber}`).toString();
  const Statement = [
    { Effect: 'Allow', Action: 'iot:*', Resource: '*' },
    {
      Effect: 'Deny',
      Action: 'iot:Connect',
      Resource: '*',
      Condition: { StringNotEquals: { 'iot:Certificate.SerialNumber': serial } },
    },
  ];
  const policyDocument = JSON.stringify({ Version: '2012-10-17', Statement });
  const policyName = `${thingName}-policy`;
  await iot.send(new CreatePolicyVersionCommand({ policyName, policyDocument, setAsDefault: true }));
}

test(
  'a certificate made inactive ends the connection, active again lets it in',
  { timeout: TEST_LIMIT_MS },
  async () => {
    const id = await start(3);
    const certificateId = await control.certificates.idOfStation(id);
    const connections = () => control.lab.activity()?.connections ?? 0;
    const before = connections();
    expect(before).toBeGreaterThan(0);

    await control.certificates.setStatus(certificateId, 'INACTIVE');

    await until('the connection to end', LIMIT_MS, () => connections() === before - 1);
    expect(stationAt(3)).toMatchObject({ state: 'faulty', error: { code: 'certificates.inactive' } });

    await control.certificates.setStatus(certificateId, 'ACTIVE');
    await control.fleet.start([id]);
    await publishes(3);
    await control.fleet.pause([id]);
  },
);

test('the teardown removes rotated certificates too', { timeout: TEST_LIMIT_MS }, async () => {
  const { account } = control.connection().target;
  control.teardown.start(account);
  await until('the teardown to end', 2 * LIMIT_MS, () => certificatesInLedger().length === 0);
  expect(await certificatesAtTarget()).toEqual([]);
});
