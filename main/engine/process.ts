/** Entry of the engine process: DuckDB behind a port, away from the lab and from the window. */
import { AppError } from '../../preload/errors.ts';
import { createLogger } from '../log.ts';
import { parentPort } from '../parent-port.ts';
import { openRpc, type Listener } from '../rpc.ts';
import type { EngineProcess } from './api.ts';
import { openEngine, type Engine } from './engine.ts';

const log = createLogger('engine');
let opened: Engine | undefined;

function engine(): Engine {
  if (opened === undefined) throw new AppError('engine.notOpen', 'The query engine has not been opened.');
  return opened;
}

process.on('uncaughtException', (error) => {
  log.fatal({ error: error.message, stack: error.stack }, 'the engine met a bug and stops');
  process.exit(1);
});
process.on('unhandledRejection', (reason) => {
  throw reason;
});

const port = parentPort();
port.onClose(() => process.exit(0));

const rpc = openRpc<Listener, EngineProcess>(
  port,
  {
    open: async ({ folder }) => {
      opened ??= await openEngine({ folder });
      return null;
    },
    analyse: (input) => engine().analyse(input),
    run: (input) => engine().run(input),
    cancel: (input) => {
      engine().cancel(input);
      return null;
    },
    stop: () => {
      opened?.stop();
      setImmediate(() => process.exit(0));
      return null;
    },
  },
  (name, error) => log.error({ call: name, error: String(error) }, 'a call met a bug'),
);
rpc.emit('ready', null);
