/** What IoT tests stand on: a folder, streams that record to a file and know replays again, and devices with real keys. */
import 'reflect-metadata';
import { Pkcs10CertificateRequestGenerator } from '@peculiar/x509';
import { KeyObject, webcrypto } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { appendFile } from 'node:fs/promises';
import { z } from 'zod';
import {
  AwsError,
  type DeliveryStreams,
  type LabIdentity,
  type ObjectStore,
  type RestRoute,
  type Tables,
} from '../services.ts';
import type { TestCredentials } from './test-mqtt-client.ts';

export const IDENTITY: LabIdentity = {
  account: '123456789012',
  region: 'eu-north-1',
  roleArn: 'arn:aws:iam::123456789012:role/LabRole',
};

const line = z.object({ stream: z.string(), source: z.string(), sequence: z.number(), records: z.array(z.string()) });

/** Delivery streams that keep their promise with one file: what `put` has confirmed is in it, and a replay adds nothing. */
export function openRecordingStreams(
  file: string,
  streams: readonly string[],
): DeliveryStreams & { readonly records: () => readonly string[]; readonly puts: () => number } {
  const stored = existsSync(file)
    ? readFileSync(file, 'utf8')
        .split('\n')
        .slice(0, -1)
        .map((text) => line.parse(JSON.parse(text)))
    : [];
  const highest = new Map<string, number>(stored.map(({ source, sequence }) => [source, sequence]));
  let last: Promise<unknown> = Promise.resolve();
  return {
    exists: (stream) => streams.includes(stream),
    put: (stream, records, origin = { source: '', sequence: 0 }) => {
      const put = last.then(async () => {
        if (!streams.includes(stream)) throw new AwsError('ResourceNotFoundException', `Firehose ${stream} not found`);
        if (origin.sequence <= (highest.get(origin.source) ?? 0)) return;
        const entry = { stream, ...origin, records: records.map(String) };
        await appendFile(file, `${JSON.stringify(entry)}\n`);
        stored.push(entry);
        highest.set(origin.source, origin.sequence);
      });
      last = put.catch(() => undefined);
      return put;
    },
    records: () => stored.flatMap(({ records }) => records),
    puts: () => stored.length,
  };
}

export const NO_OBJECTS: ObjectStore = {
  hasBucket: () => false,
  put: () => Promise.reject(new Error('no objects in this test')),
  adopt: () => Promise.reject(new Error('no objects in this test')),
  get: () => undefined,
  list: () => [],
  remove: () => Promise.reject(new Error('no objects in this test')),
  stagingFolder: '',
};

export const NO_TABLES: Tables = {
  has: () => false,
  put: () => Promise.reject(new Error('no tables in this test')),
  merge: () => Promise.reject(new Error('no tables in this test')),
  remove: () => Promise.reject(new Error('no tables in this test')),
};

type Call = {
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
};

/** Calls an operation as the edge would. */
export async function callRoute(routes: readonly RestRoute[], name: string, call: Call = {}): Promise<object> {
  const route = routes.find((candidate) => candidate.name === name);
  if (route === undefined) throw new Error(`no route ${name}`);
  const { params = {}, query = {}, headers = {}, body } = call;
  return route.handle({ params, query: new URLSearchParams(query), headers, body });
}

export type TestDevice = TestCredentials & { readonly certificateId: string; readonly certificateArn: string };

const certificateAnswer = z.object({
  certificateArn: z.string(),
  certificateId: z.string(),
  certificatePem: z.string(),
});

export type Statement = { readonly Effect?: 'Allow' | 'Deny'; readonly Action: string; readonly Resource: string };

/** An ACTIVE certificate from a CSR with these permissions; `Resource` is the part of the ARN behind the account. */
export async function makeDevice(
  iot: { readonly routes: readonly RestRoute[]; readonly ca: string },
  name: string,
  statements: readonly Statement[],
): Promise<TestDevice> {
  const { csr, key } = await makeRequest(name);
  const made = certificateAnswer.parse(
    await callRoute(iot.routes, 'CreateCertificateFromCsr', {
      query: { setAsActive: 'true' },
      body: { certificateSigningRequest: csr },
    }),
  );
  if (statements.length > 0) {
    const arn = (resource: string): string => `arn:aws:iot:${IDENTITY.region}:${IDENTITY.account}:${resource}`;
    const Statement = statements.map(({ Effect = 'Allow', Action, Resource }) => ({
      Effect,
      Action,
      Resource: arn(Resource),
    }));
    await callRoute(iot.routes, 'CreatePolicy', {
      params: { policyName: name },
      body: { policyDocument: JSON.stringify({ Version: '2012-10-17', Statement }) },
    });
    await callRoute(iot.routes, 'AttachPolicy', {
      params: { policyName: name },
      body: { target: made.certificateArn },
    });
  }
  const { certificateArn, certificateId, certificatePem: cert } = made;
  return { ca: iot.ca, cert, key, certificateArn, certificateId };
}

/** A new P-256 key and a CSR signed by it. */
export async function makeRequest(name: string): Promise<{ readonly csr: string; readonly key: string }> {
  const keys = await webcrypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify']);
  const request = await Pkcs10CertificateRequestGenerator.create(
    { name: `CN=${name}`, keys, signingAlgorithm: { name: 'ECDSA', hash: 'SHA-256' } },
    webcrypto,
  );
  const key = KeyObject.from(keys.privateKey).export({ format: 'pem', type: 'pkcs8' }).toString();
  return { csr: request.toString('pem'), key };
}

export const STATION = (name: string): readonly Statement[] => [
  { Action: 'iot:Connect', Resource: `client/${name}` },
  { Action: 'iot:Publish', Resource: `topic/sensor/weather/${name}` },
];
