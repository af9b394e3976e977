/** Named JSON-lines loggers on stderr. Keys, tokens, certificates and payloads are never fields of a log line; known names are redacted anyway. */
import pino from 'pino';

const SECRET_FIELDS = [
  'secretAccessKey',
  'sessionToken',
  'accessKeyId',
  'keyPem',
  'privateKey',
  'certificatePem',
  'payload',
  'password',
  'authorization',
];

export type Logger = pino.Logger;

/** The parent of all loggers; tests give it another destination. */
export function createRootLogger(destination: pino.DestinationStream): Logger {
  return pino(
    {
      level: process.env['ISOBAR_LOG'] ?? 'warn',
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: { paths: SECRET_FIELDS.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]), censor: '[redacted]' },
    },
    destination,
  );
}

const root = createRootLogger(pino.destination({ fd: 2, sync: true }));

/** One logger per room: `createLogger('lab.firehose')`. Facts are fields, the message is one event in words. */
export function createLogger(name: string): Logger {
  return root.child({ name });
}
