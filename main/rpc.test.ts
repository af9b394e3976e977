import { MessageChannel } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { AppError } from '../preload/errors.ts';
import { openRpc, type Listener, type Port } from './rpc.ts';

type Adder = {
  readonly calls: {
    readonly add: (input: readonly number[]) => number;
    readonly fail: (input: null) => null;
    readonly hang: (input: null) => null;
  };
  readonly events: { readonly tick: number };
};
function pair() {
  const { port1, port2 } = new MessageChannel();
  const wrap = (port: typeof port1): Port => ({
    post: (message) => port.postMessage(message),
    onMessage: (listener) => port.on('message', listener),
    onClose: (listener) => port.on('close', listener),
  });
  const server = openRpc<Listener, Adder>(wrap(port2), {
    add: (numbers) => numbers.reduce((sum, n) => sum + n, 0),
    fail: () => {
      throw new AppError('adder.refused', 'It does not add up.', {
        hint: 'Try smaller numbers.',
        cause: new Error('inner'),
      });
    },
    hang: () => new Promise(() => undefined),
  });
  return { client: openRpc<Adder, Listener>(wrap(port1), {}), server, close: () => port1.close() };
}

test('calls answer, errors keep code, hint and cause, events arrive, unknown calls are refused', async () => {
  const { client, server, close } = pair();
  expect(await client.call('add', [1, 2, 3])).toBe(6);
  await client.ping(1000);

  const error = await client.call('fail', null).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(AppError);
  expect(error).toMatchObject({
    code: 'adder.refused',
    message: 'It does not add up.',
    hint: 'Try smaller numbers.',
    cause: { message: 'inner' },
  });

  const tick = new Promise((resolve) => client.on('tick', resolve));
  server.emit('tick', 7);
  expect(await tick).toBe(7);

  const other = client as unknown as { call: (name: string, input: unknown) => Promise<unknown> };
  await expect(other.call('constructor', null)).rejects.toMatchObject({ code: 'rpc.unknownCall' });
  close();
});

test('a late answer and a closed port reject what is pending', async () => {
  const { client, close } = pair();
  await expect(client.call('hang', null, { timeoutMs: 20 })).rejects.toMatchObject({ code: 'process.timeout' });
  const hanging = client.call('hang', null);
  close();
  await expect(hanging).rejects.toMatchObject({ code: 'process.gone' });
  await expect(client.call('add', [1])).rejects.toMatchObject({ code: 'process.gone' });
});
