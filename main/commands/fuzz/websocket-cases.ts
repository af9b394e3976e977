/** What a broken or hostile client might send where MQTT in WebSocket frames is expected. */
import { randomBytes } from 'node:crypto';
import { presign, type Signer } from '../sign-request.ts';
import type { HttpCase } from './http-cases.ts';
import { mqttCase } from './mqtt-cases.ts';
import { mutated, type Random } from './random.ts';

/** The handshake and what follows it; the frames are sent at once, as RFC 6455 allows nobody but the lab must bear. */
export function webSocketCase(random: Random, signer: Signer, host: string): HttpCase {
  const path = presign(signer, { service: 'iotdevicegateway', method: 'GET', path: '/mqtt', host });
  const upgrade = handshake(path, host);
  switch (random.one(['raw', 'frames', 'frames', 'huge', 'mutated', 'forged'])) {
    case 'raw':
      return { bytes: Buffer.concat([upgrade, random.bytes(1 + random.whole(1_024))]), isForged: false };
    case 'frames':
      return {
        bytes: Buffer.concat([upgrade, frame(random, 0x82, mqttCase(random, 'page', 'fuzz/page'))]),
        isForged: false,
      };
    case 'huge': {
      const length = random.one([0xffn, 0x4000_0000n, 0x7fff_ffff_ffff_ffffn, 0xffff_ffff_ffff_ffffn]);
      const head = Buffer.from([random.one([0x82, 0x02, 0x80, 0x89, 0xf2]), 0xff, 0, 0, 0, 0, 0, 0, 0, 0]);
      head.writeBigUInt64BE(length, 2);
      return { bytes: Buffer.concat([upgrade, head, random.bytes(random.one([4, 300, 70_000]))]), isForged: false };
    }
    case 'mutated': {
      const sent = frame(random, random.one([0x82, 0x02, 0x81, 0x88, 0x8a]), mqttCase(random, 'page', 'fuzz/page'));
      return { bytes: Buffer.concat([upgrade, mutated(random, sent)]), isForged: false };
    }
    case 'forged': {
      const signature = random.bytes(32).toString('hex');
      return { bytes: handshake(path.replace(/Signature=\w+/, `Signature=${signature}`), host), isForged: true };
    }
  }
}

function handshake(path: string, host: string): Buffer {
  const lines = [
    `GET ${path} HTTP/1.1`,
    `Host: ${host}`,
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
    'Sec-WebSocket-Protocol: mqtt',
  ];
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n`);
}

/** Masked, as a client's must be. */
function frame(random: Random, first: number, payload: Buffer): Buffer {
  const mask = random.bytes(4);
  const masked = Buffer.from(payload);
  for (let index = 0; index < masked.length; index++) masked[index] = (masked[index] ?? 0) ^ (mask[index % 4] ?? 0);
  const head = Buffer.alloc(payload.length < 126 ? 2 : payload.length < 65_536 ? 4 : 10);
  head[0] = first;
  head[1] = 0x80 | (head.length === 2 ? payload.length : head.length === 4 ? 126 : 127);
  if (head.length === 4) head.writeUInt16BE(payload.length, 2);
  if (head.length === 10) head.writeBigUInt64BE(BigInt(payload.length), 2);
  return Buffer.concat([head, mask, masked]);
}
