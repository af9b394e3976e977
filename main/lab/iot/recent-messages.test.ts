/** The last messages are kept whole, in number and bytes. */
import { expect, test } from 'vitest';
import { openRecentMessages } from './recent-messages.ts';

const message = (sequence: number, topic: string, payload: Buffer) => ({
  sequence,
  topic,
  payload,
  receivedAt: sequence,
  clientId: 'c',
  principal: '',
  sourceIp: '',
  hops: 0,
});

test('gives the newest of a topic first and forgets what is older than its bounds', () => {
  const recent = openRecentMessages();
  for (let n = 1; n <= 5_000; n++) recent.add(message(n, n % 2 === 0 ? 'a/even' : 'a/odd', Buffer.from(String(n))));
  expect(recent.ofTopic('a/even', 2).map(({ payload }) => payload.toString())).toEqual(['5000', '4998']);
  expect(recent.ofTopic('a/#', 10_000)).toHaveLength(2_000);
  expect(recent.ofTopic('b', 10)).toEqual([]);
});

test('few large messages take the place of many small ones', () => {
  const recent = openRecentMessages();
  for (let n = 1; n <= 200; n++) recent.add(message(n, 'a', Buffer.alloc(128 * 1024)));
  expect(recent.ofTopic('a', 1_000)).toHaveLength(64);
});
