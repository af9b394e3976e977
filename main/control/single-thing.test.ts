/** The walk that makes one thing, against a real lab: a step that fails, going on from there, and a certificate that was imported. */
import {
  CreateKeysAndCertificateCommand,
  DescribeCertificateCommand,
  ListThingPrincipalsCommand,
} from '@aws-sdk/client-iot';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import type { CallInput } from '../../preload/contract.ts';
import { openClients } from '../cloud/clients.ts';
import { devicePolicy } from '../cloud/policy.ts';
import { targetFromLab } from '../cloud/target.ts';
import { openLab } from '../lab/lab.ts';
import { NO_ENGINE } from '../lab/test-no-engine.ts';
import { makePair, openSsl } from './certificates/test-files.ts';
import { createVaultCertificates } from './certificates/vault-certificates.ts';
import { readCertificate } from './certificates/x509.ts';
import { createSingleThing } from './single-thing.ts';
import { openApp } from './test-app.ts';

const dataFolder = join(import.meta.dirname, '..', '..', 'data');
const cleanUp: (() => Promise<void> | void)[] = [];

afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step();
});

async function start() {
  const folder = await mkdtemp(join(tmpdir(), 'isobar-walk-'));
  cleanUp.push(() => rm(folder, { recursive: true, force: true }));
  const lab = await openLab({ folder: join(folder, 'lab'), port: 0, mqttPort: 0 }, NO_ENGINE, () => undefined);
  cleanUp.push(() => lab.close());
  const target = targetFromLab(lab.report);
  const app = await openApp(folder, target, dataFolder);
  cleanUp.push(app.end);
  const byHand = openClients(target);
  cleanUp.push(byHand.close);
  const wish: CallInput<'things.create'> = {
    name: 'walked',
    thingType: null,
    attributes: {},
    set: app.sets[0]?.id ?? '',
    station: app.sets[0]?.stations[0]?.id ?? '',
    topic: 'sensor/weather/walked',
    certificate: { kind: 'csr' },
    policy: { kind: 'own', document: JSON.stringify(devicePolicy(target, 'walked', 'sensor/weather/walked')) },
  };
  const walk = (change: Partial<typeof wish>) =>
    createSingleThing({ ...app, connection: { target, clients: app.clients } }, { ...wish, ...change });
  return { app, byHand, walk };
}

test('a step that fails says why, and the walk goes on from what exists', async () => {
  const { app, byHand, walk } = await start();
  const first = await walk({ policy: { kind: 'existing', name: 'nowhere' } });
  expect(first.map(({ state }) => state)).toEqual(['done', 'done', 'done', 'failed', 'waiting', 'waiting']);
  expect(first[3]?.error?.code).toBe('provision.noPolicy');
  expect(app.stations()).toEqual([]);

  const second = await walk({});
  expect(second.map(({ state }) => state)).toEqual(Array.from({ length: 6 }, () => 'done'));
  expect(second[2]?.detail).toBe(first[2]?.detail);
  expect(app.stations()).toEqual(['walked']);
  const { principals = [] } = await byHand.iot.send(new ListThingPrincipalsCommand({ thingName: 'walked' }));
  expect(principals.map((principal) => principal.split('/')[1])).toEqual([first[2]?.detail]);
});

test('an imported certificate is used as it is, and stays the person’s', async () => {
  const { app, byHand, walk } = await start();
  const made = await byHand.iot.send(new CreateKeysAndCertificateCommand({ setAsActive: true }));
  const certificateId = made.certificateId ?? '';
  const kept = createVaultCertificates(app.vault);
  await kept.keep({
    certificateId,
    certificatePem: made.certificatePem ?? '',
    keyPem: made.keyPair?.PrivateKey ?? '',
    isImported: true,
  });
  const certificate = { kind: 'imported', certificateId } as const;
  const steps = await walk({ certificate });
  expect(steps.map(({ state }) => state)).toEqual(Array.from({ length: 6 }, () => 'done'));
  expect(steps[2]?.detail).toBe(certificateId);
  expect((await kept.ofStation('walked'))?.isImported).toBe(true);
  expect(await kept.kept(certificateId)).toBeNull();
  expect(app.ledger()).not.toContain(`certificate ${certificateId}`);

  const again = await walk({ name: 'another', certificate });
  expect(again.map(({ state }) => state)).toEqual(['done', 'done', 'failed', 'waiting', 'waiting', 'waiting']);
  expect(again[2]?.error?.code).toBe('certificates.unknown');
});

test('an imported certificate that the target does not know is registered there', async () => {
  const { app, byHand, walk } = await start();
  const openssl = await openSsl();
  cleanUp.push(openssl.remove);
  await makePair(openssl, 'own-device', 'ec');
  const certificatePem = (await openssl.read('own-device.crt')).toString();
  const keyPem = (await openssl.read('own-device.key')).toString();
  const certificateId = readCertificate(certificatePem)?.certificateId ?? '';
  await createVaultCertificates(app.vault).keep({ certificateId, certificatePem, keyPem, isImported: true });
  const steps = await walk({ certificate: { kind: 'imported', certificateId } });
  expect(steps.map(({ state }) => state)).toEqual(Array.from({ length: 6 }, () => 'done'));
  const { certificateDescription } = await byHand.iot.send(new DescribeCertificateCommand({ certificateId }));
  expect(certificateDescription?.status).toBe('ACTIVE');
});
