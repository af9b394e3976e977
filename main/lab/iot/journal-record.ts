/** The form of one message in the journal: a fixed head, then client id, principal, source address, topic and payload. */
import type { Sender } from './sender.ts';

export type JournalMessage = Sender & {
  /** Grows by exactly one from message to message, which also proves that a record is whole. */
  readonly sequence: number;
  /** Epoch milliseconds of receipt: what timestamp() is in every rule, however late or often it runs. */
  readonly receivedAt: number;
  readonly topic: string;
  readonly payload: Buffer;
};

/**
 * Record length (4 bytes), sequence (8), receipt in ms (8), length of client id (2), of topic (2), of principal (1), of source address (1),
 * hops (1), one unused.
 */
const HEAD_BYTES = 28;
/** 128 KiB of payload and room for head, topic and sender; a longer record cannot be one of ours. */
export const LARGEST_RECORD_BYTES = 160 * 1024;

export type JournalContent = Omit<JournalMessage, 'sequence'>;

/** All records in one buffer; sequences count up from `first`. The payloads of the returned messages lie in that buffer. */
export function encodeRecords(
  contents: readonly JournalContent[],
  first: number,
): { readonly bytes: Buffer; readonly messages: readonly JournalMessage[] } {
  let total = 0;
  for (const { topic, clientId, principal, sourceIp, payload } of contents) {
    // UTF-8 takes at most three bytes for each unit of a string.
    total += HEAD_BYTES + 3 * (topic.length + clientId.length + principal.length + sourceIp.length) + payload.length;
  }
  const bytes = Buffer.allocUnsafeSlow(total);
  let start = 0;
  const messages = contents.map((content, index): JournalMessage => {
    const { receivedAt, topic, clientId, principal, sourceIp, hops, payload } = content;
    const sequence = first + index;
    let at = start + HEAD_BYTES;
    const write = (text: string): number => {
      const written = bytes.write(text, at);
      at += written;
      return written;
    };
    bytes.writeBigUInt64LE(BigInt(sequence), start + 4);
    bytes.writeDoubleLE(receivedAt, start + 12);
    bytes.writeUInt16LE(write(clientId), start + 20);
    bytes.writeUInt8(write(principal), start + 24);
    bytes.writeUInt8(write(sourceIp), start + 25);
    bytes.writeUInt16LE(write(topic), start + 22);
    bytes.writeUInt8(Math.min(hops, 255), start + 26);
    bytes.writeUInt8(0, start + 27);
    const end = at + payload.length;
    payload.copy(bytes, at);
    bytes.writeUInt32LE(end - start, start);
    start = end;
    return {
      sequence,
      receivedAt,
      topic,
      clientId,
      principal,
      sourceIp,
      hops,
      payload: bytes.subarray(at, end),
    };
  });
  return { bytes: bytes.subarray(0, start), messages };
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
  let start = 0;
  while (bytes.length - start >= HEAD_BYTES) {
    const end = start + bytes.readUInt32LE(start);
    const sequence = Number(bytes.readBigUInt64LE(start + 4));
    const principalAt = start + HEAD_BYTES + bytes.readUInt16LE(start + 20);
    const sourceAt = principalAt + bytes.readUInt8(start + 24);
    const topicAt = sourceAt + bytes.readUInt8(start + 25);
    const payloadAt = topicAt + bytes.readUInt16LE(start + 22);
    if (end > bytes.length || payloadAt > end || sequence !== first + messages.length) break;
    messages.push({
      sequence,
      receivedAt: bytes.readDoubleLE(start + 12),
      clientId: bytes.toString('utf8', start + HEAD_BYTES, principalAt),
      principal: bytes.toString('latin1', principalAt, sourceAt),
      sourceIp: bytes.toString('latin1', sourceAt, topicAt),
      topic: bytes.toString('utf8', topicAt, payloadAt),
      hops: bytes.readUInt8(start + 26),
      payload: bytes.subarray(payloadAt, end),
    });
    start = end;
  }
  return { messages, usedBytes: start };
}
