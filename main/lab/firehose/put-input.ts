/** Reads PutRecord and PutRecordBatch by hand: this is the hot path, and a schema would copy every record. */
import { AwsError } from '../services.ts';

const MAX_RECORD_BYTES = 1_024_000;
const MAX_BATCH_RECORDS = 500;
const MAX_BATCH_BYTES = 4 * 1024 * 1024;
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

/** Throws AwsError ValidationException or SerializationException. */
export function readRecord(input: unknown): { readonly name: string; readonly record: Buffer } {
  const { DeliveryStreamName: name, Record: record, ...more } = fields(input, 'the request');
  refuseMore(more);
  return { name: text(name, 'deliveryStreamName'), record: readData(record, 'record') };
}

/** Throws AwsError ValidationException, SerializationException or InvalidArgumentException. */
export function readBatch(input: unknown): { readonly name: string; readonly records: readonly Buffer[] } {
  const { DeliveryStreamName: name, Records: records, ...more } = fields(input, 'the request');
  refuseMore(more);
  if (!Array.isArray(records)) throw invalid('records', 'Member must not be null');
  if (records.length < 1 || records.length > MAX_BATCH_RECORDS) {
    throw invalid('records', `Member must have length between 1 and ${MAX_BATCH_RECORDS}`);
  }
  const batch = records.map((record: unknown, index) => readData(record, `records.${index + 1}.member`));
  if (batch.reduce((sum, record) => sum + record.length, 0) > MAX_BATCH_BYTES) {
    throw new AwsError('InvalidArgumentException', 'Records size exceeds 4 MB limit');
  }
  return { name: text(name, 'deliveryStreamName'), records: batch };
}

function readData(record: unknown, place: string): Buffer {
  const { Data: data, ...more } = fields(record, place);
  refuseMore(more);
  const encoded = text(data, `${place}.data`);
  if (!BASE64.test(encoded)) throw new AwsError('SerializationException', `${place}.data is not base64.`);
  const bytes = Buffer.from(encoded, 'base64');
  if (bytes.length > MAX_RECORD_BYTES) {
    throw invalid(`${place}.data`, `Member must have length less than or equal to ${MAX_RECORD_BYTES}`);
  }
  return bytes;
}

function fields(value: unknown, place: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalid(place, 'Member must be a structure');
  }
  return value as Record<string, unknown>;
}

function text(value: unknown, place: string): string {
  if (typeof value !== 'string') throw invalid(place, 'Member must not be null');
  return value;
}

function refuseMore(more: Readonly<Record<string, unknown>>): void {
  const [name] = Object.keys(more);
  if (name !== undefined) throw new AwsError('InvalidArgumentException', `The lab does not support ${name}.`);
}

function invalid(place: string, constraint: string): AwsError {
  return new AwsError(
    'ValidationException',
    `1 validation error detected: Value at '${place}' failed to satisfy constraint: ${constraint}`,
  );
}
