/** Entry of the reference broker of `isobar bench loop`: a broker over the same TLS that does nothing else, in a process of its own as the lab is. */
import { startBareBroker } from '../lab/iot/bare-broker.ts';
import { parentPort } from '../parent-port.ts';

const port = parentPort();
port.onClose(() => process.exit(0));
port.onMessage((labFolder) => {
  startBareBroker(String(labFolder)).then(
    (broker) => port.post({ port: broker.port }),
    (error: unknown) => port.post({ error: String(error) }),
  );
});
