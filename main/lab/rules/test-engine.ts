/** For tests of rules and actions: the engine over a journal of its own, with services that tests choose. */
import { join } from 'node:path';
import { openStore } from '../iot/append-log-store.ts';
import { readCheckpoint } from '../iot/checkpoint.ts';
import { openJournal } from '../iot/journal.ts';
import { openMessageLog } from '../iot/message-log.ts';
import { THE_LAB, type Sender } from '../iot/sender.ts';
import { IDENTITY, NO_OBJECTS, NO_TABLES } from '../iot/test-lab.ts';
import type { ActionServices } from './actions/action.ts';
import { openEngine } from './engine.ts';
import { openRuleBook } from './rule-book.ts';
import { parseRulePayload } from './rule-payload.ts';

const NO_STREAMS: ActionServices['streams'] = {
  exists: () => false,
  put: () => Promise.reject(new Error('no streams in this test')),
};

/** What is republished goes into the same journal. */
export async function openTestEngine(folder: string, services: Partial<ActionServices>) {
  const store = openStore(join(folder, 'registry.log'));
  const rules = openRuleBook(store);
  const checkpointPath = join(folder, 'checkpoint.json');
  const checkpoint = await readCheckpoint(checkpointPath);
  const journal = openJournal(join(folder, 'journal'), { firstSequence: 1, actedSequence: checkpoint?.acted ?? 0 });
  const append = (topic: string, payload: Buffer, sender: Sender): Promise<void> =>
    new Promise((resolve, reject) => {
      journal.append({ ...sender, topic, payload }, (error) => (error === null ? resolve() : reject(error)));
    });
  const messages = openMessageLog();
  const engine = openEngine({
    accountId: IDENTITY.account,
    journal,
    checkpoint,
    checkpointPath,
    rules,
    shadow: () => ({ missing: 'no shadows in this test' }),
    services: {
      streams: NO_STREAMS,
      objects: NO_OBJECTS,
      tables: NO_TABLES,
      publish: ({ topic, payload, sender }) => append(topic, payload, sender),
      ...services,
    },
    messages,
    onChange: () => undefined,
  });
  const { roleArn } = IDENTITY;
  return {
    engine,
    messages,
    rules,
    publish: (topic: string, payload: string) => append(topic, Buffer.from(payload), { ...THE_LAB, clientId: 'c' }),
    rule: (ruleName: string, body: { readonly sql: string } & Readonly<Record<string, unknown>>, createdAt = 0) => {
      const { payload, statement } = parseRulePayload({ awsIotSqlVersion: '2016-03-23', ...body }, IDENTITY);
      rules.save(ruleName, createdAt, payload, statement);
    },
    toStream: (deliveryStreamName: string, more: object = {}) => ({
      firehose: { deliveryStreamName, roleArn, ...more },
    }),
    toBucket: (bucketName: string, key: string, more: object = {}) => ({ s3: { bucketName, key, roleArn, ...more } }),
    toTopic: (topic: string) => ({ republish: { topic, roleArn } }),
    toTable: (tableName: string) => ({ dynamoDBv2: { putItem: { tableName }, roleArn } }),
    close: async (): Promise<void> => {
      await engine.close();
      await journal.close();
      store.close();
    },
  };
}
