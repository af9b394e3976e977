/** The window's streams: pairs one MessagePort from the page with a source in control; one unacknowledged batch at a time. */
import { ipcMain } from 'electron';
import { streams, type StreamName } from '../../preload/contract.ts';
import { AppError, toPlainError } from '../../preload/errors.ts';
import type { OpenStream } from '../control/streams.ts';
import { createLogger } from '../log.ts';
import { checkSender, parse } from './calls.ts';

const log = createLogger('app.streams');

/** Serves `window.isobar.open`. */
export function serveStreams(openStream: OpenStream): void {
  ipcMain.on('isobar:open', (event, request: { readonly name?: unknown; readonly input?: unknown } | null) => {
    const port = event.ports[0];
    if (port === undefined) return;
    try {
      checkSender(event);
      const name = request?.name;
      if (!isStreamName(name)) throw new AppError('ipc.unknownStream', `The stream "${String(name)}" does not exist.`);
      const input = parse(streams[name].input, request?.input, name);
      const source = openStream(name, input, {
        batch: (batch) => port.postMessage({ batch }),
        error: (error) => port.postMessage({ error }),
      });
      port.on('message', ({ data }) => {
        if (data === 'acknowledged') source.acknowledge();
        if (data === 'close') source.close();
      });
      port.on('close', () => source.close());
      port.start();
    } catch (error) {
      log.warn({ err: error }, 'a stream was refused');
      port.postMessage({ error: toPlainError(error) });
    }
  });
}

function isStreamName(name: unknown): name is StreamName {
  return typeof name === 'string' && Object.hasOwn(streams, name);
}
