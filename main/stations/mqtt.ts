/** The MQTT 3.1.1 client over mutual TLS: the one file that knows the AWS IoT device SDK. */
import { devNull } from 'node:os';
import { io, iot, mqtt } from 'aws-iot-device-sdk-v2';
import { AppError } from '../../preload/errors.ts';
import type { Broker, MqttIdentity, OutgoingMessage } from './api.ts';
import { badIdentity, connectionLost, explainConnectFailure, explainSilence, nameOfFailure } from './mqtt-failure.ts';

export type Arrival = {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly qos: 0 | 1;
  readonly retained: boolean;
};

export type Device = {
  /** QoS 1. `settled` hears null on PUBACK, an error when none came in time; after `onLost` it may never be called. */
  readonly publish: (topic: string, payload: string, settled: (error: AppError | null) => void) => void;
  /** Any QoS: resolves on PUBACK, or at QoS 0 when it is written; rejects with `mqtt.notAcknowledged`. After `onLost` it may do neither. */
  readonly send: (message: OutgoingMessage) => Promise<void>;
  /** Rejects with `mqtt.subscriptionRefused` when the broker says no, `mqtt.noAnswer` when it says nothing. */
  readonly subscribe: (filter: string, qos: 0 | 1) => Promise<void>;
  readonly unsubscribe: (filter: string) => Promise<void>;
  /** Says goodbye; resolves within a few seconds whatever the broker does. `onLost` is not called. */
  readonly disconnect: () => Promise<void>;
};

type ConnectOptions = {
  readonly broker: Broker;
  readonly identity: MqttIdentity;
  /** False: the broker keeps the session while the client is away. */
  readonly cleanSession: boolean;
  /** Called once, when the connection breaks; the device is then of no more use. */
  readonly onLost: (error: AppError) => void;
  readonly onMessage: (message: Arrival) => void;
};

/** Rejects with an AppError `mqtt.*`. */
export type Connect = (options: ConnectOptions) => Promise<Device>;

const CONNECT_LIMIT_MS = 10_000;
/** The runtime's TLS library answers a server it does not trust with up to 30 s of silence; this is when we look ourselves. */
const PATIENCE_MS = 3_000;
const DISCONNECT_LIMIT_MS = 3_000;
/** AWS allows 30-1,200 s. */
const KEEP_ALIVE_SECONDS = 60;
const PING_LIMIT_MS = 5_000;
/** A PUBLISH or SUBSCRIBE without answer for so long has failed; AWS discards silently what is above its quota. */
const OPERATION_LIMIT_MS = 20_000;
/**
 * After a loss the runtime would connect again by itself, without jitter. It is told to disconnect instead, which it
 * does only when this delay is over (aws-crt 1.33); so the delay is as short as it may be.
 */
const RUNTIME_RECONNECT_SECONDS = 1;

let sharedClient: mqtt.MqttClient | undefined;

/**
 * One client, and with it one event loop group, serves every connection of the process. Each TLS context first loads the
 * system's certificates, only to have them replaced by the broker's authority; on Linux that took 4 of 4.2 ms for every
 * station (aws-crt 1.33), so it is shown an empty store.
 */
function client(): mqtt.MqttClient {
  if (sharedClient === undefined) {
    process.env['SSL_CERT_FILE'] = devNull;
    process.env['SSL_CERT_DIR'] = devNull;
    sharedClient = new mqtt.MqttClient(new io.ClientBootstrap());
  }
  return sharedClient;
}

