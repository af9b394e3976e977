/** The S3 action: one object for each message, several at a time. */
import type { Field } from '../field.ts';
import type { S3Action } from '../rule-action.ts';
import { type Action, type ActionServices, type Parcel, toError } from './action.ts';

type S3Parcel = Parcel & { readonly key: string; readonly body: Buffer };

/** Objects that are written at the same time. */
const AT_ONCE = 32;

/** https://docs.aws.amazon.com/iot/latest/developerguide/s3-rule-action.html */
export function s3Action(
  { objects }: Pick<ActionServices, 'objects'>,
  settings: S3Action,
  fields: { readonly bucket: Field; readonly key: Field },
): Action<S3Parcel> {
  const { bucketName, cannedAcl } = settings;
  const options = cannedAcl === undefined ? {} : { cannedAcl };
  return {
    kind: 's3',
    target: bucketName,
    pack: ({ message: { sequence }, scope, output: { bytes: body } }) => ({
      sequence,
      bytes: body.length,
      resource: fields.bucket(scope),
      key: fields.key(scope),
      body,
    }),
    // Those of one key one after the other, so that the newest message is the one that stays.
    together: (parcels) => {
      const places = new Set<string>();
      for (const { resource, key } of parcels) {
        const place = `${resource}/${key}`;
        if (places.size >= AT_ONCE || places.has(place)) break;
        places.add(place);
      }
      return places.size;
    },
    send: (parcels) =>
      Promise.all(
        parcels.map(({ resource: bucket, key, body }) =>
          objects.put(bucket, key, body, options).then(
            () => ({ error: undefined, object: { bucket, key } }),
            (thrown: unknown) => ({ error: toError(thrown) }),
          ),
        ),
      ),
  };
}
