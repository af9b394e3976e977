/** Deletes one resource of the target with all its ties, in the order AWS asks for. What is already gone is passed over. */
import { DeleteTableCommand } from '@aws-sdk/client-dynamodb';
import { DeleteDeliveryStreamCommand } from '@aws-sdk/client-firehose';
import { DeleteCrawlerCommand, DeleteDatabaseCommand, StopCrawlerCommand } from '@aws-sdk/client-glue';
import {
  DeleteCertificateCommand,
  DeletePolicyCommand,
  DeletePolicyVersionCommand,
  DeleteThingCommand,
  DeleteThingGroupCommand,
  DeleteThingTypeCommand,
  DeleteTopicRuleCommand,
  DeprecateThingTypeCommand,
  DetachPolicyCommand,
  DetachThingPrincipalCommand,
  ListPolicyVersionsCommand,
  UpdateCertificateCommand,
  paginateListAttachedPolicies,
  paginateListPrincipalThings,
  paginateListTargetsForPolicy,
  paginateListThingPrincipals,
} from '@aws-sdk/client-iot';
import { DeleteBucketCommand, DeleteObjectsCommand, paginateListObjectsV2 } from '@aws-sdk/client-s3';
import { AppError } from '../../preload/errors.ts';
import type { Clients } from './clients.ts';
import { certificateArn } from './policy.ts';
import type { Resource } from './resources.ts';
import { isRefusal, nullWhen, unlessGone } from './refusals.ts';
import { waitFor } from './waiting.ts';

const GONE = ['ResourceNotFoundException'];
const GLUE_GONE = ['EntityNotFoundException'];

/**
 * May be repeated. Rejects with AWS's refusal when the resource must stay for now, with `cloud.typeTooYoung` for a thing type that AWS
 * keeps for five minutes after its deprecation.
 */
export async function removeResource(clients: Clients, resource: Resource, signal?: AbortSignal): Promise<void> {
  await remove(clients, resource, signal);
  if (clients.recorder.stateOf(resource) !== null) await clients.recorder.gone(resource);
}

async function remove(clients: Clients, { kind, name }: Resource, signal?: AbortSignal): Promise<void> {
  const { iot, glue, firehose, dynamodb } = clients;
  switch (kind) {
    case 'certificate':
      return removeCertificate(clients, name, signal);
    case 'thing':
      return removeThing(clients, name, signal);
    case 'policy':
      return removePolicy(clients, name, signal);
    case 'thingGroup':
      return unlessGone(GONE, iot.send(new DeleteThingGroupCommand({ thingGroupName: name })));
    case 'thingType':
      return removeThingType(clients, name);
    case 'rule':
      // AWS answers "unauthorized" for a rule that is not there.
      return unlessGone([...GONE, 'UnauthorizedException'], iot.send(new DeleteTopicRuleCommand({ ruleName: name })));
    case 'stream':
      return unlessGone(GONE, firehose.send(new DeleteDeliveryStreamCommand({ DeliveryStreamName: name })));
    case 'table':
      return onceFree(`the table "${name}" to be finished`, 'ResourceInUseException', signal, () =>
        unlessGone(GONE, dynamodb.send(new DeleteTableCommand({ TableName: name }))),
      );
    case 'crawler':
      await unlessGone(
        [...GLUE_GONE, 'CrawlerNotRunningException', 'CrawlerStoppingException'],
        glue.send(new StopCrawlerCommand({ Name: name })),
      );
      return onceFree(`the crawler "${name}" to stop`, 'CrawlerRunningException', signal, () =>
        unlessGone(GLUE_GONE, glue.send(new DeleteCrawlerCommand({ Name: name }))),
      );
    case 'database':
      return unlessGone(GLUE_GONE, glue.send(new DeleteDatabaseCommand({ Name: name })));
    case 'bucket':
      return removeBucket(clients, name);
  }
}

async function removeCertificate(clients: Clients, certificateId: string, signal?: AbortSignal): Promise<void> {
  const { iot } = clients;
  const principal = certificateArn(clients, certificateId);
  for (const policyName of await namesOf(paginateListAttachedPolicies({ client: iot }, { target: principal }), (page) =>
    page.policies?.map((policy) => policy.policyName),
  ))
    await unlessGone(GONE, iot.send(new DetachPolicyCommand({ policyName, target: principal })));
  for (const thingName of await namesOf(
    paginateListPrincipalThings({ client: iot }, { principal }),
    (page) => page.things,
  ))
    await unlessGone(GONE, iot.send(new DetachThingPrincipalCommand({ thingName, principal })));
  await unlessGone(GONE, iot.send(new UpdateCertificateCommand({ certificateId, newStatus: 'INACTIVE' })));
  await onceFree('the certificate to be free of its thing and policy', 'DeleteConflictException', signal, () =>
    unlessGone(GONE, iot.send(new DeleteCertificateCommand({ certificateId }))),
  );
}

