/** Where a message is taken in, from MQTT, HTTP or the lab itself: it is on disk for all who are due it before its sender is answered. */
import { createLogger } from '../../log.ts';
import type { Journal } from './journal.ts';
import type { RetainedMessages } from './retained-messages.ts';
import type { QueuedMessage, Sessions } from './sessions.ts';
import type { Sender } from './sender.ts';
import type { ShadowMessage, Shadows } from './shadows.ts';

export type IncomingMessage = {
  readonly topic: string;
  readonly payload: Buffer;
  readonly qos: 0 | 1;
  readonly retain: boolean;
  readonly sender: Sender;
};

export type Admission = (message: IncomingMessage, done: (error: Error | null) => void) => void;

const BASIC_INGEST = '$aws/rules/';

const log = createLogger('lab.iot.admission');

/** `expect` is told of a message that also waits in sessions, just before the broker routes it. */
export function openAdmission(parts: {
  readonly journal: Journal;
  readonly sessions: Sessions;
  readonly retained: RetainedMessages;
  readonly shadows: Shadows;
  readonly expect: (payload: Buffer, message: QueuedMessage) => void;
  /** Publishes what a shadow answers. */
  readonly answer: (message: ShadowMessage) => void;
}): Admission {
  const { journal, sessions, retained, shadows, expect, answer } = parts;
  /** The newest message that waits for more than the journal: those behind it wait too, so that none overtakes another. */
  let last: Promise<unknown> | undefined;

  return ({ topic, payload, qos, retain, sender }, done) => {
    const queued = qos === 1 && !topic.startsWith(BASIC_INGEST) ? sessions.enqueue(topic, payload) : undefined;
    const kept = retain ? retained.store({ topic, payload, qos }) : undefined;
    const answers = shadows.take(topic, payload);
    const isOnlyJournaled = queued === undefined && kept === undefined && answers === undefined;
    const more = isOnlyJournaled ? last : Promise.all([queued, kept, answers, last]);
    if (more !== undefined) {
      const settled = more
        .catch(() => undefined)
        .then(() => {
          if (last === settled) last = undefined;
        });
      last = settled;
    }
    const { clientId, principal, sourceIp, hops } = sender;
    journal.append({ topic, clientId, principal, sourceIp, hops, payload }, (error) => {
      if (error !== null)
        log.error({ error: error.message }, 'the journal cannot be written, a message is not acknowledged');
      if (error !== null || more === undefined) {
        done(error);
        return;
      }
      Promise.all([more, queued, answers]).then(
        ([, message, messages = []]) => {
          if (message !== undefined) expect(payload, message);
          done(null);
          messages.forEach(answer);
        },
        (cause: unknown) => {
          log.error(
            { error: String(cause) },
            'a session, retained message or shadow cannot be written, a message is not acknowledged',
          );
          done(cause instanceof Error ? cause : new Error(String(cause)));
        },
      );
    });
  };
}
