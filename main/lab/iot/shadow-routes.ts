/** Device shadows over HTTP: the same documents and errors as on their MQTT topics, as status codes. */
import { AwsError } from '../services.ts';
import { jsonAnswer, type Answer } from '../wire.ts';
import type { Broker } from './broker.ts';
import { invalidRequest, nextPage, pageOf } from './input.ts';
import { allow, type DataCall, type DataRoute } from './data-call.ts';
import { ShadowError } from './shadow-document.ts';
import type { ShadowName, ShadowOutcome, Shadows } from './shadows.ts';

const ERROR_NAMES: ReadonlyMap<number, string> = new Map([
  [400, 'InvalidRequestException'],
  [404, 'ResourceNotFoundException'],
  [409, 'ConflictException'],
  [413, 'RequestEntityTooLargeException'],
  [415, 'UnsupportedDocumentEncodingException'],
]);
const PAGE = { tokenName: 'nextToken', sizeName: 'pageSize', largest: 100 };

export function shadowRoutes(shadows: Shadows, broker: Broker): readonly DataRoute[] {
  const shadowPath = /^\/things\/([^/]+)\/shadow$/;
  const tell = async ({ answer, messages }: ShadowOutcome): Promise<Answer> => {
    for (const { topic, payload } of messages) await broker.publish({ topic, payload, qos: 1, retain: false });
    return jsonAnswer(null, answer);
  };
  return [
    {
      method: 'GET',
      path: shadowPath,
      handle: (call) => {
        const shadow = allowedShadow(call, 'iot:GetThingShadow');
        return orAwsError(() => jsonAnswer(null, shadows.get(shadow, Buffer.alloc(0))));
      },
    },
    {
      method: 'POST',
      path: shadowPath,
      handle: (call) => {
        const shadow = allowedShadow(call, 'iot:UpdateThingShadow');
        return orAwsError(async () => tell(await shadows.update(shadow, call.body)));
      },
    },
    {
      method: 'DELETE',
      path: shadowPath,
      handle: (call) => {
        const shadow = allowedShadow(call, 'iot:DeleteThingShadow');
        return orAwsError(async () => tell(await shadows.remove(shadow, Buffer.alloc(0))));
      },
    },
    {
      method: 'GET',
      path: /^\/api\/things\/shadow\/ListNamedShadowsForThing\/([^/]+)$/,
      handle: ({ names, query, policy }) => {
        const [thing = ''] = names;
        allow(policy, 'iot:ListNamedShadowsForThing', `thing/${thing}`);
        const page = pageOf({ query }, shadows.namesOf(thing), PAGE, (name) => name);
        const timestamp = Math.floor(Date.now() / 1000);
        return jsonAnswer(null, { results: page.items, timestamp, ...nextPage('nextToken', page.next) });
      },
    },
  ];
}

/** Throws AwsError. */
function allowedShadow(
  { names, query, policy }: DataCall,
  action: 'iot:GetThingShadow' | 'iot:UpdateThingShadow' | 'iot:DeleteThingShadow',
): ShadowName {
  const [thing = ''] = names;
  const name = query.get('name') ?? '';
  if (!/^[\w:-]{1,128}$/.test(thing)) throw invalidRequest(`'${thing}' is not the name of a thing.`);
  if (!/^[\w:-]{0,64}$/.test(name)) throw invalidRequest(`'${name}' is not the name of a shadow.`);
  allow(policy, action, name === '' ? `thing/${thing}` : `thing/${thing}/${name}`);
  return { thing, name };
}

async function orAwsError(work: () => Answer | Promise<Answer>): Promise<Answer> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof ShadowError)) throw error;
    throw new AwsError(ERROR_NAMES.get(error.code) ?? 'InternalFailureException', error.message, error.code);
  }
}
