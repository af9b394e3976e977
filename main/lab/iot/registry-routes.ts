/** All routes of registry and certificates in one list. */
import type { RestRoute } from '../services.ts';
import { absentGroupRoutes } from './absent-groups.ts';
import { caCertificateRoutes } from './ca-certificate-routes.ts';
import { certificateRoutes } from './certificate-routes.ts';
import { endpointRoute } from './endpoint.ts';
import { groupMembershipRoutes } from './group-membership.ts';
import type { Account } from './registry.ts';
import { tagRoutes } from './tags.ts';
import { thingGroupRoutes } from './thing-group-routes.ts';
import { thingPrincipalRoutes } from './thing-principals.ts';
import { thingRoutes } from './thing-routes.ts';
import { thingTypeRoutes } from './thing-types.ts';

/** `hasRule`: topic rules are kept elsewhere, and may be tagged. */
export function registryRoutes(account: Account, hasRule: (ruleName: string) => boolean): readonly RestRoute[] {
  return [
    ...certificateRoutes(account),
    ...caCertificateRoutes(account),
    ...thingRoutes(account),
    ...thingPrincipalRoutes(account),
    ...thingTypeRoutes(account.registry),
    ...thingGroupRoutes(account),
    ...groupMembershipRoutes(account),
    ...absentGroupRoutes,
    ...tagRoutes(account.registry, hasRule),
    endpointRoute,
  ];
}
