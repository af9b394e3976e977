/** The first bytes of an MQTT connection: only a CONNECT of MQTT 3.1.1 reaches the broker; other versions are told which one is spoken here. */
import type { Duplex } from 'node:stream';

type Verdict =
  | { readonly kind: 'more' }
  | { readonly kind: 'serve' }
  /** `answer`: what a client of that version understands; null when it is no MQTT client at all. */
  | { readonly kind: 'refuse'; readonly reason: string; readonly answer: Buffer | null };

const CONNECT = 0x10;
/** A last will of 128 KiB with its topic, and a user name and password of the usual size. */
const LARGEST_CONNECT_BYTES = 256 * 1024;
/** CONNACK with return code 1, "unacceptable protocol version" (MQTT 3.1.1, 3.2.2.3). */
const UNACCEPTABLE = Buffer.from([0x20, 2, 0, 1]);
/** CONNACK with reason code 0x84, "unsupported protocol version", and no properties (MQTT 5, 3.2.2.2). */
const UNSUPPORTED = Buffer.from([0x20, 3, 0, 0x84, 0]);
const LINGER_MS = 2_000;

/**
 * Waits for the beginning of the CONNECT packet, puts it back into the stream and calls `serve`; or answers, calls `refuse` with the reason and
 * ends the stream. Whoever calls bounds the time.
 */
export function greet(
  stream: Duplex,
  then: { readonly serve: () => void; readonly refuse: (reason: string) => void },
): void {
  let head: Buffer = Buffer.alloc(0);
  const look = (): void => {
    for (let chunk: unknown = stream.read(); chunk instanceof Buffer; chunk = stream.read()) {
      head = head.length === 0 ? chunk : Buffer.concat([head, chunk]);
      const verdict = judge(head);
      if (verdict.kind === 'more') continue;
      stream.off('readable', look);
      if (verdict.kind === 'serve') {
        stream.unshift(head);
        then.serve();
        return;
      }
      then.refuse(verdict.reason);
      dismiss(stream, verdict.answer);
      return;
    }
  };
  stream.on('readable', look);
}

/** Of the beginning of a connection; at most 13 bytes are needed. */
function judge(head: Buffer): Verdict {
  if (head.length === 0) return { kind: 'more' };
  if (head[0] !== CONNECT) return noMqtt('the first packet is not a CONNECT');
  let length = 0;
  let at = 1;
  for (let isLast = false; !isLast; at++) {
    if (at > 4) return noMqtt('the length of the CONNECT packet is malformed');
    const byte = head[at];
    if (byte === undefined) return { kind: 'more' };
    length += (byte & 127) << (7 * (at - 1));
    isLast = byte < 128;
  }
  if (length > LARGEST_CONNECT_BYTES) return noMqtt(`the CONNECT packet announces ${length} bytes`);
  if (head.length < at + 2) return { kind: 'more' };
  const nameLength = head.readUInt16BE(at);
  const end = at + 2 + nameLength;
  if (nameLength > 6 || end >= at + length) return noMqtt('the CONNECT packet is malformed');
  const name = head.toString('latin1', at + 2, end);
  const level = head[end];
  if (level === undefined) return { kind: 'more' };
  if (name !== 'MQTT' && name !== 'MQIsdp') return noMqtt('the protocol is not MQTT');
  if (name === 'MQTT' && level === 4) return { kind: 'serve' };
  if (name === 'MQTT' && level === 5) {
    return { kind: 'refuse', reason: 'MQTT 5 is not served, MQTT 3.1.1 is', answer: UNSUPPORTED };
  }
  const version = name === 'MQIsdp' && level === 3 ? 'MQTT 3.1' : `Protocol level ${level}`;
  return { kind: 'refuse', reason: `${version} is not served, MQTT 3.1.1 is`, answer: UNACCEPTABLE };
}

function noMqtt(reason: string): Verdict {
  return { kind: 'refuse', reason, answer: null };
}

/** Lets the answer arrive before the connection goes: closing with unread bytes would reset it and take the answer along. */
function dismiss(stream: Duplex, answer: Buffer | null): void {
  if (answer === null) {
    stream.destroy();
    return;
  }
  stream.end(answer);
  stream.resume();
  const timer = setTimeout(() => stream.destroy(), LINGER_MS);
  stream.once('close', () => clearTimeout(timer));
}
