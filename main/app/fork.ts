/** Starts a process room as an Electron utility process. */
import { join } from 'node:path';
import { utilityProcess } from 'electron';
import { childEnvironment, type Child, type Fork } from '../control/child.ts';

/** `distFolder` holds `main/<name>.js`. */
export function utilityFork(distFolder: string): Fork {
  return (name): Child => {
    const child = utilityProcess.fork(join(distFolder, 'main', `${name}.js`), [], {
      serviceName: `isobar-${name}`,
      env: childEnvironment(process.env),
      stdio: 'inherit',
    });
    return {
      pid: () => child.pid ?? null,
      port: {
        post: (message) => child.postMessage(message),
        onMessage: (listener) => child.on('message', listener),
        onClose: (listener) => child.once('exit', listener),
      },
      onExit: (listener) => child.once('exit', (code) => listener(code)),
      // Electron's own kill asks politely, which a hanging process would not hear.
      kill: () => {
        if (child.pid !== undefined) process.kill(child.pid, 'SIGKILL');
      },
    };
  };
}
