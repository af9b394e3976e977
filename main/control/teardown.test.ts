/** Teardown against a real lab: exactly what Isobar made goes, what a person made stays, and the fleet works again afterwards. */
import {
  DeleteThingGroupCommand,
  CreatePolicyCommand,
  CreateThingCommand,
  CreateThingGroupCommand,
} from '@aws-sdk/client-iot';
import {
  ListCertificatesCommand,
  ListPoliciesCommand,
  ListThingGroupsCommand,
  ListThingsCommand,
  ListTopicRulesCommand,
} from '@aws-sdk/client-iot';
import { ListDeliveryStreamsCommand } from '@aws-sdk/client-firehose';
import { GetCrawlersCommand, GetDatabasesCommand } from '@aws-sdk/client-glue';
import { CreateBucketCommand, ListBucketsCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import type { LedgerState } from '../../preload/shapes-provisioning.ts';
import { openClients, type Clients } from '../cloud/clients.ts';
import { until } from '../commands/until.ts';
import { nodeFork } from './child.ts';
import { openControl, type Control } from './control.ts';
import { openVault } from './vault.ts';

const root = join(import.meta.dirname, '..', '..');
const cleanUp: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step();
});

async function startControl(): Promise<Control> {
  const folder = await mkdtemp(join(tmpdir(), 'isobar-teardown-'));
  cleanUp.push(() => rm(folder, { recursive: true, force: true }));
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
  cleanUp.push(() => control.stop());
  await control.ready;
  return control;
}

/** All that the services the pipeline and the registry live in hold, by name. */
async function everything({ iot, s3, firehose, glue }: Clients): Promise<Record<string, readonly string[]>> {
  const names = (list: readonly (string | undefined)[] = []) => list.filter((name) => name !== undefined).sort();
  const [things, groups, policies, certificates, rules, buckets, streams, databases, crawlers] = await Promise.all([
    iot.send(new ListThingsCommand({ maxResults: 250 })),
    iot.send(new ListThingGroupsCommand({})),
    iot.send(new ListPoliciesCommand({ pageSize: 250 })),
    iot.send(new ListCertificatesCommand({ pageSize: 250 })),
    iot.send(new ListTopicRulesCommand({})),
    s3.send(new ListBucketsCommand({})),
    firehose.send(new ListDeliveryStreamsCommand({})),
    glue.send(new GetDatabasesCommand({})),
    glue.send(new GetCrawlersCommand({})),
  ]);
  return {
    things: names(things.things?.map(({ thingName }) => thingName)),
    groups: names(groups.thingGroups?.map(({ groupName }) => groupName)),
    policies: names(policies.policies?.map(({ policyName }) => policyName)),
    certificates: names(certificates.certificates?.map(({ certificateId }) => certificateId)),
    rules: names(rules.rules?.map(({ ruleName }) => ruleName)),
    buckets: names(buckets.Buckets?.map(({ Name }) => Name)),
    streams: names(streams.DeliveryStreamNames),
    databases: names(databases.DatabaseList?.map(({ Name }) => Name)),
    crawlers: names(crawlers.Crawlers?.map(({ Name }) => Name)),
  };
}

const WISH = {
  count: 4,
  first: 1,
  set: null,
  thingType: null,
  attributes: {},
  policy: null,
} as const;

async function provision(control: Control, wish: { way: 'direct' | 'bulk'; pattern: string; group: string | null }) {
  await control.provisioner.start({ ...WISH, ...wish });
  await until('the job to end', 60_000, () => control.provisioner.status().job?.state === 'done');
  expect(control.provisioner.status().job?.failed).toBe(0);
}

async function tearDown(control: Control): Promise<NonNullable<LedgerState['teardown']>> {
  control.teardown.start(control.connection().target.account);
  let state = ledgerState(control).teardown;
  await until('the teardown to end', 60_000, () => {
    state = ledgerState(control).teardown;
    return state !== null && !state.isRunning;
  });
  if (state === null) throw new Error('the teardown stopped');
  return state;
}

function ledgerState({ teardown }: Control): LedgerState {
  let newest: LedgerState | undefined;
  const source = teardown.hub.open({
    batch: (state) => (newest = state),
    error: () => undefined,
  });
  source.close();
  if (newest === undefined) throw new Error('the ledger told nothing');
  return newest;
}

