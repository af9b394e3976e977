/** The few MQTT 3.1.1 packets that the fuzz bench's own clients send, put together by hand. */

export function packet(type: number, flags: number, body: Buffer): Buffer {
  const length: number[] = [];
  let rest = body.length;
  do {
    const more = rest >> 7;
    length.push((rest & 127) | (more > 0 ? 128 : 0));
    rest = more;
  } while (rest > 0);
  return Buffer.concat([Buffer.from([(type << 4) | flags, ...length]), body]);
}

export function text(value: string): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 255]), bytes]);
}

/** A clean session with the longest keep-alive. */
export function connectPacket(clientId: string): Buffer {
  return packet(1, 0, Buffer.concat([text('MQTT'), Buffer.from([4, 2, 4, 176]), text(clientId)]));
}

/** QoS 1. */
export function publishPacket(topic: string, payload: Buffer, id: number): Buffer {
  return packet(3, 2, Buffer.concat([text(topic), Buffer.from([id >> 8, id & 255]), payload]));
}
