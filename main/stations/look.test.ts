/** Each step of the check against a real broker: what it finds in order, and what it says where the way ends. */
import { createServer } from 'node:net';
import { once } from 'node:events';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Broker, MqttIdentity, NetworkFinding, NetworkStep } from './api.ts';
import { look } from './look.ts';
import { connectDevice } from './mqtt.ts';
import { createAuthority, startTestBroker, type Authority, type TestBroker } from './test-broker.ts';

let authority: Authority;
let broker: TestBroker;
let device: MqttIdentity;

beforeAll(async () => {
  authority = await createAuthority('Test authority');
  broker = await startTestBroker(authority);
  device = await authority.issue('device');
});
afterAll(() => broker.stop());

const attempt = (step: NetworkStep, change: Partial<Broker> = {}, identity = device): Promise<NetworkFinding> =>
  look(step, {
    broker: { ...broker.address, ...change },
    identity,
    connect: connectDevice,
    isConnected: false,
  });
const factsOf = ({ facts }: NetworkFinding) => Object.fromEntries(facts.map(({ name, value }) => [name, value]));

test('a way that works says what it saw at each step', async () => {
  expect(factsOf(await attempt('name', { host: 'localhost' }))).toMatchObject({
    host: 'localhost',
    addresses: expect.stringContaining('127.0.0.1') as string,
  });
  expect(factsOf(await attempt('tcp'))).toEqual({
    address: `${broker.address.host}:${broker.address.port}`,
    milliseconds: expect.stringMatching(/^\d+$/) as string,
  });
  const tls = await attempt('tls');
  expect(tls.error).toBeNull();
  expect(factsOf(tls)).toMatchObject({
    issuer: 'Test authority',
    serverNames: '127.0.0.1',
    serverUntil: expect.stringMatching(/^\d{4}-\d\d-\d\d$/) as string,
    ownUntil: expect.stringMatching(/^\d{4}-\d\d-\d\d$/) as string,
  });
  expect(await attempt('mqtt')).toEqual({ facts: [{ name: 'clientId', value: 'device' }], error: null });
});

test('each fault ends its own step with its own code', async () => {
  const codeOf = async (finding: Promise<NetworkFinding>) => (await finding).error?.code;
  expect(await codeOf(attempt('name', { host: 'no-such-host.invalid' }))).toBe('mqtt.unknownHost');

  const vacant = createServer().listen(0, '127.0.0.1');
  await once(vacant, 'listening');
  const address = vacant.address();
  await new Promise((closed) => vacant.close(closed));
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  expect(await codeOf(attempt('tcp', { port }))).toBe('mqtt.noListener');

  const stranger = await createAuthority('Somebody else');
  expect(await codeOf(attempt('tls', { ca: stranger.ca }))).toBe('mqtt.untrustedServer');
  expect(await codeOf(attempt('tls', {}, await stranger.issue('device')))).toBe('mqtt.certificateRefused');
  const { keyPem } = await authority.issue('other');
  expect(await codeOf(attempt('tls', {}, { ...device, keyPem }))).toBe('mqtt.badIdentity');
  // Its certificate is made out for an address, not for a name.
  expect(await codeOf(attempt('tls', { host: 'localhost' }))).toBe('mqtt.wrongName');
});

test('a connected station is left alone', async () => {
  const finding = await look('mqtt', {
    broker: broker.address,
    identity: device,
    connect: () => Promise.reject(new Error('must not be called')),
    isConnected: true,
  });
  expect(finding).toEqual({
    facts: [
      { name: 'clientId', value: 'device' },
      { name: 'connectedNow', value: 'device' },
    ],
    error: null,
  });
});
