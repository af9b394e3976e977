/** Listens on loopback only, on IPv4 and (where there is one) IPv6 alike, because "localhost" may mean either. */
import type { Server } from 'node:net';
import { AppError } from '../../preload/errors.ts';
import type { PortChoice } from './api.ts';

const TRIES = 100;

/**
 * Resolves with the port that all servers share: the given number, or for `{ prefer }` the next one that is free, or any for 0.
 * `make` makes one server for each address family; `what` names them for people, e.g. `HTTP`. Throws AppError `lab.portTaken`.
 */
export async function listenOnLoopback<Made extends Server>(
  make: () => Made,
  choice: PortChoice,
  what: string,
): Promise<{
  readonly port: number;
  readonly servers: readonly Made[];
}> {
  const wanted = typeof choice === 'number' ? choice : choice.prefer;
  const mayMove = typeof choice !== 'number' || choice === 0;
  for (let attempt = 0; attempt < (mayMove ? TRIES : 1); attempt++) {
    const port = wanted === 0 ? 0 : wanted + attempt;
    if (port > 65_535) break;
    const found = await tryLoopback(make, port);
    if (found !== undefined) return found;
  }
  throw new AppError(
    'lab.portTaken',
    `The lab cannot open port ${wanted} for ${what}: another program on this computer uses it already, or it is reserved.`,
    {
      hint: 'Stop the program that uses the port, or choose another port for the lab (0 takes any free one).',
    },
  );
}

/** Like `listenOnLoopback` for one port; undefined when it is taken or reserved. */
export async function tryLoopback<Made extends Server>(
  make: () => Made,
  port: number,
): Promise<{ readonly port: number; readonly servers: readonly Made[] } | undefined> {
  const four = make();
  if ((await listen(four, '127.0.0.1', port)) !== 'listening') return undefined;
  const address = four.address();
  const chosen = typeof address === 'object' && address !== null ? address.port : port;
  const six = make();
  switch (await listen(six, '::1', chosen)) {
    case 'listening':
      return { port: chosen, servers: [four, six] };
    case 'no such address':
      return { port: chosen, servers: [four] };
    case 'taken':
      await new Promise((resolve) => four.close(resolve));
      return undefined;
  }
}

function listen(server: Server, host: string, port: number): Promise<'listening' | 'taken' | 'no such address'> {
  return new Promise((resolve, reject) => {
    const fail = (error: NodeJS.ErrnoException): void => {
      if (error.code === 'EADDRINUSE' || error.code === 'EACCES') resolve('taken');
      else if (error.code === 'EADDRNOTAVAIL' || error.code === 'EAFNOSUPPORT') resolve('no such address');
      else reject(error);
    };
    server.once('error', fail);
    server.listen({ host, port }, () => {
      server.off('error', fail);
      resolve('listening');
    });
  });
}
