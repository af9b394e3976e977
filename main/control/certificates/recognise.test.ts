/** Every form a certificate or key can have on a person's disk, made by the real openssl, is told by content alone. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { unlockKey, publicIdOf } from './keys.ts';
import type { Piece } from './pieces.ts';
import { otherPiece, piecesOfOpenedPfx, recognise } from './recognise.ts';
import { makePair, openSsl, type OpenSsl } from './test-files.ts';
import { readCertificate } from './x509.ts';

let ssl: OpenSsl;
const ids: Record<string, string> = {};

beforeAll(async () => {
  ssl = await openSsl();
  const { openssl } = ssl;
  for (const kind of ['rsa', 'ec'] as const) {
    await makePair(ssl, kind, kind);
    ids[kind] = readCertificate(await ssl.read(`${kind}.crt`))?.publicId ?? '';
    await openssl('pkey', '-in', `${kind}.key`, '-traditional', '-out', `${kind}-traditional.pem`);
    await openssl('pkey', '-in', `${kind}.key`, '-outform', 'DER', '-out', `${kind}-pkcs8.der`);
    await openssl('pkey', '-in', `${kind}.key`, '-traditional', '-outform', 'DER', '-out', `${kind}-traditional.der`);
    await openssl('pkey', '-in', `${kind}.key`, '-pubout', '-out', `${kind}.pub`);
    await openssl('pkey', '-in', `${kind}.key`, '-pubout', '-outform', 'DER', '-out', `${kind}-pub.der`);
    await openssl('x509', '-in', `${kind}.crt`, '-outform', 'DER', '-out', `${kind}.der`);
    await openssl('pkcs8', '-topk8', '-in', `${kind}.key`, '-passout', 'pass:öpen sesame', '-out', `${kind}-enc.pem`);
    await openssl(
      'pkcs8',
      '-topk8',
      '-in',
      `${kind}.key`,
      '-passout',
      'pass:secret',
      '-outform',
      'DER',
      '-out',
      `${kind}-enc.der`,
    );
    await openssl(kind, '-in', `${kind}.key`, '-aes256', '-passout', 'pass:secret', '-out', `${kind}-legacy.pem`);
    const both = ['-inkey', `${kind}.key`, '-in', `${kind}.crt`, '-name', 'device'];
    await openssl('pkcs12', '-export', ...both, '-passout', 'pass:secret', '-out', `${kind}-modern.pfx`);
    await openssl('pkcs12', '-export', '-legacy', ...both, '-passout', 'pass:secret', '-out', `${kind}-old.pfx`);
    await openssl('pkcs12', '-export', ...both, '-passout', 'pass:', '-out', `${kind}-open.pfx`);
  }
}, 120_000);

afterAll(() => ssl.remove());

const look = async (name: string): Promise<readonly Piece[]> => recognise(await ssl.read(name), name) ?? [];

const facts = (pieces: readonly Piece[]): readonly string[] =>
  pieces.map((piece) => {
    switch (piece.kind) {
      case 'certificate':
        return `certificate ${piece.facts.publicId}`;
      case 'key':
      case 'publicKey':
        return `${piece.kind} ${piece.publicId}`;
      case 'locked':
        return `locked ${piece.what}`;
      case 'extra':
      case 'refused':
        return piece.kind;
    }
  });

test.each(['rsa', 'ec'])('%s: plain forms', async (kind) => {
  const id = ids[kind] ?? 'none';
  const found: Record<string, readonly string[]> = {};
  for (const name of ['crt', 'key', 'pub', 'der']) found[name] = facts(await look(`${kind}.${name}`));
  for (const name of ['traditional.pem', 'traditional.der', 'pkcs8.der', 'pub.der', 'open.pfx'])
    found[name] = facts(await look(`${kind}-${name}`));
  expect(found).toEqual({
    crt: [`certificate ${id}`],
    key: [`key ${id}`],
    pub: [`publicKey ${id}`],
    der: [`certificate ${id}`],
    'traditional.pem': [`key ${id}`],
    'traditional.der': [`key ${id}`],
    'pkcs8.der': [`key ${id}`],
    'pub.der': [`publicKey ${id}`],
    'open.pfx': [`certificate ${id}`, `key ${id}`],
  });
});

test.each(['rsa', 'ec'])('%s: encrypted forms ask for their password and open with it', async (kind) => {
  const id = ids[kind] ?? 'none';
  const opened: Record<string, unknown> = {};
  for (const [name, password] of [
    ['enc.pem', 'öpen sesame'],
    ['enc.der', 'secret'],
    ['legacy.pem', 'secret'],
  ] as const) {
    const [piece] = await look(`${kind}-${name}`);
    if (piece?.kind !== 'locked') throw new Error(`${name} was not recognised as locked`);
    const content = name.endsWith('.pem') ? piece.bytes.toString() : piece.bytes;
    expect(() => unlockKey(content, 'wrong', name)).toThrow('This password does not open');
    opened[name] = publicIdOf(unlockKey(content, password, name));
  }
  for (const name of ['modern.pfx', 'old.pfx']) {
    const [piece] = await look(`${kind}-${name}`);
    if (piece?.kind !== 'locked') throw new Error(`${name} was not recognised as locked`);
    const { bytes } = piece;
    expect(() => piecesOfOpenedPfx(bytes, 'wrong', name)).toThrow('This password does not open');
    opened[name] = facts(piecesOfOpenedPfx(piece.bytes, 'secret', name));
  }
  const pair = [`certificate ${id}`, `key ${id}`];
  expect(opened).toEqual({ 'enc.pem': id, 'enc.der': id, 'legacy.pem': id, 'modern.pfx': pair, 'old.pfx': pair });
});

test('a bundle with text around it, and UTF-16 as PowerShell writes it', async () => {
  const [certificate, key] = await Promise.all([ssl.read('rsa.crt'), ssl.read('rsa.key')]);
  const bundle = `Bag Attributes\n  friendlyName: x\n${certificate.toString()}\n\n${key.toString()}`;
  const both = [`certificate ${ids['rsa'] ?? ''}`, `key ${ids['rsa'] ?? ''}`];
  expect(facts(recognise(Buffer.from(bundle), 'bundle') ?? [])).toEqual(both);
  const wide = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(bundle, 'utf16le')]);
  expect(facts(recognise(wide, 'wide') ?? [])).toEqual(both);
});

test('what is of no use gets one sentence', async () => {
  await ssl.openssl('req', '-new', '-key', 'rsa.key', '-subj', '/CN=x', '-out', 'rsa.csr');
  const sentence = (bytes: Buffer | string): string => {
    const content = Buffer.from(bytes);
    const piece = recognise(content, 'x')?.[0] ?? otherPiece(content, 'x');
    return piece.kind === 'refused' ? piece.error.message : piece.kind;
  };
  const cut = (await ssl.read('rsa.crt')).subarray(0, 500);
  expect({
    csr: sentence(await ssl.read('rsa.csr')),
    ssh: sentence('-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n'),
    cut: sentence(cut),
    broken: sentence('-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'),
    text: sentence('Dear diary, it rained.'),
    empty: sentence(''),
    jks: sentence(Buffer.from('feedfeed00000002', 'hex')),
    web: sentence('<!doctype html><p>403'),
    script: sentence('#!/bin/sh\n'),
  }).toEqual({
    csr: '"x" is a signing request (CSR), not the certificate made from it.',
    ssh: '"x" is a key for SSH log-ins, not the key of a certificate.',
    cut: '"x" begins a PEM block and does not end it.',
    broken: '"x" holds a certificate that cannot be read.',
    text: '"x" is a text file.',
    empty: '"x" is an empty file.',
    jks: '"x" is a Java key store (.jks); convert it to .p12 with keytool first.',
    web: '"x" is a web page, perhaps the message of a failed download.',
    script: 'extra',
  });
});

test('a container that would keep the app busy for hours is refused', async () => {
  const both = ['-inkey', 'ec.key', '-in', 'ec.crt', '-passout', 'pass:x'];
  await ssl.openssl('pkcs12', '-export', ...both, '-iter', '1100000', '-nomaciter', '-out', 'slow.pfx');
  const [piece] = await look('slow.pfx');
  expect(piece?.kind === 'refused' && piece.error.code).toBe('certificates.tooSlow');
});
