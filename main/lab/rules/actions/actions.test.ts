import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { testFolder } from '../../iot/test-folder.ts';
import { NO_OBJECTS } from '../../iot/test-lab.ts';
import { openObjectStore } from '../../s3/object-store.ts';
import { AwsError } from '../../services.ts';
import { openTestEngine } from '../test-engine.ts';

const errorSchema = z.object({ base64OriginalPayload: z.string() }).transform((error) => error.base64OriginalPayload);

it('puts one object for each message, the newest last under a constant key, and records the canned ACL', async () => {
  const folder = await testFolder();
  const objects = await openObjectStore(join(folder, 's3'));
  await objects.createBucket('lake');
  const lab = await openTestEngine(folder, { objects });
  const acl = { cannedAcl: 'public-read' };
  lab.rule('last', { sql: "SELECT * FROM 'a/#'", actions: [lab.toBucket('lake', 'newest.json', acl)] });
  await Promise.all(Array.from({ length: 200 }, (_, n) => lab.publish('a/b', `{"n": ${n}}`)));
  await lab.engine.drain();
  const newest = objects.bucket('lake').get('newest.json');
  expect(readFileSync(newest?.path ?? '', 'utf8')).toBe('{"n": 199}');
  expect(newest?.headers).toMatchObject({ 'x-amz-acl': 'public-read' });
  expect(lab.engine.counters()[0]).toMatchObject({ delivered: 200, failed: 0 });
  expect(lab.messages.ofRule('last', 1)).toMatchObject([
    { rules: [{ actions: [{ kind: 's3', state: 'delivered', object: { bucket: 'lake', key: 'newest.json' } }] }] },
  ]);
  await lab.close();
  await objects.close();
});

it('gives the error action all that failed of one message, and counts both', async () => {
  const folder = await testFolder();
  const objects = await openObjectStore(join(folder, 's3'));
  const records: string[] = [];
  const lab = await openTestEngine(folder, {
    objects,
    streams: {
      exists: () => true,
      put: (stream, given) => {
        if (stream === 'gone') return Promise.reject(new AwsError('ResourceNotFoundException', 'no such stream'));
        records.push(...given.map(String));
        return Promise.resolve();
      },
    },
  });
  lab.rule('guarded', {
    sql: "SELECT n AS m FROM 'a/#'",
    actions: [lab.toBucket('missing', 'k'), lab.toStream('gone'), lab.toStream('good')],
    errorAction: lab.toStream('errors'),
  });
  await lab.publish('a/b', '{"n":1}');
  await lab.engine.drain();
  expect(records[0]).toBe('{"m":1}');
  expect(JSON.parse(records[1] ?? '')).toEqual({
    ruleName: 'guarded',
    topic: 'a/b',
    cloudwatchTraceId: expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/) as string,
    clientId: 'c',
    base64OriginalPayload: Buffer.from('{"n":1}').toString('base64'),
    failures: [
      { failedAction: 'S3Action', failedResource: 'missing', errorMessage: 'The specified bucket does not exist' },
      { failedAction: 'FirehoseAction', failedResource: 'gone', errorMessage: 'no such stream' },
    ],
  });
  expect(lab.engine.counters()).toMatchObject([
    {
      matched: 1,
      passed: 1,
      delivered: 1,
      failed: 2,
      actions: [
        { kind: 's3', failed: 1, lastFailure: { code: 'NoSuchBucket', cause: 'noBucket' } },
        { kind: 'firehose', failed: 1, lastFailure: { cause: 'noStream' } },
        { kind: 'firehose', delivered: 1, lastFailure: null },
        { kind: 'firehose', target: 'errors', isErrorAction: true, delivered: 1, failed: 0 },
      ],
    },
  ]);
  expect(lab.messages.ofRule('guarded', 5)[0]?.rules[0]?.actions.map(({ state }) => state)).toEqual([
    'failed',
    'failed',
    'buffered',
    'buffered',
  ]);
  await lab.close();
  await objects.close();
});

it('makes a record of each element in batch mode, and of anything else one', async () => {
  const records: string[] = [];
  const put = (_stream: string, given: readonly Buffer[]): Promise<void> => {
    records.push(...given.map(String));
    return Promise.resolve();
  };
  const lab = await openTestEngine(await testFolder(), { streams: { exists: () => true, put } });
  const more = { batchMode: true, separator: '\n' };
  lab.rule('batch', { sql: "SELECT * FROM 'a/#'", actions: [lab.toStream('s', more)] });
  await lab.publish('a/b', '[{"n": 1.0}, 2, "x"]');
  await lab.publish('a/b', '{"n": 1.0}');
  await lab.publish('a/b', `[${Array.from({ length: 501 }, () => '1').join(',')}]`);
  await lab.engine.drain();
  expect(records).toEqual(['{"n":1.0}\n', '2\n', '"x"\n', '{"n": 1.0}\n']);
  expect(lab.engine.counters()[0]).toMatchObject({ delivered: 2, failed: 1 });
  await lab.close();
});

