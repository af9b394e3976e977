/** The Firehose action of one rule: gathers its records and hands them on in order, as few puts as the order and the limits allow. */
import { setTimeout as pause } from 'node:timers/promises';
import { AwsError, type DeliveryStreams } from '../services.ts';

/** Records of one action. The source names them in the stream, so that a replay is known again. */
export type Lane = {
  readonly source: string;
  readonly ruleName: string;
  readonly stream: string;
  readonly records: LaneRecord[];
};

export type LaneRecord = { readonly sequence: number; readonly bytes: Buffer };

export type LaneResult = {
  readonly delivered: number;
  /** Numbers of the records that the stream did not take, and why the first of them was not. */
  readonly failures: ReadonlySet<number>;
  readonly error: Error | undefined;
};

const MOST_RECORDS = 500;
const MOST_BYTES = 4 * 1024 * 1024;
const RETRY_PAUSES_MS = [50, 200, 800];

/**
 * Delivers the records in order.
 * @param aloneUntil Records up to this number may have been put before a crash, in unknown groups. Each goes alone, so that the stream
 *   takes exactly those it does not have yet.
 */
export async function deliver(streams: DeliveryStreams, lane: Lane, aloneUntil: number): Promise<LaneResult> {
  let delivered = 0;
  const failures = new Set<number>();
  let firstError: Error | undefined;
  for (const records of groupsOf(lane.records, aloneUntil)) {
    const error = await putGroup(streams, lane, records);
    if (error === undefined) delivered += records.length;
    else for (const { sequence } of records) failures.add(sequence);
    firstError ??= error;
  }
  return { delivered, failures, error: firstError };
}

function* groupsOf(records: readonly LaneRecord[], aloneUntil: number): Generator<readonly LaneRecord[]> {
  let start = 0;
  while (start < records.length) {
    let end = start;
    let bytes = 0;
    for (;;) {
      const record = records[end];
      if (record === undefined || end - start >= MOST_RECORDS) break;
      bytes += record.bytes.length;
      const mustBeAlone = record.sequence <= aloneUntil;
      if (end > start && (bytes > MOST_BYTES || mustBeAlone)) break;
      end++;
      if (mustBeAlone) break;
    }
    yield records.slice(start, end);
    start = end;
  }
}

/** The error when the stream did not take the group, also after some more tries where a try may help. */
async function putGroup(
  streams: DeliveryStreams,
  { stream, source }: Lane,
  records: readonly LaneRecord[],
): Promise<Error | undefined> {
  const sequence = records.at(-1)?.sequence ?? 0;
  for (let attempt = 0; ; attempt++) {
    try {
      await streams.put(
        stream,
        records.map(({ bytes }) => bytes),
        { source, sequence },
      );
      return undefined;
    } catch (thrown) {
      const error = thrown instanceof Error ? thrown : new Error(String(thrown));
      const pauseMs = RETRY_PAUSES_MS[attempt];
      if (pauseMs === undefined || isFinal(error)) return error;
      await pause(pauseMs);
    }
  }
}

/** A refusal that stays the same however often one asks. */
function isFinal(error: Error): boolean {
  return error instanceof AwsError && error.status < 500;
}
