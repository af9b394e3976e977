/** Starts TLS handshakes a few at a time: each costs about a millisecond of computing, and a crowd of them must not hold up those who are in. */
import type { Socket } from 'node:net';

/** For each turn of the event loop, in which everybody else is served too. */
const STARTS_A_TURN = 8;

export type HandshakePace = {
  /** Starts the handshake in its turn, once the client has said something. */
  readonly line: (socket: Socket) => void;
};

export function openHandshakePace(start: (socket: Socket) => void): HandshakePace {
  let line: Socket[] = [];
  const startSome = (): void => {
    const turn = line.slice(0, STARTS_A_TURN);
    line = line.slice(STARTS_A_TURN);
    if (line.length > 0) setImmediate(startSome);
    for (const socket of turn) if (!socket.destroyed) start(socket);
  };
  return {
    line: (socket) => {
      // A connection that says nothing costs no TLS state. What it has said by its turn lies in its buffer, where TLS finds it.
      socket.once('readable', () => {
        line.push(socket);
        if (line.length === 1) setImmediate(startSome);
      });
    },
  };
}
