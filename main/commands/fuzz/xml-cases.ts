/** What a hostile client might send where S3 expects XML: broken, endless, deep, or growing. */
import { mutated, type Random } from './random.ts';

const VALID: Readonly<Record<string, string>> = {
  Delete:
    '<Object><Key>a&amp;b</Key></Object><Object><Key>c</Key><VersionId>null</VersionId></Object><Quiet>true</Quiet>',
  CompleteMultipartUpload:
    '<Part><PartNumber>1</PartNumber><ETag>&quot;d41d8cd98f00b204e9800998ecf8427e&quot;</ETag></Part>',
  Tagging: '<TagSet><Tag><Key>site</Key><Value>north &#112;ole</Value></Tag></TagSet>',
  PublicAccessBlockConfiguration: '<BlockPublicAcls>true</BlockPublicAcls><IgnorePublicAcls>true</IgnorePublicAcls>',
  CreateBucketConfiguration: '<LocationConstraint></LocationConstraint><Tags></Tags>',
};

/** Text of which each character is one byte. */
export function hostileXml(random: Random, root: string): string {
  const valid = `<?xml version="1.0"?><${root} xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${VALID[root] ?? ''}</${root}>`;
  const many = random.one([1, 1_000, 100_000]);
  const item = random.one([
    '<a>',
    '<a/>',
    '<a b="c">',
    '&a;',
    '<!--',
    '<![CDATA[',
    '<?x ',
    '</a>',
    ' a="b"',
    '<',
    '&#x0;',
    '\0',
  ]);
  switch (random.one(['mutated', 'mutated', 'repeated', 'inside', 'entities', 'keys'])) {
    case 'mutated':
      return mutated(random, Buffer.from(valid)).toString('latin1');
    case 'repeated':
      return item.repeat(many);
    case 'inside':
      return valid.replace('</', `${item.repeat(many)}</`);
    case 'entities':
      return `<!DOCTYPE x [<!ENTITY a "${'a'.repeat(1_000)}"><!ENTITY b "${'&a;'.repeat(1_000)}">]><${root}>&b;</${root}>`;
    case 'keys':
      return `<${root}>${(VALID[root] ?? '').repeat(random.one([1_001, 10_000]))}</${root}>`;
  }
}
