/** Who the lab is: a random account and key pair made at its first start and kept in `lab.json`. */
import { randomBytes, randomInt } from 'node:crypto';
import { join } from 'node:path';
import { z } from 'zod';
import { damagedState, readDocument, writeDocument } from './documents.ts';
import type { LabIdentity } from './services.ts';
import type { Credentials } from './signature.ts';

const stored = z.object({
  account: z.string().regex(/^\d{12}$/),
  region: z.string(),
  accessKeyId: z.string(),
  secretAccessKey: z.string(),
});

const KEY_LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** The file is readable for its owner only, because it holds the secret. Throws AppError `lab.stateDamaged`. */
export async function openIdentity(folder: string): Promise<LabIdentity & Credentials> {
  const path = join(folder, 'lab.json');
  const found = await readDocument(path);
  const parsed = found === undefined ? undefined : stored.safeParse(found);
  if (parsed?.success === false) throw damagedState(path, parsed.error);
  const kept = parsed?.data ?? createIdentity();
  if (parsed === undefined) await writeDocument(path, kept, 0o600);
  return { ...kept, roleArn: `arn:aws:iam::${kept.account}:role/LabRole` };
}

function createIdentity(): z.infer<typeof stored> {
  const letters = Array.from({ length: 16 }, () => KEY_LETTERS[randomInt(KEY_LETTERS.length)]);
  return {
    // A leading zero is legal on AWS but gets lost in spreadsheets and YAML.
    account: `${randomInt(1, 10)}${String(randomInt(100_000_000_000)).padStart(11, '0')}`,
    region: 'us-east-1',
    accessKeyId: `AKIA${letters.join('')}`,
    secretAccessKey: randomBytes(30).toString('base64'),
  };
}
