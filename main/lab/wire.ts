/** How answers and errors look in each AWS protocol, and how a REST path finds its route. Knows no service. */
import { createHash, randomUUID } from 'node:crypto';
import type { Readable } from 'node:stream';
import { AwsError, type RestRoute } from './services.ts';
import { branch, leaf, xmlDocument } from './xml.ts';

export type Protocol = 's3' | 'query' | 'json' | 'rest-json';

export type Answer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | number>>;
  readonly body: Buffer | string | Readable | null;
};

export type JsonAnswer = Answer & { readonly body: string };

/** The ids support people ask for; S3 names its own differently and adds a second one. */
export function requestIds(protocol: Protocol): { readonly id: string; readonly headers: Record<string, string> } {
  const id = randomUUID();
  if (protocol !== 's3') return { id, headers: { 'x-amzn-requestid': id } };
  const short = id.replaceAll('-', '').slice(0, 16).toUpperCase();
  const second = createHash('sha256').update(id).digest('base64');
  return { id: short, headers: { 'x-amz-request-id': short, 'x-amz-id-2': second } };
}

/** `version` is `1.0` or `1.1` for target-routed services, null for REST-JSON. */
export function jsonAnswer(version: string | null, value: object): JsonAnswer {
  const type = version === null ? 'application/json' : `application/x-amz-json-${version}`;
  return { status: 200, headers: { 'content-type': type }, body: JSON.stringify(value) };
}

export function xmlAnswer(root: string, headers: Readonly<Record<string, string>> = {}): Answer {
  return { status: 200, headers: { 'content-type': 'application/xml', ...headers }, body: xmlDocument(root) };
}

/** `resource` is the path as sent, which S3 repeats in its errors, as it does with its ids. */
export function errorAnswer(
  protocol: Protocol,
  error: AwsError,
  ids: ReturnType<typeof requestIds>,
  resource: string,
): Answer {
  switch (protocol) {
    case 'json':
    case 'rest-json':
      return {
        status: error.status,
        headers: {
          'content-type': protocol === 'json' ? 'application/x-amz-json-1.1' : 'application/json',
          'x-amzn-errortype': error.code,
        },
        body: JSON.stringify({ __type: error.code, message: error.message, ...error.fields }),
      };
    case 's3':
      return xmlError(
        error.status,
        branch('Error', [
          ...codeAndMessage(error),
          ...Object.entries(error.fields).map(([name, value]) => leaf(name, String(value))),
          leaf('Resource', resource),
          leaf('RequestId', ids.id),
          leaf('HostId', ids.headers['x-amz-id-2'] ?? ''),
        ]),
      );
    case 'query':
      return xmlError(
        error.status,
        branch(
          'ErrorResponse',
          [
            branch('Error', [leaf('Type', error.status < 500 ? 'Sender' : 'Receiver'), ...codeAndMessage(error)]),
            leaf('RequestId', ids.id),
          ],
          'https://sts.amazonaws.com/doc/2011-06-15/',
        ),
      );
  }
}

function codeAndMessage(error: AwsError): readonly string[] {
  return [leaf('Code', error.code), leaf('Message', error.message)];
}

function xmlError(status: number, root: string): Answer {
  return { status, headers: { 'content-type': 'application/xml' }, body: xmlDocument(root) };
}

/** Undefined for an empty body. Throws AwsError SerializationException. */
export function parseJson(body: Buffer): unknown {
  if (body.length === 0) return undefined;
  try {
    return JSON.parse(body.toString('utf8')) as unknown;
  } catch {
    throw new AwsError('SerializationException', 'The request body is not valid JSON.');
  }
}

export type RouteMatch = { readonly route: RestRoute; readonly params: Readonly<Record<string, string>> };

type CompiledRoute = { readonly route: RestRoute; readonly segments: readonly string[] };

/** Routes with more fixed segments win, so `/things/search` is not taken for a thing named "search". */
export function compileRoutes(
  routes: readonly RestRoute[],
): (method: string, rawPath: string) => RouteMatch | undefined {
  const compiled: readonly CompiledRoute[] = routes
    .map((route) => ({ route, segments: route.path.split('/') }))
    .sort((a, b) => parameters(a.segments) - parameters(b.segments));
  return (method, rawPath) => {
    const given = rawPath.split('/');
    for (const { route, segments } of compiled) {
      if (route.method !== method || segments.length !== given.length) continue;
      const params = matchSegments(segments, given);
      if (params !== undefined) return { route, params };
    }
    return undefined;
  };
}

function parameters(segments: readonly string[]): number {
  return segments.filter((segment) => segment.startsWith('{')).length;
}

function matchSegments(segments: readonly string[], given: readonly string[]): Record<string, string> | undefined {
  const params: Record<string, string> = {};
  for (const [index, segment] of segments.entries()) {
    const text = given[index] ?? '';
    if (segment.startsWith('{')) {
      if (text === '') return undefined;
      params[segment.slice(1, -1)] = decodeSegment(text);
    } else if (segment !== text) return undefined;
  }
  return params;
}

/** Percent-decoding of one piece of a path. Throws AwsError InvalidURI. */
export function decodeSegment(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new AwsError('InvalidURI', "Couldn't parse the specified URI.");
  }
}
