/** What people drop by mistake, or what lies in a connection kit beside the keys, in one phrase each. */

type OtherKind = {
  /** The middle of a sentence: `"x" is …`. */
  readonly what: string;
  /** Expected beside keys and certificates, so no mistake. */
  readonly isPartOfKit: boolean;
};

const mistake = (what: string): OtherKind => ({ what, isPartOfKit: false });
const partOfKit = (what: string): OtherKind => ({ what, isPartOfKit: true });

const BINARIES: readonly (readonly [start: string, what: string])[] = [
  ['feedfeed', 'a Java key store (.jks); convert it to .p12 with keytool first'],
  ['1f8b', 'a file compressed with gzip'],
  ['504b0304', 'a ZIP archive'],
  ['504b0506', 'an empty ZIP archive'],
  ['526172211a07', 'a RAR archive'],
  ['377abcaf271c', 'a 7-Zip archive'],
  ['25504446', 'a PDF document'],
  ['89504e47', 'an image'],
  ['ffd8ff', 'an image'],
  ['47494638', 'an image'],
  ['30', 'a binary (DER) file that holds neither a certificate nor a key Isobar can read'],
];

const TEXTS: readonly (readonly [sign: RegExp, kind: OtherKind])[] = [
  [/^#!|^\s*@echo off/i, partOfKit('a start script')],
  [/"Statement"\s*:/, partOfKit('a policy document')],
  [/^ssh-(rsa|ed25519)|^ecdsa-sha2/, mistake('a public key for SSH log-ins, not a certificate')],
  [/^PuTTY-User-Key-File/, mistake('a PuTTY key for SSH log-ins, not the key of a certificate')],
  [/^\s*<(!doctype html|html)/i, mistake('a web page, perhaps the message of a failed download')],
  [/^\s*[[{]/, mistake('a JSON file')],
];

/** `bytes` is the file or its beginning. */
export function otherKind(bytes: Buffer): OtherKind {
  if (bytes.length === 0) return mistake('an empty file');
  const start = bytes.subarray(0, 8).toString('hex');
  const binary = BINARIES.find(([sign]) => start.startsWith(sign));
  const isText = !bytes.subarray(0, 4096).includes(0);
  if (binary !== undefined && !(isText && binary[0] === '30')) return mistake(binary[1]);
  if (!isText) return mistake('a binary file of a kind Isobar does not know');
  const text = bytes.subarray(0, 65_536).toString('utf8');
  return TEXTS.find(([sign]) => sign.test(text))?.[1] ?? mistake('a text file');
}
