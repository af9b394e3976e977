/** The only door out of the window: typed calls and streams over `window.isobar`; envelopes become values or AppErrors here, once. */
import type {
  CallInput,
  CallName,
  CallOutput,
  Reply,
  StreamBatch,
  StreamInput,
  StreamName,
} from '../../preload/contract.ts';
import { fromPlainError, type PlainError } from '../../preload/errors.ts';
import type { FilesTaken } from '../../preload/shapes-certificates.ts';

type Bridge = {
  readonly call: <Name extends CallName>(name: Name, input: CallInput<Name>) => Promise<Reply<CallOutput<Name>>>;
  readonly open: <Name extends StreamName>(
    name: Name,
    input: StreamInput<Name>,
    onBatch: (batch: StreamBatch<Name>) => void,
    onError: (error: PlainError) => void,
  ) => () => void;
  readonly drop: (files: readonly File[]) => Promise<Reply<FilesTaken>>;
};

declare global {
  interface Window {
    readonly isobar: Bridge;
  }
}

const REOPEN_FIRST_MS = 500;
const REOPEN_LONGEST_MS = 8_000;

function valueOf<Value>(reply: Reply<Value>): Value {
  if (reply.ok) return reply.value;
  throw fromPlainError(reply.error);
}

/** Asks main; rejects with an AppError for people. */
export async function call<Name extends CallName>(name: Name, input: CallInput<Name>): Promise<CallOutput<Name>> {
  return valueOf(await window.isobar.call(name, input));
}

/** Hands dropped files to main; their paths never reach the page. */
export async function dropFiles(files: readonly File[]): Promise<FilesTaken> {
  return valueOf(await window.isobar.drop(files));
}

/** Keeps a stream open: after an error it is opened again, with longer and longer pauses. Returns the way to close it. */
export function watch<Name extends StreamName>(
  name: Name,
  input: StreamInput<Name>,
  on: {
    readonly opened?: () => void;
    readonly batch: (batch: StreamBatch<Name>) => void;
    readonly error: (error: PlainError) => void;
  },
): () => void {
  let close: () => void = () => undefined;
  let timer: number | undefined;
  let pauseMs = REOPEN_FIRST_MS;
  const start = (): void => {
    on.opened?.();
    close = window.isobar.open(
      name,
      input,
      (batch) => {
        pauseMs = REOPEN_FIRST_MS;
        on.batch(batch);
      },
      (error) => {
        on.error(error);
        close();
        window.clearTimeout(timer);
        timer = window.setTimeout(start, pauseMs);
        pauseMs = Math.min(pauseMs * 2, REOPEN_LONGEST_MS);
      },
    );
  };
  start();
  return () => {
    window.clearTimeout(timer);
    close();
  };
}
