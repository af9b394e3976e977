/** Works a registration task off, line by line; each line is done whole and told in the same change of the registry, so a crash repeats none. */
import { copyFile, mkdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { createLogger } from '../../../log.ts';
import { AwsError, type ObjectStore, type ReportShelf } from '../../services.ts';
import { invalidRequest } from '../input.ts';
import { epochSeconds, type Account } from '../registry.ts';
import { LONGEST_LINE, readDataLines, type DataLine } from './data-lines.ts';
import { provisionDevice, type RegisteredDevice } from './provision-device.ts';
import { reportedError } from './registration-errors.ts';
import { openReportFiles, reportPath, type ReportFiles } from './report-files.ts';
import { progressOf, type RegistrationTask, type TaskRecords } from './task-records.ts';
import { parseTemplate, type Template } from './template.ts';

const log = createLogger('lab.registration');

export type RunnerOptions = {
  readonly account: Account;
  readonly records: TaskRecords;
  readonly objects: ObjectStore;
  readonly shelf: ReportShelf;
  /** Holds a folder for each task under way. */
  readonly folder: string;
  readonly isClosing: () => boolean;
};

export function reportName(taskId: string, kind: 'RESULTS' | 'ERRORS'): string {
  return `${taskId}/${kind.toLowerCase()}.json`;
}

/** Resolves when the task has come to an end, or when the lab closes; then the next start goes on with it. Never rejects. */
export async function runTask(options: RunnerOptions, taskId: string): Promise<void> {
  const { records, folder } = options;
  const task = records.tasks.get(taskId);
  if (task === undefined) return;
  const taskFolder = join(folder, taskId);
  try {
    await mkdir(taskFolder, { recursive: true, mode: 0o700 });
    const end = await workOff(options, task, taskFolder);
    if (end === 'later') return;
    await shelve(options, taskId, taskFolder);
    setStatus(records, taskId, end, null);
    await rm(taskFolder, { recursive: true, force: true });
  } catch (error) {
    if (!(error instanceof AwsError)) log.error({ err: error, taskId }, 'a registration task failed');
    await shelve(options, taskId, taskFolder).catch((cause: unknown) => {
      log.error({ err: cause, taskId }, 'the reports of a failed registration task could not be laid out');
    });
    fail(records, taskId, error instanceof Error ? error.message : String(error));
  }
}

async function workOff(
  options: RunnerOptions,
  task: RegistrationTask,
  taskFolder: string,
): Promise<'Completed' | 'Cancelled' | 'later'> {
  const { records, objects, isClosing } = options;
  const { taskId } = task;
  const isCancelled = (): boolean => records.tasks.get(taskId)?.status === 'Cancelling';
  const template = parseTemplate(task.templateBody);
  const data = join(taskFolder, 'data');
  const inputBytes = await fetchData(objects, task, data);
  const reports = openReportFiles(taskFolder, progressOf(records, taskId));
  try {
    for await (const line of readDataLines(data, progressOf(records, taskId))) {
      if (isClosing()) return 'later';
      if (isCancelled()) return 'Cancelled';
      registerLine(options, { taskId, template, reports, inputBytes }, line);
      await nextTurn();
    }
    return isCancelled() ? 'Cancelled' : 'Completed';
  } finally {
    reports.close();
  }
}

/** Takes a copy at the start: the task goes on with it whatever becomes of the object. Throws AwsError in the words of S3. */
async function fetchData(objects: ObjectStore, task: RegistrationTask, path: string): Promise<number> {
  const copied = await stat(path).catch(() => undefined);
  if (copied !== undefined) return copied.size;
  const { inputFileBucket: bucket, inputFileKey: key } = task;
  if (!objects.hasBucket(bucket)) throw s3Refusal('NoSuchBucket', 'The specified bucket does not exist');
  const object = objects.get(bucket, key);
  if (object === undefined) throw s3Refusal('NoSuchKey', 'The specified key does not exist.');
  await copyFile(object.path, `${path}.part`);
  await rename(`${path}.part`, path);
  return object.size;
}

function s3Refusal(code: string, message: string): AwsError {
  return new AwsError(code, `${message} (Service: Amazon S3; Status Code: 404; Error Code: ${code})`, 404);
}

type Work = {
  readonly taskId: string;
  readonly template: Template;
  readonly reports: ReportFiles;
  readonly inputBytes: number;
};

function registerLine(options: RunnerOptions, work: Work, line: DataLine): void {
  const { account, records } = options;
  const { taskId, reports, inputBytes } = work;
  /** Within the change of the registry that makes the device. */
  const settle = (outcome: { device: RegisteredDevice } | { errorMessage: string }): void => {
    const before = progressOf(records, taskId);
    const isGood = 'device' in outcome;
    const bytes = reports.add(isGood ? 'RESULTS' : 'ERRORS', { lineNumber: line.number, offset: line.end, outcome });
    const after = {
      ...before,
      lines: line.number,
      offset: line.end,
      successCount: before.successCount + (isGood ? 1 : 0),
      failureCount: before.failureCount + (isGood ? 0 : 1),
      resultBytes: before.resultBytes + (isGood ? bytes : 0),
      errorBytes: before.errorBytes + (isGood ? 0 : bytes),
      inputBytes,
      modifiedAt: epochSeconds(),
    };
    records.store.commit(records.progress.set(taskId, after));
  };
  try {
    provisionDevice(account, work.template, parseLine(line), (device) => settle({ device }));
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    settle({ errorMessage: reportedError(error) });
  }
}

function parseLine({ number, text }: DataLine): unknown {
  if (text === undefined) throw invalidRequest(`Line ${number} is longer than ${LONGEST_LINE} bytes.`);
  try {
    return JSON.parse(text);
  } catch {
    throw invalidRequest(`Line ${number} is not valid JSON.`);
  }
}

/** A report without a line is none, as on AWS. */
async function shelve({ records, shelf }: RunnerOptions, taskId: string, taskFolder: string): Promise<void> {
  const { successCount, failureCount } = progressOf(records, taskId);
  if (successCount > 0) await shelf.put(reportName(taskId, 'RESULTS'), reportPath(taskFolder, 'RESULTS'));
  if (failureCount > 0) await shelf.put(reportName(taskId, 'ERRORS'), reportPath(taskFolder, 'ERRORS'));
}

function fail(records: TaskRecords, taskId: string, message: string): void {
  try {
    setStatus(records, taskId, 'Failed', message);
  } catch (error) {
    // The disk refuses everything: the task is still under way there, and the next start takes it up.
    log.error({ err: error, taskId }, 'the failure of a registration task could not be stored');
  }
}

function setStatus(
  { store, tasks }: TaskRecords,
  taskId: string,
  status: RegistrationTask['status'],
  message: string | null,
): void {
  const task = tasks.get(taskId);
  if (task === undefined) return;
  store.commit(tasks.set(taskId, { ...task, status, message, modifiedAt: epochSeconds() }));
}
