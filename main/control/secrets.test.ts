/** No private key, password or secret key in any file of the data folder, in any log line, in argv or environment of a process, or in anything the window hears. */
import { CreatePolicyVersionCommand, IoTClient } from '@aws-sdk/client-iot';
import { fork, type ChildProcess } from 'node:child_process';
import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, expect, test } from 'vitest';
import { z } from 'zod';
import { bundleProgram } from '../test-program.ts';
import { until } from '../commands/until.ts';
import { openIdentity } from '../lab/identity.ts';
import { openLabSeal } from '../lab/lab-seal.ts';
import { makePair, openSsl } from './certificates/test-files.ts';
import {
  secretOfBytes,
  secretOfKey,
  secretOfText,
  searchBytes,
  searchFolder,
  type Secret,
} from './test-secret-search.ts';
import { openVault } from './vault.ts';

const root = join(import.meta.dirname, '..', '..');
const KEY_PASSWORD = 'correct horse battery';
const PFX_PASSWORD = 'staple of the pfx';
const WRONG_PASSWORD = 'not the right password';
const LIMIT_MS = 60_000;

const cleanUp: (() => Promise<void> | void)[] = [];

afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step();
});

async function newFolder(name: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), `isobar-${name}-`));
  cleanUp.push(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

const fleetSchema = z.object({
  stations: z.array(z.object({ id: z.string(), thingName: z.string(), state: z.string(), acknowledged: z.number() })),
});
const healthSchema = z.object({ target: z.object({ endpoint: z.string() }).nullable() });
const rotationsSchema = z.object({
  rotations: z.array(z.object({ station: z.string(), step: z.string(), error: z.object({}).nullable() })),
});
const checkSchema = z.object({ isDone: z.boolean() });
const catalogueSchema = z.object({
  sets: z.array(z.object({ id: z.string(), stations: z.array(z.object({ id: z.string() })) })),
});
const provisionSchema = z.object({ job: z.object({ id: z.string(), state: z.string() }).nullable() });
const batchSchema = z.object({
  batch: z.object({
    id: z.string(),
    locked: z.array(z.object({ id: z.string(), what: z.string() })),
    certificates: z.array(z.object({ certificateId: z.string(), subject: z.string() })),
  }),
});

const messageSchema = z.union([
  z.object({ n: z.number(), value: z.unknown() }),
  z.object({ n: z.number(), error: z.object({ code: z.string(), message: z.string() }) }),
  z.object({ stream: z.string(), batch: z.unknown() }),
  z.object({ stream: z.string(), error: z.object({ code: z.string() }) }),
]);

type Isobar = Awaited<ReturnType<typeof startIsobar>>;

/** Isobar in a process of its own; `heard` is all that a window would have been told, `output` all that its processes printed. */
async function startIsobar(folder: string, saveTo: string) {
  const program = await bundleProgram(
    join(import.meta.dirname, 'secrets-child.ts'),
    await newFolder('secrets-program'),
  );
  const child = fork(program, [root, folder, saveTo], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    execArgv: [],
    env: { ...process.env, ISOBAR_LOG: 'trace' },
  });
  cleanUp.push(() => endOf(child));
  const output: Buffer[] = [];
  for (const pipe of [child.stdout, child.stderr]) pipe?.on('data', (bytes: Buffer) => output.push(bytes));
  const heard: string[] = [];
  const latest = new Map<string, unknown>();
  const refused: string[] = [];
  const answers = new Map<number, { readonly value?: unknown; readonly error?: { readonly code: string } }>();
  child.on('message', (message) => {
    heard.push(JSON.stringify(message));
    const parsed = messageSchema.parse(message);
    if ('batch' in parsed) latest.set(parsed.stream, parsed.batch);
    else if ('stream' in parsed) refused.push(`${parsed.stream}: ${parsed.error.code}`);
    else answers.set(parsed.n, parsed);
  });
  let n = 0;
  const answer = async (what: string, number: number) => {
    await until(`the answer of ${what}`, 2 * LIMIT_MS, () => answers.has(number) || child.exitCode !== null);
    return answers.get(number) ?? { error: { code: 'child ended' } };
  };
  const ask = async (name: string, input: unknown) => {
    n += 1;
    child.send({ n, name, input });
    return answer(name, n);
  };
  expect(await answer('the start', 0)).toMatchObject({ value: null });
  return {
    pid: child.pid ?? 0,
    output,
    heard,
    refused,
    ask,
    call: async (name: string, input: unknown): Promise<unknown> => {
      const { value, error } = await ask(name, input);
      expect({ name, error }).toEqual({ name, error: undefined });
      return value;
    },
    latest: <Schema extends z.ZodType>(stream: string, schema: Schema): z.infer<Schema> | null =>
      latest.has(stream) ? schema.parse(latest.get(stream)) : null,
    end: () => endOf(child),
  };
}

