/** What a broken or hostile client might send where MQTT 3.1.1 is expected. */
import { connectPacket, packet, publishPacket, text } from './mqtt-packets.ts';
import { cut, mutated, type Random } from './random.ts';

/** One connection's worth of bytes; `clientId` and `topic` are what the client's policy allows. */
export function mqttCase(random: Random, clientId: string, topic: string): Buffer {
  const valid = conversation(random, clientId, topic);
  // Half of all get past CONNECT first, the others must be stopped at the door.
  const start = random.one([Buffer.alloc(0), connectPacket(clientId)]);
  switch (random.one(['random', 'cut', 'huge', 'mutated'])) {
    case 'random':
      return Buffer.concat([start, random.bytes(1 + random.whole(2_048))]);
    case 'cut':
      return cut(random, valid);
    case 'huge':
      return Buffer.concat([start, huge(random)]);
    case 'mutated':
      return mutated(random, valid);
  }
}

function conversation(random: Random, clientId: string, topic: string): Buffer {
  return Buffer.concat([
    connectPacket(clientId),
    packet(8, 2, Buffer.concat([Buffer.from([0, 1]), text(topic), Buffer.from([random.whole(2)])])),
    publishPacket(topic, random.bytes(random.whole(512)), 7),
    packet(4, 0, random.bytes(2)),
    packet(10, 2, Buffer.concat([Buffer.from([0, 2]), text(topic)])),
    packet(12, 0, Buffer.alloc(0)),
    packet(14, 0, Buffer.alloc(0)),
  ]);
}

/** Lengths far beyond what follows, or longer than a length may be. */
function huge(random: Random): Buffer {
  const head = (random.whole(15) + 1) << 4;
  return Buffer.concat([
    Buffer.from([head]),
    random.one([
      Buffer.from([0xff, 0xff, 0xff, 0x7f]),
      Buffer.from([0xff, 0xff, 0xff, 0xff, 0xff, 0x7f]),
      Buffer.from([0x80, 0x80, 0x80, 0x80]),
      // A topic or name that claims 65,535 bytes within a short packet.
      Buffer.from([20, 0xff, 0xff]),
    ]),
    random.bytes(random.one([0, 20, 4_096, 300_000])),
  ]);
}