export const connectDevice: Connect = async (options) => {
  const { broker, identity } = options;
  const connection = open(options);
  let isLost = false;
  let isLeaving = false;
  connection.on('message', (topic, payload, _duplicate, qos, retained) =>
    options.onMessage({ topic, payload: new Uint8Array(payload), qos: qos === 0 ? 0 : 1, retained }),
  );
  const leave = async (): Promise<void> => {
    isLeaving = true;
    const goodbye = connection.disconnect().catch(() => undefined);
    await limited(goodbye, DISCONNECT_LIMIT_MS, undefined);
  };
  connection.on('interrupt', (error) => {
    if (isLost || isLeaving) return;
    isLost = true;
    void leave();
    options.onLost(connectionLost(broker, error));
  });
  try {
    const connecting = connection.connect();
    const connected = connecting.then(() => true);
    if (!(await limited(connected, PATIENCE_MS, false))) {
      const problem = await explainSilence(broker, identity);
      if (problem !== null) throw problem;
      if (!(await limited(connected, CONNECT_LIMIT_MS, false))) throw new Error('AWS_IO_SOCKET_TIMEOUT');
    }
  } catch (reason) {
    void leave();
    throw reason instanceof AppError ? reason : await explainConnectFailure(broker, identity, reason);
  }
  return {
    publish: (topic, payload, settled) => {
      connection.publish(topic, payload, mqtt.QoS.AtLeastOnce).then(
        () => settled(null),
        (reason: unknown) => settled(publishFailed(topic, reason)),
      );
    },
    send: async ({ topic, payload, qos, retain }) => {
      const level = qos === 0 ? mqtt.QoS.AtMostOnce : mqtt.QoS.AtLeastOnce;
      await connection.publish(topic, payload, level, retain).catch((reason: unknown) => {
        throw publishFailed(topic, reason);
      });
    },
    subscribe: async (filter, qos) => {
      const level = qos === 0 ? mqtt.QoS.AtMostOnce : mqtt.QoS.AtLeastOnce;
      const answer = await connection.subscribe(filter, level).catch((reason: unknown) => {
        throw subscribeFailed(filter, reason);
      });
      if (!GRANTED.has(answer.qos)) throw subscriptionRefused(filter);
    },
    unsubscribe: async (filter) => {
      await connection.unsubscribe(filter).catch((reason: unknown) => {
        throw subscribeFailed(filter, reason);
      });
    },
    disconnect: leave,
  };
};

/** SUBACK 0x80 is the refusal (MQTT 3.1.1, 3.9.3). */
const GRANTED: ReadonlySet<number> = new Set([0, 1, 2]);

function open({ broker, identity, cleanSession }: ConnectOptions): mqtt.MqttClientConnection {
  try {
    const config = iot.AwsIotMqttConnectionConfigBuilder.new_mtls_builder(identity.certificatePem, identity.keyPem)
      .with_certificate_authority(broker.ca)
      .with_endpoint(broker.host)
      .with_port(broker.port)
      .with_client_id(identity.clientId)
      .with_clean_session(cleanSession)
      .with_keep_alive_seconds(KEEP_ALIVE_SECONDS)
      .with_ping_timeout_ms(PING_LIMIT_MS)
      .with_protocol_operation_timeout_ms(OPERATION_LIMIT_MS)
      .with_reconnect_min_sec(RUNTIME_RECONNECT_SECONDS)
      .with_reconnect_max_sec(RUNTIME_RECONNECT_SECONDS)
      .build();
    return client().new_connection(config);
  } catch (reason) {
    throw badIdentity(identity.clientId, reason);
  }
}

function publishFailed(topic: string, reason: unknown): AppError {
  return new AppError('mqtt.notAcknowledged', `A message on "${topic}" was not acknowledged by the broker.`, {
    hint: 'It is sent again. AWS drops what is above 100 messages a second on one connection.',
    cause: new AppError('mqtt.runtime', nameOfFailure(reason)),
  });
}

function subscribeFailed(filter: string, reason: unknown): AppError {
  const cause = new AppError('mqtt.runtime', nameOfFailure(reason));
  return new AppError('mqtt.noAnswer', `The broker did not answer the subscription to "${filter}".`, { cause });
}

export function subscriptionRefused(filter: string): AppError {
  return new AppError('mqtt.subscriptionRefused', `The broker refuses the subscription to "${filter}".`, {
    hint: 'The policy of the certificate must allow iot:Subscribe for this filter; AWS does not serve $SYS.',
  });
}

async function limited<Value>(work: Promise<Value>, limitMs: number, otherwise: Value): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<Value>((resolve) => {
    timer = setTimeout(() => resolve(otherwise), limitMs);
  });
  try {
    return await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
  }
}
