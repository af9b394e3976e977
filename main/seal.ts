/** Secrets at rest: AES-256-GCM under a key of 32 bytes, bound to what the text is for, so that swapping two sealed texts is noticed. */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

export const SEAL_KEY_BYTES = 32;

const IV_BYTES = 12;
const TAG_BYTES = 16;

/** 12 bytes of nonce, 16 of authentication tag, then the text as it was enciphered. */
export function sealText(key: Uint8Array, purpose: string, text: string): Buffer {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, iv);
  cipher.setAAD(Buffer.from(purpose, 'utf8'));
  const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  return Buffer.concat([iv, cipher.getAuthTag(), body]);
}

/** Throws when the key is another one, when it was sealed for another purpose, or when a bit of it has changed: which of them cannot be told. */
export function openSealed(key: Uint8Array, purpose: string, sealed: Uint8Array): string {
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, IV_BYTES), { authTagLength: TAG_BYTES });
  decipher.setAAD(Buffer.from(purpose, 'utf8'));
  decipher.setAuthTag(sealed.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
  return Buffer.concat([decipher.update(sealed.subarray(IV_BYTES + TAG_BYTES)), decipher.final()]).toString('utf8');
}
