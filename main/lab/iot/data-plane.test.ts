// The data plane as its clients see it: HTTP publish, retained messages, sessions across restarts, wills and lifecycle events.
import {
  DeleteConnectionCommand,
  GetRetainedMessageCommand,
  ListRetainedMessagesCommand,
  ListSubscriptionsCommand,
  PublishCommand,
  type IoTDataPlaneClient,
} from '@aws-sdk/client-iot-data-plane';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { request } from 'node:https';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Lab } from '../lab.ts';
import { testFolder } from './test-folder.ts';
import { openTestMqttClient, PUBLISH, SUBACK, until, type TestCredentials } from './test-mqtt-client.ts';
import { dataClient, enrol, listen, messagesOf, mosquittoOptions, openWholeLab } from './test-whole-lab.ts';

const run = promisify(execFile);

let folder: string;
let lab: Lab;
let data: IoTDataPlaneClient;
let device: TestCredentials;

beforeAll(async () => {
  folder = await testFolder();
  lab = await openWholeLab(folder);
  data = dataClient(lab);
  device = await enrol(lab, 'all');
});

afterAll(() => lab.close());

async function restart(): Promise<void> {
  const { mqttPort } = lab.report;
  await lab.close();
  lab = await openWholeLab(folder, mqttPort);
  data = dataClient(lab);
}

/** Publishes over HTTPS with a client certificate, as AWS serves on port 8443. Resolves to the status. */
function publishByCertificate({ ca, cert, key }: TestCredentials, path: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port: lab.report.mqttPort, servername: 'localhost', ca, cert, key };
    const headers = { host: `localhost:${lab.report.mqttPort}` };
    const sent = request({ ...options, path, headers, method: 'POST', agent: false }, (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    });
    sent.on('error', reject);
    sent.end('by certificate');
  });
}

