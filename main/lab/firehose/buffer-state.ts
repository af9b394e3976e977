/** A stream's buffer as the window's gauges show it. */
import type { BufferState } from '../api.ts';
import type { DeliveryHistory } from './delivery-stream.ts';
import type { Segment } from './stream-buffer.ts';
import type { StreamRecord } from './stream-record.ts';

/** Objects of the last delivery that a state names; a partitioned buffer can give hundreds. */
const MAX_TOLD_OBJECTS = 20;

export function describeBuffer(
  { name, destination }: StreamRecord,
  { bytes, records, since }: Pick<Segment, 'bytes' | 'records' | 'since'>,
  { deliveredObjects, deliveredRecords, latest, failure }: DeliveryHistory,
): BufferState {
  const due = since === null ? null : since + destination.intervalSeconds * 1000;
  return {
    stream: name,
    bufferedBytes: bytes,
    bufferedRecords: records,
    since,
    sizeLimitBytes: destination.sizeMiB * 1024 * 1024,
    intervalSeconds: destination.intervalSeconds,
    dueAt: failure === null ? due : failure.retryAt,
    isPartitioned: destination.keyQuery !== null,
    deliveredObjects,
    deliveredRecords,
    lastDelivery:
      latest === null
        ? null
        : { at: latest.at, objectCount: latest.objects.length, objects: latest.objects.slice(0, MAX_TOLD_OBJECTS) },
    lastError:
      failure === null
        ? null
        : { at: failure.at, code: failure.code, message: failure.message, bucket: destination.bucket },
  };
}
