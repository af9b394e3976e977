/** Publishes for the Topics page: one message, or one again and again, which goes on while other pages are shown. */
import type { CallInput } from '../../preload/contract.ts';
import { AppError, toPlainError } from '../../preload/errors.ts';
import type { TopicPublished, TopicRepeat } from '../../preload/shapes-topics.ts';
import { createHub, type Hub } from './streams.ts';
import type { Topics } from './topics.ts';

export type TopicPublishing = {
  /** Rejects with `mqtt.*`, or `topics.badHex` for bytes that are none. */
  readonly publish: (input: CallInput<'topics.publish'>) => Promise<TopicPublished>;
  /** The one before is stopped. Throws `topics.badHex`. */
  readonly repeat: (input: CallInput<'topics.repeat'>) => void;
  readonly stopRepeating: () => void;
  readonly hub: Hub<TopicRepeat>;
};

export function createTopicPublishing(topics: Pick<Topics, 'publish'>): TopicPublishing {
  let repeat: TopicRepeat = null;
  let timer: NodeJS.Timeout | undefined;
  const hub = createHub(() => repeat);

  const change = (next: TopicRepeat): void => {
    repeat = next;
    hub.changed();
  };

  const stop = (): void => {
    clearInterval(timer);
    timer = undefined;
    if (repeat?.isRunning === true) change({ ...repeat, isRunning: false });
  };

  return {
    publish: async (input) => topics.publish(outgoing(input)),
    repeat: ({ everyMs, times, ...input }) => {
      const message = outgoing(input);
      stop();
      change({ topic: input.topic, everyMs, times, sent: 0, succeeded: 0, failed: 0, isRunning: true, error: null });
      const send = (): void => {
        if (repeat === null || !repeat.isRunning) return;
        change({ ...repeat, sent: repeat.sent + 1 });
        // Results that come after another repetition began are not its own.
        const mine = timer;
        topics.publish(message).then(
          () => {
            if (repeat !== null && timer === mine) change({ ...repeat, succeeded: repeat.succeeded + 1 });
          },
          (error: unknown) => {
            if (repeat !== null && timer === mine)
              change({ ...repeat, failed: repeat.failed + 1, error: toPlainError(error) });
          },
        );
        if (repeat.sent < times) return;
        clearInterval(timer);
        change({ ...repeat, isRunning: false });
      };
      timer = setInterval(send, everyMs);
      send();
    },
    stopRepeating: stop,
    hub,
  };
}

function outgoing({ topic, payload, encoding, qos, retain }: CallInput<'topics.publish'>) {
  return { topic, payload: encoding === 'text' ? Buffer.from(payload) : bytesOf(payload), qos, retain };
}

/** Pairs of hexadecimal digits; spaces, line breaks and colons between them do not count. */
function bytesOf(hex: string): Uint8Array {
  const digits = hex.replace(/[\s:]+/g, '');
  if (digits.length % 2 === 1 || /[^0-9a-f]/i.test(digits))
    throw new AppError('topics.badHex', 'The payload is not hexadecimal bytes.', {
      hint: 'Write two digits for each byte, e.g. 01 ff a0.',
    });
  return Buffer.from(digits, 'hex');
}
