/** What tests of bulk registration stand on: a whole lab and the AWS SDK in front of it, and devices' requests. */
import {
  DescribeThingRegistrationTaskCommand,
  IoTClient,
  ListThingRegistrationTaskReportsCommand,
  StartThingRegistrationTaskCommand,
  type DescribeThingRegistrationTaskCommandOutput,
} from '@aws-sdk/client-iot';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';

export type LabAddress = {
  readonly endpoint: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly roleArn: string;
};

export type RegistrationClient = {
  readonly iot: IoTClient;
  readonly s3: S3Client;
  /** Puts the lines where the task reads them and starts it. */
  readonly start: (template: object, lines: readonly string[]) => Promise<string>;
  readonly describe: (taskId: string) => Promise<DescribeThingRegistrationTaskCommandOutput>;
  /** When it has ended. */
  readonly ended: (taskId: string) => Promise<DescribeThingRegistrationTaskCommandOutput>;
  /** The lines of a report, fetched as anybody could. */
  readonly report: (taskId: string, reportType: 'RESULTS' | 'ERRORS') => Promise<readonly ReportLine[]>;
  readonly close: () => void;
};

const reportLine = z.strictObject({
  errorMessage: z.string().nullable(),
  lineNumber: z.number(),
  offset: z.number(),
  response: z
    .strictObject({ CertificatePem: z.string().nullable(), ResourceArns: z.record(z.string(), z.string()) })
    .nullable(),
});
export type ReportLine = z.infer<typeof reportLine>;

export const DATA_BUCKET = 'registration-data';
const GENEROUS_MS = 50_000;

export function openRegistrationClient(lab: LabAddress): RegistrationClient {
  const { endpoint, region, accessKeyId, secretAccessKey, roleArn } = lab;
  const settings = { endpoint, region, credentials: { accessKeyId, secretAccessKey }, maxAttempts: 1 };
  const iot = new IoTClient(settings);
  const s3 = new S3Client({ ...settings, forcePathStyle: true });
  const describe = (taskId: string): Promise<DescribeThingRegistrationTaskCommandOutput> =>
    iot.send(new DescribeThingRegistrationTaskCommand({ taskId }));
  let files = 0;
  return {
    iot,
    s3,
    describe,
    start: async (template, lines) => {
      const inputFileKey = `lines-${++files}.json`;
      await s3.send(new PutObjectCommand({ Bucket: DATA_BUCKET, Key: inputFileKey, Body: lines.join('\n') }));
      const templateBody = JSON.stringify(template);
      const { taskId = '' } = await iot.send(
        new StartThingRegistrationTaskCommand({ templateBody, inputFileBucket: DATA_BUCKET, inputFileKey, roleArn }),
      );
      return taskId;
    },
    ended: async (taskId) => {
      const end = Date.now() + GENEROUS_MS;
      for (;;) {
        const task = await describe(taskId);
        if (task.status !== 'InProgress' && task.status !== 'Cancelling') return task;
        if (Date.now() > end) throw new Error(`the task is still ${task.status}`);
        await sleep(50);
      }
    },
    report: async (taskId, reportType) => {
      const { resourceLinks = [] } = await iot.send(
        new ListThingRegistrationTaskReportsCommand({ taskId, reportType }),
      );
      const texts = await Promise.all(resourceLinks.map(async (link) => (await fetch(link)).text()));
      return texts.flatMap((text) =>
        text
          .split('\n')
          .filter((line) => line !== '')
          .map((line) => reportLine.parse(JSON.parse(line))),
      );
    },
    close: () => {
      iot.destroy();
      s3.destroy();
    },
  };
}

/** Thing, certificate from a CSR and a policy of its own document. */
export const DEVICE_TEMPLATE = {
  Parameters: { ThingName: { Type: 'String' }, CSR: { Type: 'String' }, Site: { Type: 'String', Default: 'north' } },
  Resources: {
    thing: {
      Type: 'AWS::IoT::Thing',
      Properties: { ThingName: { Ref: 'ThingName' }, AttributePayload: { site: { Ref: 'Site' } } },
    },
    certificate: { Type: 'AWS::IoT::Certificate', Properties: { CertificateSigningRequest: { Ref: 'CSR' } } },
    policy: {
      Type: 'AWS::IoT::Policy',
      Properties: {
        PolicyDocument:
          '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iot:Connect","Resource":"*"}]}',
      },
    },
  },
};
