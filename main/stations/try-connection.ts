/** Finds out whether the broker lets an identity in, without a station: connects, and says goodbye. */
import { AppError } from '../../preload/errors.ts';
import type { Broker, MqttIdentity } from './api.ts';
import type { Connect } from './mqtt.ts';

/** Rejects with AppError mqtt.* when it is not let in, `mqtt.noBroker` before a broker is set. */
export async function tryConnection(connect: Connect, broker: Broker | null, identity: MqttIdentity): Promise<void> {
  if (broker === null) throw new AppError('mqtt.noBroker', 'There is no broker to connect to yet.');
  const nothing = (): void => undefined;
  const device = await connect({ broker, identity, cleanSession: true, onLost: nothing, onMessage: nothing });
  await device.disconnect();
}
