/** Who the lab is: a random account and key pair made at its first start and kept in `lab.json`, the secret one sealed. */
import { randomBytes, randomInt } from 'node:crypto';
import { join } from 'node:path';
import { z } from 'zod';
import { damagedState, readDocument, writeDocument } from './documents.ts';
import type { LabSeal } from './lab-seal.ts';
import type { LabIdentity } from './services.ts';
import type { Credentials } from './signature.ts';

const known = z.object({ account: z.string().regex(/^\d{12}$/), region: z.string(), accessKeyId: z.string() });
/** `sealedSecret`: base64. The second form is what earlier versions wrote. */
const stored = z.union([known.extend({ sealedSecret: z.string() }), known.extend({ secretAccessKey: z.string() })]);

const PURPOSE = 'secret access key';

const KEY_LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/**
 * The secret is sealed. The first of the lab's files that is opened: with a key that does not fit, nothing else is touched.
 * Throws AppError `lab.stateDamaged`, `lab.keyDoesNotFit`.
 */
export async function openIdentity(folder: string, seal: LabSeal): Promise<LabIdentity & Credentials> {
  const path = join(folder, 'lab.json');
  const found = await readDocument(path);
  const parsed = found === undefined ? undefined : stored.safeParse(found);
  if (parsed?.success === false) throw damagedState(path, parsed.error);
  const kept = parsed?.data ?? createIdentity();
  const isSealed = 'sealedSecret' in kept;
  const { account, region, accessKeyId } = kept;
  const secretAccessKey = isSealed
    ? seal.open(PURPOSE, Buffer.from(kept.sealedSecret, 'base64'))
    : kept.secretAccessKey;
  if (!isSealed) {
    const sealedSecret = (await seal.seal(PURPOSE, secretAccessKey)).toString('base64');
    await writeDocument(path, { account, region, accessKeyId, sealedSecret }, 0o600);
  }
  return { account, region, accessKeyId, secretAccessKey, roleArn: `arn:aws:iam::${account}:role/LabRole` };
}

function createIdentity(): z.infer<typeof known> & Pick<Credentials, 'secretAccessKey'> {
  const letters = Array.from({ length: 16 }, () => KEY_LETTERS[randomInt(KEY_LETTERS.length)]);
  return {
    // A leading zero is legal on AWS but gets lost in spreadsheets and YAML.
    account: `${randomInt(1, 10)}${String(randomInt(100_000_000_000)).padStart(11, '0')}`,
    region: 'us-east-1',
    accessKeyId: `AKIA${letters.join('')}`,
    secretAccessKey: randomBytes(30).toString('base64'),
  };
}
