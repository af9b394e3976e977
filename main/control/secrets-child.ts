/** Isobar without its window, in a process of its own for `secrets.test.ts`, which takes the window's place: it calls, and hears every stream. */
import { join } from 'node:path';
import { z } from 'zod';
import { calls, type CallName } from '../../preload/contract.ts';
import { toPlainError } from '../../preload/errors.ts';
import { nodeFork } from './child.ts';
import { openControl } from './control.ts';
import { createHandlers } from './handlers.ts';
import { openStreams } from './open-streams.ts';
import type { Sink } from './streams.ts';
import { openVault } from './vault.ts';

const [root = '', folder = '', saveTo = ''] = process.argv.slice(2);

const orders = z.object({ n: z.number(), name: z.string(), input: z.unknown() });

const tell = (message: object): void => {
  process.send?.(message);
};

async function start(): Promise<void> {
  const control = await openControl({
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
  const handlers = createHandlers(control, {
    settings: {
      get: () => ({ theme: 'system', language: 'system', finalNewline: true, awsQuotas: false }),
      set: () => ({ theme: 'system', language: 'system', finalNewline: true, awsQuotas: false }),
    },
    copyText: () => undefined,
    chooseFiles: () => Promise.resolve([]),
    chooseSaveFile: () => Promise.resolve(saveTo),
    about: { version: '', electron: '', platform: process.platform, dataFolder: folder, keychain: false },
  });

  const hear = <Batch>(stream: string, open: (sink: Sink<Batch>) => { readonly acknowledge: () => void }): void => {
    const source = open({
      batch: (batch) => {
        tell({ stream, batch });
        setImmediate(() => source.acknowledge());
      },
      error: (error) => tell({ stream, error }),
    });
  };
  const open = openStreams(control);
  for (const name of [
    'health',
    'fleet.status',
    'topics.repeat',
    'provision.job',
    'ledger.state',
    'trace.refusals',
    'rules.state',
    'pipeline.state',
    'certificates.rotations',
  ] as const)
    hear(name, (sink) => open(name, {}, sink));
  const look = {
    messages: true,
    topics: true,
    search: '',
    display: 'auto' as const,
    fields: [],
    pins: [],
    isPaused: false,
    keepMessages: 1_000,
    keepBytes: 1_000_000,
  };
  hear('topics.messages', (sink) => open('topics.messages', { filter: '#', qos: 1, look }, sink));

  const answer = async (name: string, input: unknown): Promise<unknown> => {
    if (name === 'drop') return control.certificates.takeFiles(z.array(z.string()).parse(input));
    if (name === 'stop') return control.stop();
    if (name === 'check') return hear('stations.check', (sink) => open('stations.check', { id: String(input) }, sink));
    if (!isCallName(name)) throw new Error(`no call ${name}`);
    // Which handler takes which input is known to the contract, not to a loop over names.
    const handler: unknown = handlers[name];
    if (typeof handler !== 'function') throw new Error(`no handler ${name}`);
    return Reflect.apply(handler, null, [calls[name].input.parse(input)]);
  };
  process.on('message', (message) => {
    const { n, name, input } = orders.parse(message);
    answer(name, input).then(
      (value) => tell({ n, value: value ?? null }),
      (error: unknown) => tell({ n, error: toPlainError(error) }),
    );
  });
  tell({ n: 0, value: null });
}

function isCallName(name: string): name is CallName {
  return Object.hasOwn(calls, name);
}

start().catch((error: unknown) => {
  tell({ n: 0, error: toPlainError(error) });
});
