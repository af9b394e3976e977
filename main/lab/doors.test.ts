// Every way in, by the clients that people have: device SDK, WebSocket pages, SDK over TLS, mosquitto; and what must not get in.
import 'reflect-metadata';
import { KeyObject, webcrypto } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { execFile, spawnSync } from 'node:child_process';
import { request as httpsRequest, Agent } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import {
  AttachPolicyCommand,
  CreateCertificateFromCsrCommand,
  CreatePolicyCommand,
  IoTClient,
  ListThingsCommand,
  RegisterCertificateWithoutCACommand,
} from '@aws-sdk/client-iot';
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { X509CertificateGenerator } from '@peculiar/x509';
import { io, iot, mqtt } from 'aws-iot-device-sdk-v2';
import { WebSocket } from 'ws';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { presign, signHeaders, type ToSign } from '../commands/sign-request.ts';
import { openCertificateAuthority } from './iot/certificate-authority.ts';
import { makeRequest } from './iot/test-lab.ts';
import { until } from './iot/test-mqtt-client.ts';
import { openLab, type Lab } from './lab.ts';
import { openLabSeal } from './lab-seal.ts';
import { NO_ENGINE } from './test-no-engine.ts';

let folder: string;
let lab: Lab;
let device: { readonly cert: string; readonly key: string };
let port: number;
let mqttPort: number;
let ca: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'doors-'));
  lab = await openLab({ folder, port: 0, mqttPort: 0, alpnPort: 0 }, NO_ENGINE, () => undefined);
  ({ port, mqttPort, ca } = lab.report);
  device = await makeCertificate('device');
});

afterAll(async () => {
  await lab.close();
  await rm(folder, { recursive: true });
});

function config(endpoint = `https://localhost:${mqttPort}`) {
  const { region, accessKeyId, secretAccessKey } = lab.report;
  const requestHandler = new NodeHttpHandler({ httpsAgent: new Agent({ ca }) });
  return { endpoint, region, credentials: { accessKeyId, secretAccessKey }, requestHandler, forcePathStyle: true };
}

/** Registered by the SDK over TLS, with a policy that allows everything. */
async function makeCertificate(name: string, setAsActive = true) {
  const client = new IoTClient(config());
  const { csr, key } = await makeRequest(name);
  const made = await client.send(new CreateCertificateFromCsrCommand({ certificateSigningRequest: csr, setAsActive }));
  const policyDocument = JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: 'iot:*', Resource: '*' }],
  });
  await client.send(new CreatePolicyCommand({ policyName: name, policyDocument }));
  await client.send(new AttachPolicyCommand({ policyName: name, target: made.certificateArn }));
  return { cert: made.certificatePem ?? '', key };
}

/** Of its own authority, ACTIVE, over since yesterday. */
async function registerExpired() {
  const day = 24 * 60 * 60 * 1000;
  const keys = await webcrypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify']);
  const made = await X509CertificateGenerator.createSelfSigned(
    {
      name: 'CN=expired',
      keys,
      notBefore: new Date(Date.now() - 9 * day),
      notAfter: new Date(Date.now() - day),
      signingAlgorithm: { name: 'ECDSA', hash: 'SHA-256' },
    },
    webcrypto,
  );
  const cert = made.toString('pem');
  await new IoTClient(config()).send(
    new RegisterCertificateWithoutCACommand({ certificatePem: cert, status: 'ACTIVE' }),
  );
  const key = KeyObject.from(keys.privateKey).export({ format: 'pem', type: 'pkcs8' }).toString();
  return { cert, key };
}

