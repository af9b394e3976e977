/** Real SDK clients on real sockets: the target alone decides where requests go and as whom, and a dead target is told in plain words. */
import { ListBucketsCommand } from '@aws-sdk/client-s3';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { GetDatabaseCommand } from '@aws-sdk/client-glue';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { afterEach, expect, test, vi } from 'vitest';
import { toPlainError } from '../../preload/errors.ts';
import { openClients } from './clients.ts';
import type { Target } from './target.ts';

const servers: Server[] = [];

afterEach(async () => {
  vi.unstubAllEnvs();
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

async function serve(status: number, body: string, heard: (request: IncomingMessage) => void): Promise<string> {
  const server = createServer((request, response) => {
    heard(request);
    response.writeHead(status, { 'content-type': 'application/json', 'x-amzn-requestid': 'r' }).end(body);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return `http://127.0.0.1:${address.port}`;
}

function targetAt(endpoint: string): Target {
  return {
    kind: 'aws',
    label: 'Test target',
    region: 'eu-west-1',
    account: '000011112222',
    endpoint,
    credentials: { accessKeyId: 'AKIDTARGET', secretAccessKey: 'secret' },
    mqttHost: '127.0.0.1',
    mqttPort: 1,
    mqttCa: '',
    alpnPort: null,
    caFile: null,
    pathStyle: true,
    roleArn: 'arn:aws:iam::000011112222:role/LabRole',
    iotPace: null,
  };
}

test('neither place nor identity comes from the environment', async () => {
  vi.stubEnv('AWS_ENDPOINT_URL', 'http://127.0.0.1:9');
  vi.stubEnv('AWS_ENDPOINT_URL_GLUE', 'http://127.0.0.1:9');
  vi.stubEnv('AWS_REGION', 'ap-south-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDENVIRONMENT');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'x');
  vi.stubEnv('AWS_SESSION_TOKEN', 'x');
  vi.stubEnv('AWS_USE_FIPS_ENDPOINT', 'true');
  const requests: IncomingMessage[] = [];
  const clients = openClients(targetAt(await serve(200, '{"Database":{"Name":"d"}}', (one) => requests.push(one))));
  await clients.glue.send(new GetDatabaseCommand({ Name: 'd' }));
  clients.close();
  const headers = requests[0]?.headers;
  expect(requests.length).toBe(1);
  expect(headers?.authorization).toMatch(/Credential=AKIDTARGET\/\d{8}\/eu-west-1\/glue\/aws4_request/);
  expect(headers?.['x-amz-security-token']).toBeUndefined();
});

test('a refusal by AWS keeps its name and its words', async () => {
  const body = '{"__type":"EntityNotFoundException","Message":"Database d not found."}';
  const clients = openClients(targetAt(await serve(400, body, () => undefined)));
  const error: unknown = await clients.glue
    .send(new GetDatabaseCommand({ Name: 'd' }))
    .catch((thrown: unknown) => thrown);
  clients.close();
  expect(toPlainError(error)).toEqual({ code: 'aws.EntityNotFoundException', message: 'Database d not found.' });
});

test('a target that is not there is unreachable for every client, in plain words', async () => {
  const endpoint = await serve(200, '', () => undefined);
  await new Promise((resolve) => servers.splice(0)[0]?.close(resolve));
  const clients = openClients(targetAt(endpoint));
  const errors = await Promise.all([
    clients.s3.send(new ListBucketsCommand({})).catch(toPlainError),
    clients.sts.send(new GetCallerIdentityCommand({})).catch(toPlainError),
  ]);
  clients.close();
  for (const error of errors) {
    expect(error).toMatchObject({
      code: 'cloud.unreachable',
      message: 'The target "Test target" could not be reached.',
      hint: 'Check that it is running and that the network is up, then try again.',
      cause: { code: 'network.ECONNREFUSED' },
    });
  }
});

test('an aborted request ends as cancelled', async () => {
  const clients = openClients(targetAt(await serve(200, '', () => undefined)));
  const request = clients.s3.send(new ListBucketsCommand({}), { abortSignal: AbortSignal.abort() });
  await expect(request).rejects.toMatchObject({ code: 'cloud.cancelled' });
  clients.close();
});
