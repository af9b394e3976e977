/** DescribeEndpoint: the host name that devices connect to. */
import type { RestRoute } from '../services.ts';
import { invalidRequest } from './input.ts';

const TYPES = ['iot:Data', 'iot:Data-ATS', 'iot:CredentialProvider', 'iot:Jobs'];

/**
 * As on AWS, a host name without port. `localhost` is in the server certificate, needs no name server and never changes. What the lab does
 * not serve there (jobs, the credential provider) says so when it is called.
 */
export const endpointRoute: RestRoute = {
  method: 'GET',
  path: '/endpoint',
  name: 'DescribeEndpoint',
  handle: ({ query }) => {
    const type = query.get('endpointType') ?? 'iot:Data';
    if (TYPES.includes(type)) return { endpointAddress: 'localhost' };
    throw invalidRequest(`Endpoint type ${type} is not recognized: it must be one of ${TYPES.join(', ')}`);
  },
};
