/** A target's SDK clients: everything they need comes from the target, nothing from the environment, and no request waits for ever. */
import { AthenaClient } from '@aws-sdk/client-athena';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { FirehoseClient } from '@aws-sdk/client-firehose';
import { GlueClient } from '@aws-sdk/client-glue';
import { IoTClient } from '@aws-sdk/client-iot';
import { S3Client } from '@aws-sdk/client-s3';
import { STSClient } from '@aws-sdk/client-sts';
import { createPacer, pacingStep } from './pacing.ts';
import { exists } from './existence.ts';
import { recordingStep, type Recorder } from './recording.ts';
import { explainFailure } from './refusals.ts';
import type { Target } from './target.ts';

export type Clients = {
  readonly region: string;
  readonly account: string;
  readonly iot: IoTClient;
  readonly s3: S3Client;
  readonly firehose: FirehoseClient;
  readonly dynamodb: DynamoDBClient;
  readonly glue: GlueClient;
  readonly athena: AthenaClient;
  readonly sts: STSClient;
  /** What is ours of the target's resources. */
  readonly recorder: Recorder;
  /** Closes all sockets. Requests under way fail; the clients are of no use afterwards. */
  readonly close: () => void;
};

// Which Node runs this is Electron's choice: the SDK's advice to upgrade it would reach people who cannot act on it.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';

const ATTEMPTS = 3;
const CONNECT_TIMEOUT_MS = 5_000;
const REQUEST_TIMEOUT_MS = 30_000;

/** For programs that leave nothing behind. */
const NO_RECORD: Recorder = {
  stateOf: () => null,
  madeBy: () => [],
  intend: () => Promise.resolve(),
  made: () => Promise.resolve(),
  gone: () => Promise.resolve(),
};

/**
 * Errors of all clients: AWS refusals keep their name, a network that fails becomes AppError `cloud.unreachable`, an aborted request
 * `cloud.cancelled`.
 */
export function openClients(target: Target, recorder: Recorder = NO_RECORD): Clients {
  const config = {
    region: target.region,
    credentials: target.credentials,
    ...(target.endpoint === null ? {} : { endpoint: target.endpoint }),
    // Said here although they are the defaults: what is not said, the SDK looks up in the environment and in ~/.aws.
    useFipsEndpoint: false,
    useDualstackEndpoint: false,
    defaultsMode: 'standard',
    retryMode: 'standard',
    maxAttempts: ATTEMPTS,
    requestHandler: {
      connectionTimeout: CONNECT_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      throwOnRequestTimeout: true,
    },
  } as const;

  const iot = new IoTClient(config);
  const s3 = new S3Client({
    ...config,
    forcePathStyle: target.pathStyle,
    requestChecksumCalculation: 'WHEN_SUPPORTED',
    // Our reads are parts of objects, which the checksum of the whole cannot prove.
    responseChecksumValidation: 'WHEN_REQUIRED',
  });
  const firehose = new FirehoseClient(config);
  const dynamodb = new DynamoDBClient(config);
  const glue = new GlueClient(config);
  const athena = new AthenaClient(config);
  const sts = new STSClient(config);

  // Outermost step: it sees only what is left after the retries.
  const explain =
    <Args, Output>(next: (args: Args) => Promise<Output>) =>
    async (args: Args): Promise<Output> => {
      try {
        return await next(args);
      } catch (error) {
        throw explainFailure(error, target.label);
      }
    };
  const outermost = { step: 'initialize', priority: 'high', name: 'explainFailure' } as const;
  iot.middlewareStack.add(explain, outermost);
  s3.middlewareStack.add(explain, outermost);
  firehose.middlewareStack.add(explain, outermost);
  dynamodb.middlewareStack.add(explain, outermost);
  glue.middlewareStack.add(explain, outermost);
  athena.middlewareStack.add(explain, outermost);
  sts.middlewareStack.add(explain, outermost);

  const clients = {
    region: target.region,
    account: target.account,
    iot,
    s3,
    firehose,
    dynamodb,
    glue,
    athena,
    sts,
    recorder,
    close: () => {
      for (const client of [iot, s3, firehose, dynamodb, glue, athena, sts]) client.destroy();
    },
  };
  const record = recordingStep(recorder, (resource) => exists(clients, resource));
  const recording = { step: 'initialize', priority: 'low', name: 'record' } as const;
  iot.middlewareStack.add(record, recording);
  s3.middlewareStack.add(record, recording);
  firehose.middlewareStack.add(record, recording);
  dynamodb.middlewareStack.add(record, recording);
  glue.middlewareStack.add(record, recording);
  if (target.iotPace !== null) {
    const pacing = { relation: 'after', toMiddleware: 'retryMiddleware', name: 'pace' } as const;
    iot.middlewareStack.addRelativeTo(pacingStep(createPacer(target.iotPace)), pacing);
  }
  return clients;
}
