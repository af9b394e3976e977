/** The Firehose action: records go into their stream in order, with as few puts as the order and the limits allow. */
import type { Field } from '../field.ts';
import type { RuleOutput } from '../message-scope.ts';
import type { FirehoseAction } from '../rule-action.ts';
import { isArray, toJson } from '../value.ts';
import { type Action, type ActionServices, invalidForAction, type Parcel, toError } from './action.ts';

type FirehoseParcel = Parcel & { readonly records: readonly Buffer[] };

const MOST_RECORDS = 500;
const MOST_BYTES = 4 * 1024 * 1024;

/**
 * https://docs.aws.amazon.com/iot/latest/developerguide/kinesis-firehose-rule-action.html
 * @param source Names the action in its streams, so that a replay after a crash is known again by the messages' numbers. Undefined where
 *   messages come in any order, as to an error action: a stream ignores numbers below those it has taken.
 * @param aloneUntil Messages up to this number may have been put before a crash, in unknown groups. Each goes alone, so that the stream takes
 *   exactly those it does not have yet.
 */
export function firehoseAction(
  { streams }: Pick<ActionServices, 'streams'>,
  settings: FirehoseAction,
  stream: Field,
  source: string | undefined,
  aloneUntil: number,
): Action<FirehoseParcel> {
  const { separator, batchMode = false } = settings;
  const end = separator === undefined ? undefined : Buffer.from(separator);

  return {
    kind: 'firehose',
    target: settings.deliveryStreamName,
    pack: ({ message: { sequence }, scope, output }) => {
      const bodies = batchMode ? elementsOf(output) : [output.bytes];
      if (bodies.length > MOST_RECORDS) {
        throw invalidForAction(
          'TooManyRecords',
          `Batch mode puts at most ${MOST_RECORDS} records, and the result is an array of ${bodies.length}.`,
        );
      }
      const records = end === undefined ? bodies : bodies.map((body) => Buffer.concat([body, end]));
      const bytes = records.reduce((sum, record) => sum + record.length, 0);
      return { sequence, bytes, resource: stream(scope), records };
    },
    together: (parcels) => {
      const [first] = parcels;
      let [records, bytes, count] = [0, 0, 0];
      for (const parcel of parcels) {
        records += parcel.records.length;
        bytes += parcel.bytes;
        const isApart = parcel.sequence <= aloneUntil || parcel.resource !== first?.resource;
        if (count > 0 && (isApart || records > MOST_RECORDS || bytes > MOST_BYTES)) break;
        count++;
        if (parcel.sequence <= aloneUntil) break;
      }
      return count;
    },
    send: async (parcels) => {
      const last = parcels.at(-1);
      if (last === undefined) return [];
      const { resource, sequence } = last;
      const error = await streams
        .put(
          resource,
          parcels.flatMap(({ records }) => records),
          source === undefined ? undefined : { source, sequence },
        )
        .then(() => undefined, toError);
      return parcels.map(() => ({ error }));
    },
  };
}

/** Each element of an array is a record of its own; anything else is one record as it is. */
function elementsOf({ bytes, value }: RuleOutput): readonly Buffer[] {
  const whole = value();
  return isArray(whole) ? whole.map((item) => Buffer.from(toJson(item))) : [bytes];
}
