/** What goes from a subscription into a file: a running recording, or what is listed now. */
import { AppError } from '../../preload/errors.ts';
import type { RecordFormat, TopicRecording } from '../../preload/shapes-topics.ts';
import { openRecorder, type RecorderOptions } from './recorder.ts';
import type { TopicLog } from './topic-log.ts';

/** Stops what runs and records to another file. Rejects with `record.*`. */
export async function recordTo(log: TopicLog, options: Omit<RecorderOptions, 'onChange'>): Promise<void> {
  await log.recorder()?.stop();
  log.record(await openRecorder({ ...options, onChange: log.changed }));
}

/** Writes the listed messages, oldest first. Rejects with `record.*`, also when only a part could be written. */
export async function exportTo(
  log: TopicLog,
  place: { readonly file: string; readonly format: RecordFormat },
): Promise<TopicRecording> {
  const recorder = await openRecorder({ ...place, before: null, onChange: () => undefined });
  for (const message of [...log.listed()].reverse()) recorder.add(message);
  await recorder.stop();
  const status = recorder.status();
  if (status.error !== null || status.lost > 0)
    throw new AppError('record.incomplete', `Only ${status.written} messages could be written to "${status.name}".`, {
      hint: status.error?.message,
    });
  return status;
}

export function messageNotKept(n: number): AppError {
  return new AppError('topics.notKept', `Message ${n} is no longer kept.`, {
    hint: 'Keep more messages in the settings of the subscription, or pause it.',
  });
}