describe('the TLS port', () => {
  test('serves SDK clients that have the authority and no certificate', async () => {
    expect((await new IoTClient(config()).send(new ListThingsCommand({}))).things).toEqual([]);
    const s3 = new S3Client(config(`https://127.0.0.1:${mqttPort}`));
    await s3.send(new CreateBucketCommand({ Bucket: 'over-tls' }));
    const body = Buffer.alloc(3_000_000, 'rain ');
    await s3.send(new PutObjectCommand({ Bucket: 'over-tls', Key: 'a', Body: body }));
    const found = await s3.send(new GetObjectCommand({ Bucket: 'over-tls', Key: 'a' }));
    expect(Buffer.from((await found.Body?.transformToByteArray()) ?? []).equals(body)).toBe(true);
  });

  test('answers each ALPN name of AWS, and clients without ALPN or server name', async () => {
    const names = ['x-amzn-mqtt-ca', 'x-amzn-http-ca', 'http/1.1'];
    const chosen = await Promise.all(
      names.map(async (name) => (await handshake({ ALPNProtocols: [name] })).alpnProtocol),
    );
    expect(chosen).toEqual(names);
    expect((await handshake({ ALPNProtocols: ['h2', 'http/1.1'] })).alpnProtocol).toBe('http/1.1');
    expect((await handshake({ servername: '' })).alpnProtocol).toBe(false);
  });

  test('lets no MQTT in without a certificate that is registered, ACTIVE and within its dates', async () => {
    const elsewhere = await mkdtemp(join(folder, 'stranger-'));
    const stranger = await openCertificateAuthority(elsewhere, await openLabSeal(elsewhere, null));
    const { csr, key } = await makeRequest('stranger');
    const own = await openCertificateAuthority(folder, await openLabSeal(folder, null));
    const attempts = {
      'no certificate': {},
      'of another authority': { cert: (await stranger.signRequest(csr)).pem, key },
      'never registered': { cert: (await own.signRequest(csr)).pem, key },
      inactive: await makeCertificate('inactive', false),
      expired: await registerExpired(),
    };
    for (const [why, identity] of Object.entries(attempts))
      expect([why, await answerTo(CONNECT, identity)]).toEqual([why, '']);
    expect(await answerTo(CONNECT, device)).toBe('20020000');
  });

  test('refuses HTTP without a signature, also from a page or under a strange name', async () => {
    const ask = (headers: Record<string, string>, identity = {}) =>
      new Promise<number | undefined>((resolve, reject) => {
        const place = { host: '127.0.0.1', servername: 'localhost', port: mqttPort, path: '/things' };
        const options = { ...place, headers, ca, ...identity };
        httpsRequest(options, (response) => resolve(response.resume().statusCode))
          .once('error', reject)
          .end();
      });
    expect(await ask({})).toBe(403);
    expect(await ask({ host: 'example.org' })).toBe(403);
    expect(await ask(signed({ host: `localhost:${mqttPort}` }))).toBe(200);
    expect(await ask({ ...signed({ host: `localhost:${mqttPort}` }), origin: 'http://localhost' })).toBe(403);
    // With a certificate alone only the data plane is open, and things are not part of it.
    expect(await ask({}, device)).not.toBe(200);
    expect(await ask({}, await makeCertificate('asleep', false))).toBe(403);
  });
});

describe('the device SDK', () => {
  const client = new mqtt.MqttClient(new io.ClientBootstrap());

  test('connects with its certificate and ALPN on the second port', async () => {
    const { alpnPort } = lab.report;
    if (alpnPort === null) throw new Error('the lab has not opened the port');
    const builder = iot.AwsIotMqttConnectionConfigBuilder.new_mtls_builder(device.cert, device.key)
      .with_certificate_authority(ca)
      .with_endpoint('localhost')
      .with_port(alpnPort)
      .with_client_id('alpn')
      .with_clean_session(true);
    await exchange(client.new_connection(builder.build()));
  });

  test('connects by a signed WebSocket over TLS, with the keys of the account alone', async () => {
    const { region, accessKeyId, secretAccessKey } = lab.report;
    const builder = iot.AwsIotMqttConnectionConfigBuilder.new_builder_for_websocket()
      .with_credentials(region, accessKeyId, secretAccessKey)
      .with_certificate_authority(ca)
      .with_endpoint('localhost')
      .with_port(mqttPort)
      .with_client_id('signed')
      .with_clean_session(true);
    await exchange(client.new_connection(builder.build()));
  });

  async function exchange(connection: mqtt.MqttClientConnection): Promise<void> {
    const seen: string[] = [];
    await connection.connect();
    await connection.subscribe('doors/#', mqtt.QoS.AtLeastOnce, (_topic, payload) => {
      seen.push(Buffer.from(payload).toString());
    });
    await connection.publish('doors/a', 'x'.repeat(100_000), mqtt.QoS.AtLeastOnce);
    await connection.publish('doors/b', 'last', mqtt.QoS.AtLeastOnce);
    await until('both messages are back', () => seen.length === 2);
    await connection.disconnect();
    expect(seen.map(({ length }) => length).sort()).toEqual([100_000, 4]);
  }
});

