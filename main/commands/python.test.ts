/** Python programs against `isobar lab`, unmodified and without a word about it: boto3 (Debian's and the newest) and the AWS IoT Device SDK. */
import { execFile } from 'node:child_process';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  AttachPolicyCommand,
  AttachThingPrincipalCommand,
  CreateCertificateFromCsrCommand,
  CreatePolicyCommand,
  CreateThingCommand,
} from '@aws-sdk/client-iot';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { provisionViewer } from '../cloud/provision.ts';
import { createDeviceKey } from '../control/device-identity.ts';
import { openTestMqttClient, PUBLISH, SUBACK, until } from '../lab/iot/test-mqtt-client.ts';
import { findPythons, isLeftOut } from './test-programs.ts';
import { identityFiles, startRealLab, type RealLab } from './test-real-lab.ts';

const run = promisify(execFile);
const { newest, debian } = findPythons();
/** The scripts load large libraries: on a busy machine that takes a while. */
const GENEROUS = { timeout: 240_000 };
const scripts = join(import.meta.dirname, 'python');

const registeredSchema = z.object({
  boto3: z.string(),
  status: z.string(),
  succeeded: z.number(),
  failed: z.number(),
  percent: z.number(),
  results: z.array(z.tuple([z.number(), z.string()])),
  errors: z.array(z.tuple([z.number(), z.string()])),
  things: z.array(z.string()),
  attributes: z.record(z.string(), z.string()),
  group: z.array(z.string()),
  endpoint: z.string(),
});

/** Runs a script of `python/` and reads its one line of JSON. */
async function runScript(lab: RealLab, python: string, script: string, ...args: string[]): Promise<unknown> {
  const { stdout } = await run(python, [join(scripts, script), ...args], { env: lab.environment, timeout: 200_000 });
  return JSON.parse(stdout);
}

async function registerInBulk(lab: RealLab, python: string): Promise<z.infer<typeof registeredSchema>> {
  const keys = join(lab.folder, 'keys');
  await mkdir(keys, { mode: 0o700 });
  return registeredSchema.parse(await runScript(lab, python, 'bulk_registration.py', keys));
}

function expectRegistered(lab: RealLab, registered: z.infer<typeof registeredSchema>): void {
  const names = ['bulk-0', 'bulk-1', 'bulk-2', 'bulk-3', 'bulk-4'];
  expect(registered).toMatchObject({
    status: 'Completed',
    succeeded: 5,
    failed: 1,
    percent: 100,
    results: names.map((name, index) => [
      index + 1,
      `arn:aws:iot:${lab.ready.region}:${lab.ready.account}:thing/${name}`,
    ]),
    errors: [[6, expect.stringContaining('there is no key "nowhere" in the map "Sites"') as string]],
    things: names,
    attributes: { serial: 'N-1000', site: 'north' },
    group: names,
    endpoint: 'localhost',
  });
}

describe.skipIf(isLeftOut("Debian's boto3", debian !== undefined))("Debian's boto3", GENEROUS, () => {
  test('registers a fleet in bulk', async () => {
    const lab = await startRealLab();
    try {
      const registered = await registerInBulk(lab, debian ?? '');
      expect(registered.boto3).toMatch(/^1\.2\d\./);
      expectRegistered(lab, registered);
    } finally {
      expect(await lab.stop()).toBe(0);
    }
  });
});

