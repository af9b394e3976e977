/** Entry of the reference broker of `isobar bench loop`: a broker over the same TLS that does nothing else, in a process of its own as the lab is. */
import { z } from 'zod';
import { startBareBroker } from '../lab/iot/bare-broker.ts';
import { parentPort } from '../parent-port.ts';

const orders = z.object({ labFolder: z.string(), sealKey: z.string() });

const port = parentPort();
port.onClose(() => process.exit(0));
port.onMessage((message) => {
  const { labFolder, sealKey } = orders.parse(message);
  startBareBroker(labFolder, sealKey).then(
    (broker) => port.post({ port: broker.port }),
    (error: unknown) => port.post({ error: String(error) }),
  );
});
