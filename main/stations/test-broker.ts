/** A real TLS broker for this room's tests: own CA, client certificates required, restartable on the same port, with faults a test can ask for. */
import 'reflect-metadata';
import { createPrivateKey, webcrypto } from 'node:crypto';
import type { AddressInfo, Socket } from 'node:net';
import { createServer, type Server } from 'node:tls';
import {
  BasicConstraintsExtension,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
  type X509Certificate,
} from '@peculiar/x509';
import { Aedes, type AuthenticateError, type AuthErrorCode } from 'aedes';
import type { Broker, MqttIdentity } from './api.ts';

const EC_P256 = { name: 'ECDSA', namedCurve: 'P-256' } as const;
const SIGNING = { name: 'ECDSA', hash: 'SHA-256' } as const;
const provider = webcrypto as unknown as Parameters<typeof X509CertificateGenerator.create>[1];

type Keys = Awaited<ReturnType<typeof makeKeys>>;
const makeKeys = () => webcrypto.subtle.generateKey(EC_P256, true, ['sign', 'verify']);

export type Authority = { readonly ca: string; readonly issue: (name: string) => Promise<MqttIdentity> };

let nextSerial = 1;
const serial = (): string => (nextSerial++).toString(16).padStart(4, '0');
const validity = () => ({ notBefore: new Date(Date.now() - 3_600_000), notAfter: new Date(Date.now() + 86_400_000) });

async function keyText(keys: Keys): Promise<string> {
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey));
  return createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' })
    .export({ type: 'sec1', format: 'pem' })
    .toString();
}

/** A certificate authority made for one test; `issue` makes a device (or server) certificate whose client id is its name. */
export async function createAuthority(name: string): Promise<Authority> {
  const keys = await makeKeys();
  const root: X509Certificate = await X509CertificateGenerator.createSelfSigned(
    {
      serialNumber: serial(),
      name: [{ CN: [name] }],
      ...validity(),
      signingAlgorithm: SIGNING,
      keys,
      extensions: [new BasicConstraintsExtension(true, 1, true)],
    },
    provider,
  );
  return {
    ca: root.toString('pem'),
    issue: async (clientId) => {
      const own = await makeKeys();
      const certificate = await X509CertificateGenerator.create(
        {
          serialNumber: serial(),
          subject: [{ CN: [clientId] }],
          issuer: root.subject,
          ...validity(),
          signingAlgorithm: SIGNING,
          publicKey: own.publicKey,
          signingKey: keys.privateKey,
          extensions: [new SubjectAlternativeNameExtension([{ type: 'ip', value: '127.0.0.1' }])],
        },
        provider,
      );
      return { clientId, certificatePem: certificate.toString('pem'), keyPem: await keyText(own) };
    },
  };
}

type Received = { readonly clientId: string; readonly topic: string; readonly payload: string };

export type TestBroker = {
  readonly address: Broker;
  /** Every message a device published, in order of arrival, over all restarts. */
  readonly received: readonly Received[];
  readonly publish: (topic: string, payload: string | Buffer, retain?: boolean) => Promise<void>;
  /** Ends every connection without a word and stops listening, as a crash does. */
  readonly crash: () => Promise<void>;
  readonly restart: () => Promise<void>;
  readonly stop: () => Promise<void>;
};

export type Faults = {
  /** These client ids are refused at CONNECT with the code of `not authorised`. */
  readonly refusedClients?: readonly string[];
  /** These client ids may connect; what they publish ends their connection. */
  readonly refusedPublishers?: readonly string[];
  readonly refusedFilters?: readonly string[];
  /** The connection is dropped without a PUBACK after this many messages, once. */
  readonly dropAfter?: number;
};

export async function startTestBroker(authority: Authority, faults: Faults = {}): Promise<TestBroker> {
  const identity = await authority.issue('broker');
  const received: Received[] = [];
  /** Raw ones too: a client that gives up during the handshake may hold its side open for long. */
  const sockets = new Set<Socket>();
  let port = 0;
  let hasDropped = false;
  const dropped = new WeakSet<object>();

  const open = async (): Promise<{ readonly server: Server; readonly aedes: Aedes }> => {
    const aedes = await Aedes.createBroker();
    aedes.authenticate = (client, _user, _password, done) => {
      if (faults.refusedClients?.includes(client.id) === true) {
        const refusal = Object.assign(new Error('refused'), { returnCode: 5 as AuthErrorCode }) as AuthenticateError;
        done(refusal, false);
        return;
      }
      done(null, true);
    };
    aedes.authorizeSubscribe = (_client, subscription, done) => {
      done(null, faults.refusedFilters?.includes(subscription.topic) === true ? null : subscription);
    };
    aedes.authorizePublish = (client, packet, done) => {
      if (client === null) return done(null);
      if (faults.refusedPublishers?.includes(client.id) === true) return done(new Error('refused'));
      if (!hasDropped && faults.dropAfter === received.length) {
        hasDropped = true;
        dropped.add(client);
        for (const socket of sockets) socket.destroy();
      }
      // What the dropped client sent behind that message goes the same way.
      if (dropped.has(client)) return;
      received.push({ clientId: client.id, topic: packet.topic, payload: packet.payload.toString() });
      done(null);
    };
    const options = { key: identity.keyPem, cert: identity.certificatePem, ca: authority.ca };
    const server = createServer(
      { ...options, requestCert: true, rejectUnauthorized: true, noDelay: true },
      (socket) => {
        socket.on('error', () => socket.destroy());
        aedes.handle(socket);
      },
    );
    server.on('connection', (socket: Socket) => {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, '127.0.0.1', resolve);
    });
    port = (server.address() as AddressInfo).port;
    return { server, aedes };
  };

  let running: Awaited<ReturnType<typeof open>> | null = await open();

  const crash = async (): Promise<void> => {
    const current = running;
    running = null;
    if (current === null) return;
    const closed = new Promise<void>((resolve) => current.server.close(() => resolve()));
    for (const socket of sockets) socket.destroy();
    await closed;
    await new Promise<void>((resolve) => current.aedes.close(resolve));
  };

  return {
    address: { host: '127.0.0.1', port, ca: authority.ca },
    received,
    publish: (topic, payload, retain = false) =>
      new Promise((resolve, reject) => {
        if (running === null) return reject(new Error('the test broker is down'));
        const packet = { cmd: 'publish', qos: 1, dup: false, retain, topic, payload: Buffer.from(payload) } as const;
        running.aedes.publish(packet, (error) => (error ? reject(error) : resolve()));
      }),
    crash,
    restart: async () => {
      running ??= await open();
    },
    stop: crash,
  };
}
