/** The well-behaved neighbour: publishes one message after another and remembers how long each acknowledgement took. */
import { once } from 'node:events';
import type { TLSSocket } from 'node:tls';
import { connectPacket, publishPacket } from './mqtt-packets.ts';

export type SteadyClient = {
  readonly published: () => number;
  readonly acknowledged: () => number;
  /** The acknowledgements' times in ms since the last call, longest last. */
  readonly takeTimes: () => readonly number[];
  /** Resolves when the last message is acknowledged or the connection is lost. */
  readonly stop: () => Promise<void>;
};

const PAUSE_MS = 5;
const ACCEPTED = Buffer.from([0x20, 2, 0, 0]);

/** `socket` is connected. Rejects when the broker does not accept the client. */
export async function openSteadyClient(socket: TLSSocket, clientId: string, topic: string): Promise<SteadyClient> {
  let published = 0;
  let acknowledged = 0;
  let times: number[] = [];
  let isStopping = false;
  socket.on('error', () => undefined);
  socket.setNoDelay(true);
  socket.write(connectPacket(clientId));
  const [answer]: unknown[] = await once(socket, 'data');
  if (!(answer instanceof Buffer) || !answer.equals(ACCEPTED)) throw new Error(`the broker did not accept ${clientId}`);

  const ended = new Promise<void>((resolve) => {
    socket.once('close', () => resolve());
    let sentAt = 0;
    const publish = (): void => {
      if (isStopping) {
        socket.end();
        return;
      }
      published += 1;
      sentAt = performance.now();
      socket.write(publishPacket(topic, Buffer.from(`{"count":${published}}`), (published % 65_535) + 1));
    };
    // One message is under way at a time, so each packet that comes is its acknowledgement.
    socket.on('data', () => {
      acknowledged += 1;
      times.push(performance.now() - sentAt);
      setTimeout(publish, PAUSE_MS);
    });
    publish();
  });
  return {
    published: () => published,
    acknowledged: () => acknowledged,
    takeTimes: () => {
      const taken = times.sort((a, b) => a - b);
      times = [];
      return taken;
    },
    stop: async () => {
      isStopping = true;
      await ended;
    },
  };
}
