/** Counts what really lies in the lake: reads every object and counts its lines. */
import { GetObjectCommand, paginateListObjectsV2 } from '@aws-sdk/client-s3';
import type { Clients } from '../cloud/clients.ts';

const NEWLINE = 0x0a;

export async function countLake(
  { s3 }: Clients,
  bucket: string,
  prefix: string,
): Promise<{ readonly objects: number; readonly bytes: number; readonly records: number }> {
  let objects = 0;
  let bytes = 0;
  let records = 0;
  for await (const page of paginateListObjectsV2({ client: s3 }, { Bucket: bucket, Prefix: prefix })) {
    for (const { Key, Size } of page.Contents ?? []) {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key }));
      const content = (await Body?.transformToByteArray()) ?? new Uint8Array();
      objects += 1;
      bytes += Size ?? 0;
      for (const byte of content) if (byte === NEWLINE) records += 1;
    }
  }
  return { objects, bytes, records };
}
