/** A broker over the lab's TLS and nothing else: no policy, no journal, no rules. The yardstick of `isobar bench loop`. */
import { Aedes } from 'aedes';
import { createServer } from 'node:tls';
import { openCertificateAuthority } from './certificate-authority.ts';
import { openLabSeal } from '../lab-seal.ts';
import { listenOnLoopback } from '../loopback.ts';

/** Any certificate signed by the authority of the lab in `labFolder` may connect, to any free port. `sealKey`: as that lab was given. */
export async function startBareBroker(
  labFolder: string,
  sealKey: string,
): Promise<{ readonly port: number; readonly close: () => Promise<void> }> {
  const authority = await openCertificateAuthority(labFolder, await openLabSeal(labFolder, sealKey));
  const broker = await Aedes.createBroker();
  const makeServer = () =>
    createServer(
      {
        cert: authority.server.certPem,
        key: authority.server.keyPem,
        ca: authority.pem,
        requestCert: true,
        rejectUnauthorized: true,
        minVersion: 'TLSv1.2',
        noDelay: true,
      },
      (socket) => broker.handle(socket),
    );
  const { port, servers } = await listenOnLoopback(makeServer, 0, 'MQTT');
  return {
    port,
    close: async () => {
      const closed = servers.map((server) => new Promise((resolve) => server.close(resolve)));
      await new Promise<void>((resolve) => broker.close(() => resolve()));
      await Promise.all(closed);
    },
  };
}
