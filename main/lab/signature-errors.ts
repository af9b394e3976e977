/** How each family of services words a refused signature: S3 and Query differ from the JSON services. */
import { AwsError } from './services.ts';

export type SignatureErrors = {
  readonly missing: () => AwsError;
  readonly unknownKey: () => AwsError;
  readonly unexpectedToken: () => AwsError;
  readonly mismatch: () => AwsError;
  readonly wrongRegion: (given: string, expected: string) => AwsError;
  readonly skewed: (signedAt: string, now: string, kind: 'early' | 'late') => AwsError;
  readonly notSigned: (header: string) => AwsError;
  readonly expired: () => AwsError;
  readonly badExpiry: () => AwsError;
};

const MISMATCH =
  'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.';
const INVALID_TOKEN = 'The security token included in the request is invalid.';

const s3: SignatureErrors = {
  missing: () => new AwsError('AccessDenied', 'Access Denied: the lab answers signed requests only.', 403),
  unknownKey: () =>
    new AwsError('InvalidAccessKeyId', 'The AWS Access Key Id you provided does not exist in our records.', 403),
  unexpectedToken: () => new AwsError('InvalidToken', 'The provided token is malformed or otherwise invalid.', 400),
  mismatch: () => new AwsError('SignatureDoesNotMatch', MISMATCH, 403),
  wrongRegion: (given, expected) =>
    new AwsError(
      'AuthorizationHeaderMalformed',
      `The authorization header is malformed; the region '${given}' is wrong; expecting '${expected}'`,
      400,
      { Region: expected },
    ),
  skewed: (signedAt, now) =>
    new AwsError(
      'RequestTimeTooSkewed',
      'The difference between the request time and the current time is too large.',
      403,
      { RequestTime: signedAt, ServerTime: now, MaxAllowedSkewMilliseconds: '900000' },
    ),
  notSigned: (header) =>
    new AwsError('AccessDenied', 'There were headers present in the request which were not signed', 403, {
      HeadersNotSigned: header,
    }),
  expired: () => new AwsError('AccessDenied', 'Request has expired', 403),
  badExpiry: () =>
    new AwsError(
      'AuthorizationQueryParametersError',
      'X-Amz-Expires must be a number of seconds between 1 and 604800',
      400,
    ),
};

/** The others word skew inside the mismatch error; JSON and Query differ in names only. */
function named(names: { missing: string; unknownKey: string; mismatch: string }): SignatureErrors {
  const mismatch = (message: string) => new AwsError(names.mismatch, message, 403);
  return {
    missing: () => new AwsError(names.missing, 'Missing Authentication Token', 403),
    unknownKey: () => new AwsError(names.unknownKey, INVALID_TOKEN, 403),
    unexpectedToken: () => new AwsError(names.unknownKey, INVALID_TOKEN, 403),
    mismatch: () => mismatch(MISMATCH),
    wrongRegion: (given, expected) =>
      mismatch(`Credential should be scoped to a valid region: '${given}' is wrong, '${expected}' is expected.`),
    skewed: (signedAt, now, kind) =>
      mismatch(
        kind === 'late'
          ? `Signature expired: ${signedAt} is now earlier than ${now} - 15 min.`
          : `Signature not yet current: ${signedAt} is still later than ${now} + 15 min.`,
      ),
    notSigned: (header) => mismatch(`'${header}' must be a 'SignedHeader' in the AWS Authorization.`),
    expired: () => mismatch('Signature expired: the presigned URL has outlived X-Amz-Expires.'),
    badExpiry: () => mismatch('X-Amz-Expires must be a number of seconds between 1 and 604800.'),
  };
}

const json = named({
  missing: 'MissingAuthenticationTokenException',
  unknownKey: 'UnrecognizedClientException',
  mismatch: 'InvalidSignatureException',
});
const query = named({
  missing: 'MissingAuthenticationToken',
  unknownKey: 'InvalidClientTokenId',
  mismatch: 'SignatureDoesNotMatch',
});

/** `service` is the signing scope. */
export function signatureErrors(service: string): SignatureErrors {
  if (service === 's3') return s3;
  return service === 'sts' || service === 'iam' ? query : json;
}
