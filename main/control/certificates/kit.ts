/** A connection kit: the zip with which any MQTT client connects as this device, laid out like the one of AWS's console. */
import { createPublicKey } from 'node:crypto';
import { strToU8, zipSync } from 'fflate';
import type { Target } from '../../cloud/target.ts';

type KitContent = {
  /** Thing name, which is the client id. */
  readonly thingName: string;
  /** One topic it may publish to, for the example. */
  readonly topic: string;
  readonly certificatePem: string;
  readonly keyPem: string;
  readonly policies: readonly { readonly name: string; readonly document: string }[];
  readonly target: Pick<Target, 'label' | 'mqttHost' | 'mqttPort' | 'mqttCa'>;
};

/** The bytes of the archive. It holds the private key in plain form: the caller guards where it goes. */
export function connectionKit(content: KitContent): Uint8Array {
  const { thingName, certificatePem, keyPem, policies, target } = content;
  const publicPem = createPublicKey(keyPem).export({ format: 'pem', type: 'spki' }).toString();
  const files: Record<string, string> = {
    [`${thingName}.cert.pem`]: certificatePem,
    [`${thingName}.private.key`]: keyPem,
    [`${thingName}.public.key`]: publicPem,
    'root-CA.crt': target.mqttCa,
    'start.sh': startScript(content),
    'README.txt': readme(content),
  };
  for (const { name, document } of policies) files[`${fileName(name)}.json`] = `${document}\n`;
  return zipSync(
    Object.fromEntries(
      Object.entries(files).map(([name, text]) => [name, [strToU8(text), { os: 3, attrs: modeOf(name) << 16 }]]),
    ),
  );
}

/** Unix modes, kept in the upper half of a ZIP entry's external attributes. */
function modeOf(name: string): number {
  if (name.endsWith('.private.key')) return 0o100600;
  return name.endsWith('.sh') ? 0o100755 : 0o100644;
}

/** Names of policies and things come from the registry and may hold ":" and more that no file system takes. */
export function fileName(name: string): string {
  return name.replace(/[^A-Za-z0-9_.,@=+-]/g, '_');
}

function startScript({ thingName, topic, target }: KitContent): string {
  return `#!/usr/bin/env bash
# Publishes one message as ${thingName}. Needs mosquitto_pub (package mosquitto-clients).
set -euo pipefail
cd "$(dirname "$0")"
chmod 600 '${thingName}.private.key'
mosquitto_pub -h '${target.mqttHost}' -p ${target.mqttPort} --cafile root-CA.crt \\
  --cert '${thingName}.cert.pem' --key '${thingName}.private.key' \\
  -i '${thingName}' -q 1 -t '${topic}' -m '{"message":"hello"}'
echo 'Published to ${topic}.'
`;
}

function readme({ thingName, topic, target, policies }: KitContent): string {
  return `Connection kit of ${thingName}, made by Isobar
Target: ${target.label}

${thingName}.private.key is the private key. Whoever holds it is this device: keep it to yourself,
never put it into a repository or a message.

MQTT host   ${target.mqttHost}
MQTT port   ${target.mqttPort}
Client id   ${thingName}
Topic       ${topic}
CA          root-CA.crt
Policies    ${policies.map(({ name }) => name).join(', ') || 'none attached'}

Try it:     bash start.sh
`;
}
