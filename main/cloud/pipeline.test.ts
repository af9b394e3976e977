/** The names everything else relies on, and what a person is told when the set-up cannot even begin. */
import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import type { PipelineStep } from '../../preload/shapes.ts';
import { openClients } from './clients.ts';
import { OBSERVATIONS_SQL, pipelineNames, setUpPipeline } from './pipeline.ts';

const options = {
  roleArn: 'arn:aws:iam::000011112222:role/LabRole',
  sql: OBSERVATIONS_SQL,
  bufferSizeMiB: 1,
  bufferIntervalSeconds: 60,
  separator: null,
};

async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  await new Promise((resolve) => server.close(resolve));
  return address.port;
}

test('the names of an account', () => {
  expect(pipelineNames('000011112222')).toEqual({
    raw: 'isobar-000011112222-raw',
    results: 'isobar-000011112222-results',
    processed: 'isobar-000011112222-processed',
    stream: 'isobar-observations',
    rule: 'isobar_observations',
    database: 'isobar',
    crawler: 'isobar-raw',
    table: 'observations',
    prefix: 'observations/',
    output: 's3://isobar-000011112222-results/',
  });
});

test('an error fails its step in plain words, leaves the later ones waiting, and rejects', async () => {
  const clients = openClients({
    kind: 'aws',
    label: 'Test target',
    region: 'us-east-1',
    account: '000011112222',
    endpoint: `http://127.0.0.1:${await closedPort()}`,
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    mqttHost: '127.0.0.1',
    mqttPort: 1,
    mqttCa: '',
    alpnPort: null,
    caFile: null,
    pathStyle: true,
    roleArn: options.roleArn,
    iotPace: null,
  });
  const steps = new Map<string, PipelineStep>();
  const setUp = setUpPipeline(
    clients,
    pipelineNames('000011112222'),
    options,
    (step) => steps.set(step.id, step),
    new AbortController().signal,
  );
  await expect(setUp).rejects.toMatchObject({ code: 'cloud.unreachable' });
  clients.close();
  expect([...steps.values()].map(({ id, state, error }) => [id, state, error?.code ?? null])).toEqual([
    ['buckets', 'failed', 'cloud.unreachable'],
    ['database', 'waiting', null],
    ['stream', 'waiting', null],
    ['rule', 'waiting', null],
    ['crawler', 'waiting', null],
  ]);
});
