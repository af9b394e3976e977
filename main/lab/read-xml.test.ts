// What is written is read back the same; damaged bytes are MalformedXML and nothing else, whatever they are.
import { expect, test } from 'vitest';
import { mutated, seeded, type Random } from '../commands/fuzz/random.ts';
import { readXml } from './read-xml.ts';
import { AwsError } from './services.ts';
import { branch, leaf, xmlDocument } from './xml.ts';

type Tree = string | { readonly [name: string]: Tree | readonly Tree[] };
const NAMES = ['Key', 'Value', 'Part', 'constructor', '__proto__', 'a-b.c_1'] as const;
const TEXTS = [
  '',
  ' ',
  'a',
  '1.0',
  ' blank ends ',
  '<&>"\'',
  'ünï 日本 😀',
  ']]>',
  'line\nbreak\ttab',
  '&amp;lt;',
] as const;

function tree(random: Random, depth: number): Tree {
  if (depth === 0 || random.whole(3) === 0) return random.one(TEXTS);
  const names = NAMES.filter(() => random.whole(2) === 0);
  const fields = names.map((name): [string, Tree | Tree[]] => {
    const count = random.whole(3);
    const values = Array.from({ length: count + 1 }, () => tree(random, depth - 1));
    return [name, count === 0 ? (values[0] ?? '') : values];
  });
  return fields.length === 0 ? random.one(TEXTS) : Object.fromEntries(fields);
}

function write(name: string, value: Tree | readonly Tree[]): string {
  if (typeof value === 'string') return leaf(name, value);
  if (Array.isArray(value)) return (value as readonly Tree[]).map((one) => write(name, one)).join('');
  return branch(
    name,
    Object.entries(value).map(([inner, one]) => write(inner, one)),
    'http://s3.amazonaws.com/doc/2006-03-01/',
  );
}

/** Without the reader's missing prototypes. */
const plain = (value: unknown) => JSON.parse(JSON.stringify(value)) as unknown;

test('any tree of texts comes back as it was written', () => {
  for (let seed = 0; seed < 500; seed++) {
    const children = { Key: tree(seeded(seed), 3) };
    expect(plain(readXml(Buffer.from(xmlDocument(write('Root', children))), 'Root'))).toEqual(plain(children));
  }
});

test('attributes, prefixes, comments, instructions, CDATA, references and a byte order mark are understood', () => {
  const text = `\uFEFF<?xml version='1.0' encoding="UTF-8"?>\r\n<!-- <a> & ]]> -->
    <s3:Root xmlns:s3="urn:x" a='>' ><s3:Key lang = "de">a<!-- b --><![CDATA[<c> & ]]>&#100;&#x65;&apos;</s3:Key >
    <Empty/><Empty></Empty><?pi?></s3:Root>
    <!-- end -->`;
  expect(plain(readXml(Buffer.from(text), 'Root'))).toEqual({ Key: "a<c> & de'", Empty: ['', ''] });
});

test('damaged bytes are read or refused, never anything else', () => {
  let refused = 0;
  for (let seed = 0; seed < 2_000; seed++) {
    const random = seeded(seed);
    const bytes = mutated(random, Buffer.from(xmlDocument(write('Root', { Key: tree(random, 3) }))));
    try {
      readXml(bytes, 'Root');
    } catch (error) {
      if (!(error instanceof AwsError) || error.code !== 'MalformedXML') throw error;
      refused += 1;
    }
  }
  expect(refused).toBeGreaterThan(500);
});

test.each([
  ['<Root/>', {}],
  ['<Root> \n </Root>', {}],
])('%s has no children', (text, expected) => {
  expect(plain(readXml(Buffer.from(text), 'Root'))).toEqual(expected);
});

test.each([
  '<root/>',
  '<Root>text</Root>',
  '<Root/><Root/>',
  'x<Root/>',
  '<Root a=b/>',
  '<Root a="<"/>',
  '<Root a="b"c="d"/>',
  '<Root>& </Root>',
  '<Root>&nbsp;</Root>',
  '<Root>]]></Root>',
  '<!DOCTYPE Root><Root/>',
  '<Root><1/></Root>',
  '< Root/>',
  '</Root>',
  '<Root><a></b></Root>',
  '<Root><!-- </Root>',
])('%s is refused', (text) => {
  expect(() => readXml(Buffer.from(text), 'Root')).toThrow(expect.objectContaining({ code: 'MalformedXML' }) as Error);
});
