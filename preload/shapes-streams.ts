/** What crosses the border about Firehose streams: the fill of their buffers, and what became of them. Times are epoch milliseconds. */

export type StreamBuffer = {
  readonly bufferedBytes: number;
  readonly bufferedRecords: number;
  /** Of the oldest buffered record, null when empty. */
  readonly since: number | null;
  readonly sizeLimitBytes: number;
  readonly intervalSeconds: number;
  /** When the buffer is delivered if its size is not reached before, or a failed delivery tried again; null when empty. */
  readonly dueAt: number | null;
  /** Whether the records go to partitions by keys in them, one object each. */
  readonly isPartitioned: boolean;
  /** Since the lab's start. */
  readonly deliveredObjects: number;
  readonly deliveredRecords: number;
  /** The last delivery that succeeded since the lab's start. */
  readonly lastDelivery: {
    readonly at: number;
    /** With dynamic partitioning one for each partition that had records. */
    readonly objectCount: number;
    /** At most 20 of them. */
    readonly objects: readonly DeliveredObject[];
  } | null;
  /** Why the last delivery failed; null when it did not. The records are still buffered and are tried again at `dueAt`. */
  readonly lastError: {
    readonly at: number;
    /** As S3 names the error. */
    readonly code: string;
    readonly message: string;
    /** Where it should have gone. */
    readonly bucket: string;
  } | null;
};

export type DeliveredObject = {
  readonly bucket: string;
  readonly key: string;
  readonly records: number;
  /** As stored, so after compression. */
  readonly bytes: number;
  /** Whether it lies in the error output: its records gave no partition. */
  readonly isError: boolean;
};

export type StreamGauge = {
  readonly name: string;
  /** Null where the target does not tell. */
  readonly buffer: StreamBuffer | null;
};
