/** A delivery stream as DescribeDeliveryStream shows it. */
import type { LabIdentity } from '../services.ts';
import { describeProcessors } from './processors.ts';
import type { Destination, StreamRecord } from './stream-record.ts';

export const DESTINATION_ID = 'destinationId-000000000001';

export function streamArn(name: string, identity: LabIdentity): string {
  return `arn:aws:firehose:${identity.region}:${identity.account}:deliverystream/${name}`;
}

/** Times are epoch seconds, as JSON services want them. */
export function describeStream(stream: StreamRecord, isActive: boolean, identity: LabIdentity): object {
  const s3 = describeS3(stream.destination);
  return {
    DeliveryStreamName: stream.name,
    DeliveryStreamARN: streamArn(stream.name, identity),
    DeliveryStreamStatus: isActive ? 'ACTIVE' : 'CREATING',
    DeliveryStreamEncryptionConfiguration: { Status: 'DISABLED' },
    DeliveryStreamType: 'DirectPut',
    VersionId: String(stream.version),
    CreateTimestamp: stream.created / 1000,
    ...(stream.updated === null ? {} : { LastUpdateTimestamp: stream.updated / 1000 }),
    Destinations: [
      {
        DestinationId: DESTINATION_ID,
        S3DestinationDescription: s3,
        ExtendedS3DestinationDescription: { ...s3, ...describeExtension(stream.destination) },
      },
    ],
    HasMoreDestinations: false,
  };
}

function describeS3(destination: Destination): object {
  return {
    RoleARN: destination.roleArn,
    BucketARN: `arn:aws:s3:::${destination.bucket}`,
    Prefix: destination.prefix,
    ErrorOutputPrefix: destination.errorOutputPrefix,
    BufferingHints: { SizeInMBs: destination.sizeMiB, IntervalInSeconds: destination.intervalSeconds },
    CompressionFormat: destination.compression,
    EncryptionConfiguration: { NoEncryptionConfig: 'NoEncryption' },
    CloudWatchLoggingOptions: { Enabled: false },
  };
}

function describeExtension(destination: Destination): object {
  return {
    ProcessingConfiguration: describeProcessors(destination),
    S3BackupMode: 'Disabled',
    DataFormatConversionConfiguration: { Enabled: false },
    DynamicPartitioningConfiguration:
      destination.keyQuery === null ? { Enabled: false } : { Enabled: true, RetryOptions: { DurationInSeconds: 300 } },
    CustomTimeZone: destination.timeZone,
    ...(destination.fileExtension === '' ? {} : { FileExtension: destination.fileExtension }),
  };
}
