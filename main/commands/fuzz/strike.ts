/** One fuzz case on one connection: everything is written, our side is ended, and the other side must end too. */
import { once } from 'node:events';
import type { Socket } from 'node:net';

export type Outcome = {
  /** The beginning of what came back. */
  readonly answer: string;
  /** Whether the connection ended within the limit. */
  readonly hasEnded: boolean;
};

const LIMIT_MS = 20_000;
const KEPT_BYTES = 256;

/** Rejects when the connection cannot be opened: nobody listens any more. `opened` names the event after which bytes may be sent. */
export async function strike(socket: Socket, opened: 'connect' | 'secureConnect', bytes: Buffer): Promise<Outcome> {
  await once(socket, opened);
  let answer = Buffer.alloc(0);
  // Being cut off in the middle is a fair answer.
  socket.on('error', () => undefined);
  socket.on('data', (chunk: Buffer) => {
    if (answer.length < KEPT_BYTES) answer = Buffer.concat([answer, chunk.subarray(0, KEPT_BYTES)]);
  });
  const closed = new Promise<boolean>((resolve) => {
    const timer = setTimeout(() => resolve(false), LIMIT_MS);
    socket.once('close', () => {
      clearTimeout(timer);
      resolve(true);
    });
  });
  socket.end(bytes);
  const hasEnded = await closed;
  socket.destroy();
  return { answer: answer.toString('latin1'), hasEnded };
}