async function endOf(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await gone;
}

/** All that the vault and the lab keep at this moment, opened as the app opens it. */
async function secretsOf(folder: string): Promise<ReadonlyMap<string, Secret>> {
  const found = new Map<string, Secret>();
  const add = (secret: Secret, id: string) => found.set(id, secret);
  const vault = await openVault(join(folder, 'vault'), null);
  for (const name of await vault.names()) {
    const text = (await vault.get(name)) ?? '';
    if (name === 'lab-key') add(secretOfBytes('the key of the lab', Buffer.from(text, 'base64')), text);
    for (const [pem] of text
      .replaceAll('\\n', '\n')
      .matchAll(/-----BEGIN [A-Z ]*PRIVATE KEY-----[^-]+-----END[^-]+-----/g))
      add(secretOfKey(`the key in ${name}`, pem), pem);
  }
  const labFolder = join(folder, 'lab');
  const seal = await openLabSeal(labFolder, await vault.get('lab-key'));
  const { secretAccessKey } = await openIdentity(labFolder, seal);
  add(secretOfText("the lab's secret access key", secretAccessKey), secretAccessKey);
  for (const [file, purpose] of [
    ['ca-key', 'key of the certificate authority'],
    ['server-key', 'key of the server certificate'],
  ] as const) {
    const pem = seal.open(purpose, await readFile(join(labFolder, 'iot', `${file}.sealed`)));
    add(secretOfKey(file, pem), pem);
  }
  return found;
}

/** The process and all below it, with what anybody on the machine may read of them. */
async function processes(pid: number): Promise<readonly { readonly place: string; readonly bytes: Buffer }[]> {
  const read = (file: string) => readFile(`/proc/${pid}/${file}`).catch(() => Buffer.alloc(0));
  const children = (await read(`task/${pid}/children`)).toString().trim().split(' ').filter(Boolean).map(Number);
  const below = await Promise.all(children.map(processes));
  return [
    { place: `argv of ${pid}`, bytes: await read('cmdline') },
    { place: `environment of ${pid}`, bytes: await read('environ') },
    ...below.flat(),
  ];
}

/** A pair as two PEM files, an encrypted key beside its certificate, and a container: dropped together, unlocked, kept. */
async function importCertificates(isobar: Isobar): Promise<readonly Secret[]> {
  const files = await openSsl();
  cleanUp.push(files.remove);
  await makePair(files, 'plain', 'ec');
  await makePair(files, 'locked', 'rsa');
  await makePair(files, 'boxed', 'ec');
  const secrets = await Promise.all(
    ['plain', 'locked', 'boxed'].map(async (name) =>
      secretOfKey(`the imported key ${name}`, (await files.read(`${name}.key`)).toString()),
    ),
  );
  const encrypted = ['-in', 'locked.key', '-out', 'locked-encrypted.key', '-passout', `pass:${KEY_PASSWORD}`];
  await files.openssl('pkcs8', '-topk8', ...encrypted);
  const both = ['-inkey', 'boxed.key', '-in', 'boxed.crt', '-out', 'boxed.pfx'];
  await files.openssl('pkcs12', '-export', ...both, '-passout', `pass:${PFX_PASSWORD}`);
  const dropped = ['plain.crt', 'plain.key', 'locked.crt', 'locked-encrypted.key', 'boxed.pfx'].map(files.path);

  // First one that fails: a wrong password, and given up.
  const failed = batchSchema.parse(await isobar.call('drop', dropped)).batch;
  for (const { id } of failed.locked) {
    const wrong = { batch: failed.id, item: id, password: WRONG_PASSWORD };
    expect(await isobar.ask('certificates.unlock', wrong)).toMatchObject({
      error: { code: 'certificates.wrongPassword' },
    });
  }
  await isobar.call('certificates.cancelImport', { batch: failed.id });

  let { batch } = batchSchema.parse(await isobar.call('drop', dropped));
  expect(batch.locked.map(({ what }) => what).sort()).toEqual(['key', 'pfx']);
  for (const { id, what } of batch.locked) {
    const password = what === 'key' ? KEY_PASSWORD : PFX_PASSWORD;
    const input = { batch: batch.id, item: id, password };
    batch = batchSchema.shape.batch.parse(await isobar.call('certificates.unlock', input));
  }
  const station = stationsOf(isobar).at(-1)?.id ?? '';
  const choices = batch.certificates.map(({ certificateId, subject }) => ({
    certificateId,
    station: subject.includes('plain') ? station : null,
  }));
  const outcome = await isobar.call('certificates.import', { batch: batch.id, choices });
  expect(outcome).toMatchObject({ imported: choices, refused: [] });
  expect(choices).toHaveLength(3);
  return secrets;
}

