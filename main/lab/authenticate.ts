/** From a raw request to a known one: who signed it, for which service, and its body as the signer meant it. */
import type { Peer } from './iot/peer.ts';
import { openPayload, readAll, type Payload } from './payload.ts';
import { headersWithPresigned } from './presigned-headers.ts';
import { AwsError } from './services.ts';
import { signatureErrors } from './signature-errors.ts';
import { isVersion2Url, proveVersion2Url } from './signature-v2.ts';
import { checkClaim, proveClaim, readClaim, sha256, type Credentials, type SignedRequest } from './signature.ts';

/**
 * A request whose sender is proven. S3 bodies are still to be read; those of all other services are whole and checked. The peer is the account's
 * key pair, or for `iotdata` over TLS the client certificate.
 */
export type KnownRequest =
  | { readonly kind: 'whole'; readonly service: string; readonly body: Buffer; readonly peer: Peer }
  | { readonly kind: 'streamed'; readonly service: 's3'; readonly payload: Payload; readonly peer: Peer };

/** The largest request of any service here but S3 is DynamoDB's of 16 MiB; it keeps one request from filling the memory. */
const MAX_BODY_BYTES = 20 * 1024 * 1024;

type Options = {
  readonly request: SignedRequest;
  readonly body: AsyncIterable<Buffer>;
  readonly credentials: Credentials;
  readonly region: string;
  /** The bucket of a virtual-host style name, else null. */
  readonly bucketOfHost: string | null;
  /** Of the other end. */
  readonly address: string;
  /** The id of the client's certificate when there is a good one, null without one. Throws AwsError when it is not good. */
  readonly certificateId: () => string | null;
  /** Told as soon as the claimed service is known, so that refusals speak its protocol. */
  readonly onService: (service: string) => void;
};

/** Throws AwsError in the words of the claimed service. */
export async function authenticate(options: Options): Promise<KnownRequest> {
  const { request, credentials, address } = options;
  if (isVersion2Url(request)) return authenticateVersion2Url(options);
  const claim = readClaim(request);
  if (claim === null) return authenticateByCertificate(options);
  options.onService(claim.service);
  checkClaim(claim, credentials, options.region, Date.now());
  const peer: Peer = { principal: { kind: 'signed', accessKeyId: claim.accessKeyId }, address };
  const announced = request.headers['x-amz-content-sha256'];
  if (claim.service === 's3') {
    const payloadHash =
      announced ?? new URLSearchParams(request.rawQuery).get('X-Amz-Content-Sha256') ?? defaultHash(claim.kind);
    const proof = proveClaim(claim, request, payloadHash, credentials);
    const payload = openPayload({ body: options.body, headers: headersWithPresigned(request), payloadHash, proof });
    return { kind: 'streamed', service: 's3', payload, peer };
  }
  // Who says beforehand what the body is can be checked before it is taken into memory.
  if (announced !== undefined) proveClaim(claim, request, announced, credentials);
  const body = await readAll(options.body, MAX_BODY_BYTES, () => bodyTooLarge());
  const payloadHash = sha256(body);
  if (announced !== undefined && announced !== payloadHash) throw signatureErrors(claim.service).mismatch();
  if (announced === undefined) proveClaim(claim, request, payloadHash, credentials);
  return { kind: 'whole', service: claim.service, body, peer };
}

/** Only S3 ever had these. Nothing is said of the body, so there is nothing to continue a chain of chunk signatures from. */
function authenticateVersion2Url(options: Options): KnownRequest {
  const { request, credentials, address } = options;
  options.onService('s3');
  proveVersion2Url(request, credentials, options.bucketOfHost, Date.now());
  const payload = openPayload({
    body: options.body,
    headers: headersWithPresigned(request),
    payloadHash: 'UNSIGNED-PAYLOAD',
    proof: null,
  });
  const peer: Peer = { principal: { kind: 'signed', accessKeyId: credentials.accessKeyId }, address };
  return { kind: 'streamed', service: 's3', payload, peer };
}

/** On AWS's port 8443 a device publishes with its certificate alone; it may ask for nothing but the data plane. */
async function authenticateByCertificate(options: Options): Promise<KnownRequest> {
  const { request, address } = options;
  const certificateId = options.certificateId();
  if (certificateId === null) throw signatureErrors(unsignedService(request)).missing();
  options.onService('iotdata');
  const body = await readAll(options.body, MAX_BODY_BYTES, () => bodyTooLarge());
  return {
    kind: 'whole',
    service: 'iotdata',
    body,
    peer: { principal: { kind: 'certificate', certificateId }, address },
  };
}

function defaultHash(kind: 'header' | 'query'): string {
  if (kind === 'query') return 'UNSIGNED-PAYLOAD';
  throw new AwsError('InvalidRequest', 'Missing required header for this request: x-amz-content-sha256');
}

function unsignedService(request: SignedRequest): string {
  const type = request.headers['content-type'] ?? '';
  if (request.headers['x-amz-target'] !== undefined || type.startsWith('application/json')) return 'json';
  return type.startsWith('application/x-www-form-urlencoded') ? 'sts' : 's3';
}

function bodyTooLarge(): AwsError {
  return new AwsError(
    'RequestEntityTooLargeException',
    'The request body is larger than 20 MiB, more than any operation of the lab takes.',
    413,
  );
}
