/** Finds the operation of a checked request: signing scope first, then target header, action or path; says in AWS's words what is not there. */
import type { KnownRequest } from './authenticate.ts';
import type { Peer } from './iot/peer.ts';
import { crc32Of } from './checksums.ts';
import { AwsError, type JsonOperations, type RestRoute } from './services.ts';
import type { S3Handler } from './s3/s3.ts';
import type { SignedRequest } from './signature.ts';
import { compileRoutes, jsonAnswer, parseJson, type Answer, type JsonAnswer, type Protocol } from './wire.ts';

/** Operations of a Query service by action; they answer with finished XML. */
export type QueryOperations = Readonly<Record<string, (input: URLSearchParams) => string | Promise<string>>>;

type Service =
  | {
      readonly kind: 'json';
      readonly targetPrefix: string;
      readonly operations: JsonOperations;
      /** DynamoDB's clients compare the CRC-32 of each answer with what its header says. */
      readonly hasChecksums?: true;
    }
  | { readonly kind: 'rest-json'; readonly routes: readonly RestRoute[] }
  /** Speaks REST-JSON, but takes bodies that are not JSON, and cares who asks. */
  | { readonly kind: 'bytes'; readonly handle: BytesHandler }
  | { readonly kind: 'query'; readonly version: string; readonly operations: QueryOperations }
  | { readonly kind: 's3'; readonly handle: S3Handler };

export type BytesHandler = (request: SignedRequest, body: Buffer, peer: Peer) => Promise<Answer>;

export type EdgeServices = {
  /** The protocol of a signing scope; undefined for a service the lab does not have. */
  readonly protocolOf: (service: string) => Protocol | undefined;
  readonly handlerOf: (service: string) => Handler | undefined;
};

type Handler = (request: SignedRequest, known: KnownRequest, bucketOfHost: string | null) => Promise<Answer>;

/** `services` by signing scope. */
export function edgeServices(services: Readonly<Record<string, Service>>): EdgeServices {
  const handlers = new Map(Object.entries(services).map(([scope, service]) => [scope, handlerFor(service)]));
  const protocols = new Map(
    Object.entries(services).map(([scope, { kind }]): [string, Protocol] => [
      scope,
      kind === 'bytes' ? 'rest-json' : kind,
    ]),
  );
  return { protocolOf: (scope) => protocols.get(scope), handlerOf: (scope) => handlers.get(scope) };
}

/** Throws AwsError; never answers a request nobody understands with success. */
export async function dispatch(
  services: EdgeServices,
  request: SignedRequest,
  known: KnownRequest,
  bucketOfHost: string | null,
): Promise<Answer> {
  const handler = services.handlerOf(known.service);
  if (handler === undefined) throw unknownOperation(`The lab does not have the service "${known.service}".`);
  return handler(request, known, bucketOfHost);
}

function handlerFor(service: Service): Handler {
  switch (service.kind) {
    case 'json':
      return jsonHandler(service.targetPrefix, service.operations, service.hasChecksums ?? false);
    case 'rest-json':
      return restHandler(service.routes);
    case 'bytes':
      return (request, known) => service.handle(request, wholeBody(known), known.peer);
    case 'query':
      return queryHandler(service.version, service.operations);
    case 's3':
      return async (request, known, bucketOfHost) => {
        if (known.kind !== 'streamed') throw new Error('an S3 request must come with its body unread');
        return service.handle(request, known.payload, bucketOfHost);
      };
  }
}

function jsonHandler(prefix: string, operations: JsonOperations, hasChecksums: boolean): Handler {
  return async (request, known) => {
    const [given, name = ''] = (request.headers['x-amz-target'] ?? '').split('.');
    const operation = given === prefix && Object.hasOwn(operations, name) ? operations[name] : undefined;
    if (operation === undefined) throw unknownOperation(`The lab does not have the operation "${name}" yet.`);
    const version = (request.headers['content-type'] ?? '').includes('json-1.0') ? '1.0' : '1.1';
    const answer = jsonAnswer(version, await operation(parseJson(wholeBody(known)) ?? {}));
    return hasChecksums ? withChecksum(answer) : answer;
  };
}

function withChecksum(answer: JsonAnswer): Answer {
  const body = Buffer.from(answer.body);
  return { ...answer, body, headers: { ...answer.headers, 'x-amz-crc32': crc32Of(body) } };
}

function restHandler(routes: readonly RestRoute[]): Handler {
  const find = compileRoutes(routes);
  return async (request, known) => {
    const match = find(request.method, request.rawPath);
    if (match === undefined) {
      throw unknownOperation(`The lab does not have the operation "${request.method} ${request.rawPath}" yet.`);
    }
    const output = await match.route.handle({
      params: match.params,
      query: new URLSearchParams(request.rawQuery),
      headers: request.headers,
      body: parseJson(wholeBody(known)),
    });
    return jsonAnswer(null, output);
  };
}

function queryHandler(version: string, operations: QueryOperations): Handler {
  return async (request, known) => {
    const input = new URLSearchParams(request.method === 'GET' ? request.rawQuery : wholeBody(known).toString('utf8'));
    const action = input.get('Action') ?? '';
    const operation = Object.hasOwn(operations, action) ? operations[action] : undefined;
    if (operation === undefined || input.get('Version') !== version) {
      throw new AwsError(
        'InvalidAction',
        `Could not find operation ${action} for version ${input.get('Version') ?? '(none)'}: the lab does not have it yet.`,
      );
    }
    return { status: 200, headers: { 'content-type': 'text/xml' }, body: await operation(input) };
  };
}

function wholeBody(known: KnownRequest): Buffer {
  if (known.kind !== 'whole') throw new Error('this service takes whole bodies');
  return known.body;
}

/** 501 rather than AWS's 400: a person sees at once that it is the lab's gap, not a mistake of theirs. */
export function unknownOperation(message: string): AwsError {
  return new AwsError('UnknownOperationException', message, 501);
}
