/** Why an MQTT connection could not be made or was lost, in plain words with stable codes. */
import { isIP } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { AppError } from '../../preload/errors.ts';
import type { Broker, MqttIdentity } from './api.ts';

/** How long the second look at a failed connection may take, and how long a server has to object to a certificate. */
const LOOK_LIMIT_MS = 5_000;
const OBJECTION_MS = 500;

const at = ({ host, port }: Broker): string => `${host}:${port}`;

/** The runtime's error names are in the texts of its errors, e.g. `AWS_IO_SOCKET_CONNECTION_REFUSED`. */
export function nameOfFailure(reason: unknown): string {
  const text = reason instanceof Error ? reason.message : String(reason);
  return /AWS_[A-Z0-9_]+/.exec(text)?.[0] ?? text;
}

export function badIdentity(clientId: string, reason: unknown): AppError {
  return new AppError('mqtt.badIdentity', `The certificate and key of "${clientId}" cannot be used together.`, {
    hint: 'Both must be PEM text and belong to each other; remove the station and add it again to get new ones.',
    cause: new AppError('mqtt.runtime', nameOfFailure(reason)),
  });
}

export function connectionLost(broker: Broker, reason: unknown): AppError {
  return new AppError('mqtt.connectionLost', `The connection to the MQTT broker at ${at(broker)} was lost.`, {
    hint: 'The station connects again by itself.',
    cause: new AppError('mqtt.runtime', nameOfFailure(reason)),
  });
}

/** The failures of the runtime that are clear by themselves; others need a second look. */
const CLEAR: Readonly<Record<string, (broker: Broker) => AppError>> = {
  AWS_IO_SOCKET_CONNECTION_REFUSED: noListener,
  AWS_IO_DNS_INVALID_NAME: unknownHost,
  AWS_IO_DNS_QUERY_FAILED: unknownHost,
  AWS_IO_DNS_NO_ADDRESS_FOR_HOST: unknownHost,
  AWS_IO_SOCKET_TIMEOUT: noAnswer,
  AWS_IO_SOCKET_NETWORK_DOWN: noAnswer,
  AWS_IO_SOCKET_NO_ROUTE_TO_HOST: noAnswer,
};

/** A CONNACK other than "accepted". */
const REFUSALS = ['AWS_ERROR_MQTT_PROTOCOL_ERROR', 'Server rejected connection.'];

/**
 * Turns the runtime's reason into words. A closed socket can mean a refused certificate, a wrong authority or a refused
 * CONNECT, so the server is asked once more over TLS, which tells the first two from the last.
 */
export async function explainConnectFailure(
  broker: Broker,
  identity: MqttIdentity,
  reason: unknown,
): Promise<AppError> {
  const name = nameOfFailure(reason);
  const clear = CLEAR[name];
  if (clear !== undefined) return clear(broker);
  if (REFUSALS.includes(name)) return connectRefused(broker, identity, name);
  return (await lookAtTls(broker, identity)).problem ?? closedOnConnect(broker, identity, name);
}

/** Why a connection takes so long; null when TLS is in order, so that there is still something to wait for. */
export async function explainSilence(broker: Broker, identity: MqttIdentity): Promise<AppError | null> {
  return (await lookAtTls(broker, identity)).problem;
}

export function noListener(broker: Broker): AppError {
  return new AppError('mqtt.noListener', `Nothing listens at ${at(broker)}.`, {
    hint: 'Start the broker, or check host and port.',
  });
}

export function unknownHost(broker: Broker): AppError {
  return new AppError('mqtt.unknownHost', `The host "${broker.host}" is not known.`, {
    hint: 'Check the endpoint and the network connection.',
  });
}

export function noAnswer(broker: Broker): AppError {
  return new AppError('mqtt.noAnswer', `The MQTT broker at ${at(broker)} does not answer.`, {
    hint: 'Check the network connection; a firewall may block the port.',
  });
}

function connectRefused(broker: Broker, { clientId }: MqttIdentity, name: string): AppError {
  return new AppError('mqtt.connectRefused', `The broker at ${at(broker)} refuses to let "${clientId}" connect.`, {
    hint: 'The policy of its certificate must allow iot:Connect for this client id, and the certificate must be active.',
    cause: new AppError('mqtt.runtime', name),
  });
}

