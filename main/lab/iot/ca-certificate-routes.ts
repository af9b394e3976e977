/** The HTTP routes of the operations on CA certificates. */
import type { RestRoute } from '../services.ts';
import {
  caCertificateOf,
  deleteCaCertificate,
  deleteRegistrationCode,
  noAutoRegistration,
  registerCaCertificate,
  registrationCode,
  updateCaCertificate,
} from './ca-certificates.ts';
import { certificateSummary } from './certificate-routes.ts';
import { BY_MARKER, booleanOf, creationKey, invalidRequest, nextPage, orderOf, pageOf } from './input.ts';
import type { Account, CaCertificate, Registry } from './registry.ts';

export function caCertificateRoutes(account: Account): readonly RestRoute[] {
  const { registry } = account;
  return [
    {
      method: 'GET',
      path: '/registrationcode',
      name: 'GetRegistrationCode',
      handle: () => ({ registrationCode: registrationCode(account) }),
    },
    {
      method: 'DELETE',
      path: '/registrationcode',
      name: 'DeleteRegistrationCode',
      handle: () => deleteRegistrationCode(account),
    },
    {
      method: 'POST',
      path: '/cacertificate',
      name: 'RegisterCACertificate',
      handle: (input) => {
        if (booleanOf(input, 'allowAutoRegistration')) throw noAutoRegistration('allowAutoRegistration');
        return registerCaCertificate(account, input.body, booleanOf(input, 'setAsActive'));
      },
    },
    {
      method: 'GET',
      path: '/cacertificate/{caCertificateId}',
      name: 'DescribeCACertificate',
      handle: ({ params }) => {
        const ca = caCertificateOf(registry, params['caCertificateId']);
        return {
          certificateDescription: {
            ...caSummary(registry, ca),
            certificatePem: ca.pem,
            ownedBy: account.identity.account,
            autoRegistrationStatus: 'DISABLE',
            lastModifiedDate: ca.modifiedAt,
            customerVersion: 1,
            generationId: ca.generationId,
            validity: { notBefore: ca.notBefore, notAfter: ca.notAfter },
            certificateMode: ca.mode,
          },
        };
      },
    },
    {
      method: 'GET',
      path: '/cacertificates',
      name: 'ListCACertificates',
      handle: (input) => {
        if (input.query.has('templateName')) {
          throw invalidRequest("'templateName' has no effect in the lab: its CA certificates have no templates.");
        }
        const keyOf = (ca: CaCertificate): string => creationKey(ca, ca.certificateId);
        const { items, next } = pageOf(input, registry.caCertificates.values(), BY_MARKER, keyOf, orderOf(input));
        return { certificates: items.map((ca) => caSummary(registry, ca)), ...nextPage('nextMarker', next) };
      },
    },
    {
      method: 'PUT',
      path: '/cacertificate/{caCertificateId}',
      name: 'UpdateCACertificate',
      handle: ({ params, query, body }) =>
        updateCaCertificate(account, params['caCertificateId'], {
          status: query.get('newStatus'),
          autoRegistration: query.get('newAutoRegistrationStatus'),
          body,
        }),
    },
    {
      method: 'DELETE',
      path: '/cacertificate/{caCertificateId}',
      name: 'DeleteCACertificate',
      handle: ({ params }) => deleteCaCertificate(account, params['caCertificateId']),
    },
    {
      method: 'GET',
      path: '/certificates-by-ca/{caCertificateId}',
      name: 'ListCertificatesByCA',
      handle: (input) => {
        const { certificateId } = caCertificateOf(registry, input.params['caCertificateId']);
        const signed = registry.certificates.values().filter((each) => each.caCertificateId === certificateId);
        const { items, next } = pageOf(
          input,
          signed,
          BY_MARKER,
          (each) => creationKey(each, each.certificateId),
          orderOf(input),
        );
        return {
          certificates: items.map((each) => certificateSummary(registry, each)),
          ...nextPage('nextMarker', next),
        };
      },
    },
  ];
}

function caSummary(registry: Registry, { certificateId, status, createdAt }: CaCertificate): object {
  return {
    certificateArn: registry.arn('cacert', certificateId),
    certificateId,
    status,
    creationDate: createdAt,
  };
}
