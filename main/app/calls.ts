/** The window's calls: check who asks, find the call, parse the input, run it, hand errors back as data. */
import { ipcMain, type IpcMainInvokeEvent, type WebContents } from 'electron';
import { z } from 'zod';
import { calls, type CallName, type Reply } from '../../preload/contract.ts';
import { AppError, toPlainError } from '../../preload/errors.ts';
import type { FilesTaken } from '../../preload/shapes-certificates.ts';
import type { Handlers } from '../control/desktop.ts';
import { createLogger } from '../log.ts';
import { isOurPage } from './security.ts';

const log = createLogger('app.calls');

const droppedFiles = z
  .array(z.object({ name: z.string().max(255), path: z.string().max(4096) }))
  .min(1)
  .max(500);

/** Throws `ipc.untrusted` unless the sender is the main frame of our own window showing our own page. */
export function checkSender(event: {
  readonly sender: WebContents;
  readonly senderFrame: Electron.WebFrameMain | null;
}): void {
  const frame = event.senderFrame;
  if (frame === null || frame !== event.sender.mainFrame || !isOurPage(frame.url)) {
    throw new AppError('ipc.untrusted', "A page that is not Isobar's own asked main for something.");
  }
}

/** Serves `window.isobar.call` and `window.isobar.drop`. */
export function serveCalls(handlers: Handlers, takeFiles: (paths: readonly string[]) => Promise<FilesTaken>): void {
  const reply = async <Value>(
    event: IpcMainInvokeEvent,
    name: string,
    run: () => Value | Promise<Value>,
  ): Promise<Reply<Value>> => {
    try {
      checkSender(event);
      return { ok: true, value: await run() };
    } catch (error) {
      const plain = toPlainError(error);
      if (plain.code === 'bug') log.error({ call: name, err: error }, 'a call failed unexpectedly');
      return { ok: false, error: plain };
    }
  };

  ipcMain.handle('isobar:call', (event, name: unknown, input: unknown) =>
    reply(event, String(name), () => runCall(handlers, name, input)),
  );
  ipcMain.handle('isobar:drop', (event, files: unknown) =>
    reply(event, 'drop', () => {
      const dropped = parse(droppedFiles, files, 'drop');
      const lost = dropped.filter((file) => file.path === '').map((file) => file.name);
      if (lost.length === dropped.length) {
        throw new AppError('files.notOnDisk', `"${lost[0] ?? ''}" does not come from a file on this computer.`, {
          hint: 'Save it to disk first and drop the file itself.',
        });
      }
      return takeFiles(dropped.filter((file) => file.path !== '').map((file) => file.path));
    }),
  );
}

function isCallName(name: unknown): name is CallName {
  return typeof name === 'string' && Object.hasOwn(calls, name);
}

async function runCall(handlers: Handlers, name: unknown, input: unknown): Promise<unknown> {
  if (!isCallName(name)) throw new AppError('ipc.unknownCall', `The call "${String(name)}" does not exist.`);
  const handler = handlers[name] as (input: unknown) => unknown;
  return handler(parse(calls[name].input, input, name));
}

/** Parses what came from the window; says which call and what was wrong. */
export function parse<Schema extends z.ZodType>(schema: Schema, value: unknown, name: string): z.infer<Schema> {
  const result = schema.safeParse(value);
  if (!result.success)
    throw new AppError('ipc.badInput', `The input of "${name}" is not valid: ${z.prettifyError(result.error)}`);
  return result.data;
}