describe('a WebSocket', () => {
  const url = (more: Partial<ToSign> & { expires?: number } = {}, secretAccessKey = lab.report.secretAccessKey) => {
    const { region, accessKeyId } = lab.report;
    const host = `localhost:${port}`;
    const request = { service: 'iotdevicegateway', method: 'GET', path: '/mqtt', host, ...more };
    return `ws://${host}${presign({ region, accessKeyId, secretAccessKey }, request)}`;
  };

  test('with a presigned URL speaks MQTT, from a page of this machine as well', async () => {
    for (const origin of [undefined, 'http://localhost:3000', 'http://127.0.0.1', 'https://[::1]:8080']) {
      const socket = new WebSocket(url(), 'mqtt', origin === undefined ? {} : { origin });
      const answer = await new Promise((resolve, reject) => {
        socket.once('error', reject);
        socket.once('open', () => socket.send(CONNECT));
        socket.once('message', (data: Buffer) => resolve(data.toString('hex')));
      });
      expect([origin, socket.protocol, answer]).toEqual([origin, 'mqtt', '20020000']);
      socket.terminate();
    }
  });

  test('with a signature in its headers is let in too', async () => {
    const host = `localhost:${port}`;
    const headers = signed({ service: 'iotdevicegateway', path: '/mqtt', host });
    expect(await knock(`ws://${host}/mqtt`, { headers })).toBe(101);
    expect(await knock(`ws://${host}/mqtt`, { headers: { ...headers, 'x-amz-date': '20200101T000000Z' } })).toBe(403);
  });

  test('without a good signature, from a page elsewhere, or for something else gets an HTTP answer and no connection', async () => {
    const minutes = 60_000;
    const now = Date.now();
    const refused: readonly (readonly [string, string, number, object?, string?])[] = [
      ['unsigned', `ws://localhost:${port}/mqtt`, 403],
      ['a wrong secret', url({}, 'wrong'), 403],
      ['an old URL', url({ signedAt: now - 10 * minutes, expires: 300 }), 403],
      ['a URL from the future', url({ signedAt: now + 20 * minutes }), 403],
      ['an endless URL', url({ expires: 700_000 }), 403],
      ['another service', url({ service: 's3' }), 403],
      ['a changed expiry', url().replace('Expires=300', 'Expires=900'), 403],
      ['a changed signature', url().replace(/.$/, (digit) => (digit === '0' ? '1' : '0')), 403],
      ['a session token', `${url()}&X-Amz-Security-Token=abc`, 403],
      ['a foreign page', url(), 403, { origin: 'https://example.org' }],
      ['a page whose name only begins well', url(), 403, { origin: 'http://localhost.example.org' }],
      ['a file', url(), 403, { origin: 'null' }],
      ['a foreign name', url({ host: 'example.org' }), 403, { headers: { host: 'example.org' } }],
      ['another path', url({ path: '/other' }), 404],
      ['another protocol', url(), 400, {}, 'chat'],
    ];
    for (const [why, target, status, options, protocol] of refused) {
      expect([why, await knock(target, options, protocol)]).toEqual([why, status]);
    }
    const { region, accessKeyId, secretAccessKey } = lab.report;
    const eu = presign(
      { region: 'eu-west-1', accessKeyId, secretAccessKey },
      { service: 'iotdevicegateway', method: 'GET', path: '/mqtt', host: `localhost:${port}` },
    );
    expect([region, await knock(`ws://localhost:${port}${eu}`)]).toEqual(['us-east-1', 403]);
  });

  test('is closed for text frames and for what is not MQTT', async () => {
    for (const [data, isBinary] of [['text', false] as const, [Buffer.from('GET / HTTP/1.1\r\n\r\n'), true] as const]) {
      const socket = new WebSocket(url(), 'mqtt');
      socket.once('open', () => socket.send(data, { binary: isBinary }));
      await new Promise((resolve) => socket.once('close', resolve));
      expect(socket.readyState).toBe(WebSocket.CLOSED);
    }
  });
});