function closedOnConnect(broker: Broker, { clientId }: MqttIdentity, name: string): AppError {
  return new AppError(
    'mqtt.closedOnConnect',
    `The broker at ${at(broker)} closes the connection as soon as "${clientId}" says who it is.`,
    {
      hint: 'Its certificate may be inactive, or its policy may not allow iot:Connect for this client id.',
      cause: new AppError('mqtt.runtime', name),
    },
  );
}

const UNTRUSTED = new Set([
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'CERT_SIGNATURE_FAILURE',
]);

function tlsFailure(broker: Broker, { clientId }: MqttIdentity, code: string): AppError | null {
  const cause = new AppError('mqtt.tls', code);
  if (code === 'ECONNREFUSED') return noListener(broker);
  if (code === 'ENOTFOUND') return unknownHost(broker);
  if (code === 'ETIMEDOUT' || code === 'EHOSTUNREACH') return noAnswer(broker);
  if (UNTRUSTED.has(code)) {
    return new AppError(
      'mqtt.untrustedServer',
      `The broker at ${at(broker)} is not certified by the authority that is set.`,
      {
        hint: 'Check the CA certificate; someone else may be answering at this address.',
        cause,
      },
    );
  }
  if (code === 'CERT_HAS_EXPIRED' || code === 'CERT_NOT_YET_VALID') {
    const when = code === 'CERT_HAS_EXPIRED' ? 'has expired' : 'is not valid yet';
    return new AppError('mqtt.serverExpired', `The certificate of the broker at ${at(broker)} ${when}.`, {
      hint: 'Check the clock of this computer first; otherwise the broker needs a new certificate.',
      cause,
    });
  }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return new AppError('mqtt.wrongName', `The broker's certificate is not made out for "${broker.host}".`, {
      hint: 'Use the host name the certificate was made for.',
      cause,
    });
  }
  if (code.startsWith('ERR_SSL') || code === 'ECONNRESET') {
    return new AppError(
      'mqtt.certificateRefused',
      `The broker at ${at(broker)} refuses the certificate of "${clientId}".`,
      {
        hint: 'It must be signed by an authority the broker knows, be active and not expired.',
        cause,
      },
    );
  }
  return null;
}

export type TlsLook = {
  /** Null when the TLS connection works: whatever failed came after it. */
  readonly problem: AppError | null;
  /** What the server showed; null when it did not come so far. */
  readonly server: {
    readonly protocol: string;
    readonly issuer: string;
    /** The names it is made out for, as in its subjectAltName. */
    readonly names: string;
    /** As X.509 texts are: `Mar  1 12:00:00 2029 GMT`. */
    readonly until: string;
  } | null;
};

/** Shakes hands with the broker as the device would, and leaves again before any MQTT. */
export function lookAtTls(broker: Broker, identity: MqttIdentity): Promise<TlsLook> {
  return new Promise((resolve) => {
    let server: TlsLook['server'] = null;
    const socket = connectTls({
      host: broker.host,
      port: broker.port,
      ca: broker.ca,
      cert: identity.certificatePem,
      key: identity.keyPem,
      ...(isIP(broker.host) === 0 ? { servername: broker.host } : {}),
    });
    const finish = (problem: AppError | null): void => {
      clearTimeout(limit);
      clearTimeout(patience);
      socket.destroy();
      resolve({ problem, server });
    };
    const limit = setTimeout(() => finish(noAnswer(broker)), LOOK_LIMIT_MS);
    let patience: NodeJS.Timeout | undefined;
    socket.once('secureConnect', () => {
      server = shownBy(socket);
      // In TLS 1.3 the server objects to a client's certificate only after the client is done.
      patience = setTimeout(() => finish(null), OBJECTION_MS);
    });
    socket.on('error', (error: NodeJS.ErrnoException) =>
      finish(tlsFailure(broker, identity, error.code ?? error.message)),
    );
    socket.once('end', () => finish(tlsFailure(broker, identity, 'ECONNRESET')));
    socket.resume();
  });
}

function shownBy(socket: TLSSocket): TlsLook['server'] {
  const { issuer, subjectaltname = '', valid_to: until } = socket.getPeerCertificate();
  return {
    protocol: socket.getProtocol() ?? '',
    issuer: [issuer.CN, issuer.O].flat().filter(Boolean).join(', '),
    names: subjectaltname.replaceAll(/(DNS|IP Address):/g, ''),
    until,
  };
}
