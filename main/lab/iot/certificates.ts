/** The certificate operations of the IoT registry. */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { AwsError, type RestRoute } from '../services.ts';
import type { CertificateAuthority } from './certificate-authority.ts';
import { BY_MARKER, bodyOf, booleanOf, invalidRequest, nameOf, nextPage, notFound, pageOf } from './input.ts';
import { epochSeconds, type Certificate, type Registry } from './registry.ts';

const csrBody = z.strictObject({ certificateSigningRequest: z.string().min(1).max(16_384) });
const statuses = z.enum(['ACTIVE', 'INACTIVE', 'REVOKED']);

/**
 * @param onInactive is called with the id of a certificate that may no longer be used, so that its connections end.
 */
export function certificateRoutes(
  registry: Registry,
  authority: CertificateAuthority,
  identity: { readonly account: string },
  onInactive: (certificateId: string) => void,
): readonly RestRoute[] {
  const { store, certificates } = registry;

  const keep = (
    made: { certificateId: string; pem: string; notBefore: Date; notAfter: Date },
    isActive: boolean,
  ): { certificateArn: string; certificateId: string; certificatePem: string } => {
    const now = epochSeconds();
    const certificate: Certificate = {
      certificateId: made.certificateId,
      pem: made.pem,
      status: isActive ? 'ACTIVE' : 'INACTIVE',
      createdAt: now,
      modifiedAt: now,
      notBefore: made.notBefore.getTime() / 1000,
      notAfter: made.notAfter.getTime() / 1000,
      generationId: randomUUID(),
    };
    store.commit(certificates.set(certificate.certificateId, certificate));
    return {
      certificateArn: registry.arn('cert', certificate.certificateId),
      certificateId: certificate.certificateId,
      certificatePem: certificate.pem,
    };
  };

  return [
    {
      method: 'POST',
      path: '/certificates',
      name: 'CreateCertificateFromCsr',
      handle: async (input) => {
        const { certificateSigningRequest } = bodyOf(input, csrBody);
        const isActive = booleanOf(input, 'setAsActive');
        return keep(await authority.signRequest(certificateSigningRequest), isActive);
      },
    },
    {
      method: 'POST',
      path: '/keys-and-certificate',
      name: 'CreateKeysAndCertificate',
      handle: async (input) => {
        const isActive = booleanOf(input, 'setAsActive');
        const made = await authority.makeKeys();
        const keyPair = { PublicKey: made.publicKeyPem, PrivateKey: made.privateKeyPem };
        return { ...keep(made, isActive), keyPair };
      },
    },
    {
      method: 'GET',
      path: '/certificates/{certificateId}',
      name: 'DescribeCertificate',
      handle: ({ params }) => {
        const certificate = certificateOf(registry, params['certificateId']);
        return {
          certificateDescription: {
            certificateArn: registry.arn('cert', certificate.certificateId),
            certificateId: certificate.certificateId,
            status: certificate.status,
            certificatePem: certificate.pem,
            ownedBy: identity.account,
            creationDate: certificate.createdAt,
            lastModifiedDate: certificate.modifiedAt,
            customerVersion: 1,
            generationId: certificate.generationId,
            validity: { notBefore: certificate.notBefore, notAfter: certificate.notAfter },
            certificateMode: 'DEFAULT',
          },
        };
      },
    },
    {
      method: 'GET',
      path: '/certificates',
      name: 'ListCertificates',
      handle: (input) => {
        const inOrder = [...certificates.values()];
        const wanted = booleanOf(input, 'isAscendingOrder') ? inOrder : inOrder.reverse();
        const { items, next } = pageOf(input, wanted, BY_MARKER);
        return {
          certificates: items.map(({ certificateId, status, createdAt }) => ({
            certificateArn: registry.arn('cert', certificateId),
            certificateId,
            status,
            certificateMode: 'DEFAULT',
            creationDate: createdAt,
          })),
          ...nextPage('nextMarker', next),
        };
      },
    },
    {
      method: 'PUT',
      path: '/certificates/{certificateId}',
      name: 'UpdateCertificate',
      handle: ({ params, query }) => {
        const certificate = certificateOf(registry, params['certificateId']);
        const status = statuses.safeParse(query.get('newStatus'));
        if (!status.success) throw invalidRequest("'newStatus' must be ACTIVE, INACTIVE or REVOKED.");
        store.commit(
          certificates.set(certificate.certificateId, {
            ...certificate,
            status: status.data,
            modifiedAt: epochSeconds(),
          }),
        );
        if (status.data !== 'ACTIVE') onInactive(certificate.certificateId);
        return {};
      },
    },
    {
      method: 'DELETE',
      path: '/certificates/{certificateId}',
      name: 'DeleteCertificate',
      handle: (input) => {
        const { certificateId, status } = certificateOf(registry, input.params['certificateId']);
        const isForced = booleanOf(input, 'forceDelete');
        if (status === 'ACTIVE') {
          throw new AwsError(
            'CertificateStateException',
            `Certificate must be deactivated (not ACTIVE) before deletion. certificateId=${certificateId}`,
            406,
          );
        }
        const policyNames = registry.policyTargets.leftsOf(certificateId);
        const isTied = registry.thingPrincipals.leftsOf(certificateId).length > 0;
        if (isTied || (policyNames.length > 0 && !isForced)) {
          throw new AwsError(
            'DeleteConflictException',
            `${isTied ? 'Things' : 'Policies'} must be detached before deletion (arn: ${registry.arn('cert', certificateId)})`,
            409,
          );
        }
        store.commit(
          ...policyNames.map((name) => registry.policyTargets.remove(name, certificateId)),
          certificates.remove(certificateId),
        );
        onInactive(certificateId);
        return {};
      },
    },
  ];
}

function certificateOf(registry: Registry, id: string | undefined): Certificate {
  const certificateId = nameOf(id, 'certificateId', /^(0x)?[a-fA-F0-9]+$/, 64);
  const certificate = registry.certificates.get(certificateId);
  if (certificate === undefined) {
    throw notFound(`No certificate exists with the certificate ID: ${certificateId}`);
  }
  return certificate;
}

/** The id of the registered certificate behind an ARN of a principal or policy target. */
export function certificateIdOfArn(registry: Registry, arn: string | undefined, what: string): string {
  if (arn === undefined || arn === '') throw invalidRequest(`Missing value for '${what}'.`);
  const prefix = registry.arn('cert', '');
  const certificateId = arn.slice(prefix.length);
  if (!arn.startsWith(prefix) || !/^[a-f0-9]{64}$/.test(certificateId)) {
    throw invalidRequest(`'${what}' must be the ARN of a certificate of this account and region, "${prefix}…".`);
  }
  return certificateId;
}
