/** The HTTP routes of the operations on device certificates. */
import type { RestRoute } from '../services.ts';
import { registerCertificate, registerCertificateWithoutCa } from './certificate-registration.ts';
import {
  certificateOf,
  createCertificateFromCsr,
  createKeysAndCertificate,
  deleteCertificate,
  updateCertificate,
} from './certificates.ts';
import { BY_MARKER, booleanOf, creationKey, nextPage, orderOf, pageOf } from './input.ts';
import type { Account, Certificate, Registry } from './registry.ts';

export function certificateRoutes(account: Account): readonly RestRoute[] {
  const { registry } = account;
  return [
    {
      method: 'POST',
      path: '/certificates',
      name: 'CreateCertificateFromCsr',
      handle: (input) => createCertificateFromCsr(account, input.body, booleanOf(input, 'setAsActive')),
    },
    {
      method: 'POST',
      path: '/keys-and-certificate',
      name: 'CreateKeysAndCertificate',
      handle: (input) => createKeysAndCertificate(account, booleanOf(input, 'setAsActive')),
    },
    {
      method: 'POST',
      path: '/certificate/register',
      name: 'RegisterCertificate',
      handle: (input) => registerCertificate(account, input.body, booleanOf(input, 'setAsActive')),
    },
    {
      method: 'POST',
      path: '/certificate/register-no-ca',
      name: 'RegisterCertificateWithoutCA',
      handle: ({ body }) => registerCertificateWithoutCa(account, body),
    },
    {
      method: 'GET',
      path: '/certificates/{certificateId}',
      name: 'DescribeCertificate',
      handle: ({ params }) => {
        const certificate = certificateOf(registry, params['certificateId']);
        const { caCertificateId } = certificate;
        return {
          certificateDescription: {
            ...certificateSummary(registry, certificate),
            ...(caCertificateId === null ? {} : { caCertificateId }),
            certificatePem: certificate.pem,
            ownedBy: account.identity.account,
            lastModifiedDate: certificate.modifiedAt,
            customerVersion: 1,
            generationId: certificate.generationId,
            validity: { notBefore: certificate.notBefore, notAfter: certificate.notAfter },
          },
        };
      },
    },
    {
      method: 'GET',
      path: '/certificates',
      name: 'ListCertificates',
      handle: (input) => {
        const { items, next } = pageOf(input, registry.certificates.values(), BY_MARKER, keyOf, orderOf(input));
        return {
          certificates: items.map((each) => certificateSummary(registry, each)),
          ...nextPage('nextMarker', next),
        };
      },
    },
    {
      method: 'PUT',
      path: '/certificates/{certificateId}',
      name: 'UpdateCertificate',
      handle: ({ params, query }) => updateCertificate(account, params['certificateId'], query.get('newStatus')),
    },
    {
      method: 'DELETE',
      path: '/certificates/{certificateId}',
      name: 'DeleteCertificate',
      handle: (input) => deleteCertificate(account, input.params['certificateId'], booleanOf(input, 'forceDelete')),
    },
  ];
}

function keyOf(certificate: Certificate): string {
  return creationKey(certificate, certificate.certificateId);
}

/** How lists tell a certificate. */
export function certificateSummary(
  registry: Registry,
  { certificateId, status, mode, createdAt }: Certificate,
): object {
  return {
    certificateArn: registry.arn('cert', certificateId),
    certificateId,
    status,
    certificateMode: mode,
    creationDate: createdAt,
  };
}
