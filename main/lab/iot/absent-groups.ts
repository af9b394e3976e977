/** Billing groups and dynamic thing groups: the lab has neither and says so in words, rather than as an unknown path. */
import { AwsError, type RestRoute } from '../services.ts';

const BILLING =
  'The lab has no billing groups: they sort the bill of AWS, and the lab charges nothing. Use thing groups.';
const DYNAMIC = 'The lab has no dynamic thing groups: they need the fleet index of AWS. Use static thing groups.';

export const absentGroupRoutes: readonly RestRoute[] = [
  absent('CreateBillingGroup', 'POST', '/billing-groups/{billingGroupName}', BILLING),
  absent('DescribeBillingGroup', 'GET', '/billing-groups/{billingGroupName}', BILLING),
  absent('UpdateBillingGroup', 'PATCH', '/billing-groups/{billingGroupName}', BILLING),
  absent('DeleteBillingGroup', 'DELETE', '/billing-groups/{billingGroupName}', BILLING),
  absent('ListBillingGroups', 'GET', '/billing-groups', BILLING),
  absent('AddThingToBillingGroup', 'PUT', '/billing-groups/addThingToBillingGroup', BILLING),
  absent('RemoveThingFromBillingGroup', 'PUT', '/billing-groups/removeThingFromBillingGroup', BILLING),
  absent('ListThingsInBillingGroup', 'GET', '/billing-groups/{billingGroupName}/things', BILLING),
  absent('CreateDynamicThingGroup', 'POST', '/dynamic-thing-groups/{thingGroupName}', DYNAMIC),
  absent('UpdateDynamicThingGroup', 'PATCH', '/dynamic-thing-groups/{thingGroupName}', DYNAMIC),
  absent('DeleteDynamicThingGroup', 'DELETE', '/dynamic-thing-groups/{thingGroupName}', DYNAMIC),
];

function absent(name: string, method: RestRoute['method'], path: string, message: string): RestRoute {
  const handle = (): never => {
    throw new AwsError('UnknownOperationException', message, 501);
  };
  return { name, method, path, handle };
}
