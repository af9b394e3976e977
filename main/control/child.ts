/** What control needs of a started process room, however it was started; and the way the command line starts one. */
import { fork } from 'node:child_process';
import { join } from 'node:path';
import type { ProcessName } from '../../preload/shapes.ts';
import type { Port } from '../rpc.ts';

export type Child = {
  readonly pid: () => number | null;
  readonly port: Port;
  readonly onExit: (listener: (code: number | null) => void) => void;
  readonly kill: () => void;
};

export type Fork = (name: ProcessName) => Child;

/** No `AWS_*` reaches a child: a stray profile or endpoint must never change the target. Node options are dropped for the same reason. */
export function childEnvironment(environment: NodeJS.ProcessEnv): Record<string, string> {
  const kept = Object.entries(environment).filter(
    ([name]) => !name.startsWith('AWS_') && name !== 'NODE_OPTIONS' && name !== 'ELECTRON_RUN_AS_NODE',
  );
  return Object.fromEntries(kept.map(([name, value]) => [name, value ?? '']));
}

/** Plain Node processes for the command line and tests. `distFolder` holds `main/<name>.js`. */
export function nodeFork(distFolder: string): Fork {
  return (name) => {
    const child = fork(join(distFolder, 'main', `${name}.js`), [], {
      serialization: 'advanced',
      env: childEnvironment(process.env),
      // Standard output belongs to the command's own answer.
      stdio: ['ignore', 2, 2, 'ipc'],
      execArgv: [],
    });
    return {
      pid: () => child.pid ?? null,
      port: {
        post: (message) => {
          if (child.connected) child.send(message as object);
        },
        onMessage: (listener) => child.on('message', listener),
        onClose: (listener) => child.once('exit', listener),
      },
      onExit: (listener) => child.once('exit', (code) => listener(code)),
      kill: () => child.kill('SIGKILL'),
    };
  };
}
