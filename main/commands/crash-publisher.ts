/** Publishes numbered messages with many in flight, and knows which of them were acknowledged before the connection ended. */
import { once } from 'node:events';
import type { TLSSocket } from 'node:tls';
import { connectPacket, publishPacket } from './fuzz/mqtt-packets.ts';

export type CrashPublisher = {
  /** Resolves when so many are acknowledged, or when the connection is lost. */
  readonly publish: (count: number) => Promise<void>;
};

/** Messages under way at the same time. */
const IN_FLIGHT = 500;
const PUBACK = 0x40;
const ACK_BYTES = 4;
const ACCEPTED = Buffer.from([0x20, 2, 0, 0]);

/**
 * @param nextNumber Gives each message its number.
 * @param onAcknowledged Hears the number of each message that the broker has taken.
 */
export async function openCrashPublisher(
  socket: TLSSocket,
  clientId: string,
  topic: string,
  { nextNumber, onAcknowledged }: { readonly nextNumber: () => number; readonly onAcknowledged: (n: number) => void },
): Promise<CrashPublisher> {
  socket.on('error', () => undefined);
  socket.setNoDelay(true);
  const ended = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  socket.write(connectPacket(clientId));
  const [answer]: unknown[] = await once(socket, 'data');
  if (!(answer instanceof Buffer) || !answer.equals(ACCEPTED)) throw new Error(`the broker did not accept ${clientId}`);

  /** The numbers under way, by packet id. */
  const inFlight = new Map<number, number>();
  const freeIds = Array.from({ length: IN_FLIGHT }, (_, index) => index + 1);
  let wanted = 0;
  let onDone: () => void = () => undefined;
  let rest: Buffer = Buffer.alloc(0);

  const fill = (): void => {
    const packets: Buffer[] = [];
    while (wanted > inFlight.size) {
      const id = freeIds.pop();
      if (id === undefined) break;
      const n = nextNumber();
      inFlight.set(id, n);
      packets.push(publishPacket(topic, Buffer.from(`{"n":${n},"t":-7.0}\n`), id));
    }
    if (packets.length > 0 && !socket.destroyed) socket.write(Buffer.concat(packets));
  };

  socket.on('data', (chunk: Buffer) => {
    rest = Buffer.concat([rest, chunk]);
    while (rest.length >= ACK_BYTES && rest[0] === PUBACK) {
      const id = rest.readUInt16BE(2);
      rest = rest.subarray(ACK_BYTES);
      const n = inFlight.get(id);
      if (n === undefined) continue;
      inFlight.delete(id);
      freeIds.push(id);
      onAcknowledged(n);
      wanted--;
    }
    if (wanted <= 0) onDone();
    else fill();
  });

  return {
    publish: async (count) => {
      wanted = count;
      const done = new Promise<void>((resolve) => (onDone = resolve));
      fill();
      await Promise.race([done, ended]);
    },
  };
}
