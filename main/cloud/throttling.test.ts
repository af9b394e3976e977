/** Throttling as AWS does it: a proxy on loopback refuses what comes too fast; the job slows down and every station is made. */
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateThingCommand, ListThingsCommand } from '@aws-sdk/client-iot';
import { afterEach, expect, test } from 'vitest';
import { openLab } from '../lab/lab.ts';
import { NO_ENGINE } from '../lab/test-no-engine.ts';
import { openClients } from './clients.ts';
import { targetFromLab } from './target.ts';

const cleanUp: (() => Promise<void> | void)[] = [];

afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step();
});

/** Answers every `refuses`-th creation of a thing with AWS's ThrottlingException, and hands everything else on. */
async function throttlingProxy(to: URL, refuses: number): Promise<{ endpoint: string; throttled: () => number }> {
  let creations = 0;
  let throttled = 0;
  const forward = (incoming: IncomingMessage, answer: ServerResponse): void => {
    const { method, url, headers } = incoming;
    const outgoing = request({ host: to.hostname, port: to.port, method, path: url, headers }, (reply) => {
      answer.writeHead(reply.statusCode ?? 500, reply.headers);
      reply.pipe(answer);
    });
    outgoing.on('error', () => answer.destroy());
    incoming.pipe(outgoing);
  };
  const server = createServer((incoming, answer) => {
    const isCreation = incoming.method === 'POST' && incoming.url?.startsWith('/things/') === true;
    if (isCreation) creations += 1;
    if (!isCreation || creations % refuses !== 0) return forward(incoming, answer);
    throttled += 1;
    incoming.resume();
    answer.writeHead(400, { 'content-type': 'application/json', 'x-amzn-errortype': 'ThrottlingException' });
    answer.end('{"message":"Rate exceeded"}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanUp.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { endpoint: `http://127.0.0.1:${address.port}`, throttled: () => throttled };
}

test('throttled calls are repeated at a slower pace until all have passed', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'isobar-throttle-'));
  cleanUp.push(() => rm(folder, { recursive: true, force: true }));
  const lab = await openLab({ folder, port: 0, mqttPort: 0 }, NO_ENGINE, () => undefined);
  cleanUp.push(() => lab.close());
  const target = targetFromLab(lab.report);
  const proxy = await throttlingProxy(new URL(lab.report.endpoint), 3);
  const clients = openClients({
    ...target,
    endpoint: proxy.endpoint,
    iotPace: { others: 100, byOperation: {} },
  });
  cleanUp.push(clients.close);
  // The lab knows its own port only; a Host without one is signed and taken as it is.
  clients.iot.middlewareStack.add(
    (next) => (args) => {
      const sent: unknown = args.request;
      const isHttp = typeof sent === 'object' && sent !== null && 'headers' in sent;
      if (isHttp && typeof sent.headers === 'object') Object.assign(sent.headers ?? {}, { host: '127.0.0.1' });
      return next(args);
    },
    { step: 'build', priority: 'high', name: 'hostWithoutPort' },
  );
  const names = Array.from({ length: 30 }, (_, index) => `thing-${index}`);
  await Promise.all(names.map((thingName) => clients.iot.send(new CreateThingCommand({ thingName }))));
  const { things = [] } = await clients.iot.send(new ListThingsCommand({ maxResults: 250 }));
  expect(new Set(things.map(({ thingName }) => thingName))).toEqual(new Set(names));
  expect(proxy.throttled()).toBeGreaterThan(10);
});
