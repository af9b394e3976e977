/** The steps of a station's way to its broker, each tried by itself, so that a person learns where it ends: name, TCP, TLS, MQTT CONNECT. */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { lookup } from 'node:dns/promises';
import { connect as connectTcp, isIP } from 'node:net';
import { AppError, toPlainError } from '../../preload/errors.ts';
import type { CheckFact } from '../../preload/shapes-check.ts';
import type { Broker, MqttIdentity, NetworkFinding, NetworkStep } from './api.ts';
import { badIdentity, lookAtTls, noAnswer, noListener, unknownHost } from './mqtt-failure.ts';
import type { Connect } from './mqtt.ts';

const NAME_LIMIT_MS = 5_000;
const TCP_LIMIT_MS = 5_000;

type Way = {
  readonly broker: Broker;
  readonly identity: MqttIdentity;
  readonly connect: Connect;
  /** Connecting again with its client id would end the connection it has. */
  readonly isConnected: boolean;
};

/** One step, tried now. What it finds wrong is its answer, not a rejection. */
export async function look(step: NetworkStep, way: Way): Promise<NetworkFinding> {
  const facts: CheckFact[] = [];
  try {
    await STEPS[step](way, (name, value) => facts.push({ name, value }));
    return { facts, error: null };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { facts, error: toPlainError(error) };
  }
}

type Note = (name: CheckFact['name'], value: string) => void;

const STEPS: Readonly<Record<NetworkStep, (way: Way, note: Note) => Promise<void>>> = {
  name: findHost,
  tcp: reachPort,
  tls: shakeHands,
  mqtt: sayHello,
};

async function findHost({ broker }: Way, note: Note): Promise<void> {
  note('host', broker.host);
  if (isIP(broker.host) !== 0) return;
  const limit = new Promise<never>((_resolve, reject) => {
    setTimeout(() => reject(unknownHost(broker)), NAME_LIMIT_MS).unref();
  });
  const search = lookup(broker.host, { all: true }).catch(() => {
    throw unknownHost(broker);
  });
  const found = await Promise.race([search, limit]);
  note('addresses', found.map(({ address }) => address).join(', '));
}

function reachPort({ broker }: Way, note: Note): Promise<void> {
  const { host, port } = broker;
  note('address', `${host}:${port}`);
  const begun = performance.now();
  return new Promise((resolve, reject) => {
    const socket = connectTcp({ host, port, timeout: TCP_LIMIT_MS });
    const finish = (error: AppError | null): void => {
      socket.destroy();
      if (error === null) resolve();
      else reject(error);
    };
    socket.once('connect', () => {
      note('milliseconds', String(Math.max(1, Math.round(performance.now() - begun))));
      finish(null);
    });
    socket.once('timeout', () => finish(noAnswer(broker)));
    socket.on('error', (error: NodeJS.ErrnoException) =>
      finish(error.code === 'ECONNREFUSED' ? noListener(broker) : noAnswer(broker)),
    );
  });
}

async function shakeHands({ broker, identity }: Way, note: Note): Promise<void> {
  checkIdentity(identity, note);
  const { problem, server } = await lookAtTls(broker, identity);
  if (server !== null) {
    note('protocol', server.protocol);
    note('serverNames', server.names);
    note('issuer', server.issuer);
    note('serverUntil', dayOf(server.until));
  }
  if (problem !== null) throw problem;
}

/** What is wrong with the station's own certificate is known before anyone is asked. */
function checkIdentity(identity: MqttIdentity, note: Note): void {
  const certificate = readCertificate(identity);
  note('ownUntil', dayOf(certificate.validTo));
  if (Date.parse(certificate.validTo) < Date.now()) {
    throw new AppError('mqtt.certificateExpired', `The certificate of "${identity.clientId}" has expired.`, {
      hint: 'Give the station a new one: rotate it in its certificate view, or import another.',
    });
  }
}

function readCertificate(identity: MqttIdentity): X509Certificate {
  try {
    const certificate = new X509Certificate(identity.certificatePem);
    if (certificate.checkPrivateKey(createPrivateKey(identity.keyPem))) return certificate;
  } catch (cause) {
    throw badIdentity(identity.clientId, cause);
  }
  throw badIdentity(identity.clientId, 'the key belongs to another certificate');
}

async function sayHello({ broker, identity, connect, isConnected }: Way, note: Note): Promise<void> {
  note('clientId', identity.clientId);
  if (isConnected) {
    note('connectedNow', identity.clientId);
    return;
  }
  const device = await connect({
    broker,
    identity,
    cleanSession: false,
    onLost: () => undefined,
    onMessage: () => undefined,
  });
  await device.disconnect();
}

/** `Mar  1 12:00:00 2029 GMT` as `2029-03-01`. */
function dayOf(x509Time: string): string {
  return new Date(x509Time).toISOString().slice(0, 10);
}