it('republishes, also to reserved topics, and cuts a circle of rules', async () => {
  const lab = await openTestEngine(await testFolder(), {});
  lab.rule('to_b', { sql: "SELECT n FROM 'a/#'", actions: [lab.toTopic('b/1')] });
  lab.rule('to_shadow', { sql: "SELECT n FROM 'b/#'", actions: [lab.toTopic('$$aws/things/t/shadow/update')] });
  lab.rule('circle', { sql: "SELECT * FROM 'c/#'", actions: [lab.toTopic('c/2')] });
  await lab.publish('a/1', '{"n":1}');
  await lab.publish('c/1', 'round');
  await expect.poll(() => lab.engine.counters()[2]?.failed, { timeout: 30_000 }).toBe(1);
  await lab.engine.drain();
  expect(lab.engine.counters()).toMatchObject([
    { name: 'to_b', matched: 1, delivered: 1 },
    { name: 'to_shadow', matched: 1, delivered: 1 },
    { name: 'circle', matched: 9, delivered: 8, failed: 1, lastFailure: { cause: 'republishLoop' } },
  ]);
  await lab.close();
});

it('tells the error action of every failure, also where a later message fails first', async () => {
  const objects = { ...NO_OBJECTS, put: () => Promise.reject(new AwsError('SlowDown', 'Please reduce', 503)) };
  const origins: unknown[] = [];
  const told: string[] = [];
  const lab = await openTestEngine(await testFolder(), {
    objects,
    streams: {
      exists: () => true,
      put: (_stream, records, origin) => {
        origins.push(origin);
        told.push(
          ...records.map((record) => Buffer.from(errorSchema.parse(JSON.parse(String(record))), 'base64').toString()),
        );
        return Promise.resolve();
      },
    },
  });
  lab.rule('r', {
    sql: "SELECT * FROM 'a/#'",
    actions: [lab.toBucket('busy', '${key}')],
    errorAction: lab.toStream('errors'),
  });
  await lab.publish('a/b', '{"key":"tried for a while"}');
  await lab.publish('a/b', '{"no":"key"}');
  await lab.engine.drain();
  expect(told).toEqual(['{"no":"key"}', '{"key":"tried for a while"}']);
  expect(origins).toEqual([undefined, undefined]);
  await lab.close();
});

it('fills templates with the time of receipt, so that keys of messages 20 ms apart never collide', async () => {
  const folder = await testFolder();
  const objects = await openObjectStore(join(folder, 's3'));
  await objects.createBucket('lake');
  const lab = await openTestEngine(folder, { objects });
  const sql = "SELECT timestamp() AS at FROM 'a/#'";
  lab.rule('stamped', { sql, actions: [lab.toBucket('lake', '${topic(2)}/${timestamp()}.json')] });
  const published: Promise<void>[] = [];
  for (let n = 0; n < 10; n++) {
    published.push(lab.publish('a/b', '{}'));
    // The event loop does not turn: all of them are journaled in one write, and evaluated in one batch.
    const until = Date.now() + 20;
    while (Date.now() < until);
  }
  await Promise.all(published);
  await lab.engine.drain();
  const found = objects.list('lake', { prefix: 'b/' });
  expect(found).toHaveLength(10);
  for (const { key, path } of found) expect(readFileSync(path, 'utf8')).toBe(`{"at":${/\d+/.exec(key)?.[0] ?? ''}}`);
  const times = found.map(({ key }) => Number(/\d+/.exec(key)?.[0]));
  expect(Math.max(...times) - Math.min(...times)).toBeGreaterThanOrEqual(9 * 20);
  await lab.close();
  await objects.close();
});

it('takes what a service throws at once for a failure of the message, like what it answers', async () => {
  const folder = await testFolder();
  const lab = await openTestEngine(folder, {
    streams: {
      exists: () => false,
      put: () => {
        throw new AwsError('ResourceNotFoundException', 'no such stream');
      },
    },
  });
  lab.rule('thrown', { sql: "SELECT * FROM 'a/#'", actions: [lab.toStream('gone')] });
  lab.rule('other', { sql: "SELECT * FROM 'a/#'", actions: [lab.toTopic('b')] });
  await lab.publish('a/b', '{}');
  await lab.engine.drain();
  expect(lab.engine.counters()).toMatchObject([
    { name: 'thrown', failed: 1, lastFailure: { cause: 'noStream' } },
    { name: 'other', delivered: 1 },
  ]);
  await lab.close();
});
