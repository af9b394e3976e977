/** Is there a resource of this kind and name on the target? */
import { DescribeThingCommand, DescribeThingGroupCommand, DescribeThingTypeCommand } from '@aws-sdk/client-iot';
import type { Clients } from './clients.ts';
import { hasBucket } from './pieces.ts';
import type { Resource } from './recording.ts';
import { nullWhen } from './refusals.ts';

const GONE = ['ResourceNotFoundException'];

/** Asks only for the kinds whose creation succeeds when they are there; all others say so themselves when they are made. */
export async function exists(clients: Clients, { kind, name }: Resource): Promise<boolean> {
  const { iot } = clients;
  switch (kind) {
    case 'thing':
      return (await nullWhen(GONE, iot.send(new DescribeThingCommand({ thingName: name })))) !== null;
    case 'thingType':
      return (await nullWhen(GONE, iot.send(new DescribeThingTypeCommand({ thingTypeName: name })))) !== null;
    case 'thingGroup':
      return (await nullWhen(GONE, iot.send(new DescribeThingGroupCommand({ thingGroupName: name })))) !== null;
    case 'bucket':
      return hasBucket(clients, name);
    case 'rule':
    case 'stream':
    case 'crawler':
    case 'database':
    case 'certificate':
    case 'policy':
      return false;
  }
}
