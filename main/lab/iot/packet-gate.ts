/** Looks at every packet a client sends before aedes does: what AWS refuses or discards without a word goes no further. */
import type { Client } from 'aedes';
import { EventEmitter } from 'node:events';
import { z } from 'zod';

export type SeenPacket = {
  readonly cmd: string;
  /** Of a SUBSCRIBE. */
  readonly subscriptions?: readonly unknown[];
  /** Of a PUBLISH. */
  readonly payload?: Buffer;
};

/** The parser, which the types of aedes do not show. */
const clientSchema = z.object({ _parser: z.instanceof(EventEmitter) });

/** @param mayPass false keeps the packet from aedes, which then knows nothing of it and answers nothing. */
export function openPacketGate(client: Client, mayPass: (packet: SeenPacket) => boolean): void {
  const { _parser: parser } = clientSchema.parse({ _parser: Reflect.get(client, '_parser') });
  const [take] = parser.listeners('packet');
  if (take === undefined) throw new Error('aedes no longer listens to its parser');
  parser.removeAllListeners('packet');
  parser.on('packet', (packet: object) => {
    if (mayPass(seen(packet))) Reflect.apply(take, parser, [packet]);
  });
}

/** By hand: this is asked of every packet. */
function seen(packet: object): SeenPacket {
  const cmd: unknown = Reflect.get(packet, 'cmd');
  const subscriptions: unknown = Reflect.get(packet, 'subscriptions');
  const payload: unknown = Reflect.get(packet, 'payload');
  return {
    cmd: typeof cmd === 'string' ? cmd : '',
    ...(Array.isArray(subscriptions) ? { subscriptions } : {}),
    ...(payload instanceof Buffer ? { payload } : {}),
  };
}
