/** For `isobar bench rules`: the lab's own rules on one message, without the lab around them. */
import { openPayload } from './context.ts';
import { compileStatement } from './evaluate.ts';
import { parseStatement } from './parse.ts';

/** A function that evaluates the rule on the payload once, from bytes to record; it answers the record's length. Throws AwsError SqlParseException. */
export function openRuleRun(sql: string, payload: Buffer): () => number {
  const run = compileStatement(parseStatement(sql, '2016-03-23'), '2016-03-23');
  let received = 1_700_000_000_000;
  return () => {
    const outcome = run({
      // Opened anew, so that each evaluation reads the payload.
      payload: openPayload(payload),
      topic: 'sensor/weather/72254013904',
      receivedAt: received++,
      accountId: '123456789012',
      clientId: 'station-72254013904',
      principal: undefined,
      sourceIp: '127.0.0.1',
      traceId: undefined,
      shadow: () => ({ missing: 'no shadows are measured' }),
    });
    return outcome.kind === 'selected' ? outcome.record.length : 0;
  };
}
