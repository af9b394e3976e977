/** A station that may not publish is told, and the missing line, added through the target's API, lets it go on by itself. */
import {
  CreatePolicyVersionCommand,
  GetPolicyCommand,
  ListPolicyVersionsCommand,
  type IoTClient,
} from '@aws-sdk/client-iot';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { RefusalReport } from '../../preload/shapes-trace.ts';
import { policyNameOf } from '../cloud/policy.ts';
import { until } from '../commands/until.ts';
import { nodeFork } from './child.ts';
import { openControl } from './control.ts';
import { openVault } from './vault.ts';

const root = join(import.meta.dirname, '..', '..');

/** Takes what allows publishing from the policy, and makes it as full of versions as it can be. */
async function forbidPublishing(iot: IoTClient, policyName: string): Promise<void> {
  const { policyDocument = '' } = await iot.send(new GetPolicyCommand({ policyName }));
  const policy = JSON.parse(policyDocument) as { Statement: { Action: unknown }[] };
  const Statement = policy.Statement.filter(({ Action }) => !JSON.stringify(Action).includes('iot:Publish'));
  for (let version = 2; version <= 5; version++) {
    const document = JSON.stringify({ ...policy, Statement });
    await iot.send(new CreatePolicyVersionCommand({ policyName, policyDocument: document, setAsDefault: true }));
  }
}

it('a refusal leads to the line that is missing, and with it the station works', { timeout: 120_000 }, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'isobar-tracing-'));
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
  const reports: RefusalReport[] = [];
  const watching = control.tracing.hub.open({
    batch: (report) => {
      reports.push(report);
      setImmediate(() => watching.acknowledge());
    },
    error: (error) => {
      throw new Error(error.message);
    },
  });
  try {
    await control.ready;
    const first = () => control.fleet.status().stations[0];
    const { id = '', thingName = '' } = first() ?? {};
    await until('the station to have its certificate', 30_000, () => first()?.state === 'idle');
    const { iot } = control.connection().clients;
    await forbidPublishing(iot, policyNameOf(thingName));
    await control.fleet.start([id]);

    const told = () => reports.at(-1)?.refusals.find((refusal) => refusal.station?.id === id);
    await until('the refusal to be told', 40_000, () => told()?.action === 'iot:Publish');
    const refusal = told();
    expect(refusal).toMatchObject({ clientId: thingName, outcome: 'closed', fix: { kind: 'add', policyName: null } });
    expect(first()?.acknowledged).toBe(0);
    await expect(control.tracing.allow(99_999)).rejects.toMatchObject({ code: 'trace.gone' });

    expect(await control.tracing.allow(refusal?.id ?? 0)).toEqual({ policyName: policyNameOf(thingName) });
    await until('the station to publish', 40_000, () => (first()?.acknowledged ?? 0) > 0);
    const { policyVersions = [] } = await iot.send(
      new ListPolicyVersionsCommand({ policyName: policyNameOf(thingName) }),
    );
    expect(policyVersions.find(({ isDefaultVersion }) => isDefaultVersion)?.versionId).toBe('6');
    expect(policyVersions).toHaveLength(5);
  } finally {
    watching.close();
    await control.stop();
    await rm(folder, { recursive: true, force: true });
  }
});
