/** Bulk registration of the lab: starts tasks one at a time, and takes up after a restart what was under way. */
import { randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { z } from 'zod';
import type { ObjectStore, ReportShelf } from '../../services.ts';
import { checkedBody, invalidRequest } from '../input.ts';
import { epochSeconds, type Account } from '../registry.ts';
import { isUnderWay, openTaskRecords, type RegistrationTask, type TaskRecords } from './task-records.ts';
import { reportName, runTask } from './task-runner.ts';
import { parseTemplate } from './template.ts';

export type Registration = {
  readonly records: TaskRecords;
  readonly shelf: ReportShelf;
  /** StartThingRegistrationTask. Throws AwsError. */
  readonly start: (request: unknown) => { readonly taskId: string };
  /** Waits for the line that is being registered. */
  readonly close: () => Promise<void>;
};

type RegistrationOptions = {
  readonly account: Account;
  readonly objects: ObjectStore;
  readonly shelf: ReportShelf;
  readonly folder: string;
};

/** https://docs.aws.amazon.com/iot/latest/apireference/API_StartThingRegistrationTask.html */
const startBody = z.strictObject({
  templateBody: z.string(),
  inputFileBucket: z.string().regex(/^[a-zA-Z0-9._-]{3,256}$/, 'not the name of a bucket'),
  inputFileKey: z.string().regex(/^[a-zA-Z0-9!_.*'()-/]{1,1024}$/, 'not a key that a registration task can read'),
  roleArn: z.string().min(20).max(2048),
});

/** Tasks are kept like a log book: of those that have ended, the newest so many. */
const MOST_KEPT = 500;

export async function openRegistration({
  account,
  objects,
  shelf,
  folder,
}: RegistrationOptions): Promise<Registration> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const records = openTaskRecords(account.registry.store);
  let isClosing = false;
  let running: Promise<void> = Promise.resolve();
  const run = (taskId: string): void => {
    const options = { account, records, objects, shelf, folder, isClosing: () => isClosing };
    running = running.then(() => runTask(options, taskId));
  };
  for (const task of records.tasks.values()) if (isUnderWay(task)) run(task.taskId);

  return {
    records,
    shelf,
    start: (request) => {
      const body = checkedBody(request, startBody);
      parseTemplate(body.templateBody);
      checkRole(account, body.roleArn);
      const current = records.tasks.values().find(isUnderWay);
      if (current !== undefined) {
        throw invalidRequest(
          `The registration task ${current.taskId} is ${current.status}: only one can run at a time. Wait for it or stop it.`,
        );
      }
      const now = epochSeconds();
      const taskId = randomUUID();
      const task: RegistrationTask = {
        taskId,
        ...body,
        status: 'InProgress',
        message: null,
        createdAt: now,
        modifiedAt: now,
      };
      records.store.commit(records.tasks.set(taskId, task));
      run(taskId);
      running = running.then(() => forgetOldest(records, shelf));
      return { taskId };
    },
    close: async () => {
      isClosing = true;
      await running;
    },
  };
}

/** The caller must be able to pass the role, and the service to take it on. */
function checkRole({ identity }: Account, roleArn: string): void {
  if (roleArn === identity.roleArn) return;
  throw invalidRequest(
    `The service cannot assume the role ${roleArn}. Check the role: the lab has one, ${identity.roleArn}.`,
  );
}

async function forgetOldest(records: TaskRecords, shelf: ReportShelf): Promise<void> {
  const { store, tasks, progress } = records;
  const ended = tasks.values().filter((task) => !isUnderWay(task));
  for (const { taskId } of ended.slice(0, Math.max(0, ended.length - MOST_KEPT))) {
    await shelf.remove(reportName(taskId, 'RESULTS'));
    await shelf.remove(reportName(taskId, 'ERRORS'));
    store.commit(tasks.remove(taskId), progress.remove(taskId));
  }
}
