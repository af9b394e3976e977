/** The form of one message in the journal: a fixed head, then client id, topic and payload. */
export type JournalMessage = {
  /** Grows by exactly one from message to message, which also proves that a record is whole. */
  readonly sequence: number;
  readonly topic: string;
  readonly clientId: string;
  readonly payload: Buffer;
};

/** Record length (4 bytes), sequence (8), client id length (2), topic length (2). */
const HEAD_BYTES = 16;
/** 128 KiB of payload and room for head, topic and client id; a longer record cannot be one of ours. */
export const LARGEST_RECORD_BYTES = 160 * 1024;

type Content = Omit<JournalMessage, 'sequence'>;

/** All records in one buffer; sequences count up from `first`. The payloads of the returned messages lie in that buffer. */
export function encodeRecords(
  contents: readonly Content[],
  first: number,
): { readonly bytes: Buffer; readonly messages: readonly JournalMessage[] } {
  const lengths = contents.map(({ topic, clientId, payload }) => ({
    clientId: Buffer.byteLength(clientId),
    topic: Buffer.byteLength(topic),
    payload: payload.length,
  }));
  const total = lengths.reduce((sum, { clientId, topic, payload }) => sum + HEAD_BYTES + clientId + topic + payload, 0);
  const bytes = Buffer.allocUnsafeSlow(total);
  let at = 0;
  const messages = contents.map(({ topic, clientId, payload }, index): JournalMessage => {
    const length = lengths[index] ?? { clientId: 0, topic: 0, payload: 0 };
    const sequence = first + index;
    const end = at + HEAD_BYTES + length.clientId + length.topic + length.payload;
    bytes.writeUInt32LE(end - at, at);
    bytes.writeBigUInt64LE(BigInt(sequence), at + 4);
    bytes.writeUInt16LE(length.clientId, at + 12);
    bytes.writeUInt16LE(length.topic, at + 14);
    at += HEAD_BYTES;
    at += bytes.write(clientId, at);
    at += bytes.write(topic, at);
    payload.copy(bytes, at);
    const message = { sequence, topic, clientId, payload: bytes.subarray(at, end) };
    at = end;
    return message;
  });
  return { bytes, messages };
}

/**
 * The whole records at the beginning of `bytes`, of which the first must be number `first`. Stops where a record is cut off or is not
 * the next one; `usedBytes` tells how far it came.
 */
export function decodeRecords(
  bytes: Buffer,
  first: number,
): { readonly messages: readonly JournalMessage[]; readonly usedBytes: number } {
  const messages: JournalMessage[] = [];
  let at = 0;
  while (bytes.length - at >= HEAD_BYTES) {
    const end = at + bytes.readUInt32LE(at);
    const sequence = Number(bytes.readBigUInt64LE(at + 4));
    const topicStart = at + HEAD_BYTES + bytes.readUInt16LE(at + 12);
    const payloadStart = topicStart + bytes.readUInt16LE(at + 14);
    if (end > bytes.length || payloadStart > end || sequence !== first + messages.length) break;
    messages.push({
      sequence,
      clientId: bytes.toString('utf8', at + HEAD_BYTES, topicStart),
      topic: bytes.toString('utf8', topicStart, payloadStart),
      payload: bytes.subarray(payloadStart, end),
    });
    at = end;
  }
  return { messages, usedBytes: at };
}
