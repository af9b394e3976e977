/** Where the lab's services lay out reports that anybody with the link may fetch: a bucket of their own, as AWS has one in its account. */
import { randomUUID } from 'node:crypto';
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { presignGet } from '../presign.ts';
import type { LabIdentity, ReportShelf } from '../services.ts';
import type { Credentials } from '../signature.ts';
import type { S3Store } from './object-store.ts';

const LINK_SECONDS = 3600;

/** `endpoint` tells the origin of the lab's HTTP door, which opens later than the shelf. The bucket comes with the first report. */
export function openReportShelf(
  objects: S3Store,
  identity: LabIdentity & Credentials,
  endpoint: () => string,
): ReportShelf {
  const bucket = `aws-iot-registration-reports-${identity.account}`;
  return {
    put: async (name, path) => {
      await objects.reserveBucket(bucket);
      const copy = join(objects.stagingFolder, randomUUID());
      await copyFile(path, copy);
      await objects.adopt(bucket, name, copy, { contentType: 'application/json' });
    },
    link: (name) =>
      presignGet({
        endpoint: endpoint(),
        region: identity.region,
        credentials: identity,
        bucket,
        key: name,
        expiresSeconds: LINK_SECONDS,
        nowMs: Date.now(),
      }),
    remove: async (name) => {
      if (objects.hasBucket(bucket)) await objects.remove(bucket, name);
    },
  };
}