const stationsOf = (isobar: Isobar) => isobar.latest('fleet.status', fleetSchema)?.stations ?? [];

async function provision(isobar: Isobar, way: 'direct' | 'bulk'): Promise<void> {
  const wish = { way, count: 2, pattern: `${way}-{n}`, first: 1, set: null, thingType: null, group: null };
  const { id } = z
    .object({ id: z.string() })
    .parse(await isobar.call('provision.start', { ...wish, attributes: {}, policy: null }));
  const job = () => isobar.latest('provision.job', provisionSchema)?.job;
  await until(`the ${way} job to end`, LIMIT_MS, () => job()?.id === id && job()?.state !== 'running');
  expect(job()?.state).toBe('done');
}

async function rotate(isobar: Isobar, station: string): Promise<{ readonly step: string; readonly failed: boolean }> {
  await isobar.call('certificates.rotate', { station });
  const rotation = () =>
    isobar.latest('certificates.rotations', rotationsSchema)?.rotations.find((one) => one.station === station);
  await until(
    'the rotation to end',
    2 * LIMIT_MS,
    () => rotation()?.step === 'done' || (rotation()?.error ?? null) !== null,
  );
  return { step: rotation()?.step ?? '', failed: (rotation()?.error ?? null) !== null };
}

/** As the console does it: the target makes the key and sends it once. */
async function createThing(isobar: Isobar): Promise<void> {
  const { sets } = catalogueSchema.parse(await isobar.call('stations.catalogue', {}));
  const set = sets.find(({ id }) => id !== 'five-climates');
  const thing = { name: 'walk', thingType: null, attributes: {}, set: set?.id, station: set?.stations[0]?.id };
  const { document } = z
    .object({ document: z.string() })
    .parse(await isobar.call('things.suggestPolicy', { name: 'walk', topic: 'sensor/weather/walk' }));
  const policy = { kind: 'own', document };
  const wish = { ...thing, topic: 'sensor/weather/walk', certificate: { kind: 'console' }, policy };
  await isobar.call('things.create', wish);
}

/** From now on the target lets in only the certificate that the station has now. */
async function pinToCertificate(isobar: Isobar, folder: string, station: string, thingName: string): Promise<void> {
  const vault = await openVault(join(folder, 'vault'), null);
  const { certificatePem } = z
    .object({ certificatePem: z.string() })
    .parse(JSON.parse((await vault.get(`station/${station}`)) ?? '{}'));
  const labFolder = join(folder, 'lab');
  const identity = await openIdentity(labFolder, await openLabSeal(labFolder, await vault.get('lab-key')));
  const iot = new IoTClient({
    endpoint: isobar.latest('health', healthSchema)?.target?.endpoint ?? '',
    region: identity.region,
    credentials: identity,
  });
  const serial = BigInt(`0x${new X509Certificate(certificatePem).serialNumber}`).toString();
  const Statement = [
    { Effect: 'Allow', Action: 'iot:*', Resource: '*' },
    {
      Effect: 'Deny',
      Action: 'iot:Connect',
      Resource: '*',
      Condition: { StringNotEquals: { 'iot:Certificate.SerialNumber': serial } },
    },
  ];
  const policyDocument = JSON.stringify({ Version: '2012-10-17', Statement });
  const policyName = `${thingName}-policy`;
  await iot.send(new CreatePolicyVersionCommand({ policyName, policyDocument, setAsDefault: true }));
  iot.destroy();
}

