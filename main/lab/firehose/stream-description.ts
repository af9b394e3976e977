/** A delivery stream as DescribeDeliveryStream shows it. */
import type { LabIdentity } from '../services.ts';
import type { Destination, StreamRecord } from './stream-record.ts';

export const DESTINATION_ID = 'destinationId-000000000001';

export function streamArn(name: string, identity: LabIdentity): string {
  return `arn:aws:firehose:${identity.region}:${identity.account}:deliverystream/${name}`;
}

/** Times are epoch seconds, as JSON services want them. */
export function describeStream(stream: StreamRecord, identity: LabIdentity): object {
  const s3 = describeS3(stream.destination);
  return {
    DeliveryStreamName: stream.name,
    DeliveryStreamARN: streamArn(stream.name, identity),
    DeliveryStreamStatus: 'ACTIVE',
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
  const append = {
    Type: 'AppendDelimiterToRecord',
    Parameters: [{ ParameterName: 'Delimiter', ParameterValue: '\\n' }],
  };
  return {
    ProcessingConfiguration: destination.appendNewline
      ? { Enabled: true, Processors: [append] }
      : { Enabled: false, Processors: [] },
    S3BackupMode: 'Disabled',
    DataFormatConversionConfiguration: { Enabled: false },
    DynamicPartitioningConfiguration: { Enabled: false },
    CustomTimeZone: 'UTC',
    ...(destination.fileExtension === '' ? {} : { FileExtension: destination.fileExtension }),
  };
}
