import { expect, test } from 'vitest';
import { createRootLogger } from './log.ts';

test('keys, certificates and payloads never reach a log line, however deep they were put into it', () => {
  const lines: string[] = [];
  const log = createRootLogger({ write: (line) => void lines.push(line) });
  const secret = 'not-to-be-seen';
  log.warn(
    {
      keyPem: secret,
      target: { secretAccessKey: secret, sessionToken: secret },
      call: { input: { certificatePem: secret } },
    },
    'event',
  );
  log.error({ payload: secret, authorization: secret, station: 'Z0000199999' }, 'other event');
  expect(lines).toHaveLength(2);
  expect(lines.join('')).not.toContain(secret);
  expect(JSON.parse(lines[1] ?? '')).toMatchObject({
    payload: '[redacted]',
    station: 'Z0000199999',
    msg: 'other event',
  });
});
