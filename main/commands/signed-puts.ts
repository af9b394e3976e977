/** Batches of puts without the AWS SDK, whose own work would hide the server's: signed requests over connections that stay open. */
import { Agent, request } from 'node:http';
import { AppError } from '../../preload/errors.ts';
import { signHeaders, type Signer } from './sign-request.ts';

export type SignedPuts = {
  /** Resolves when the server at the port has answered with success. Throws AppError `bench.refused`. */
  readonly send: (port: number, batch: SignedBatch) => Promise<void>;
  readonly close: () => void;
};

export type SignedBatch = { readonly body: Buffer; readonly headers: Readonly<Record<string, string>> };

const HOST = '127.0.0.1';

/** A BatchWriteItem of these items in DynamoDB JSON, good for fifteen minutes. `port` is where the lab listens. */
export function signBatch(signer: Signer, port: number, table: string, items: readonly object[]): SignedBatch {
  const requests = items.map((Item) => ({ PutRequest: { Item } }));
  const body = Buffer.from(JSON.stringify({ RequestItems: { [table]: requests } }));
  const headers = {
    'content-type': 'application/x-amz-json-1.0',
    'x-amz-target': 'DynamoDB_20120810.BatchWriteItem',
  };
  const signed = signHeaders(signer, {
    service: 'dynamodb',
    method: 'POST',
    path: '/',
    host: `${HOST}:${port}`,
    body,
    headers,
  });
  return { body, headers: { ...signed, 'content-length': String(body.length) } };
}

export function openSignedPuts(lanes: number): SignedPuts {
  const agent = new Agent({ keepAlive: true, maxSockets: lanes });
  return {
    send: (port, { body, headers }) =>
      new Promise((resolve, reject) => {
        const asked = request({ host: HOST, port, method: 'POST', path: '/', agent, headers }, (answer) => {
          answer.resume();
          answer.on('end', () => {
            if (answer.statusCode === 200) resolve();
            else
              reject(new AppError('bench.refused', `A batch of puts was answered with status ${answer.statusCode}.`));
          });
        });
        asked.on('error', reject);
        asked.end(body);
      }),
    close: () => agent.destroy(),
  };
}
