/** The lab's Firehose: delivery streams that gather records on disk and put them into buckets as objects. */
import { randomUUID } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { z } from 'zod';
import type { BufferState } from '../api.ts';
import { damagedState, readDocument, writeDocument } from '../documents.ts';
import {
  AwsError,
  type DeliveryStreams,
  type DeliveryWatch,
  type JsonOperations,
  type LabIdentity,
  type ObjectStore,
} from '../services.ts';
import { openDeliveryStream, type DeliveryStream } from './delivery-stream.ts';
import { describeBuffer } from './buffer-state.ts';
import { readBatch, readRecord } from './put-input.ts';
import { describeStream, DESTINATION_ID, streamArn } from './stream-description.ts';
import { inputs, parseInput } from './stream-input.ts';
import { mergeDestination, streamRecord, type StreamRecord } from './stream-record.ts';

export type Firehose = DeliveryStreams & {
  readonly operations: JsonOperations;
  readonly buffers: () => readonly BufferState[];
  /** Delivers one stream's buffer, or all; resolves when the objects are in their buckets. Throws AwsError. */
  readonly flush: (stream: string | null) => Promise<void>;
  readonly close: () => Promise<void>;
};

type Options = {
  /** Firehose's own. */
  readonly folder: string;
  readonly identity: LabIdentity;
  readonly objects: ObjectStore;
  /** Is told what lies where, when somebody wants to know. */
  readonly onDelivered?: DeliveryWatch;
  /** Called after each write and delivery: keep it cheap. */
  readonly onChange: () => void;
  /** How long a new stream stays CREATING, in milliseconds. */
  readonly creationMs?: number;
};

type Held = { record: StreamRecord; readonly stream: DeliveryStream };

const DEFAULT_LIST_LIMIT = 10;

