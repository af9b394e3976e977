/** The local AWS, wired by hand: who feeds whom can be read here from top to bottom. */
import { join } from 'node:path';
import type { RuleTrial } from '../../preload/shapes-rules.ts';
import type { LabActivity, LabOptions, LabRefusals, LabReport } from './api.ts';
import { openAthena } from './athena/athena.ts';
import type { AsyncEngine } from './athena/run-query.ts';
import { edgeServices } from './dispatch.ts';
import { openFolder } from './documents.ts';
import { openDynamoDb } from './dynamodb/dynamodb.ts';
import { openEdge } from './edge.ts';
import { openFirehose } from './firehose/firehose.ts';
import { lockFolder } from './folder-lock.ts';
import { openGlue } from './glue/glue.ts';
import { openIdentity } from './identity.ts';
import { openIot } from './iot/iot.ts';
import { openMessageLog, type MessageLog } from './iot/message-log.ts';
import { openRecentMessages } from './iot/recent-messages.ts';
import { openLabSeal } from './lab-seal.ts';
import { openObjectStore } from './s3/object-store.ts';
import { openReportShelf } from './s3/report-shelf.ts';
import { openS3 } from './s3/s3.ts';
import { tryStatement, type Trial } from './rules/try-statement.ts';
import { STS_VERSION, stsOperations } from './sts/sts.ts';

/** A moment is enough to meet a program that does not wait for ACTIVE; on AWS it is tens of seconds. */
const STREAM_CREATION_MS = 1000;

export type Lab = {
  readonly report: LabReport;
  readonly activity: () => LabActivity;
  readonly refusals: () => LabRefusals;
  /** Of the last few thousand messages. */
  readonly trace: MessageLog['find'];
  readonly ruleMessages: MessageLog['ofRule'];
  /** A statement on `pasted` and on the last messages of its topic. */
  readonly tryRule: (trial: Trial) => RuleTrial;
  /** Writes out Firehose buffers; resolves when the objects are in their buckets. Null = all streams. Throws AwsError. */
  readonly flush: (stream: string | null) => Promise<void>;
  /** Resolves when every acknowledged message has passed the rules and their actions. */
  readonly drain: () => Promise<void>;
  readonly setQuotas: (isOn: boolean) => void;
  /** Everything is on disk already; this ends connections and gives the folder free. */
  readonly close: () => Promise<void>;
};

/**
 * Opens everything below one folder. `onChange` is called often: whenever `activity` may have changed.
 * Throws AppError `lab.folderNotWritable`, `lab.folderInUse`, `lab.portTaken`, `lab.stateDamaged`, `lab.keyDoesNotFit`; then nothing stays open.
 */
export async function openLab(options: LabOptions, engine: AsyncEngine, onChange: () => void): Promise<Lab> {
  const { folder } = options;
  const opened: (() => Promise<void>)[] = [];
  /** What was opened last depends on what came before, so it closes first. */
  const closeAll = async (): Promise<void> => {
    for (let close = opened.pop(); close !== undefined; close = opened.pop()) await close();
  };
  const keep = <Opened>(thing: Opened, close: () => Promise<void>): Opened => {
    opened.push(close);
    return thing;
  };

  try {
    await openFolder(folder);
    const lock = await lockFolder(folder);
    keep(lock, lock.release);
    const seal = await openLabSeal(folder, options.sealKey ?? null);
    const identity = await openIdentity(folder, seal);

    // From the lake back to the devices: each is handed where its data goes.
    const objects = await openObjectStore(join(folder, 's3', 'objects'));
    keep(objects, objects.close);
    const recent = openRecentMessages();
    const log = openMessageLog();
    const messages: MessageLog = {
      ...log,
      begin: (message) => {
        recent.add(message);
        log.begin(message);
      },
    };
    const firehose = await openFirehose({
      folder: join(folder, 'firehose'),
      identity,
      objects,
      onDelivered: messages.delivered,
      creationMs: STREAM_CREATION_MS,
      onChange,
    });
    keep(firehose, firehose.close);
    let endpoint = '';
    const dynamodb = await openDynamoDb({ folder: join(folder, 'dynamodb'), identity, endpoint: () => endpoint });
    keep(dynamodb, dynamodb.close);
    const shelf = openReportShelf(objects, identity, () => endpoint);
    const { mqttPort, alpnPort = null, quotas = false } = options;
    const iot = await openIot({
      folder,
      identity,
      seal,
      mqttPort,
      alpnPort,
      streams: firehose,
      objects,
      tables: dynamodb,
      shelf,
      messages,
      quotas,
      onChange,
    });
    keep(iot, iot.close);

    // What reads the lake.
    const glue = await openGlue({ folder: join(folder, 'glue'), identity, objects });
    keep(glue, glue.close);
    const { catalog } = glue;
    const athena = await openAthena({ folder: join(folder, 'athena'), identity, objects, catalog, engine });
    keep(athena, athena.close);

    const registry = { kind: 'rest-json', routes: iot.routes } as const;
    const services = edgeServices({
      iot: registry,
      // The name that AWS's older SDKs sign IoT's control plane with, Debian's boto3 among them.
      'execute-api': registry,
      iotdata: { kind: 'bytes', handle: iot.data },
      firehose: { kind: 'json', targetPrefix: 'Firehose_20150804', operations: firehose.operations },
      dynamodb: {
        kind: 'json',
        targetPrefix: 'DynamoDB_20120810',
        operations: dynamodb.operations,
        hasChecksums: true,
      },
      s3: { kind: 's3', handle: await openS3(objects, identity, join(folder, 's3', 'uploads')) },
      glue: { kind: 'json', targetPrefix: 'AWSGlue', operations: glue.operations },
      athena: { kind: 'json', targetPrefix: 'AmazonAthena', operations: athena.operations },
      sts: { kind: 'query', version: STS_VERSION, operations: stsOperations(identity) },
    });
    const { region } = identity;
    const edge = await openEdge({
      port: options.port,
      credentials: identity,
      region,
      services,
      onMqtt: iot.accept,
      onRefused: (reason, certificateId) =>
        iot.refusals.add({ clientId: null, certificateId, reason, decision: null, outcome: 'answered' }),
    });
    keep(edge, edge.close);
    endpoint = `http://127.0.0.1:${edge.port}`;
    iot.serveHttp(edge.accept);

    return {
      report: {
        endpoint,
        port: edge.port,
        mqttHost: 'localhost',
        mqttPort: iot.mqttPort,
        alpnPort: iot.alpnPort,
        caFile: iot.caFile,
        ca: iot.ca,
        region,
        account: identity.account,
        accessKeyId: identity.accessKeyId,
        secretAccessKey: identity.secretAccessKey,
        roleArn: identity.roleArn,
      },
      activity: () => ({
        rules: iot.counters(),
        buffers: firehose.buffers(),
        connections: iot.connections(),
        quotas: iot.quota.activity(),
      }),
      refusals: () => ({ total: iot.refusals.total(), refusals: iot.refusals.newest() }),
      trace: messages.find,
      ruleMessages: messages.ofRule,
      tryRule: (trial) => tryStatement(trial, recent.ofTopic, { accountId: identity.account, shadow: iot.shadow }),
      flush: firehose.flush,
      drain: iot.drain,
      setQuotas: iot.quota.setOn,
      close: closeAll,
    };
  } catch (error) {
    await closeAll();
    throw error;
  }
}
