/** `isobar lab` as a person starts it, for tests that drive it with programs nobody here wrote. */
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { openClients, type Clients } from '../cloud/clients.ts';
import { targetFromLab } from '../cloud/target.ts';

const root = join(import.meta.dirname, '..', '..');

const readySchema = z.object({
  ready: z.literal(true),
  endpoint: z.string(),
  mqttHost: z.string(),
  mqttPort: z.number(),
  alpnPort: z.number().nullable(),
  caFile: z.string(),
  region: z.string(),
  account: z.string(),
  accessKeyId: z.string(),
  secretAccessKey: z.string(),
});

export type RealLab = {
  readonly ready: z.infer<typeof readySchema>;
  readonly clients: Clients;
  /** The test's own folder; it goes with the lab. */
  readonly folder: string;
  /** What AWS's own programs and SDKs read, and nothing else of AWS that this machine may have. */
  readonly environment: NodeJS.ProcessEnv;
  /** Resolves with the exit code after SIGTERM. */
  readonly stop: () => Promise<number | null>;
};

export async function startRealLab(): Promise<RealLab> {
  const folder = await mkdtemp(join(tmpdir(), 'isobar-clients-'));
  const child = spawn(
    process.execPath,
    [
      join(root, 'dist', 'main', 'cli.js'),
      'lab',
      '--data',
      join(folder, 'lab'),
      '--port',
      '0',
      '--mqtt-port',
      '0',
      '--alpn-port',
      '0',
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const line = await new Promise<string>((resolve, reject) => {
    createInterface(child.stdout).once('line', resolve);
    child.once('exit', (code) => reject(new Error(`isobar lab ended with ${code}`)));
  });
  const ready = readySchema.parse(JSON.parse(line));
  const ca = await readFile(ready.caFile, 'utf8');
  const clients = openClients(targetFromLab({ ...ready, ca, roleArn: `arn:aws:iam::${ready.account}:role/LabRole` }));
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith('AWS_'));
  return {
    ready,
    clients,
    folder,
    environment: {
      ...Object.fromEntries(own),
      AWS_ENDPOINT_URL: ready.endpoint,
      AWS_ACCESS_KEY_ID: ready.accessKeyId,
      AWS_SECRET_ACCESS_KEY: ready.secretAccessKey,
      AWS_DEFAULT_REGION: ready.region,
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_PAGER: '',
    },
    stop: async () => {
      clients.close();
      const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      const code = await ended;
      await rm(folder, { recursive: true, force: true });
      return code;
    },
  };
}

/** Certificate and key as files, as device programs want them. */
export async function identityFiles(
  { folder }: RealLab,
  name: string,
  certificatePem: string,
  keyPem: string,
): Promise<{ readonly cert: string; readonly key: string }> {
  const cert = join(folder, `${name}.crt`);
  const key = join(folder, `${name}.key`);
  await writeFile(cert, certificatePem);
  await writeFile(key, keyPem, { mode: 0o600 });
  return { cert, key };
}
