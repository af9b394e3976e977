/** What tests of the language say of a message where nothing depends on it. */
import { Buffer } from 'node:buffer';
import { openPayload, type EvaluationContext } from './context.ts';

export function testContext(payload: string | Buffer, more: Partial<EvaluationContext> = {}): EvaluationContext {
  return {
    payload: openPayload(Buffer.from(payload)),
    topic: 'weather/station-1/observations',
    receivedAt: 1_481_825_251_155,
    accountId: '123456789012',
    clientId: 'station-1',
    principal: undefined,
    sourceIp: undefined,
    traceId: undefined,
    shadow: () => ({ missing: 'no shadows in this test' }),
    ...more,
  };
}
