/** Bulk registration as AWS offers it: a template, a data file in a bucket, one task, and its reports read back. The keys stay here: the data file holds signing requests. */
import {
  DescribeThingRegistrationTaskCommand,
  ListThingRegistrationTaskReportsCommand,
  StartThingRegistrationTaskCommand,
  StopThingRegistrationTaskCommand,
  paginateListThingRegistrationTasks,
  type ReportType,
} from '@aws-sdk/client-iot';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { z } from 'zod';
import { AppError } from '../../preload/errors.ts';
import type { Clients } from './clients.ts';
import type { Enrolment } from './enrolment.ts';
import { told } from './refusals.ts';
import { waitFor } from './waiting.ts';

/** The template for devices that share type, group, attributes and policy. https://docs.aws.amazon.com/iot/latest/developerguide/provision-template.html */
export function registrationTemplate(shared: Omit<Enrolment, 'thingName'>): string {
  const { thingType, group, attributes, policyName } = shared;
  return JSON.stringify({
    Parameters: { ThingName: { Type: 'String' }, CSR: { Type: 'String' } },
    Resources: {
      thing: {
        Type: 'AWS::IoT::Thing',
        Properties: {
          ThingName: { Ref: 'ThingName' },
          ...(thingType === null ? {} : { ThingTypeName: thingType }),
          ...(group === null ? {} : { ThingGroups: [group] }),
          ...(Object.keys(attributes).length === 0 ? {} : { AttributePayload: attributes }),
        },
      },
      certificate: {
        Type: 'AWS::IoT::Certificate',
        Properties: { CertificateSigningRequest: { Ref: 'CSR' }, Status: 'ACTIVE' },
      },
      policy: { Type: 'AWS::IoT::Policy', Properties: { PolicyName: policyName } },
    },
  });
}

export type RegistrationLine = { readonly thingName: string; readonly csrPem: string };

/** Uploads the data file and starts the task; resolves with its id. AWS runs one task at a time for an account. */
export async function startRegistration(
  clients: Clients,
  task: {
    readonly bucket: string;
    readonly key: string;
    readonly roleArn: string;
    readonly template: string;
    readonly lines: readonly RegistrationLine[];
  },
): Promise<string> {
  const { bucket, key, roleArn, template, lines } = task;
  const body = lines
    .map(({ thingName, csrPem }) => `${JSON.stringify({ ThingName: thingName, CSR: csrPem })}\n`)
    .join('');
  await clients.s3.send(
    new PutObjectCommand({ Bucket: bucket, Key: key, Body: body, ContentType: 'application/x-ndjson' }),
  );
  const answer = await clients.iot.send(
    new StartThingRegistrationTaskCommand({
      templateBody: template,
      inputFileBucket: bucket,
      inputFileKey: key,
      roleArn,
    }),
  );
  return told(answer.taskId, 'the id of the registration task');
}

const MOST_TASKS = 250;

/** The id of the task that reads this data file; null when none of the account's last tasks does. */
export async function findRegistration({ iot }: Clients, key: string): Promise<string | null> {
  let looked = 0;
  for await (const { taskIds = [] } of paginateListThingRegistrationTasks({ client: iot, pageSize: MOST_TASKS }, {})) {
    for (const taskId of taskIds) {
      const { inputFileKey } = await iot.send(new DescribeThingRegistrationTaskCommand({ taskId }));
      if (inputFileKey === key) return taskId;
      if (++looked >= MOST_TASKS) return null;
    }
  }
  return null;
}

export async function stopRegistration({ iot }: Clients, taskId: string): Promise<void> {
  await iot.send(new StopThingRegistrationTaskCommand({ taskId }));
}

export type RegistrationEnd = { readonly status: string; readonly message: string };

/** Resolves when the task has ended, however it ended. `onProgress` hears of percent done. */
export function awaitRegistration(
  { iot }: Clients,
  taskId: string,
  onProgress: (percent: number) => void,
  signal: AbortSignal,
): Promise<RegistrationEnd> {
  const ask = async (): Promise<RegistrationEnd | undefined> => {
    const task = await iot.send(new DescribeThingRegistrationTaskCommand({ taskId }));
    onProgress(task.percentageProgress ?? 0);
    const status = told(task.status, 'the status of the registration task');
    return status === 'InProgress' || status === 'Cancelling' ? undefined : { status, message: task.message ?? '' };
  };
  return waitFor(ask, {
    what: 'the registration task to end',
    limitMs: 6 * 3_600_000,
    firstPauseMs: 200,
    longestPauseMs: 5_000,
    signal,
  });
}

export type Registered = { readonly certificatePem: string; readonly certificateId: string };
export type NotRegistered = { readonly lineNumber: number; readonly message: string };

const resultSchema = z.object({
  response: z.object({ CertificatePem: z.string(), ResourceArns: z.record(z.string(), z.string()) }),
});
const errorSchema = z.object({ lineNumber: z.number(), errorMessage: z.string() });

/** The stations that the task made, in the words of AWS's own reports. */
export async function readResults(clients: Clients, taskId: string): Promise<readonly Registered[]> {
  const lines = await readReports(clients, taskId, 'RESULTS');
  return lines.map((line) => {
    const { response } = resultSchema.parse(line);
    const certificateId = Object.values(response.ResourceArns)
      .find((arn) => arn.includes(':cert/'))
      ?.split(':cert/')[1];
    return {
      certificatePem: response.CertificatePem,
      certificateId: told(certificateId, 'the ARN of the certificate in a report'),
    };
  });
}

/** The lines that failed, each with the target's own sentence. */
export async function readErrors(clients: Clients, taskId: string): Promise<readonly NotRegistered[]> {
  const lines = await readReports(clients, taskId, 'ERRORS');
  return lines.map((line) => {
    const { lineNumber, errorMessage } = errorSchema.parse(line);
    return { lineNumber, message: errorMessage };
  });
}

const DOWNLOAD_LIMIT_MS = 60_000;
const MOST_BYTES = 256 * 1024 * 1024;

async function readReports({ iot }: Clients, taskId: string, reportType: ReportType): Promise<readonly unknown[]> {
  const found: unknown[] = [];
  let nextToken: string | undefined;
  do {
    const page = await iot.send(
      new ListThingRegistrationTaskReportsCommand({
        taskId,
        reportType,
        ...(nextToken === undefined ? {} : { nextToken }),
      }),
    );
    for (const link of page.resourceLinks ?? []) {
      const text = await download(link);
      for (const line of text.split('\n')) if (line.trim() !== '') found.push(JSON.parse(line));
    }
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
  return found;
}

/** The links are signed: they are all one needs, and are never logged. */
async function download(link: string): Promise<string> {
  const answer = await fetch(link, { signal: AbortSignal.timeout(DOWNLOAD_LIMIT_MS) });
  const isTooLong = Number(answer.headers.get('content-length') ?? 0) > MOST_BYTES;
  if (answer.ok && !isTooLong) return answer.text();
  await answer.body?.cancel();
  throw new AppError(
    'provision.report',
    isTooLong
      ? 'A report of the registration task is too long to read.'
      : `A report of the registration task could not be read: HTTP ${answer.status}.`,
    { hint: 'Resume the job to ask for the reports again.' },
  );
}