export async function openFirehose(options: Options): Promise<Firehose> {
  const { folder, identity, objects, onDelivered = () => undefined, onChange, creationMs = 0 } = options;
  const path = join(folder, 'streams.json');
  await mkdir(folder, { recursive: true });
  const held = new Map<string, Held>();
  let changes: Promise<unknown> = Promise.resolve();

  const open = async (record: StreamRecord): Promise<void> => {
    const entry: Held = {
      record,
      stream: await openDeliveryStream({
        folder: join(folder, record.folder),
        stream: () => held.get(record.name)?.record ?? record,
        objects,
        onDelivered,
        onChange,
      }),
    };
    held.set(record.name, entry);
  };
  for (const record of await readStreams(path)) await open(record);

  const save = (records: readonly StreamRecord[]): Promise<void> => writeDocument(path, records);
  const records = (): readonly StreamRecord[] => [...held.values()].map(({ record }) => record);
  /** Changes of the list of streams happen one after the other. */
  const change = <Result>(work: () => Promise<Result>): Promise<Result> => {
    const done = changes.then(work);
    changes = done.catch(() => undefined);
    return done;
  };
  const need = (name: string): Held => {
    const found = held.get(name);
    if (found === undefined) {
      throw new AwsError('ResourceNotFoundException', `Firehose ${name} under account ${identity.account} not found.`);
    }
    return found;
  };
  const becomesActive = ({ created }: StreamRecord): number => created + creationMs;
  const isActive = (record: StreamRecord): boolean => Date.now() >= becomesActive(record);
  const needActive = (name: string): Held => {
    const entry = need(name);
    if (isActive(entry.record)) return entry;
    throw new AwsError(
      'ResourceNotFoundException',
      `Firehose ${name} under account ${identity.account} is not active yet: wait until DescribeDeliveryStream says ACTIVE.`,
    );
  };
  const replace = (entry: Held, next: StreamRecord): Promise<void> =>
    save(records().map((record) => (record.name === next.name ? next : record))).then(() => {
      entry.record = next;
    });

  const operations: JsonOperations = {
    CreateDeliveryStream: (input) =>
      change(async () => {
        const given = parseInput(inputs.create, input);
        const name = given.DeliveryStreamName;
        if (held.has(name)) {
          throw new AwsError(
            'ResourceInUseException',
            `Firehose ${name} under accountId ${identity.account} already exists`,
          );
        }
        const record: StreamRecord = {
          name,
          folder: randomUUID(),
          version: 1,
          created: Date.now(),
          updated: null,
          destination: mergeDestination(
            oneOf(given.S3DestinationConfiguration, given.ExtendedS3DestinationConfiguration),
            null,
            identity,
          ),
          tags: Object.fromEntries((given.Tags ?? []).map(({ Key, Value }) => [Key, Value ?? ''])),
        };
        await save([...records(), record]);
        await open(record);
        onChange();
        return { DeliveryStreamARN: streamArn(name, identity) };
      }),
    DescribeDeliveryStream: (input) => {
      const { record } = need(parseInput(inputs.describe, input).DeliveryStreamName);
      return { DeliveryStreamDescription: describeStream(record, isActive(record), identity) };
    },
    ListDeliveryStreams: (input) => {
      const given = parseInput(inputs.list, input);
      const start = given.ExclusiveStartDeliveryStreamName;
      const isOurs = given.DeliveryStreamType === undefined || given.DeliveryStreamType === 'DirectPut';
      const names = isOurs ? [...held.keys()].sort() : [];
      const rest = start === undefined ? names : names.filter((name) => name > start);
      const limit = given.Limit ?? DEFAULT_LIST_LIMIT;
      return { DeliveryStreamNames: rest.slice(0, limit), HasMoreDeliveryStreams: rest.length > limit };
    },
    UpdateDestination: (input) =>
      change(async () => {
        const given = parseInput(inputs.update, input);
        const entry = need(given.DeliveryStreamName);
        const { record } = entry;
        if (!isActive(record)) {
          throw new AwsError('ResourceInUseException', `Firehose ${record.name} is still being created.`);
        }
        if (given.DestinationId !== DESTINATION_ID) {
          throw new AwsError('InvalidArgumentException', `Destination Id ${given.DestinationId} not found`);
        }
        if (given.CurrentDeliveryStreamVersionId !== String(record.version)) {
          throw new AwsError(
            'ConcurrentModificationException',
            `Cannot update firehose: ${record.name} since the current version id: ${record.version} and specified version id: ${given.CurrentDeliveryStreamVersionId} do not match`,
          );
        }
        const update = oneOf(given.S3DestinationUpdate, given.ExtendedS3DestinationUpdate);
        await replace(entry, {
          ...record,
          version: record.version + 1,
          updated: Date.now(),
          destination: mergeDestination(update, record.destination, identity),
        });
        entry.stream.settingsChanged();
        return {};
      }),
    DeleteDeliveryStream: (input) =>
      change(async () => {
        const entry = need(parseInput(inputs.remove, input).DeliveryStreamName);
        // AWS refuses to delete while it creates; the lab's creation is so short that the call waits for it.
        await setTimeout(Math.max(0, becomesActive(entry.record) - Date.now()));
        // What is buffered goes out if its bucket takes it; a bucket that is gone must not keep the stream alive.
        await entry.stream.flush().catch((error: unknown) => {
          if (!(error instanceof AwsError)) throw error;
        });
        await save(records().filter((record) => record !== entry.record));
        held.delete(entry.record.name);
        await entry.stream.close();
        await rm(join(folder, entry.record.folder), { recursive: true, force: true });
        onChange();
        return {};
      }),
    PutRecord: async (input) => {
      const { name, record } = readRecord(input);
      await needActive(name).stream.put([record], undefined);
      return { RecordId: randomUUID(), Encrypted: false };
    },
    PutRecordBatch: async (input) => {
      const { name, records: batch } = readBatch(input);
      await needActive(name).stream.put(batch, undefined);
      const RequestResponses = batch.map(() => ({ RecordId: randomUUID() }));
      return { FailedPutCount: 0, Encrypted: false, RequestResponses };
    },
    TagDeliveryStream: (input) =>
      change(async () => {
        const given = parseInput(inputs.tag, input);
        const entry = need(given.DeliveryStreamName);
        const added = Object.fromEntries(given.Tags.map(({ Key, Value }) => [Key, Value ?? '']));
        const tags = { ...entry.record.tags, ...added };
        if (Object.keys(tags).length > 50) {
          throw new AwsError('LimitExceededException', 'A delivery stream can have at most 50 tags.');
        }
        await replace(entry, { ...entry.record, tags });
        return {};
      }),
    UntagDeliveryStream: (input) =>
      change(async () => {
        const given = parseInput(inputs.untag, input);
        const entry = need(given.DeliveryStreamName);
        const kept = Object.entries(entry.record.tags).filter(([key]) => !given.TagKeys.includes(key));
        await replace(entry, { ...entry.record, tags: Object.fromEntries(kept) });
        return {};
      }),
    StartDeliveryStreamEncryption: (input) => {
      need(parseInput(inputs.startEncryption, input).DeliveryStreamName);
      throw new AwsError(
        'InvalidArgumentException',
        'The lab has no KMS keys: a delivery stream of the lab cannot be encrypted.',
      );
    },
    /** Nothing is encrypted, so the state that the call asks for is there already. */
    StopDeliveryStreamEncryption: (input) => {
      need(parseInput(inputs.stopEncryption, input).DeliveryStreamName);
      return {};
    },
    ListTagsForDeliveryStream: (input) => {
      const given = parseInput(inputs.listTags, input);
      const { tags } = need(given.DeliveryStreamName).record;
      const start = given.ExclusiveStartTagKey;
      const keys = Object.keys(tags).sort();
      const rest = start === undefined ? keys : keys.filter((key) => key > start);
      const limit = given.Limit ?? 50;
      return {
        Tags: rest.slice(0, limit).map((Key) => ({ Key, Value: tags[Key] ?? '' })),
        HasMoreTags: rest.length > limit,
      };
    },
  };

  return {
    operations,
    exists: (name) => held.has(name),
    // Rules may be faster than the creation: their records are taken from the first moment, so that none has to wait or fail.
    put: async (name, batch, origin) => need(name).stream.put(batch, origin),
    buffers: () =>
      [...held.values()].map(({ stream, record }) => describeBuffer(record, stream.waiting(), stream.history())),
    flush: async (name) => {
      const streams = name === null ? [...held.values()] : [need(name)];
      await Promise.all(streams.map(({ stream }) => stream.flush()));
    },
    close: async () => {
      await changes;
      await Promise.all([...held.values()].map(({ stream }) => stream.close()));
    },
  };
}

function oneOf<Simple extends object, Extended extends object>(
  simple: Simple | undefined,
  extended: Extended | undefined,
): Simple | Extended {
  const found = extended ?? simple;
  if (found === undefined || (extended !== undefined && simple !== undefined)) {
    throw new AwsError(
      'InvalidArgumentException',
      'Exactly one S3 destination must be given; the lab delivers to S3 only.',
    );
  }
  return found;
}

async function readStreams(path: string): Promise<readonly StreamRecord[]> {
  const found = await readDocument(path);
  if (found === undefined) return [];
  const parsed = z.array(streamRecord).safeParse(found);
  if (!parsed.success) throw damagedState(path, parsed.error);
  return parsed.data;
}
