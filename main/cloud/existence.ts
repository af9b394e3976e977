/** Is there a resource of this kind and name on the target? */
import {
  DescribeThingCommand,
  DescribeThingGroupCommand,
  DescribeThingTypeCommand,
  type IoTClient,
} from '@aws-sdk/client-iot';
import { HeadBucketCommand, type S3Client } from '@aws-sdk/client-s3';
import { nullWhen } from './refusals.ts';
import type { Resource } from './resources.ts';

const GONE = ['ResourceNotFoundException'];

/** Asks only for the kinds whose creation succeeds when they are there; all others say so themselves when they are made. */
export async function exists(
  { iot, s3 }: { readonly iot: IoTClient; readonly s3: S3Client },
  { kind, name }: Resource,
): Promise<boolean> {
  switch (kind) {
    case 'thing':
      return (await nullWhen(GONE, iot.send(new DescribeThingCommand({ thingName: name })))) !== null;
    case 'thingType':
      return (await nullWhen(GONE, iot.send(new DescribeThingTypeCommand({ thingTypeName: name })))) !== null;
    case 'thingGroup':
      return (await nullWhen(GONE, iot.send(new DescribeThingGroupCommand({ thingGroupName: name })))) !== null;
    case 'bucket':
      return (await nullWhen(['NotFound', 'NoSuchBucket'], s3.send(new HeadBucketCommand({ Bucket: name })))) !== null;
    case 'rule':
    case 'stream':
    case 'table':
    case 'crawler':
    case 'database':
    case 'certificate':
    case 'policy':
      return false;
  }
}
