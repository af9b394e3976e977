/** mosquitto_pub and mosquitto_sub against `isobar lab` as a person starts it. */
import { execFile, spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { provisionDevice, provisionViewer } from '../cloud/provision.ts';
import { createDeviceKey } from '../control/device-identity.ts';
import { hasProgram, isLeftOut } from './test-programs.ts';
import { identityFiles, startRealLab, type RealLab } from './test-real-lab.ts';

const run = promisify(execFile);
const hasMosquitto = hasProgram('mosquitto_pub', '--help') && hasProgram('mosquitto_sub', '--help');

let lab: RealLab;
beforeAll(async () => {
  lab = await startRealLab();
});
afterAll(async () => expect(await lab.stop()).toBe(0));

describe.skipIf(isLeftOut('mosquitto-clients', hasMosquitto))('mosquitto', () => {
  test('a station certificate publishes what a viewer certificate receives, and nothing on another topic', async () => {
    const device = await createDeviceKey('station-1');
    const { certificatePem } = await provisionDevice(lab.clients, {
      thingName: 'station-1',
      topic: 'sensor/weather/1',
      csrPem: device.csrPem,
    });
    const station = await identityFiles(lab, 'station', certificatePem, device.keyPem);
    const viewerKey = await createDeviceKey('viewer');
    const viewer = await provisionViewer(lab.clients, { clientId: 'viewer', csrPem: viewerKey.csrPem, topics: ['*'] });
    const eye = await identityFiles(lab, 'viewer', viewer.certificatePem, viewerKey.keyPem);

    const server = ['-h', lab.ready.mqttHost, '-p', String(lab.ready.mqttPort), '--cafile', lab.ready.caFile];
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
    const selfMade = join(lab.folder, 'self');
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
        lab.ready.mqttHost,
        '-p',
        String(lab.ready.mqttPort),
        '--cafile',
        lab.ready.caFile,
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
