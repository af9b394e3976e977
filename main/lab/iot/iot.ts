/** IoT Core of the lab: registry, certificates, policies, MQTT broker, and the topic rules behind it. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { AlpnPortChoice, PortChoice, RuleCounters } from '../api.ts';
import type { BytesHandler } from '../dispatch.ts';
import type { LabSeal } from '../lab-seal.ts';
import type { RepublishedMessage } from '../rules/actions/action.ts';
import type { ReadShadow } from '../rules/context.ts';
import { openEngine } from '../rules/engine.ts';
import { openRuleBook } from '../rules/rule-book.ts';
import { ruleRoutes } from '../rules/rule-routes.ts';
import { openShadowReader } from '../rules/shadow-reader.ts';
import type { DeliveryStreams, LabIdentity, ObjectStore, ReportShelf, RestRoute, Tables } from '../services.ts';
import { openStore } from './append-log-store.ts';
import { openBroker, type Broker } from './broker.ts';
import { openBrokerState } from './broker-state.ts';
import { openCertificateAuthority } from './certificate-authority.ts';
import { readCheckpoint } from './checkpoint.ts';
import { openIotData } from './iot-data.ts';
import { openJournal } from './journal.ts';
import { openMessageLog, type MessageLog } from './message-log.ts';
import { openMqttDoor, type MqttDoor } from './mqtt-door.ts';
import { effectivePolicyRoutes } from './effective-policies.ts';
import { policyRoutes } from './policy-routes.ts';
import { policyVersionRoutes } from './policy-versions.ts';
import { watchPolicies } from './policy-watch.ts';
import { openQuota, type Quota } from './quota.ts';
import { openRefusalLog, type RefusalLog } from './refusal-log.ts';
import { openRegistry, type Account } from './registry.ts';
import { registryRoutes } from './registry-routes.ts';
import { openRegistration } from './registration/registration.ts';
import { registrationRoutes } from './registration/registration-routes.ts';
import { testAuthorizationRoutes } from './test-authorization.ts';

export type IotOptions = {
  /** The lab's folder: `ca.pem` lies in it, everything else below `iot/`. */
  readonly folder: string;
  readonly identity: LabIdentity;
  /** For the keys of the certificate authority. */
  readonly seal: LabSeal;
  readonly mqttPort: PortChoice;
  readonly alpnPort?: AlpnPortChoice;
  /** Where the Firehose action of rules puts its records. */
  readonly streams: DeliveryStreams;
  /** Where the S3 action of rules puts its objects, and bulk registration reads its data files. */
  readonly objects: ObjectStore;
  /** Where the DynamoDB actions of rules write their items. */
  readonly tables: Tables;
  /** Where bulk registration lays out its reports; without it there is no bulk registration. */
  readonly shelf?: ReportShelf;
  /** Where the ways of messages are remembered; one of its own when left out. */
  readonly messages?: MessageLog;
  /** Whether the broker keeps AWS's quotas of a connection. */
  readonly quotas?: boolean;
  /** Called often: whenever a counter or the number of connections may have changed. */
  readonly onChange: () => void;
};

export type Iot = {
  readonly routes: readonly RestRoute[];
  /** The data plane over HTTP. */
  readonly data: BytesHandler;
  readonly mqttPort: number;
  readonly alpnPort: number | null;
  /** Hands the HTTP that arrives on the TLS ports to the edge. */
  readonly serveHttp: MqttDoor['serveHttp'];
  /** Takes over a connection that carries MQTT from another door. */
  readonly accept: Broker['accept'];
  /** PEM */
  readonly ca: string;
  readonly caFile: string;
  readonly counters: () => readonly RuleCounters[];
  readonly refusals: RefusalLog;
  readonly messages: MessageLog;
  /** As rules read them. */
  readonly shadow: ReadShadow;
  readonly connections: () => number;
  readonly quota: Quota;
  /** Resolves when every message acknowledged so far has passed the rules and their actions. */
  readonly drain: () => Promise<void>;
  readonly close: () => Promise<void>;
};