const LOOK = {
  messages: true,
  topics: false,
  search: '',
  display: 'auto',
  fields: [],
  pins: [],
  isPaused: false,
  keepMessages: 100,
  keepBytes: 100_000,
} as const;

const stationsOf = (control: Control) => control.fleet.status().stations;

test(
  'a teardown removes what Isobar made and nothing else, and the fleet works again',
  { timeout: 180_000 },
  async () => {
    const control = await startControl();
    const { target } = control.connection();
    const byHand = openClients(target);
    cleanUp.push(() => Promise.resolve(byHand.close()));
    await byHand.iot.send(new CreateThingCommand({ thingName: 'by-hand' }));
    const policyDocument = JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: 'iot:Connect', Resource: '*' }],
    });
    await byHand.iot.send(new CreatePolicyCommand({ policyName: 'by-hand', policyDocument }));
    await byHand.s3.send(new CreateBucketCommand({ Bucket: 'made-by-hand' }));
    await byHand.s3.send(new PutObjectCommand({ Bucket: 'made-by-hand', Key: 'kept', Body: 'mine' }));

    const first = stationsOf(control).map(({ id }) => id);
    await control.fleet.setSpeed(first, 3_600);
    await control.fleet.start(first);
    await provision(control, { way: 'direct', pattern: 'direct-{n}', group: 'roof' });
    await control.provisioner.act('dismiss');
    await provision(control, { way: 'bulk', pattern: 'bulk-{n}', group: null });
    await control.pipeline.setUp();
    await control.pipeline.setUp();
    await until('messages to flow', 60_000, () => control.fleet.status().acknowledged > 20);
    // A group in a group: AWS keeps the outer one as long as the inner one is there.
    await byHand.iot.send(new CreateThingGroupCommand({ thingGroupName: 'roof-north', parentGroupName: 'roof' }));
    expect(ledgerState(control).counts).toMatchObject({
      thingGroup: 1,
      rule: 1,
      stream: 1,
      crawler: 1,
      database: 1,
      bucket: 4,
    });

    expect(() => control.teardown.start('000000000001')).toThrowError(
      expect.objectContaining({ code: 'teardown.notConfirmed' }),
    );
    const attempt = await tearDown(control);
    expect(attempt.left.map(({ what, error }) => [what, error.code])).toEqual([
      ['thingGroup roof', 'aws.InvalidRequestException'],
    ]);
    expect(ledgerState(control).resources.map(({ kind, name }) => `${kind} ${name}`)).toEqual(['thingGroup roof']);
    await byHand.iot.send(new DeleteThingGroupCommand({ thingGroupName: 'roof-north' }));
    expect((await tearDown(control)).left).toEqual([]);

    expect(ledgerState(control).total).toBe(0);
    expect(await everything(byHand)).toEqual({
      things: ['by-hand'],
      groups: [],
      policies: ['by-hand'],
      certificates: [],
      rules: [],
      buckets: ['made-by-hand'],
      streams: [],
      databases: [],
      crawlers: [],
    });
    expect(stationsOf(control).length).toBe(first.length + 8);
    const notAtRest = stationsOf(control).filter(
      ({ state, error }) => error !== null || !['paused', 'idle'].includes(state),
    );
    expect(notAtRest).toEqual([]);

    const again = [...first, 'direct-1', 'bulk-1'];
    let seen = 0;
    control.fleet.wake();
    const source = control.topics.open(
      { filter: 'sensor/weather/#', qos: 0, look: LOOK },
      {
        batch: ({ received }) => {
          seen = received;
          queueMicrotask(() => source.acknowledge());
        },
        error: (error) => expect(error).toBeNull(),
      },
    );
    const before = control.fleet.status().acknowledged;
    await control.fleet.start(again);
    await until('the stations to publish with new certificates', 60_000, () =>
      stationsOf(control).every(({ id, state }) => !again.includes(id) || state === 'live'),
    );
    await until('messages to be acknowledged', 60_000, () => control.fleet.status().acknowledged > before + 5);
    await until('the viewer to see them', 60_000, () => seen > 5);
    source.close();
    const { things, certificates } = await everything(byHand);
    expect(things?.length).toBe(1 + again.length);
    expect(certificates?.length).toBe(again.length + 1);
  },
);
