/** Where connections wait that have not yet shown what they are: not for long, not too many, and the oldest makes room for the next. */
import type { Socket } from 'node:net';

export type WaitingRoom = {
  readonly enter: (socket: Socket) => void;
  /** The connection has shown itself; others watch over it now. */
  readonly leave: (socket: Socket) => void;
  readonly size: () => number;
  readonly close: () => void;
};

const LOOK_EVERY_MS = 500;

/**
 * A connection is closed when it has waited `limitMs`, whatever it sends meanwhile, and the one that has waited longest when there are
 * more than `most`: a flood of half-open connections then pushes out itself, since an honest client is through in a moment.
 */
export function openWaitingRoom(limits: { readonly most: number; readonly limitMs: number }): WaitingRoom {
  /** In the order they came, with the time each must be gone. */
  const waiting = new Map<Socket, number>();
  const putOut = (socket: Socket): void => {
    waiting.delete(socket);
    socket.destroy();
  };
  const timer = setInterval(() => {
    const now = performance.now();
    for (const [socket, end] of waiting) {
      if (end > now) return;
      putOut(socket);
    }
  }, LOOK_EVERY_MS).unref();
  return {
    enter: (socket) => {
      waiting.set(socket, performance.now() + limits.limitMs);
      socket.once('close', () => waiting.delete(socket));
      if (waiting.size <= limits.most) return;
      for (const oldest of waiting.keys()) {
        putOut(oldest);
        return;
      }
    },
    leave: (socket) => {
      waiting.delete(socket);
    },
    size: () => waiting.size,
    close: () => clearInterval(timer),
  };
}
