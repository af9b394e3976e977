/** The reference of `isobar bench fleet` for connecting: as load tools do it, many client ids with one shared certificate, over Node's TLS. */
import { connect, type TLSSocket } from 'node:tls';
import { AppError } from '../../preload/errors.ts';

type SharedCertificate = {
  readonly host: string;
  readonly port: number;
  readonly ca: string;
  readonly certificatePem: string;
  readonly keyPem: string;
  /** Client ids begin with it. */
  readonly clientId: string;
};

/** As many as the fleet itself lets connect at once. */
const AT_ONCE = 50;
const LIMIT_MS = 60_000;
const CONNACK = 0x20;

/** Milliseconds until all `count` clients have their CONNACK; they are disconnected afterwards. Rejects with `bench.noReference`. */
export async function connectAll(count: number, shared: SharedCertificate): Promise<number> {
  const begun = performance.now();
  const waiting = Array.from({ length: count }, (_, n) => `${shared.clientId}-b${n}`);
  const sockets: TLSSocket[] = [];
  const connectNext = async (): Promise<void> => {
    for (let clientId = waiting.pop(); clientId !== undefined; clientId = waiting.pop()) {
      sockets.push(await connectOne(shared, clientId));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, connectNext));
  const took = performance.now() - begun;
  for (const socket of sockets) socket.end(Buffer.from([0xe0, 0]));
  await Promise.all(sockets.map((socket) => new Promise((closed) => socket.once('close', closed))));
  return took;
}

function connectOne(
  { host, port, ca, certificatePem, keyPem }: SharedCertificate,
  clientId: string,
): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, servername: host, ca, cert: certificatePem, key: keyPem });
    const fail = (reason: string): void => {
      socket.destroy();
      reject(new AppError('bench.noReference', `A client of the reference could not connect: ${reason}.`));
    };
    socket.setTimeout(LIMIT_MS, () => fail('no answer'));
    socket.once('error', (error) => fail(error.message));
    socket.once('secureConnect', () => socket.write(connectPacket(clientId)));
    socket.once('data', (answer) => {
      if (answer[0] !== CONNACK || answer[3] !== 0) return fail(`CONNACK code ${answer[3] ?? -1}`);
      socket.setTimeout(0);
      socket.removeAllListeners('error');
      socket.on('error', () => undefined);
      resolve(socket);
    });
  });
}

/** MQTT 3.1.1, 3.1: clean session, keep-alive 60 s. Client ids here are short, so one byte holds the length. */
function connectPacket(clientId: string): Buffer {
  const id = Buffer.from(clientId);
  const body = Buffer.concat([Buffer.from([0, 4]), Buffer.from('MQTT'), Buffer.from([4, 2, 0, 60, 0, id.length]), id]);
  return Buffer.concat([Buffer.from([0x10, body.length]), body]);
}
