/** Writes every message of a subscription to a file, with a bounded queue and an eye on the free space; what cannot be written is counted. */
import { open, statfs, type FileHandle } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { AppError, toPlainError, type PlainError } from '../../preload/errors.ts';
import type { RecordFormat, TopicRecording } from '../../preload/shapes-topics.ts';
import { CSV_HEAD, recordRow } from './record-rows.ts';
import type { Kept } from './topic-ring.ts';

export type Recorder = {
  readonly add: (message: Kept) => void;
  readonly status: () => TopicRecording;
  /** Writes out what is queued and closes the file; safe to repeat. */
  readonly stop: () => Promise<void>;
};

export type RecorderOptions = {
  /** Absolute path; an existing file is replaced, or continued with `before`. */
  readonly file: string;
  readonly format: RecordFormat;
  /** Of a recording that another process began. */
  readonly before: Pick<TopicRecording, 'written' | 'bytes' | 'lost'> | null;
  readonly onChange: () => void;
  /** Recording stops when less than this is free. */
  readonly leastFreeBytes?: number;
};

/** Waiting for the disk; about ten seconds of the fastest fleet. */
const MOST_QUEUED = 32 * 1_024 * 1_024;
const LEAST_FREE = 500_000_000;
/** The free space is asked for again after so much was written. */
const ASK_AFTER_BYTES = 16 * 1_024 * 1_024;

/** Rejects with `record.noSpace` or `record.cannotOpen`. */
export async function openRecorder(options: RecorderOptions): Promise<Recorder> {
  const { file, before } = options;
  const least = options.leastFreeBytes ?? LEAST_FREE;
  await checkSpace(file, least);
  const handle = await open(file, before === null ? 'w' : 'a').catch((cause: unknown) => {
    throw new AppError('record.cannotOpen', `"${basename(file)}" cannot be written.`, {
      hint: 'Choose another name or folder.',
      cause,
    });
  });
  return start(handle, options, least);
}

function start(handle: FileHandle, { file, format, before, onChange }: RecorderOptions, least: number): Recorder {
  let queue: string[] = before === null && format === 'csv' ? [CSV_HEAD] : [];
  let queuedBytes = 0;
  let queuedMessages = 0;
  let written = before?.written ?? 0;
  let bytes = before?.bytes ?? 0;
  let lost = before?.lost ?? 0;
  let sinceAsked = 0;
  let error: PlainError | null = null;
  let isOpen = true;
  let writing: Promise<void> | null = null;

  const writeOut = async (): Promise<void> => {
    while (queue.length > 0 && error === null) {
      const text = queue.join('');
      const messages = queuedMessages;
      queue = [];
      queuedBytes = 0;
      queuedMessages = 0;
      try {
        if (sinceAsked > ASK_AFTER_BYTES) {
          sinceAsked = 0;
          await checkSpace(file, least);
        }
        const data = Buffer.from(text);
        await handle.writeFile(data);
        written += messages;
        bytes += data.byteLength;
        sinceAsked += data.byteLength;
      } catch (thrown) {
        lost += messages;
        error = toPlainError(thrown instanceof AppError ? thrown : cannotWrite(file, thrown));
      }
      onChange();
    }
    if (error !== null) lose();
    writing = null;
  };

  const lose = (): void => {
    lost += queuedMessages;
    queue = [];
    queuedBytes = 0;
    queuedMessages = 0;
  };

  const push = (): void => {
    writing ??= writeOut();
  };
  if (queue.length > 0) push();

  return {
    add: (message) => {
      if (!isOpen) return;
      if (error !== null || queuedBytes > MOST_QUEUED) {
        lost += 1;
        return;
      }
      const row = recordRow(format, message);
      queue.push(row);
      queuedBytes += row.length;
      queuedMessages += 1;
      push();
    },
    status: () => ({
      name: basename(file),
      format,
      isRunning: isOpen && error === null,
      written,
      bytes,
      lost,
      error,
    }),
    stop: async () => {
      if (!isOpen) return;
      isOpen = false;
      for (let current = writing; current !== null; current = writing) await current;
      await handle.close().catch((thrown: unknown) => {
        error ??= toPlainError(cannotWrite(file, thrown));
      });
      onChange();
    },
  };
}

async function checkSpace(file: string, least: number): Promise<void> {
  const disk = await statfs(dirname(file)).catch((cause: unknown) => {
    throw cannotWrite(file, cause);
  });
  if (disk.bavail * disk.bsize >= least) return;
  throw new AppError('record.noSpace', `There is too little free space for "${basename(file)}".`, {
    hint: `Recording leaves ${Math.round(least / 1_000_000)} MB free. Make room or choose another disk.`,
  });
}

function cannotWrite(file: string, cause: unknown): AppError {
  return new AppError('record.cannotWrite', `"${basename(file)}" can no longer be written.`, {
    hint: 'Is the disk full or gone? Start a new recording in another place.',
    cause,
  });
}
