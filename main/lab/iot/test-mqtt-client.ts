/** A raw MQTT 3.1.1 client for tests: it shows every packet the broker sends, and sends what a well-behaved library would not. */
import { connect, type TLSSocket } from 'node:tls';

export type Packet = { readonly type: number; readonly flags: number; readonly body: Buffer };

export const CONNACK = 2;
export const PUBLISH = 3;
const PUBACK = 4;
export const SUBACK = 9;

const LIMIT_MS = 20_000;

export type TestMqttClient = {
  readonly socket: TLSSocket;
  readonly received: readonly Packet[];
  readonly isClosed: () => boolean;
  readonly publish: (
    topic: string,
    payload: Buffer | string,
    options?: { qos?: 0 | 1 | 2; retain?: boolean; id?: number },
  ) => void;
  readonly subscribe: (id: number, filters: readonly { readonly filter: string; readonly qos: 0 | 1 | 2 }[]) => void;
  /** Acknowledges a message of QoS 1 that came. */
  readonly acknowledge: (packet: Packet) => void;
  readonly ackOf: (id: number) => boolean;
  /** Like `ackOf`, and forgets it, so that the id may be used again. */
  readonly takeAck: (id: number) => boolean;
  /** Says DISCONNECT. */
  readonly disconnect: () => void;
  /** Goes without a word. */
  readonly end: () => void;
};

export type TestCredentials = { readonly ca: string; readonly cert: string; readonly key: string };

/** Resolves when the TLS handshake is done and CONNECT is sent; what the broker says to it is in `received`. */
export async function openTestMqttClient(options: {
  readonly port: number;
  readonly credentials: TestCredentials;
  readonly clientId: string;
  readonly isClean?: boolean;
  /** Told in the handshake (SNI). */
  readonly servername?: string;
  readonly will?: { readonly topic: string; readonly payload: string; readonly retain?: boolean };
}): Promise<TestMqttClient> {
  const { port, credentials, clientId, isClean = true, servername = 'localhost', will } = options;
  const socket = connect({ host: '127.0.0.1', port, servername, ...credentials });
  const received: Packet[] = [];
  const acks = new Set<number>();
  let isClosed = false;
  let rest: Buffer = Buffer.alloc(0);
  socket.on('close', () => (isClosed = true));
  socket.on('error', () => undefined);
  socket.on('data', (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    for (;;) {
      const packet = takePacket(rest);
      if (packet === undefined) return;
      rest = rest.subarray(packet.bytes);
      if (packet.type === PUBACK) acks.add(packet.body.readUInt16BE(0));
      else received.push(packet);
    }
  });
  socket.setNoDelay(true);
  await new Promise<void>((resolve) => {
    socket.once('secureConnect', resolve);
    socket.once('close', () => resolve());
  });
  const flags = (isClean ? 2 : 0) | (will === undefined ? 0 : 4 | (will.retain === true ? 32 : 0));
  const last = will === undefined ? [] : [text(will.topic), text(will.payload)];
  socket.write(packetOf(1, 0, [text('MQTT'), Buffer.from([4, flags, 0, 60]), text(clientId), ...last]));
  return {
    socket,
    received,
    isClosed: () => isClosed,
    publish: (topic, payload, { qos = 1, retain = false, id = 1 } = {}) => {
      const flags = (qos << 1) | (retain ? 1 : 0);
      socket.write(
        packetOf(PUBLISH, flags, [text(topic), qos === 0 ? Buffer.alloc(0) : short(id), Buffer.from(payload)]),
      );
    },
    subscribe: (id, filters) => {
      const wanted = filters.flatMap(({ filter, qos }) => [text(filter), Buffer.from([qos])]);
      socket.write(packetOf(8, 2, [short(id), ...wanted]));
    },
    acknowledge: ({ body }) => {
      const at = 2 + body.readUInt16BE(0);
      socket.write(packetOf(PUBACK, 0, [body.subarray(at, at + 2)]));
    },
    ackOf: (id) => acks.has(id),
    takeAck: (id) => acks.delete(id),
    disconnect: () => void socket.end(packetOf(14, 0, [])),
    end: () => socket.destroy(),
  };
}

/** Polls until `condition` holds. Throws with `what` after 20 s. */
export async function until(what: string, condition: () => boolean): Promise<void> {
  const end = Date.now() + LIMIT_MS;
  while (!condition()) {
    if (Date.now() > end) throw new Error(`waited in vain until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

/** Of a PUBLISH packet of QoS 0 or 1. */
export function messageOf({ flags, body }: Packet): { readonly topic: string; readonly payload: string } {
  const end = 2 + body.readUInt16BE(0);
  return { topic: body.toString('utf8', 2, end), payload: body.toString('utf8', (flags & 6) === 0 ? end : end + 2) };
}

function takePacket(bytes: Buffer): (Packet & { readonly bytes: number }) | undefined {
  let length = 0;
  for (let index = 1; index < 5; index++) {
    const byte = bytes[index];
    if (byte === undefined) return undefined;
    length += (byte & 127) << (7 * (index - 1));
    if (byte >= 128) continue;
    const end = index + 1 + length;
    if (bytes.length < end) return undefined;
    const head = bytes[0] ?? 0;
    return { type: head >> 4, flags: head & 15, body: bytes.subarray(index + 1, end), bytes: end };
  }
  return undefined;
}

function packetOf(type: number, flags: number, parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  const length: number[] = [];
  let rest = body.length;
  do {
    const more = rest >> 7;
    length.push((rest & 127) | (more > 0 ? 128 : 0));
    rest = more;
  } while (rest > 0);
  return Buffer.concat([Buffer.from([(type << 4) | flags, ...length]), body]);
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([short(bytes.length), bytes]);
}

function short(value: number): Buffer {
  return Buffer.from([value >> 8, value & 255]);
}
