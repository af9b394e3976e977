/** The HTTP routes of bulk registration, and RegisterThing, which registers one device by the same template. */
import { z } from 'zod';
import type { RestInput, RestRoute } from '../../services.ts';
import { BY_TOKEN, bodyOf, creationKey, invalidRequest, nextPage, notFound, pageOf } from '../input.ts';
import { epochSeconds, type Account } from '../registry.ts';
import { provisionDevice } from './provision-device.ts';
import type { Registration } from './registration.ts';
import { isUnderWay, progressOf, type RegistrationTask } from './task-records.ts';
import { reportName } from './task-runner.ts';
import { parseTemplate } from './template.ts';

const registerBody = z.strictObject({ templateBody: z.string(), parameters: z.unknown().optional() });
const statusSchema = z.enum(['InProgress', 'Completed', 'Failed', 'Cancelling', 'Cancelled']);
const reportTypeSchema = z.enum(['RESULTS', 'ERRORS']);

export function registrationRoutes(account: Account, registration: Registration): readonly RestRoute[] {
  const { records, shelf } = registration;
  const { store, tasks } = records;
  return [
    {
      method: 'POST',
      path: '/things',
      name: 'RegisterThing',
      handle: (input) => {
        const { templateBody, parameters = {} } = bodyOf(input, registerBody);
        const { certificatePem, resourceArns } = provisionDevice(account, parseTemplate(templateBody), parameters);
        return { ...(certificatePem === undefined ? {} : { certificatePem }), resourceArns };
      },
    },
    {
      method: 'POST',
      path: '/thing-registration-tasks',
      name: 'StartThingRegistrationTask',
      handle: (input) => registration.start(input.body),
    },
    {
      method: 'GET',
      path: '/thing-registration-tasks/{taskId}',
      name: 'DescribeThingRegistrationTask',
      handle: (input) => describe(registration, taskOf(registration, input)),
    },
    {
      method: 'GET',
      path: '/thing-registration-tasks',
      name: 'ListThingRegistrationTasks',
      handle: (input) => {
        const wanted = enumOf(input, 'status', statusSchema);
        const listed = tasks.values().filter(({ status }) => wanted === undefined || status === wanted);
        const { items, next } = pageOf(input, listed, BY_TOKEN, (task) => creationKey(task, task.taskId), 'descending');
        return { taskIds: items.map(({ taskId }) => taskId), ...nextPage('nextToken', next) };
      },
    },
    {
      method: 'PUT',
      path: '/thing-registration-tasks/{taskId}/cancel',
      name: 'StopThingRegistrationTask',
      handle: (input) => {
        const task = taskOf(registration, input);
        if (!isUnderWay(task)) {
          throw invalidRequest(`The registration task ${task.taskId} is ${task.status}: there is nothing to stop.`);
        }
        store.commit(tasks.set(task.taskId, { ...task, status: 'Cancelling', modifiedAt: epochSeconds() }));
        return {};
      },
    },
    {
      method: 'GET',
      path: '/thing-registration-tasks/{taskId}/reports',
      name: 'ListThingRegistrationTaskReports',
      handle: (input) => {
        const reportType = enumOf(input, 'reportType', reportTypeSchema);
        if (reportType === undefined) throw invalidRequest("Missing value for 'reportType'.");
        const task = tasks.get(input.params['taskId'] ?? '');
        if (task === undefined) throw invalidRequest(`There is no registration task ${input.params['taskId'] ?? ''}.`);
        const { successCount, failureCount } = progressOf(records, task.taskId);
        const lines = reportType === 'RESULTS' ? successCount : failureCount;
        const names = isUnderWay(task) || lines === 0 ? [] : [reportName(task.taskId, reportType)];
        const { items, next } = pageOf(input, names, BY_TOKEN, (name) => name);
        return { reportType, resourceLinks: items.map((name) => shelf.link(name)), ...nextPage('nextToken', next) };
      },
    },
  ];
}

function describe({ records }: Registration, task: RegistrationTask): object {
  const { createdAt, modifiedAt, message, ...rest } = task;
  const { successCount, failureCount, offset, inputBytes, modifiedAt: lastLineAt } = progressOf(records, task.taskId);
  const share = inputBytes === 0 ? 0 : Math.floor((100 * offset) / inputBytes);
  return {
    ...rest,
    ...(message === null ? {} : { message }),
    creationDate: createdAt,
    lastModifiedDate: Math.max(modifiedAt, lastLineAt),
    successCount,
    failureCount,
    percentageProgress: task.status === 'Completed' ? 100 : share,
  };
}

/** Throws AwsError ResourceNotFoundException. */
function taskOf({ records }: Registration, { params }: RestInput): RegistrationTask {
  const task = records.tasks.get(params['taskId'] ?? '');
  if (task === undefined) throw notFound(`Registration task ${params['taskId'] ?? ''} not found`);
  return task;
}

function enumOf<Value extends string>({ query }: RestInput, name: string, schema: z.ZodType<Value>): Value | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  const parsed = schema.safeParse(text);
  if (!parsed.success) throw invalidRequest(`'${name}' cannot be "${text.slice(0, 100)}".`);
  return parsed.data;
}
