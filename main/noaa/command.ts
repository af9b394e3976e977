/** `isobar noaa FILE...`: one message a line on standard output, everything else on standard error. */
import { once } from 'node:events';
import { AppError } from '../../preload/errors.ts';
import { messageText } from './message.ts';
import { readObservations } from './observation-file.ts';

/** Text is gathered to this size before it is written: a write per message costs more than the message. */
const WRITE_LENGTH = 65_536;

/**
 * Answers the exit code: 0 unless nothing could be read from any file. Damaged records go to `err` as
 * `FILE:LINE: reason`, a file that cannot be read as `FILE: sentence`. Waits where `out` asks to; ends quietly when its
 * reader goes away (`| head`).
 */
export async function printMessages(
  files: readonly string[],
  out: NodeJS.WritableStream,
  err: NodeJS.WritableStream,
): Promise<number> {
  const gone = new AbortController();
  const onError = (error: NodeJS.ErrnoException): void => gone.abort(error);
  // Never taken off: the error of the last write may come after this function has answered.
  out.on('error', onError);
  try {
    let messages = 0;
    for (const file of files) messages += await printFile(file, out, err, gone.signal);
    return messages > 0 ? 0 : 1;
  } catch (error) {
    if (isReaderGone(gone.signal.aborted ? gone.signal.reason : error)) return 0;
    throw error;
  }
}

function isReaderGone(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EPIPE';
}

async function printFile(
  file: string,
  out: NodeJS.WritableStream,
  err: NodeJS.WritableStream,
  signal: AbortSignal,
): Promise<number> {
  let messages = 0;
  let text = '';
  const write = async (): Promise<void> => {
    signal.throwIfAborted();
    const mayGoOn = out.write(text);
    text = '';
    if (!mayGoOn) await once(out, 'drain', { signal });
  };
  try {
    const onBadRecord = ({ line, reason }: { readonly line: number; readonly reason: string }): void => {
      err.write(`${file}:${line}: left out because ${reason}\n`);
    };
    for await (const { record } of readObservations(file, { signal, onBadRecord })) {
      messages += 1;
      text += `${messageText(record)}\n`;
      if (text.length >= WRITE_LENGTH) await write();
    }
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    err.write(`${file}: ${error.message}${error.hint === undefined ? '' : ` ${error.hint}`} [${error.code}]\n`);
  }
  if (text !== '') await write();
  return messages;
}
