/** The course's first step: one thing with its type, certificate and policy, made step by step; repeating goes on from what exists. */
import type { CallInput } from '../../preload/contract.ts';
import { AppError, toPlainError } from '../../preload/errors.ts';
import type { ThingStep, ThingStepId } from '../../preload/shapes-provisioning.ts';
import { findCertificate } from '../cloud/certificates.ts';
import {
  createKeys,
  registerCertificate,
  createThing,
  hasPolicy,
  prepareType,
  signRequest,
  tie,
} from '../cloud/enrolment.ts';
import { exists } from '../cloud/existence.ts';
import { certificateArn, policyNameOf } from '../cloud/policy.ts';
import { ensurePolicy } from '../cloud/provision.ts';
import { onBehalfOf } from '../cloud/recording.ts';
import { told } from '../cloud/refusals.ts';
import { removeResource } from '../cloud/removal.ts';
import type { BundledSet } from '../noaa/bundled.ts';
import { recordOfCopy } from './catalogue.ts';
import { createVaultCertificates } from './certificates/vault-certificates.ts';
import { createDeviceKey } from './device-identity.ts';
import type { Fleet } from './fleet.ts';
import { parsePolicy } from './policy-text.ts';
import { nameTaken } from './provision-means.ts';
import { keepStationIdentity, keptStationIdentity, type Connection, type Identity } from './provisioning.ts';
import type { Vault } from './vault.ts';

type ThingWish = CallInput<'things.create'>;

type Means = {
  readonly connection: Connection;
  readonly vault: Vault;
  readonly fleet: Fleet;
  readonly sets: readonly BundledSet[];
};

/** Resolves with all steps; the first that failed says why, and those after it wait. */
export async function createSingleThing(means: Means, wish: ThingWish): Promise<readonly ThingStep[]> {
  const { clients, target } = means.connection;
  const { name, thingType } = wish;
  const by = `walk/${name}`;
  const policyName = wish.policy.kind === 'existing' ? wish.policy.name : policyNameOf(name);
  let identity: Identity | null = null;
  const work: readonly (readonly [ThingStepId, () => Promise<string>])[] = [
    [
      'type',
      async () => {
        if (thingType !== null) await prepareType(clients, thingType);
        return thingType ?? '';
      },
    ],
    [
      'thing',
      async () => {
        const isMine = clients.recorder.madeBy(by).some((made) => made.kind === 'thing');
        if (!isMine && (means.fleet.has(name) || (await exists(clients, { kind: 'thing', name }))))
          throw nameTaken(name);
        await createThing(clients, { thingName: name, thingType, attributes: wish.attributes });
        return name;
      },
    ],
    [
      'certificate',
      async () => {
        identity = await certificateFor(means, wish, by);
        return identity.certificateId;
      },
    ],
    [
      'policy',
      async () => {
        await policyFor(means.connection, wish, policyName);
        return policyName;
      },
    ],
    [
      'attach',
      async () => {
        const principal = certificateArn(clients, told(identity, 'a certificate').certificateId);
        await tie(clients, { thingName: name, policyName, group: null, thingType, attributes: {} }, principal);
        return '';
      },
    ],
    [
      'station',
      () => {
        const record = recordOfCopy(means.sets, wish.set, wish.station, name);
        const certificate = { account: target.account, id: told(identity, 'a certificate').certificateId };
        if (!means.fleet.has(name)) means.fleet.add({ ...record, topic: wish.topic, certificate });
        return Promise.resolve(wish.topic);
      },
    ],
  ];
  return onBehalfOf(by, () => inOrder(work));
}

async function inOrder(
  work: readonly (readonly [ThingStepId, () => Promise<string>])[],
): Promise<readonly ThingStep[]> {
  const steps: ThingStep[] = [];
  for (const [id, make] of work) {
    if (steps.some(({ state }) => state === 'failed')) {
      steps.push({ id, state: 'waiting', detail: '', error: null });
      continue;
    }
    try {
      steps.push({ id, state: 'done', detail: await make(), error: null });
    } catch (error) {
      steps.push({ id, state: 'failed', detail: '', error: toPlainError(error) });
    }
  }
  return steps;
}

/** The one in the vault, or a new one; the key is sealed before anything else happens with the certificate. */
async function certificateFor({ connection, vault }: Means, wish: ThingWish, by: string): Promise<Identity> {
  const { clients, target } = connection;
  const { account } = target;
  const kept = await keptStationIdentity(vault, wish.name, account);
  if (kept !== null) return kept;
  if (wish.certificate.kind === 'imported')
    return importedIdentity({ connection, vault }, wish.name, wish.certificate.certificateId);
  // A certificate whose key was lost with a crash is of no use to anybody.
  for (const resource of clients.recorder.madeBy(by))
    if (resource.kind === 'certificate') await removeResource(clients, resource);
  const identity = { account, ...(await newCertificate(connection, wish)) };
  await keepStationIdentity(vault, wish.name, identity);
  return identity;
}

/** A certificate of the person's own becomes the station's: registered where the target does not know it, and theirs when the station goes. */
async function importedIdentity(
  { connection, vault }: Pick<Means, 'connection' | 'vault'>,
  station: string,
  certificateId: string,
): Promise<Identity> {
  const { clients, target } = connection;
  const certificates = createVaultCertificates(vault);
  const kept = await certificates.kept(certificateId);
  if (kept === null)
    throw new AppError('certificates.unknown', 'This certificate is not kept in the vault any more.', {
      hint: 'Choose another one, or import it again.',
    });
  const known = await findCertificate(clients, certificateId);
  if (known === null) await registerCertificate(clients, kept.certificatePem);
  else if (known.status !== 'ACTIVE')
    throw new AppError(
      'certificates.notActive',
      `The target lets nobody in with this certificate: it is ${known.status}.`,
      {
        hint: 'Make it active in its view, or choose another one.',
      },
    );
  const identity = { ...kept, account: target.account };
  // In this order a crash leaves it twice in the vault, never nowhere.
  await certificates.setOfStation(station, identity);
  await certificates.forget(certificateId);
  return identity;
}

async function newCertificate({ clients }: Connection, wish: ThingWish): Promise<Omit<Identity, 'account'>> {
  if (wish.certificate.kind === 'console') return createKeys(clients);
  const { keyPem, csrPem } = await createDeviceKey(wish.name);
  const { certificateId, certificatePem } = await signRequest(clients, csrPem);
  return { certificateId, certificatePem, keyPem };
}

async function policyFor({ clients }: Connection, { policy }: ThingWish, policyName: string): Promise<void> {
  if (policy.kind === 'existing') {
    if (await hasPolicy(clients, policyName)) return;
    throw new AppError('provision.noPolicy', `There is no policy "${policyName}" at the target.`, {
      hint: 'Choose one that exists, or take the suggested one.',
    });
  }
  await ensurePolicy(clients, policyName, parsePolicy(policy.document));
}
