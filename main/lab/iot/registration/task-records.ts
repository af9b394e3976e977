/** What is stored of bulk registration tasks. Progress stands by itself: it is written with every line, the rest only twice. */
import { z } from 'zod';
import type { Store, Table } from '../append-log-store.ts';

const taskSchema = z.object({
  taskId: z.string(),
  templateBody: z.string(),
  inputFileBucket: z.string(),
  inputFileKey: z.string(),
  roleArn: z.string(),
  status: z.enum(['InProgress', 'Completed', 'Failed', 'Cancelling', 'Cancelled']),
  /** Why it failed; null while there is nothing to say. */
  message: z.string().nullable(),
  /** Epoch seconds. */
  createdAt: z.number(),
  modifiedAt: z.number(),
});
export type RegistrationTask = z.infer<typeof taskSchema>;

const progressSchema = z.object({
  taskId: z.string(),
  /** Lines of the data file that are done, and the byte behind the last of them. */
  lines: z.number(),
  offset: z.number(),
  successCount: z.number(),
  failureCount: z.number(),
  /** What of the two report files belongs to the lines done; a report may be longer after a crash. */
  resultBytes: z.number(),
  errorBytes: z.number(),
  /** Of the whole data file. */
  inputBytes: z.number(),
  modifiedAt: z.number(),
});
export type RegistrationProgress = z.infer<typeof progressSchema>;

export type TaskRecords = {
  readonly store: Store;
  readonly tasks: Table<RegistrationTask>;
  readonly progress: Table<RegistrationProgress>;
};

/** Throws AppError `lab.stateDamaged`. */
export function openTaskRecords(store: Store): TaskRecords {
  return {
    store,
    tasks: store.table('registrationTasks', taskSchema),
    progress: store.table('registrationProgress', progressSchema),
  };
}

export function isUnderWay({ status }: RegistrationTask): boolean {
  return status === 'InProgress' || status === 'Cancelling';
}

export function progressOf({ progress }: TaskRecords, taskId: string): RegistrationProgress {
  const none = { lines: 0, offset: 0, successCount: 0, failureCount: 0, resultBytes: 0, errorBytes: 0 };
  return progress.get(taskId) ?? { taskId, ...none, inputBytes: 0, modifiedAt: 0 };
}