describe('other versions of MQTT', () => {
  test('are told so in their own words', async () => {
    expect(await answerTo(connectOf('MQTT', 5), device)).toBe('2003008400');
    expect(await answerTo(connectOf('MQIsdp', 3), device)).toBe('20020001');
    expect(await answerTo(connectOf('MQTT', 6), device)).toBe('20020001');
    expect(await answerTo(connectOf('MQTX', 4), device)).toBe('');
  });

  test.skipIf(spawnSync('mosquitto_pub', ['--help']).error !== undefined)('so that mosquitto understands', async () => {
    await Promise.all([writeFile(join(folder, 'd.pem'), device.cert), writeFile(join(folder, 'd.key'), device.key)]);
    const publish = (version: string) =>
      new Promise<string>((resolve) => {
        const files = ['--cafile', lab.report.caFile, '--cert', join(folder, 'd.pem'), '--key', join(folder, 'd.key')];
        const message = ['-h', 'localhost', '-p', String(mqttPort), '-q', '1', '-i', 'm', '-t', 'a', '-m', 'b'];
        execFile('mosquitto_pub', [...files, ...message, '-V', version], (error, _out, text) =>
          resolve(error === null ? 'published' : text),
        );
      });
    expect(await publish('5')).toMatch(/unsupported protocol version/i);
    expect(await publish('31')).toMatch(/unacceptable protocol version/i);
    expect(await publish('311')).toBe('published');
  });
});

/** CONNECT without keep-alive from the client `x`. */
function connectOf(name: string, level: number): Buffer {
  const properties = level === 5 ? [0] : [];
  const body = Buffer.from([0, name.length, ...Buffer.from(name), level, 2, 0, 0, ...properties, 0, 1, 0x78]);
  return Buffer.concat([Buffer.from([0x10, body.length]), body]);
}

const CONNECT = connectOf('MQTT', 4);

function handshake(options: object): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const socket = connectTls({ host: '127.0.0.1', port: mqttPort, ca, ...options });
    socket.once('error', reject);
    socket.once('secureConnect', () => resolve(socket.end()));
  });
}

/** What the lab says to these bytes before it closes, or in its first packet; byte by byte, since a head may come in pieces. */
async function answerTo(bytes: Buffer, identity: object): Promise<string> {
  const socket = connectTls({ host: '127.0.0.1', port: mqttPort, ca, servername: 'localhost', ...identity });
  socket.setNoDelay(true);
  socket.once('secureConnect', () => {
    for (const byte of bytes) socket.write(Buffer.from([byte]));
  });
  const answer = await new Promise<string>((resolve) => {
    socket.on('error', () => undefined);
    socket.once('data', (data: Buffer) => resolve(data.toString('hex')));
    socket.once('close', () => resolve(''));
  });
  socket.destroy();
  return answer;
}

/** The HTTP status of a WebSocket handshake. */
function knock(target: string, options: object = {}, protocol = 'mqtt'): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(target, protocol, options);
    socket.once('open', () => {
      socket.terminate();
      resolve(101);
    });
    socket.once('unexpected-response', (_request, response) => resolve(response.resume().statusCode));
    socket.once('error', reject);
  });
}

function signed(request: { service?: string; path?: string; host: string }): Record<string, string> {
  return signHeaders(lab.report, { service: 'iot', method: 'GET', path: '/things', body: '', ...request });
}

test('the lab says where it listens', async () => {
  expect(await readFile(lab.report.caFile, 'utf8')).toBe(ca);
  expect(lab.report).toMatchObject({ mqttHost: 'localhost', alpnPort: expect.any(Number) as number });
});
