/** Opens a loopback port: exactly the one asked for, or the next free one after a preferred one. */
import type { Server } from 'node:net';
import { AppError } from '../../preload/errors.ts';

const TRIES = 100;

/**
 * Resolves with the port. `what` names the server for people, e.g. `HTTP`.
 * Throws AppError `lab.portTaken` when an exact port is taken or no port after the preferred one is free.
 */
export async function listenOnLoopback(
  server: Server,
  port: number | { readonly prefer: number },
  what: string,
): Promise<number> {
  const first = typeof port === 'number' ? port : port.prefer;
  const last = typeof port === 'number' || first === 0 ? first : Math.min(first + TRIES, 65_535);
  for (let candidate = first; candidate <= last; candidate++) {
    const opened = await tryListen(server, candidate);
    if (opened !== null) return opened;
  }
  throw new AppError(
    'lab.portTaken',
    first === last
      ? `The lab cannot open port ${first} for ${what}: another program on this machine uses it already, or it is reserved.`
      : `The lab cannot open a port for ${what}: all from ${first} to ${last} are in use on this machine.`,
    { hint: 'Stop the program that uses the port, or choose another port for the lab.' },
  );
}

/** The port now open; null when it is taken. */
async function tryListen(server: Server, port: number): Promise<number | null> {
  return new Promise((resolve, reject) => {
    const onError = (error: NodeJS.ErrnoException): void => {
      server.removeListener('listening', onListening);
      if (error.code === 'EADDRINUSE' || error.code === 'EACCES') resolve(null);
      else reject(error);
    };
    const onListening = (): void => {
      server.removeListener('error', onError);
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    };
    server.once('error', onError);
    server.once('listening', onListening);
    server.listen(port, '127.0.0.1');
  });
}
