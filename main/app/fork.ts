/** Starts a process room as an Electron utility process. */
import { setPriority } from 'node:os';
import { join } from 'node:path';
import { utilityProcess } from 'electron';
import { childEnvironment, type Child, type Fork } from '../control/child.ts';
import { createLogger } from '../log.ts';

const log = createLogger('app.fork');

const BEHIND_WINDOW = 5;

/** `distFolder` holds `main/<name>.js`. */
export function utilityFork(distFolder: string): Fork {
  return (name): Child => {
    const child = utilityProcess.fork(join(distFolder, 'main', `${name}.js`), [], {
      serviceName: `isobar-${name}`,
      env: childEnvironment(process.env),
      stdio: 'inherit',
    });
    child.once('spawn', () => yieldToWindow(child.pid));
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

/**
 * A flood may keep every core busy: whoever types or clicks goes first. A step of 5 gives the window three shares of a core to each of
 * theirs on Linux and macOS, and changes nothing on Windows, which favours the window in front by itself.
 */
function yieldToWindow(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    setPriority(pid, BEHIND_WINDOW);
  } catch (error) {
    log.warn({ err: error }, 'a process keeps the priority of the window');
  }
}
