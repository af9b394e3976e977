/** Reads and writes the few DER forms (X.690) that certificate requests and certificates are made of. */

export type DerNode = {
  readonly tag: number;
  /** Tag, length and content. */
  readonly whole: Buffer;
  readonly content: Buffer;
};

export const SEQUENCE = 0x30;

/** The one value in `bytes`, which must end with it. Throws Error when the bytes are no DER. */
export function readDer(bytes: Buffer): DerNode {
  const node = readFirst(bytes);
  if (node.whole.length !== bytes.length) throw new Error('bytes follow the DER value');
  return node;
}

/** What a constructed value holds. Throws Error when the bytes are no DER. */
export function partsOf(node: DerNode): readonly DerNode[] {
  const parts: DerNode[] = [];
  let rest = node.content;
  while (rest.length > 0) {
    const part = readFirst(rest);
    parts.push(part);
    rest = rest.subarray(part.whole.length);
  }
  return parts;
}

export function der(tag: number, ...contents: readonly Buffer[]): Buffer {
  const content = contents.length === 1 && contents[0] !== undefined ? contents[0] : Buffer.concat(contents);
  const { length } = content;
  const head =
    length < 0x80
      ? [tag, length]
      : length < 0x100
        ? [tag, 0x81, length]
        : [tag, 0x82, (length >> 8) & 0xff, length & 0xff];
  if (length > 0xffff) throw new Error('the DER value is too long');
  return Buffer.concat([Buffer.from(head), content]);
}

function readFirst(bytes: Buffer): DerNode {
  const [tag, first] = bytes;
  if (tag === undefined || first === undefined) throw new Error('the DER value is cut');
  // Bits 7 to 1 of a long form count the bytes of the length; zero would be BER's open end.
  const extra = first < 0x80 ? 0 : first & 0x7f;
  if ((first >= 0x80 && extra === 0) || extra > 3 || bytes.length < 2 + extra) throw new Error('not a DER length');
  const length = extra === 0 ? first : bytes.readUIntBE(2, extra);
  const start = 2 + extra;
  if (bytes.length < start + length) throw new Error('the DER value is cut');
  return { tag, whole: bytes.subarray(0, start + length), content: bytes.subarray(start, start + length) };
}