describe('publish over HTTP', () => {
  it('reaches subscribers, and needs a policy when a certificate asks', async () => {
    const listener = await listen(lab, device, 'listener', ['http/#']);
    await data.send(new PublishCommand({ topic: 'http/a/b c', qos: 1, payload: Buffer.from('{"t":7.0}') }));
    await expect(data.send(new PublishCommand({ topic: 'http/+', payload: Buffer.from('x') }))).rejects.toMatchObject({
      name: 'InvalidRequestException',
    });
    await expect(
      data.send(new PublishCommand({ topic: 'http/a', contentType: 'text/plain', payload: Buffer.from('x') })),
    ).rejects.toMatchObject({ name: 'InvalidRequestException' });
    expect(await publishByCertificate(device, '/topics/http/plain/slashes?qos=1')).toBe(200);
    expect(await publishByCertificate(await enrol(lab, 'none', []), '/topics/http/x?qos=1')).toBe(403);
    await until('both are there', () => messagesOf(listener).length === 2);
    expect(messagesOf(listener)).toEqual([
      { topic: 'http/a/b c', payload: '{"t":7.0}' },
      { topic: 'http/plain/slashes', payload: 'by certificate' },
    ]);
    listener.disconnect();
  });

  it('keeps retained messages, shows them page by page, and removes them', async () => {
    const put = (topic: string, text: string) =>
      data.send(new PublishCommand({ topic, qos: 1, retain: true, payload: Buffer.from(text) }));
    for (const name of ['a', 'b', 'c']) await put(`kept/${name}`, `value ${name}`);
    await put('kept/b', '');
    await restart();
    const first = await data.send(new ListRetainedMessagesCommand({ maxResults: 1 }));
    const { nextToken } = first;
    const second = await data.send(new ListRetainedMessagesCommand({ maxResults: 1, nextToken }));
    const topics = [...(first.retainedTopics ?? []), ...(second.retainedTopics ?? [])];
    expect(topics.map(({ topic, payloadSize, qos }) => ({ topic, payloadSize, qos }))).toEqual([
      { topic: 'kept/a', payloadSize: 7, qos: 1 },
      { topic: 'kept/c', payloadSize: 7, qos: 1 },
    ]);
    expect(second.nextToken).toBeUndefined();
    const { payload } = await data.send(new GetRetainedMessageCommand({ topic: 'kept/a' }));
    expect(Buffer.from(payload ?? []).toString()).toBe('value a');
    await expect(data.send(new GetRetainedMessageCommand({ topic: 'kept/b' }))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
    const listener = await listen(lab, device, 'late', ['kept/+']);
    await until('both are there', () => messagesOf(listener).length === 2);
    // The flag tells old news from new ones.
    expect(listener.received.filter(({ type }) => type === PUBLISH).map(({ flags }) => flags & 1)).toEqual([1, 1]);
    listener.disconnect();
    for (const name of ['a', 'c']) await put(`kept/${name}`, '');
  });
});

describe('mosquitto', () => {
  it('finds its session, its messages and retained ones after a restart; its will is sent when it dies', async ({
    skip,
  }) => {
    const found = await run('mosquitto_pub', ['--help']).catch((error: { stdout?: string }) => error.stdout ?? '');
    if (found === '') skip('mosquitto-clients is not installed');
    const options = await mosquittoOptions(lab, folder, 'mosquitto', device);
    const session = ['-i', 'sleeper', '-c', '-q', '1', '-t', 'queue/+'];
    const publish = (topic: string, text: string, ...more: string[]) =>
      run('mosquitto_pub', [...options, '-i', 'pusher', '-q', '1', '-t', topic, '-m', text, ...more]);
    await run('mosquitto_sub', [...options, ...session, '-E']);
    await publish('queue/1', 'while it slept');
    await publish('queue/last', 'known', '-r');
    await restart();
    await publish('queue/2', 'after the restart');
    const { stdout } = await run('mosquitto_sub', [...options, ...session, '-C', '3', '-W', '30', '-F', '%r %p']);
    expect(stdout.split('\n').slice(0, 3)).toEqual(['0 while it slept', '0 known', '0 after the restart']);

    const listener = await listen(lab, device, 'heir', ['wills/#']);
    const will = ['--will-topic', 'wills/one', '--will-payload', 'gone', '--will-retain'];
    const dying = spawn('mosquitto_sub', [...options, '-i', 'dying', '-t', 'x', ...will]);
    const connections = lab.activity().connections;
    await until('it is connected', () => lab.activity().connections > connections);
    dying.kill('SIGKILL');
    await once(dying, 'exit');
    await until('the will arrives', () => messagesOf(listener).length > 0);
    expect(messagesOf(listener)).toEqual([{ topic: 'wills/one', payload: 'gone' }]);
    const { payload } = await data.send(new GetRetainedMessageCommand({ topic: 'wills/one' }));
    expect(Buffer.from(payload ?? []).toString()).toBe('gone');
    listener.disconnect();
  });
});

describe('AWS’s quotas', () => {
  it('discard what is above them without a word while they are on, and count it', async () => {
    const listener = await listen(lab, device, 'counter', ['fast/#']);
    const fast = await listen(lab, device, 'fast', []);
    const sent = 1_000;
    const publishAll = (): void => {
      for (let id = 1; id <= sent; id++) fast.publish('fast/one', String(id), { id });
    };
    const acknowledged = (): number => {
      let count = 0;
      for (let id = 1; id <= sent; id++) if (fast.ackOf(id)) count++;
      return count;
    };
    lab.setQuotas(true);
    publishAll();
    const { droppedIn, droppedOut } = await (async () => {
      const now = () => lab.activity().quotas;
      await until('all is accounted for', () => acknowledged() + now().droppedIn === sent);
      const passed = sent - now().droppedIn;
      await until('all is delivered', () => messagesOf(listener).length + now().droppedOut === passed);
      return now();
    })();
    expect(droppedIn).toBeGreaterThan(0);
    expect(lab.activity().quotas).toMatchObject({
      isOn: true,
      connections: expect.arrayContaining([{ clientId: 'fast', droppedIn, droppedOut: 0 }]) as unknown[],
    });
    expect(messagesOf(listener).length).toBe(sent - droppedIn - droppedOut);
    lab.setQuotas(false);
    publishAll();
    await until('all the others are acknowledged', () => acknowledged() === sent);
    expect(lab.activity().quotas).toEqual({ isOn: false, droppedIn: 0, droppedOut: 0, connections: [] });
    for (const client of [listener, fast]) client.disconnect();
  });
});

const event = z.object({
  clientId: z.string(),
  eventType: z.string(),
  timestamp: z.number(),
  sessionIdentifier: z.string(),
  principalIdentifier: z.string(),
  ipAddress: z.string().optional(),
  versionNumber: z.number().optional(),
  clientInitiatedDisconnect: z.boolean().optional(),
  disconnectReason: z.string().optional(),
  topics: z.array(z.string()).optional(),
});

describe('connections', () => {
  it('tells of every coming and going on $aws/events, with AWS’s reason, and sends wills where AWS does', async () => {
    const listener = await listen(lab, device, 'observer', ['$aws/events/+/+/guest', 'wills/+']);
    const guest = async (will: string) => {
      const { mqttPort: port } = lab.report;
      const client = await openTestMqttClient({
        port,
        credentials: device,
        clientId: 'guest',
        will: { topic: 'wills/guest', payload: will },
      });
      await until('CONNACK arrives', () => client.received.length > 0);
      return client;
    };
    const events = () =>
      messagesOf(listener).flatMap(({ topic, payload }) =>
        topic.startsWith('$aws') ? [event.parse(JSON.parse(payload))] : [],
      );
    const gone = (count: number) => () =>
      events().filter(({ eventType }) => eventType === 'disconnected').length >= count;

    const first = await guest('never sent');
    first.subscribe(4, [{ filter: 'a/b', qos: 1 }]);
    await until('SUBACK arrives', () => first.received.some(({ type }) => type === SUBACK));
    first.disconnect();
    await until('the first is gone', gone(1));
    const second = await guest('of the second');
    const third = await guest('of the third');
    await until('the second is put out', gone(2));
    expect(second.isClosed()).toBe(true);
    third.publish('1/2/3/4/5/6/7/8/9', 'too deep');
    await until('the third is gone', gone(3));
    (await guest('of the fourth')).subscribe(
      1,
      Array.from({ length: 9 }, (_, index) => ({ filter: `many/${index}`, qos: 0 as const })),
    );
    await until('the fourth is gone', gone(4));
    await guest('prevented');
    await data.send(new DeleteConnectionCommand({ clientId: 'guest', preventWillMessage: true }));
    await until('the fifth is gone', gone(5));

    expect(
      events().map(({ eventType, disconnectReason, versionNumber }) => [eventType, versionNumber, disconnectReason]),
    ).toEqual([
      ['connected', 0, undefined],
      ['subscribed', undefined, undefined],
      ['disconnected', 0, 'CLIENT_INITIATED_DISCONNECT'],
      ['connected', 1, undefined],
      ['disconnected', 1, 'DUPLICATE_CLIENTID'],
      ['connected', 2, undefined],
      ['disconnected', 2, 'CLIENT_ERROR'],
      ['connected', 3, undefined],
      ['disconnected', 3, 'CLIENT_ERROR'],
      ['connected', 4, undefined],
      ['disconnected', 4, 'API_INITIATED_DISCONNECT'],
    ]);
    expect(events()[1]?.topics).toEqual(['a/b']);
    await until(
      'the wills are there',
      () => messagesOf(listener).filter(({ topic }) => topic === 'wills/guest').length >= 3,
    );
    const wills = messagesOf(listener).flatMap(({ topic, payload }) => (topic === 'wills/guest' ? [payload] : []));
    expect(wills).toEqual(['of the second', 'of the third', 'of the fourth']);
    listener.disconnect();
  });

  it('shows subscriptions, and the end of the lab is no death of its clients', async () => {
    const listener = await listen(lab, device, 'lister', ['x/+', 'y']);
    const { subscriptions } = await data.send(new ListSubscriptionsCommand({ clientId: 'lister' }));
    expect(subscriptions).toEqual([
      { topicFilter: 'x/+', qos: 0 },
      { topicFilter: 'y', qos: 0 },
    ]);
    await expect(data.send(new ListSubscriptionsCommand({ clientId: 'nobody' }))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
    const will = { topic: 'wills/end', payload: 'wrong', retain: true };
    const { mqttPort: port } = lab.report;
    const willing = await openTestMqttClient({ port, credentials: device, clientId: 'willing', will });
    await until('CONNACK arrives', () => willing.received.length > 0);
    await restart();
    await until('both have lost their connection', () => listener.isClosed() && willing.isClosed());
    await expect(data.send(new GetRetainedMessageCommand({ topic: 'wills/end' }))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
  });
});