describe.skipIf(isLeftOut('Python with its AWS clients', newest !== undefined))(
  'newest Python clients',
  GENEROUS,
  () => {
    let lab: RealLab;
    beforeAll(async () => {
      lab = await startRealLab();
    });
    afterAll(async () => expect(await lab.stop()).toBe(0));

    test('boto3 registers a fleet in bulk, and one of its things publishes with the Device SDK over mutual TLS', async () => {
      const registered = await registerInBulk(lab, newest ?? '');
      expectRegistered(lab, registered);
      const viewer = await openViewer(lab);
      try {
        const file = (end: string): string => join(lab.folder, 'keys', `bulk-3.${end}`);
        const device = [
          '--client-id',
          'bulk-3',
          '--topic',
          'sensor/bulk-3',
          '--cert',
          file('crt'),
          '--key',
          file('key'),
        ];
        const server = ['--endpoint', registered.endpoint, '--ca', lab.ready.caFile];
        const port = ['--port', String(lab.ready.mqttPort)];
        await runScript(lab, newest ?? '', 'publish.py', ...server, ...port, ...device);
        expect(await viewer.next()).toEqual('sensor/bulk-3 {"from": "bulk-3"}');
      } finally {
        viewer.close();
      }
    });

    test('boto3 makes the rules of the course and reads back what arrived', async () => {
      const answer = await runScript(lab, newest ?? '', 'course_rules.py');
      const observation = (station: string, value: string, time: string): string =>
        `{"weather_station": "${station}", "air_temperature": {"value": ${value}, "quality": "1"}${time}}`;
      const warm = observation('warm', '3.0', ', "time": "2013-01-01T00:00"');
      const cold = observation('cold', '-12.0', ', "time": "2013-01-01T01:00"');
      const keyless = observation('keyless', '-20.5', '');
      expect(answer).toEqual({
        lines: [cold, keyless, warm].sort(),
        objects: { warm, cold, keyless },
        items: [
          {
            station: { S: 'cold' },
            observed_at: { S: '2013-01-01T01:00' },
            temperature: { N: expect.stringMatching(/^-12(\.0)?$/) as string },
            details: { M: { air: { M: { value: { N: expect.any(String) as string }, quality: { S: '1' } } } } },
          },
        ],
        rules: ['all_to_firehose', 'all_to_s3', 'cold_to_dynamodb'],
        error: {
          ruleName: 'cold_to_dynamodb',
          topic: 'sensor/weather/keyless',
          failures: [
            {
              failedAction: 'DynamoDBv2Action',
              failedResource: 'course',
              errorMessage: expect.stringContaining('Missing the key observed_at in the item') as string,
            },
          ],
        },
      });
    });

    test('the Device SDK publishes over a WebSocket that it signs with credentials', async () => {
      const viewer = await openViewer(lab);
      try {
        const client = ['--client-id', 'signed', '--topic', 'sensor/signed', '--region', lab.ready.region];
        const server = ['--endpoint', 'localhost', '--ca', lab.ready.caFile, '--port', String(lab.ready.mqttPort)];
        await runScript(lab, newest ?? '', 'publish.py', ...server, ...client);
        expect(await viewer.next()).toEqual('sensor/signed {"from": "signed"}');
      } finally {
        viewer.close();
      }
    });

    test('the shadow client of the Device SDK reports, is told the difference, and gets the state back', async () => {
      const { cert, key } = await makeDevice(lab, 'shadowed');
      const server = ['--endpoint', 'localhost', '--ca', lab.ready.caFile, '--port', String(lab.ready.mqttPort)];
      const device = ['--thing', 'shadowed', '--cert', cert, '--key', key];
      expect(await runScript(lab, newest ?? '', 'shadow.py', ...server, ...device)).toEqual({
        versions: [1, 2],
        delta: { interval: 5 },
        reported: { interval: 60 },
        desired: { interval: 5 },
      });
    });
  },
);

/** A thing whose certificate may do everything; as files. */
async function makeDevice(lab: RealLab, thingName: string): Promise<{ readonly cert: string; readonly key: string }> {
  const { iot } = lab.clients;
  const document = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'iot:*', Resource: '*' }] };
  await iot.send(new CreateThingCommand({ thingName }));
  await iot.send(new CreatePolicyCommand({ policyName: thingName, policyDocument: JSON.stringify(document) }));
  const { keyPem, csrPem: certificateSigningRequest } = await createDeviceKey(thingName);
  const { certificateArn, certificatePem = '' } = await iot.send(
    new CreateCertificateFromCsrCommand({ certificateSigningRequest, setAsActive: true }),
  );
  await iot.send(new AttachPolicyCommand({ policyName: thingName, target: certificateArn }));
  await iot.send(new AttachThingPrincipalCommand({ thingName, principal: certificateArn }));
  return identityFiles(lab, thingName, certificatePem, keyPem);
}

/** Asks the broker with a certificate of its own for everything below `sensor/`. */
async function openViewer(lab: RealLab): Promise<{ readonly next: () => Promise<string>; readonly close: () => void }> {
  const { keyPem: key, csrPem } = await createDeviceKey('viewer');
  const viewer = { clientId: 'viewer', csrPem, topics: ['sensor/*'] };
  const { certificatePem: cert } = await provisionViewer(lab.clients, viewer);
  const credentials = { ca: await readFile(lab.ready.caFile, 'utf8'), cert, key };
  const client = await openTestMqttClient({ port: lab.ready.mqttPort, credentials, clientId: 'viewer' });
  client.subscribe(1, [{ filter: 'sensor/#', qos: 0 }]);
  await until('the viewer has subscribed', () => client.received.some(({ type }) => type === SUBACK));
  const published = () => client.received.find(({ type }) => type === PUBLISH);
  return {
    next: async () => {
      await until('a message arrives', () => published() !== undefined);
      const body = published()?.body ?? Buffer.alloc(0);
      const topicBytes = body.readUInt16BE(0);
      return `${body.toString('utf8', 2, 2 + topicBytes)} ${body.toString('utf8', 2 + topicBytes)}`;
    },
    close: client.disconnect,
  };
}
