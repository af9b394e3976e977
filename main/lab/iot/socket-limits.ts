/** Bounds the memory one connection of the broker can take, in both directions. */
import type { Client } from 'aedes';
import type { Duplex } from 'node:stream';
import { createLogger } from '../../log.ts';

const log = createLogger('lab.iot.sockets');

/** Above this, messages of QoS 0 for a slow subscriber are dropped. */
const SLOW_BYTES = 1024 * 1024;
/** Above this, the connection is closed; a persistent session finds its messages of QoS 1 when it comes back. */
const STALLED_BYTES = 16 * 1024 * 1024;
/** The largest packet is a payload of 128 KiB with its topic; some more is in the socket's last chunk. */
const LARGEST_PENDING_BYTES = 256 * 1024;

/** Whether a subscriber keeps up well enough to be given one more message of QoS 0. */
export function mayTakeMore(client: Client): boolean {
  return client.conn.writableLength < SLOW_BYTES;
}

/**
 * aedes makes everyone wait for a subscriber that does not read. Here nobody waits: what a subscriber has not read piles up in its
 * own socket, up to a bound at which it loses its connection, and `onClosed` is told why.
 */
export function limitBacklog(client: Client, socket: Duplex, onClosed: (reason: string) => void): void {
  Object.assign(client, {
    waitForDrain: (done: (error: Error | null, client: Client) => void) => {
      if (socket.writableLength > STALLED_BYTES && !socket.destroyed) {
        log.warn({ clientId: client.id, bytes: socket.writableLength }, 'closed a connection that does not read');
        onClosed('the client does not read what it is sent');
        socket.destroy();
      }
      setImmediate(done, null, client);
    },
  });
}

/** Closes a connection whose packet is longer than any legal one before all of it is taken into memory. */
export function limitPacketSize(client: Client, socket: Duplex, onClosed: (reason: string) => void): void {
  // aedes listens first, so what is left in its parser now is the beginning of one packet.
  socket.on('readable', () => {
    if (pendingBytes(client) <= LARGEST_PENDING_BYTES) return;
    log.warn({ clientId: client.id }, 'closed a connection: its packet is larger than 128 KiB');
    onClosed('a packet is larger than a payload of 128 KiB and its topic');
    socket.destroy();
  });
}

/** The parser's buffer, which the types of aedes do not show. */
function pendingBytes(client: object): number {
  const list = member(member(client, '_parser'), '_list');
  const length = member(list, 'length');
  if (typeof length !== 'number') throw new Error('aedes no longer shows what its parser holds');
  return length;
}

function member(holder: unknown, name: string): unknown {
  return holder instanceof Object ? Reflect.get(holder, name) : undefined;
}
