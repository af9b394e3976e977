/** Who am I: the one STS operation the loop needs. */
import type { QueryOperations } from '../dispatch.ts';
import type { LabIdentity } from '../services.ts';
import { branch, leaf, xmlDocument } from '../xml.ts';
import { randomUUID } from 'node:crypto';

export const STS_VERSION = '2011-06-15';
const NAMESPACE = `https://sts.amazonaws.com/doc/${STS_VERSION}/`;

export function stsOperations(identity: LabIdentity): QueryOperations {
  return {
    GetCallerIdentity: () =>
      xmlDocument(
        branch(
          'GetCallerIdentityResponse',
          [
            branch('GetCallerIdentityResult', [
              leaf('Arn', `arn:aws:iam::${identity.account}:user/lab`),
              // AWS gives users 17 letters and digits after AIDA; the account makes ours stable.
              leaf('UserId', `AIDALAB00${identity.account}`),
              leaf('Account', identity.account),
            ]),
            branch('ResponseMetadata', [leaf('RequestId', randomUUID())]),
          ],
          NAMESPACE,
        ),
      ),
  };
}
