/** The IoT policy documents of devices and viewers: what a certificate may do, and nothing beyond it. */

export type Place = { readonly region: string; readonly account: string };

type Statement = {
  readonly Effect: 'Allow' | 'Deny';
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
};

export type PolicyDocument = { readonly Version: '2012-10-17'; readonly Statement: readonly Statement[] };

/** A station may connect under its own client id, which is its thing name, and publish to its own topic. */
export function devicePolicy(place: Place, thingName: string, topic: string): PolicyDocument {
  return document([
    { Effect: 'Allow', Action: 'iot:Connect', Resource: arn(place, `client/${thingName}`) },
    { Effect: 'Allow', Action: 'iot:Publish', Resource: arn(place, `topic/${topic}`) },
  ]);
}

/**
 * One policy for many stations: each may connect as the thing its certificate is attached to, and publish to the topic of that name.
 * https://docs.aws.amazon.com/iot/latest/developerguide/thing-policy-variables.html
 */
export function fleetPolicy(place: Place): PolicyDocument {
  const thing = '${iot:Connection.Thing.ThingName}';
  return document([
    { Effect: 'Allow', Action: 'iot:Connect', Resource: arn(place, `client/${thing}`) },
    { Effect: 'Allow', Action: 'iot:Publish', Resource: arn(place, `topic/sensor/weather/${thing}`) },
  ]);
}

const PUBLISH = ['iot:Publish', 'iot:RetainPublish'] as const;

/** AWS's reserved topics without the shadows: a policy cannot say "all but", so each family is named. https://docs.aws.amazon.com/iot/latest/developerguide/reserved-topics.html */
const RESERVED = [
  'events',
  'rules',
  'certificates',
  'provisioning-templates',
  'device_location',
  'sitewise',
  'commands',
  'things/*/jobs',
  'things/*/streams',
  'things/*/tunnels',
  'things/*/defender',
];

/**
 * A viewer may connect with client ids that begin with `clientId`, listen, and publish to what is not reserved by AWS; shadows are allowed.
 * `topics` are policy patterns (`*` = any text), not MQTT filters: a subscription is compared with them as text.
 */
export function viewerPolicy(place: Place, clientId: string, topics: readonly string[]): PolicyDocument {
  return document([
    { Effect: 'Allow', Action: 'iot:Connect', Resource: arn(place, `client/${clientId}*`) },
    { Effect: 'Allow', Action: 'iot:Subscribe', Resource: topics.map((topic) => arn(place, `topicfilter/${topic}`)) },
    { Effect: 'Allow', Action: 'iot:Receive', Resource: topics.map((topic) => arn(place, `topic/${topic}`)) },
    { Effect: 'Allow', Action: PUBLISH, Resource: topics.map((topic) => arn(place, `topic/${topic}`)) },
    { Effect: 'Deny', Action: PUBLISH, Resource: RESERVED.map((family) => arn(place, `topic/$aws/${family}/*`)) },
  ]);
}

export function certificateArn(place: Place, certificateId: string): string {
  return arn(place, `cert/${certificateId}`);
}

/** `resource` as policies name it, e.g. `client/station-1` or `topic/sensor/weather`. */
export function resourceArn(place: Place, resource: string): string {
  return arn(place, resource);
}

/** The policy of a thing or viewer carries its name, so that removal finds it again. */
export function policyNameOf(owner: string): string {
  return `${owner}-policy`;
}

function document(statements: readonly Statement[]): PolicyDocument {
  return { Version: '2012-10-17', Statement: statements };
}

function arn({ region, account }: Place, resource: string): string {
  return `arn:aws:iot:${region}:${account}:${resource}`;
}
