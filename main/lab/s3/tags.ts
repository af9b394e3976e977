/** Tags of buckets and objects: how S3 reads, checks and writes them. */
import { AwsError } from '../services.ts';
import { asList, asRecord, asText, branch, leaf, malformedXml } from '../xml.ts';
import type { Tags } from './bucket.ts';
import { NAMESPACE } from './operation.ts';

export const MOST_OBJECT_TAGS = 10;
export const MOST_BUCKET_TAGS = 50;
const MAX_KEY = 128;
const MAX_VALUE = 256;
/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/tagging-managing.html */
const ALLOWED = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;

/** The header `x-amz-tagging`: `a=1&b=2`, percent-encoded. Throws AwsError InvalidArgument or InvalidTag. */
export function tagsOfHeader(header: string | undefined): Tags {
  if (header === undefined || header === '') return {};
  return checkedTags([...new URLSearchParams(header)], MOST_OBJECT_TAGS);
}

/** The children of a `Tagging`. Throws AwsError MalformedXML, BadRequest or InvalidTag. */
export function tagsOfXml({ TagSet: set }: Readonly<Record<string, unknown>>, most: number): Tags {
  // Without one it would be taken for an order to remove all tags.
  if (set === undefined) throw malformedXml();
  return tagsOfList(set, most);
}

/** `element` holds the `Tag` elements. Throws AwsError. */
export function tagsOfList(element: unknown, most: number): Tags {
  const pairs = asList(asRecord(element)['Tag']).map((tag): [string, string] => {
    const { Key: key, Value: value } = asRecord(tag);
    const name = asText(key);
    if (name === undefined) throw malformedXml();
    return [name, asText(value) ?? ''];
  });
  return checkedTags(pairs, most);
}

function checkedTags(pairs: readonly (readonly [string, string])[], most: number): Tags {
  if (pairs.length > most) {
    throw new AwsError('BadRequest', `Object tags cannot be greater than ${most}`);
  }
  const names = new Set<string>();
  for (const [key, value] of pairs) {
    if (key === '' || key.length > MAX_KEY || !ALLOWED.test(key) || key.toLowerCase().startsWith('aws:')) {
      throw new AwsError('InvalidTag', 'The TagKey you have provided is invalid', 400, { TagKey: key });
    }
    if (value.length > MAX_VALUE || !ALLOWED.test(value)) {
      throw new AwsError('InvalidTag', 'The TagValue you have provided is invalid', 400, {
        TagKey: key,
        TagValue: value,
      });
    }
    if (names.has(key)) {
      throw new AwsError('InvalidTag', 'Cannot provide multiple Tags with the same key', 400, { TagKey: key });
    }
    names.add(key);
  }
  return Object.fromEntries(pairs);
}

export function tagsXml(tags: Tags): string {
  const set = Object.entries(tags).map(([key, value]) => branch('Tag', [leaf('Key', key), leaf('Value', value)]));
  return branch('Tagging', [branch('TagSet', set)], NAMESPACE);
}