test('a whole life leaves no secret in files, logs, processes or the window', { timeout: 400_000 }, async () => {
  const folder = await newFolder('secrets');
  const outside = await newFolder('secrets-kit');
  const kit = join(outside, 'kit.zip');
  const isobar = await startIsobar(folder, kit);
  const secrets = new Map<string, Secret>();
  const collect = async () => {
    for (const [id, secret] of await secretsOf(folder)) secrets.set(id, secret);
  };
  for (const password of [KEY_PASSWORD, PFX_PASSWORD, WRONG_PASSWORD])
    secrets.set(password, secretOfText('a password', password));

  await until('the stations to have certificates', LIMIT_MS, () => {
    const stations = stationsOf(isobar);
    return stations.length === 5 && stations.every(({ state }) => state === 'idle');
  });
  await collect();
  const [first, second] = stationsOf(isobar);
  if (first === undefined || second === undefined) throw new Error('no stations');
  for (const secret of await importCertificates(isobar)) secrets.set(secret.name, secret);
  await collect();
  await provision(isobar, 'direct');
  await provision(isobar, 'bulk');
  await createThing(isobar);
  await collect();

  await isobar.call('pipeline.setUp', {});
  const ids = [first.id, second.id];
  await isobar.call('stations.setSpeed', { ids, speed: 3_600 });
  await isobar.call('stations.start', { ids });
  const arrived = () => stationsOf(isobar).filter(({ id, acknowledged }) => ids.includes(id) && acknowledged > 3);
  await until('messages of both stations', LIMIT_MS, () => arrived().length === 2);
  await isobar.call('topics.publish', { topic: 'a/b', payload: '{"a":1}', encoding: 'text', qos: 1, retain: true });

  expect(await rotate(isobar, first.id)).toEqual({ step: 'done', failed: false });
  await pinToCertificate(isobar, folder, second.id, second.thingName);
  const failing = rotate(isobar, second.id);
  await collect();
  expect(await failing).toEqual({ step: 'connect', failed: true });
  await collect();

  const view = await isobar.call('certificates.viewOfStation', { station: first.id });
  const { certificateId } = z.object({ certificateId: z.string() }).parse(view);
  await isobar.call('certificates.exportKit', { certificateId });
  await isobar.call('certificates.list', {});
  await isobar.call('check', first.id);
  await until('the check to end', LIMIT_MS, () => isobar.latest('stations.check', checkSchema)?.isDone === true);
  await isobar.call('target.copyEnvironment', { shell: 'posix' });
  await isobar.call('things.choices', {});
  await isobar.call('lake.list', { bucket: null, prefix: '', token: null });
  await isobar.call('certificates.setStatus', { certificateId, status: 'REVOKED' });
  await isobar.call('pipeline.flush', { stream: null });

  const all = [...secrets.values()];
  const running = await processes(isobar.pid);
  await isobar.call('stop', {});
  await isobar.end();

  const { files, findings } = await searchFolder(folder, all);
  expect(findings).toEqual([]);
  const looked = ['fleet.json', 'ledger.ndjson', 'lab/lab.json', 'lab/iot/ca-key.sealed', 'lab/iot/registry.log'];
  expect(files).toEqual(expect.arrayContaining(looked));
  expect(files.filter((path) => /^lab\/s3\/objects\/./.test(path)).length).toBeGreaterThan(3);
  expect(isobar.refused).toEqual([]);
  expect(searchBytes('the log', Buffer.concat(isobar.output), all)).toEqual([]);
  expect(Buffer.concat(isobar.output).length).toBeGreaterThan(0);
  expect(running.flatMap(({ place, bytes }) => searchBytes(place, bytes, all))).toEqual([]);
  if (process.platform === 'linux') expect(running.length).toBeGreaterThanOrEqual(8);
  expect(searchBytes('the window', Buffer.from(isobar.heard.join('\n')), all)).toEqual([]);

  // The same search finds the key where it was meant to go.
  const { findings: inKit } = await searchFolder(outside, all);
  expect(inKit.map(({ secret }) => secret).sort()).toEqual(['a PEM private key', `the key in station/${first.id}`]);
});

test('the search finds what is planted, in every form', async () => {
  const folder = await newFolder('planted');
  await mkdir(join(folder, 'deep'));
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  const pkcs8 = privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
  const der = privateKey.export({ format: 'der', type: 'sec1' });
  const body = pkcs8.replaceAll(/-----[^-]+-----|\n/g, '');
  const planted: Readonly<Record<string, string | Buffer>> = {
    'der.bin': Buffer.concat([Buffer.from('before'), der]),
    'hex.txt': `key=${der.toString('hex')}`,
    'shifted-1.txt': Buffer.concat([Buffer.from('a'), der]).toString('base64'),
    'shifted-2.txt': Buffer.concat([Buffer.from('ab'), der]).toString('base64'),
    'url.txt': der.toString('base64url'),
    'no-header.json': JSON.stringify({ body: body.replaceAll(/(.{20})/g, '$1\n') }),
    'twice.txt': Buffer.from(`x${body}`).toString('base64'),
    'numbers.json': JSON.stringify(der),
    'packed.gz': gzipSync(`{"key":"${body}"}`),
    'wide.bin': Buffer.from(body, 'utf16le'),
    'rsa.der': rsa.export({ format: 'der', type: 'pkcs1' }),
    'password.txt': 'with hunter-two inside',
    'deep/log.ndjson': JSON.stringify({
      msg: JSON.stringify({ password: Buffer.from('hunter-two').toString('base64') }),
    }),
  };
  for (const [name, content] of Object.entries(planted)) await writeFile(join(folder, name), content);
  await writeFile(join(folder, 'innocent.txt'), `${pkcs8.slice(0, 20)} PUBLIC KEY`);
  await writeFile(join(folder, 'header.txt'), '-----BEGIN EC PRIVATE KEY-----');
  const secrets = [secretOfKey('ec', privateKey), secretOfKey('rsa', rsa), secretOfText('password', 'hunter-two')];
  const { findings } = await searchFolder(folder, secrets);
  expect(findings.map(({ place }) => place).sort()).toEqual([...Object.keys(planted), 'header.txt'].sort());
});
