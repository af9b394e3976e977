/** For tests that need the whole lab on the wire: opens it without an engine, and makes devices through the IoT API. */
import {
  AttachPolicyCommand,
  CreateCertificateFromCsrCommand,
  CreatePolicyCommand,
  IoTClient,
} from '@aws-sdk/client-iot';
import { IoTDataPlaneClient } from '@aws-sdk/client-iot-data-plane';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PortChoice } from '../api.ts';
import { openLab, type Lab } from '../lab.ts';
import { NO_ENGINE } from '../test-no-engine.ts';
import { makeRequest } from './test-lab.ts';
import {
  messageOf,
  openTestMqttClient,
  PUBLISH,
  SUBACK,
  until,
  type TestCredentials,
  type TestMqttClient,
} from './test-mqtt-client.ts';

export function openWholeLab(folder: string, mqttPort: PortChoice = 0): Promise<Lab> {
  return openLab({ folder, port: 0, mqttPort }, NO_ENGINE, () => undefined);
}

export function clientOptions({ report }: Lab) {
  const { endpoint, region, accessKeyId, secretAccessKey } = report;
  return { endpoint, region, credentials: { accessKeyId, secretAccessKey }, maxAttempts: 1 };
}

export function dataClient(lab: Lab): IoTDataPlaneClient {
  return new IoTDataPlaneClient(clientOptions(lab));
}

export function iotClient(lab: Lab): IoTClient {
  return new IoTClient(clientOptions(lab));
}

/** An ACTIVE certificate; with these actions on everything, or without a policy. */
export async function enrol(lab: Lab, name: string, actions: readonly string[] = ['iot:*']): Promise<TestCredentials> {
  const iot = iotClient(lab);
  const { csr, key } = await makeRequest(name);
  const made = await iot.send(
    new CreateCertificateFromCsrCommand({ certificateSigningRequest: csr, setAsActive: true }),
  );
  if (actions.length > 0) {
    const Statement = [{ Effect: 'Allow', Action: actions, Resource: '*' }];
    const policyDocument = JSON.stringify({ Version: '2012-10-17', Statement });
    await iot.send(new CreatePolicyCommand({ policyName: name, policyDocument }));
    await iot.send(new AttachPolicyCommand({ policyName: name, target: made.certificateArn }));
  }
  return { ca: lab.report.ca, cert: made.certificatePem ?? '', key };
}

/** What `mosquitto_pub` and `mosquitto_sub` need to come in. */
export async function mosquittoOptions(
  lab: Lab,
  folder: string,
  name: string,
  { cert, key }: TestCredentials,
): Promise<readonly string[]> {
  const [certFile, keyFile] = [join(folder, `${name}.pem`), join(folder, `${name}-key.pem`)];
  await Promise.all([writeFile(certFile, cert), writeFile(keyFile, key)]);
  const { caFile, mqttPort } = lab.report;
  return ['--cafile', caFile, '--cert', certFile, '--key', keyFile, '-h', 'localhost', '-p', String(mqttPort)];
}

/** Connected, and subscribed to these filters. */
export async function listen(
  lab: Lab,
  credentials: TestCredentials,
  clientId: string,
  filters: readonly string[],
): Promise<TestMqttClient> {
  const client = await openTestMqttClient({ port: lab.report.mqttPort, credentials, clientId });
  await until('CONNACK arrives', () => client.received.length > 0);
  if (filters.length === 0) return client;
  client.subscribe(
    1,
    filters.map((filter) => ({ filter, qos: 0 })),
  );
  await until('SUBACK arrives', () => client.received.some(({ type }) => type === SUBACK));
  return client;
}

export function messagesOf(client: TestMqttClient): readonly { readonly topic: string; readonly payload: string }[] {
  return client.received.filter(({ type }) => type === PUBLISH).map(messageOf);
}