/**
 * Throws AppError `lab.portTaken`, `lab.stateDamaged`, `lab.keyDoesNotFit`, or what the file system says of the folder.
 */
export async function openIot(options: IotOptions): Promise<Iot> {
  const { folder, identity, seal, mqttPort, alpnPort = null, streams, objects, tables, shelf } = options;
  const { quotas = false, messages = openMessageLog(), onChange } = options;
  const iotFolder = join(folder, 'iot');
  await mkdir(iotFolder, { recursive: true, mode: 0o700 });
  const authority = await openCertificateAuthority(folder, seal);
  const store = openStore(join(iotFolder, 'registry.log'));
  const registry = openRegistry(store, identity);
  const rules = openRuleBook(store);
  const checkpointPath = join(iotFolder, 'checkpoint.json');
  const checkpoint = await readCheckpoint(checkpointPath);
  // Streams remember the numbers they have taken. A new journal beginning with the time in microseconds stays above any older one.
  const firstSequence = Math.max(Date.now() * 1000, (checkpoint?.reserved ?? 0) + 1);
  const actedSequence = checkpoint?.acted ?? 0;
  const journal = openJournal(join(iotFolder, 'journal'), { firstSequence, actedSequence });
  const { records, ...state } = await openBrokerState(join(iotFolder, 'sessions'));
  const refusals = openRefusalLog(onChange);
  const quota = openQuota(quotas, onChange);
  const broker = await openBroker({ registry, identity, journal, ...state, quota, refusals, messages, onChange });
  const services = {
    streams,
    objects,
    tables,
    publish: (message: RepublishedMessage) => broker.publish({ ...message, retain: false }),
  };
  const shadow = openShadowReader(state.shadows, identity.roleArn);
  const engine = openEngine({
    journal,
    checkpoint,
    checkpointPath,
    accountId: identity.account,
    rules,
    shadow,
    services,
    messages,
    onChange,
  });
  watchPolicies(registry, broker.recheck);
  const account: Account = {
    registry,
    authority,
    identity,
    onInactive: broker.dropCertificate,
    onDetached: broker.dropCertificate,
  };
  const closeRest = async (): Promise<void> => {
    broker.stopTaking();
    // Rules that republish need the broker.
    await engine.close();
    await broker.close();
    await journal.close();
    state.sessions.close();
    await records.close();
    store.close();
  };
  const registrationFolder = join(iotFolder, 'registration');
  const registration =
    shelf === undefined
      ? undefined
      : await openRegistration({ account, objects, shelf, folder: registrationFolder }).catch(
          async (error: unknown) => {
            await closeRest();
            throw error;
          },
        );
  const closeAll = async (): Promise<void> => {
    await registration?.close();
    await closeRest();
  };
  const door = await openMqttDoor({ registry, authority, broker, refusals, port: mqttPort, alpnPort }).catch(
    async (error: unknown) => {
      await closeAll();
      throw error;
    },
  );
  return {
    data: openIotData({ registry, identity, broker, refusals, ...state }),
    routes: [
      ...policyRoutes(account),
      ...policyVersionRoutes(registry),
      ...effectivePolicyRoutes(registry),
      ...testAuthorizationRoutes(registry),
      ...(registration === undefined ? [] : registrationRoutes(account, registration)),
      ...ruleRoutes(rules, registry, identity),
      ...registryRoutes(account, (ruleName) => rules.get(ruleName) !== undefined),
    ],
    mqttPort: door.port,
    alpnPort: door.alpnPort,
    serveHttp: door.serveHttp,
    accept: broker.accept,
    ca: authority.pem,
    caFile: authority.file,
    counters: engine.counters,
    refusals,
    messages,
    shadow,
    connections: broker.connections,
    quota,
    drain: engine.drain,
    close: async () => {
      broker.stopTaking();
      const shut = door.close();
      await closeAll();
      await shut;
    },
  };
}
