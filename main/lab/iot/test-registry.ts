/** IoT Core behind the lab's real edge, met by the AWS SDK: what the tests of the registry operations stand on. */
import { IoT } from '@aws-sdk/client-iot';
import { join } from 'node:path';
import { edgeServices } from '../dispatch.ts';
import { openEdge, type Edge } from '../edge.ts';
import { openIot, type Iot } from './iot.ts';
import { testFolder } from './test-folder.ts';
import { IDENTITY, NO_OBJECTS, NO_TABLES, openRecordingStreams } from './test-lab.ts';
import { openLabSeal } from '../lab-seal.ts';

export type TestRegistry = {
  readonly aws: IoT;
  readonly iot: () => Iot;
  /** Closes everything and opens it again on the same folder, at the same port. */
  readonly restart: () => Promise<void>;
  readonly close: () => Promise<void>;
};

const credentials = { accessKeyId: 'AKIATEST', secretAccessKey: 'secret-of-the-test' };

export async function openTestRegistry(): Promise<TestRegistry> {
  const folder = await testFolder();
  const open = async (port: number): Promise<{ readonly iot: Iot; readonly edge: Edge }> => {
    const streams = openRecordingStreams(join(folder, 'streams'), []);
    const iot = await openIot({
      folder,
      identity: IDENTITY,
      seal: await openLabSeal(folder, null),
      mqttPort: 0,
      streams,
      objects: NO_OBJECTS,
      tables: NO_TABLES,
      onChange: () => undefined,
    });
    const services = edgeServices({ iot: { kind: 'rest-json', routes: iot.routes } });
    return { iot, edge: await openEdge({ port, credentials, region: IDENTITY.region, services }) };
  };
  let opened = await open(0);
  const { port } = opened.edge;
  const aws = new IoT({
    endpoint: `http://127.0.0.1:${port}`,
    region: IDENTITY.region,
    credentials,
    maxAttempts: 1,
  });
  const shut = async (): Promise<void> => {
    await opened.edge.close();
    await opened.iot.close();
  };
  return {
    aws,
    iot: () => opened.iot,
    restart: async () => {
      await shut();
      opened = await open(port);
    },
    close: async () => {
      aws.destroy();
      await shut();
    },
  };
}

/** The name and HTTP status of the error that `call` ends with. */
export async function refusal(call: Promise<unknown>): Promise<readonly [name: string, status: unknown]> {
  const error: unknown = await call.then(
    () => new Error('it was not refused'),
    (reason: unknown) => reason,
  );
  const status: unknown = Reflect.get(Object(Reflect.get(Object(error), '$metadata')), 'httpStatusCode');
  return [error instanceof Error ? error.name : '', status];
}

export async function collect<Page>(pages: AsyncIterable<Page>): Promise<readonly Page[]> {
  const all: Page[] = [];
  for await (const page of pages) all.push(page);
  return all;
}

/** `resource` is the part of the ARN behind the account. */
export function testArn(resource: string): string {
  return `arn:aws:iot:${IDENTITY.region}:${IDENTITY.account}:${resource}`;
}

export const INVALID = ['InvalidRequestException', 400] as const;
export const NOT_FOUND = ['ResourceNotFoundException', 404] as const;
export const EXISTS = ['ResourceAlreadyExistsException', 409] as const;
export const VERSION_CONFLICT = ['VersionConflictException', 409] as const;
export const NOT_IN_LAB = ['UnknownOperationException', 501] as const;