async function removeThing(clients: Clients, thingName: string, signal?: AbortSignal): Promise<void> {
  const { iot } = clients;
  for (const principal of await namesOf(
    paginateListThingPrincipals({ client: iot }, { thingName }),
    (page) => page.principals,
  ))
    await unlessGone(GONE, iot.send(new DetachThingPrincipalCommand({ thingName, principal })));
  // A detached certificate keeps blocking the removal for a while on AWS.
  await onceFree(`the thing "${thingName}" to be free of certificates`, 'InvalidRequestException', signal, () =>
    unlessGone(GONE, iot.send(new DeleteThingCommand({ thingName }))),
  );
}

async function removePolicy(clients: Clients, policyName: string, signal?: AbortSignal): Promise<void> {
  const { iot } = clients;
  for (const target of await namesOf(
    paginateListTargetsForPolicy({ client: iot }, { policyName }),
    (page) => page.targets,
  ))
    await unlessGone(GONE, iot.send(new DetachPolicyCommand({ policyName, target })));
  const versions = await nullWhen(GONE, iot.send(new ListPolicyVersionsCommand({ policyName })));
  for (const { versionId: policyVersionId, isDefaultVersion } of versions?.policyVersions ?? []) {
    if (isDefaultVersion === true) continue;
    await unlessGone(GONE, iot.send(new DeletePolicyVersionCommand({ policyName, policyVersionId })));
  }
  await onceFree(`the policy "${policyName}" to be free of certificates`, 'DeleteConflictException', signal, () =>
    unlessGone(GONE, iot.send(new DeletePolicyCommand({ policyName }))),
  );
}

async function removeThingType({ iot }: Clients, thingTypeName: string): Promise<void> {
  const deprecated = await nullWhen(GONE, iot.send(new DeprecateThingTypeCommand({ thingTypeName })));
  if (deprecated === null) return;
  try {
    await unlessGone(GONE, iot.send(new DeleteThingTypeCommand({ thingTypeName })));
  } catch (cause) {
    if (!isRefusal(cause, 'InvalidRequestException')) throw cause;
    throw new AppError('cloud.typeTooYoung', `The thing type "${thingTypeName}" cannot be deleted yet.`, {
      hint: 'It is deprecated now. AWS deletes a thing type five minutes after that at the earliest: try again then.',
      cause,
    });
  }
}

async function removeBucket({ s3 }: Clients, bucket: string): Promise<void> {
  const empty = async (): Promise<void> => {
    for await (const { Contents = [] } of paginateListObjectsV2({ client: s3 }, { Bucket: bucket })) {
      const keys = Contents.flatMap(({ Key }) => (Key === undefined ? [] : [{ Key }]));
      if (keys.length === 0) continue;
      const { Errors = [] } = await s3.send(
        new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects: keys, Quiet: true } }),
      );
      const [first] = Errors;
      if (first !== undefined) {
        throw new AppError('cloud.bucketNotEmpty', `The object "${first.Key ?? ''}" in ${bucket} was not deleted.`, {
          hint: first.Message,
        });
      }
    }
  };
  await unlessGone(['NoSuchBucket', 'NotFound'], empty());
  await unlessGone(['NoSuchBucket', 'NotFound'], s3.send(new DeleteBucketCommand({ Bucket: bucket })));
}

/** Everything first, then the changes: a list that changes while it is paged leaves entries out. */
async function namesOf<Page>(
  pages: AsyncIterable<Page>,
  read: (page: Page) => readonly (string | undefined)[] | undefined,
): Promise<readonly string[]> {
  const names: string[] = [];
  const gather = async (): Promise<void> => {
    for await (const page of pages) names.push(...(read(page) ?? []).filter((name) => name !== undefined));
  };
  await unlessGone(GONE, gather());
  return names;
}

async function onceFree(
  what: string,
  stillTied: string,
  signal: AbortSignal | undefined,
  remove: () => Promise<void>,
): Promise<void> {
  const removeIfFree = async (): Promise<true | undefined> => {
    try {
      await remove();
      return true;
    } catch (error) {
      if (isRefusal(error, stillTied)) return undefined;
      throw error;
    }
  };
  await waitFor(removeIfFree, { what, limitMs: 20_000, firstPauseMs: 250, longestPauseMs: 4_000, signal });
}
